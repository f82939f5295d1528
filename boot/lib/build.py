# Sets up and updates a meson build folder; silent unless it fails.
import os
import re
import subprocess
import sys

from machine import MachineError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def note(text):
    """Progress, on the terminal only and on a line that the next text replaces."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" + text)
        sys.stderr.flush()


def run_quietly(command, what, progress=None):
    """Runs a build step; its output is shown only if it fails."""
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
    if status:
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


def build_system(folder):
    """Kernel and initrd. Returns their paths."""
    folder = os.path.abspath(folder)
    build_setup(folder, ["--cross-file", os.path.join(ROOT, "cross-riscv64.txt")])
    build_targets(folder, ["kern/kern.elf", "boot/initrd.cpio"])
    return os.path.join(folder, "kern/kern.elf"), os.path.join(folder, "boot/initrd.cpio")
