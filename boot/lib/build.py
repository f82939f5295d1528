# Sets up and updates a meson build folder; silent unless it fails.
import os
import re
import subprocess
import sys

import outside
from machine import MachineError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def note(text):
    """Progress, on the terminal only and on a line that the next text replaces."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" + text)
        sys.stderr.flush()


COLOUR = re.compile(r"\x1b\[[0-9;]*[mK]")
OUTSIDE_STEP = re.compile(r"\[\d+/\d+\] .*\boutside-")


def outside_messages(lines, configuring):
    """What a successful step has to say: which programs are replaced by some from outside the tree,
    and what the compiler says about these."""
    if configuring:
        said = "Message: programs: "
        return "".join(line[len("Message: "):] for line in lines if line.startswith(said))
    shown = []
    speaking = False
    for line in lines:
        if re.match(r"\[\d+/\d+\] ", line):
            speaking = bool(OUTSIDE_STEP.match(line))
        elif speaking and not line.startswith("ninja: "):
            shown.append(line)
    return "".join(shown)


def run_quietly(command, what, progress=None):
    """Runs a build step; its output is shown only if it fails, or is about outside programs."""
    process = subprocess.Popen(command, cwd=ROOT, text=True, errors="replace",
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            step = re.match(r"\[(\d+)/(\d+)\]", line)
            if step:
                note("%s %s of %s" % (progress or what, step.group(1), step.group(2)))
        status = process.wait()
    finally:
        process.kill()
        process.wait()
        note("")
    if not sys.stderr.isatty():
        lines = [COLOUR.sub("", line) for line in lines]
    if not status:
        sys.stderr.write(outside_messages(lines, command[0] == "meson"))
    else:
        failed = next((i for i, line in enumerate(lines) if line.startswith("FAILED:")), None)
        shown = lines[failed:] if failed is not None else lines[-30:]
        sys.stderr.write("".join(shown))
        raise MachineError("%s failed; the messages are above" % what)


def build_setup(folder, arguments, again=False):
    """Configures the folder unless that was done; meson itself notices changed build files. Again:
    in any case, because tools may have been installed since, which meson does not notice."""
    if os.path.exists(os.path.join(folder, "build.ninja")):
        if again:
            run_quietly(["meson", "setup", "--reconfigure", folder, ROOT], "configuring " + folder)
        return
    note("Configuring %s" % folder)
    # A folder whose configuration broke off late cannot be reused as it is.
    broken = os.path.exists(os.path.join(folder, "meson-private", "coredata.dat"))
    wipe = ["--wipe"] if broken else []
    run_quietly(["meson", "setup", folder, ROOT] + wipe + arguments, "configuring " + folder)


def build_targets(folder, targets=()):
    run_quietly(["ninja", "-C", folder, *targets], "building in " + folder, "Building: step")


def outside_options(folder, wanted):
    """meson's arguments for the folders of outside programs; none if all is as it was configured.
    wanted: {option: folder, '' for none, or None for the one that is set}."""
    arguments = []
    for option, path in wanted.items():
        set_path, record = outside.record_read(outside.record_path(folder, option))
        if path is None:
            path = set_path
        elif path:
            path = os.path.abspath(path)
        try:
            text = outside.listing(path)
        except outside.OutsideError as error:
            hint = "; --%s '' forgets it" % option.replace("_", "-") if path == set_path else ""
            raise MachineError(str(error) + hint) from error
        if text != record:
            arguments.append("-D%s=%s" % (option, path))
    return arguments


def build_system(folder, wanted=None):
    """Kernel and initrd, with the programs of the wanted folders. Returns their paths."""
    folder = os.path.abspath(folder)
    configured = os.path.exists(os.path.join(folder, "build.ninja"))
    arguments = outside_options(folder, wanted or {"programs": None, "xv6_programs": None})
    build_setup(folder, ["--cross-file", os.path.join(ROOT, "cross-riscv64.txt"), *arguments])
    if configured and arguments:
        note("Configuring %s" % folder)
        run_quietly(["meson", "setup", "--reconfigure", folder, ROOT, *arguments],
                    "configuring " + folder)
    build_targets(folder, ["kern/kern.elf", "boot/initrd.cpio"])
    return os.path.join(folder, "kern/kern.elf"), os.path.join(folder, "boot/initrd.cpio")
