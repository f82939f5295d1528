# The QEMU runner behind boot/run: options, and what is told to the user.
#
# Not here: building (build.py), QEMU (machine.py), what console text means (records.py).
import argparse
import os
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import archive  # noqa: E402
import bench  # noqa: E402
import build  # noqa: E402
import debugger  # noqa: E402
import machine  # noqa: E402
import panic  # noqa: E402
from records import Records  # noqa: E402

STATUS_USAGE = 2
STATUS_TIMEOUT = 124
LOGS_KEPT = 50

EXAMPLES = """\
examples:
  boot/run                              a shell prompt; Ctrl-A X or `poweroff` leaves
  boot/run -c 'echo hi; ls /bin'        run commands, print what they print, power off
  boot/run -m 64M --append pager=other  another pager, in less memory
  boot/run --icount -c vmstat           instruction counts that repeat exactly
  boot/run --gdb                        wait for gdb-multiarch; tells how to attach
  boot/run --bench                      run the benchmarks, write build/bench.json
"""


def options_parse():
    parser = argparse.ArgumentParser(
        prog="boot/run", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Installs what is missing, builds, and boots the system under QEMU.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("-c", dest="command", metavar="COMMANDS",
                      help="run these in the shell and exit with the last one's status")
    what.add_argument("--bench", action="store_true", help="run the benchmarks (with --icount)")
    what.add_argument("--gdb", action="store_true", help="start stopped and wait for gdb-multiarch")
    parser.add_argument("-m", dest="memory", metavar="SIZE", default="128M",
                        help="memory, such as 64M or 1G (128M)")
    parser.add_argument("-s", dest="harts", metavar="HARTS", type=int, default=1,
                        help="number of harts (1)")
    parser.add_argument("--build", metavar="DIR", default=os.path.join(build.ROOT, "build"),
                        help="build folder (build)")
    parser.add_argument("--programs", metavar="DIR",
                        help="build the C programs of DIR into /bin; stays set ('' for none)")
    parser.add_argument("--xv6-programs", metavar="DIR",
                        help="the same for programs written for xv6")
    parser.add_argument("--append", metavar="ARGS", default="",
                        help="boot arguments: 'key=value ...'")
    parser.add_argument("--icount", action="store_true",
                        help="deterministic time: one instruction, one nanosecond")
    parser.add_argument("--timeout", metavar="SECONDS", type=float,
                        help="kill the machine after this time (with -c and --bench: 300)")
    parser.add_argument("--kernel", metavar="FILE", help="boot this kernel, not the one just built")
    parser.add_argument("--initrd", metavar="FILE", help="use this initrd, not the one just built")
    options = parser.parse_args()
    if options.timeout is not None and not 0 < options.timeout < 1e6:
        parser.error("the time limit must be more than 0 seconds")
    if len(os.fsencode(options.append)) > 1023:
        parser.error("the boot arguments are longer than 1023 bytes")
    if options.initrd and (options.programs or options.xv6_programs):
        parser.error("programs are built into an initrd, not into the one of --initrd")
    return options


def complain(text):
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    print(("\033[31mboot/run:\033[0m " if colour else "boot/run: ") + text, file=sys.stderr)


def log_path(options):
    """A new file in the build folder's logs; the oldest ones go."""
    folder = os.path.join(os.path.abspath(options.build), "logs")
    os.makedirs(folder, exist_ok=True)
    old = [os.path.join(folder, name) for name in os.listdir(folder) if name.startswith("run-")]
    for path in sorted(old)[:-LOGS_KEPT]:
        os.unlink(path)
    return os.path.join(folder, time.strftime("run-%Y%m%d-%H%M%S-") + str(os.getpid()) + ".log")


def paths_of(options):
    """Kernel and initrd; builds unless both were given."""
    if options.kernel and options.initrd:
        return options.kernel, options.initrd
    kernel, initrd = build.build_system(options.build, {
        "programs": options.programs, "xv6_programs": options.xv6_programs})
    return options.kernel or kernel, options.initrd or initrd


def machine_command(options, kernel, initrd):
    return machine.command_line(kernel, initrd, options.memory, options.harts, options.append,
                                options.icount or options.bench, options.gdb)


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def outcome(status, records, log, kernel, timeout):
    """The exit status, and the sentences to tell about a run that was not plain success."""
    if records.ended and status is not None:
        if status != records.status & 255:
            return status or 1, ["the command ended with %d, but the machine stopped with %d"
                                 % (records.status, status)]
        return status, ["exit status %d" % status] if status else []
    last = records.last_line.decode("utf-8", "replace").strip("\x1e\r\n ")
    seen = "; last console line: " + last if last else "; the console stayed empty"
    report = panic.panic_report(text_of(log), kernel)
    if report:
        return status or 1, ["the kernel panicked\n" + report]
    when = "before the command ended" if records.begun else "before the command started"
    if status is None:
        return STATUS_TIMEOUT, ["time limit of %g seconds passed %s%s" % (timeout, when, seen)]
    return status or 1, ["the machine stopped with status %d %s%s" % (status, when, seen)]


def run_command(options, command, sink):
    """Boots with a command; its output goes to sink. Returns the exit status."""
    kernel, initrd = paths_of(options)
    machine.readable_check(initrd, "initrd")
    with open(initrd, "rb") as file:
        data = file.read()
    archive.check(data, initrd)
    timeout = options.timeout or 300
    log = machine.Log(log_path(options))
    records = Records()
    try:
        with tempfile.NamedTemporaryFile(suffix=".cpio") as combined:
            combined.write(archive.with_command(data, command))
            combined.flush()
            line = machine_command(options, kernel, combined.name)
            status = machine.run_captured(line, timeout, log,
                                          lambda piece: sink(records.feed(piece)))
        sink(records.finish())
    finally:
        log.close()
    status, sentences = outcome(status, records, log.path, kernel, timeout)
    if sentences:
        complain("%s; console log: %s" % (sentences[0], log.path) if "\n" not in sentences[0]
                 else "%s\nconsole log: %s" % (sentences[0], log.path))
    return status


def print_bytes(data):
    if data:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def bench_boots(options):
    """The boots whose results make up the benchmarks: the system with its program `bench`, then the
    kernel alone with a first program that measures its calls."""
    kernel, initrd = paths_of(options)
    boots = [argparse.Namespace(**dict(vars(options), kernel=kernel, initrd=initrd))]
    if not options.initrd:
        build.build_targets(os.path.abspath(options.build), [bench.KERNEL_INITRD])
        append = (options.append + " mode=bench").strip()
        boots.append(argparse.Namespace(**dict(
            vars(options), kernel=kernel, append=append, memory=bench.KERNEL_MEMORY,
            initrd=os.path.join(options.build, bench.KERNEL_INITRD))))
    return boots


def run_bench(options):
    output = []
    status = 0
    for boot in bench_boots(options):
        status = status or run_command(boot, "bench", output.append)
    text = b"".join(output).decode("utf-8", "replace")
    results = bench.results_parse(text)
    if status == 0 and not results:
        complain("the guest printed no benchmark result")
        status = 1
    if status == 0:
        path = os.path.join(options.build, "bench.json")
        bench.results_write(results, path)
        print(bench.table(results))
        print("written to %s" % os.path.relpath(path))
    else:
        sys.stderr.write(text)
    return status


def run_shell(options):
    kernel, initrd = paths_of(options)
    log = log_path(options)
    line = machine_command(options, kernel, initrd)
    if options.gdb:
        print(debugger.attach_text(kernel, initrd), flush=True)
    status = machine.run_interactive(line, options.timeout, log)
    report = panic.panic_report(text_of(log), kernel) if os.path.exists(log) else None
    if report:
        complain("the kernel panicked\n%s\nconsole log: %s" % (report, log))
        return status or 1
    if status is None:
        complain("time limit of %g seconds passed" % options.timeout)
        return STATUS_TIMEOUT
    return status if status >= 0 else 128 - status


def interrupted(number, frame):
    raise KeyboardInterrupt


def main():
    options = options_parse()
    signal.signal(signal.SIGTERM, interrupted)
    try:
        machine.emulator_check()
        machine.memory_bytes(options.memory)
        if options.bench:
            return run_bench(options)
        if options.command is not None:
            return run_command(options, options.command, print_bytes)
        return run_shell(options)
    except (machine.MachineError, archive.ArchiveError) as error:
        complain(str(error))
        return STATUS_USAGE
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return 128 + signal.SIGPIPE
        complain("%s: %s" % (error.filename, error.strerror) if error.filename else str(error))
        return STATUS_USAGE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
