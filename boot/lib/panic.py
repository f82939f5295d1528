# Finds a kernel panic in a console log and turns the addresses of its backtrace into function
# names and lines.
import itertools
import re
import shutil
import subprocess

ADDR2LINE = "riscv64-linux-gnu-addr2line"
BACKTRACE = re.compile(r"backtrace:((?:\s+0x[0-9a-fA-F]+)+)")


def panic_find(text):
    """The panic's text, from its first line to its last, or None."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("panic: "):
            return "\n".join(lines[number:number + 64])
    return None


def backtrace_resolve(panic, kernel):
    """One line `0xADDRESS function at file:line` a frame; inlined functions get lines too."""
    match = BACKTRACE.search(panic)
    if not match or not shutil.which(ADDR2LINE):
        return []
    lines = []
    for address, same in itertools.groupby(match.group(1).split()):
        result = subprocess.run([ADDR2LINE, "-i", "-p", "-f", "-s", "-e", kernel, address],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True, check=False)
        found = result.stdout.strip().splitlines() or ["?? ??:0"]
        lines += ["    %s %s" % (address, line.strip()) for line in found]
        times = len(list(same))
        if times > 1:
            lines.append("    ... %d times" % times)
    return lines


def panic_report(text, kernel):
    """What to show of a panic in a console log, or None if there is none."""
    panic = panic_find(text)
    if panic is None:
        return None
    lines = backtrace_resolve(panic, kernel)
    return "\n".join([panic] + (["backtrace with names:"] + lines if lines else []))
