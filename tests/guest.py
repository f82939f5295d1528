# Runs one guest test as meson's TAP test command: boots the given kernel and initrd with a shell
# command and turns the console into clean TAP.
#
# The command's programs print TAP themselves, one or more plans in a row; they are numbered through
# and anything that is not TAP goes to the log only. With --name this runner is the judge instead:
# one test, which passes if status, output, log lines or panic are what the options say.
#
# Not here: building and installing (tests/run), QEMU (boot/lib/machine.py).
import argparse
import os
import re
import signal
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "boot/lib"))

import archive  # noqa: E402
import machine  # noqa: E402
import panic  # noqa: E402
from records import Records  # noqa: E402

PLAN = re.compile(r"1\.\.(\d+)(?:\s*#.*)?$")
RESULT = re.compile(r"(not )?ok\b\s*\d*\s*(?:- )?(.*)$")
FULL_FACTOR = 10  # how much longer tests of full size may take


def options_parse():
    parser = argparse.ArgumentParser(description="Boots a test in the guest and prints TAP.")
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--initrd", required=True)
    parser.add_argument("-m", dest="memory", default="128M")
    parser.add_argument("-s", dest="harts", type=int, default=1)
    parser.add_argument("--append", default="")
    parser.add_argument("--icount", action="store_true")
    parser.add_argument("--timeout", type=float, default=120, help="seconds (120)")
    parser.add_argument("--name", help="judge the run as one test of this name, not by its TAP")
    parser.add_argument("--status", type=int, default=0, help="exit status to expect (0)")
    parser.add_argument("--output", help="with --name: exactly what the command prints")
    parser.add_argument("--match", help="with --name: a regular expression for all of the output")
    parser.add_argument("--stops", action="store_true",
                        help="with --name: the machine stops by itself, with --status, before the "
                        "command starts")
    parser.add_argument("--log-line", action="append", default=[],
                        help="with --name: a log record that must contain this text, in this order")
    parser.add_argument("--panic", help="with --name: the kernel must panic with this text")
    parser.add_argument("--full-command", help="the command in a run of full size")
    parser.add_argument("command")
    options = parser.parse_args()
    judged = (options.output, options.match, options.stops, options.log_line, options.panic)
    if not options.name and any(judged):
        parser.error("--output, --match, --stops, --log-line and --panic need --name")
    if os.environ.get("FAULTLINE_FULL") == "1":
        options.command = options.full_command or options.command
        options.append = (options.append + " full=1").strip()
        options.timeout *= FULL_FACTOR
    return options


def comment(text):
    for line in text.splitlines():
        print("# " + "".join(c if c.isprintable() else "\\x%02x" % ord(c) for c in line))


class Tap:
    """Takes the command's output apart into lines and prints those that are TAP."""

    def __init__(self, quiet):
        self.quiet = quiet
        self.raw = b""
        self.planned = 0
        self.plans = 0
        self.count = 0
        self._rest = b""

    def feed(self, data):
        self.raw += data
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            self.line(line.decode("utf-8", "replace").rstrip("\r"))

    def line(self, line):
        if self.quiet:
            return
        plan = PLAN.match(line)
        result = RESULT.match(line)
        if plan:
            self.plans += 1
            self.planned += int(plan.group(1))
        elif result:
            self.report(not result.group(1), result.group(2))
        elif line.startswith("#"):
            comment(line[1:].strip())

    def report(self, passed, description):
        self.count += 1
        print("%sok %d - %s" % ("" if passed else "not ", self.count, description), flush=True)


class Run:
    """One boot: its exit status (None: time limit), records and log."""

    def __init__(self, options, tap):
        with open(options.initrd, "rb") as file:
            data = file.read()
        archive.check(data, options.initrd)
        self.kernel = options.kernel
        self.records = Records()
        log = machine.Log(log_path(options))
        self.log = log.path
        try:
            with tempfile.NamedTemporaryFile(suffix=".cpio") as combined:
                combined.write(archive.with_command(data, options.command))
                combined.flush()
                line = machine.command_line(options.kernel, combined.name, options.memory,
                                            options.harts, options.append, options.icount)
                self.status = machine.run_captured(
                    line, options.timeout, log, lambda piece: tap.feed(self.records.feed(piece)))
            tap.feed(self.records.finish())
        finally:
            log.close()

    def console(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def panic(self):
        """A panic's text; a machine that ended properly had none, whatever a program printed."""
        return None if self.records.ended else panic.panic_report(self.console(), self.kernel)

    def problems_of_stop(self, status_expected):
        """What is wrong with a run in which the machine was to stop before the command."""
        report = self.panic()
        if report:
            return ["the kernel panicked\n" + report]
        if self.records.begun:
            return ["the machine was to stop, but the command started"]
        if self.status != status_expected:
            return ["exit status\nexpected %d\nactual %s"
                    % (status_expected, self.status or "none: the time limit passed")]
        return []

    def problems(self, status_expected):
        """What is wrong with the run itself."""
        found = []
        report = self.panic()
        if report:
            found.append("the kernel panicked\n" + report)
        elif self.status is None:
            found.append("the time limit passed")
        elif not self.records.ended:
            found.append("the machine stopped with status %d before the command ended"
                         % self.status)
        elif self.status != self.records.status & 255:
            found.append("the machine's exit status\nexpected %d (the command's)\nactual %d"
                         % (self.records.status, self.status))
        elif status_expected is not None and self.status != status_expected:
            found.append("exit status\nexpected %d\nactual %d" % (status_expected, self.status))
        if found and not self.records.ended:
            found.append("last console line: "
                         + self.records.last_line.decode("utf-8", "replace").strip("\x1e\r\n"))
        return found


def log_path(options):
    """The same name for the same test, so that a folder of logs does not grow."""
    base = os.path.dirname(os.path.dirname(os.path.abspath(options.initrd)))
    words = re.sub(r"[^A-Za-z0-9]+", "-", options.name or options.command).strip("-")[:60]
    identity = zlib.crc32(repr(sorted(vars(options).items())).encode())
    return os.path.join(base, "logs", "guest-%s-%08x.log" % (words, identity))


def judge_tap(run, tap, options):
    """Ends the TAP that the guest printed; a broken run is one more failed test."""
    failed_status = tap.raw and re.search(rb"^not ok\b", tap.raw, re.MULTILINE)
    problems = run.problems(None if failed_status else options.status)
    if not tap.plans:
        problems.append("no TAP plan was printed")
    elif tap.planned != tap.count:
        problems.append("number of results\nexpected %d (the plan)\nactual %d"
                        % (tap.planned, tap.count))
    if tap.count == 0 and tap.planned == 0 and not problems:
        problems.append("no test ran")
    return problems, "machine_command_runs_to_its_end"


def judge_run(run, tap, options):
    """The problems of a run that this runner judges by the options."""
    if options.panic is not None:
        text = run.panic() or ""
        if options.panic in text and run.status:
            return [], options.name
        return ["expected a panic with '%s' and a status that is not 0\n"
                "actual status %s, panic: %s"
                % (options.panic, run.status, text or "none")], options.name
    problems = (run.problems_of_stop if options.stops else run.problems)(options.status)
    actual = tap.raw.replace(b"\r\n", b"\n")
    if options.match is not None and not re.fullmatch(options.match.encode(), actual):
        problems.append("output\nexpected one that matches %r\nactual %r"
                        % (options.match, actual[:4096]))
    if options.output is not None:
        if actual != options.output.encode():
            problems.append("output\nexpected %r\nactual %r"
                            % (options.output.encode(), actual[:4096]))
    logs = iter(run.records.logs)
    for wanted in options.log_line:
        if not any(wanted in line for line in logs):
            problems.append("log lines\nexpected one with '%s'\nactual:\n%s"
                            % (wanted, "\n".join(run.records.logs[-50:])))
    return problems, options.name


def interrupted(number, frame):
    raise KeyboardInterrupt


def main():
    options = options_parse()
    signal.signal(signal.SIGTERM, interrupted)
    sys.stdout.reconfigure(errors="replace")
    print("TAP version 13", flush=True)
    tap = Tap(quiet=bool(options.name))
    try:
        run = Run(options, tap)
        problems, name = (judge_run if options.name else judge_tap)(run, tap, options)
        log = run.log
    except (machine.MachineError, archive.ArchiveError, OSError) as error:
        problems, name, log = [str(error)], options.name or "machine_starts", None
    if problems or options.name:
        tap.report(not problems, name)
    for problem in problems:
        comment(problem)
    if log:
        comment("console log: " + log)
    print("1..%d" % tap.count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
