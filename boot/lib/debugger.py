# The command line that attaches gdb-multiarch to the machine that boot/run --gdb started.
import os
import shlex

from build import ROOT


def servers_of(initrd):
    """ELF files with symbols of root and the servers, the pager first; from the list that
    initrd.py left beside the initrd. Empty for an initrd from elsewhere."""
    listing = os.path.join(os.path.dirname(initrd), "initrd.list")
    if not os.path.exists(listing):
        return []
    with open(listing, encoding="utf-8") as file:
        pairs = [line.rstrip("\n").split("\t") for line in file]
    servers = [source for path, source in pairs if path == "root" or path.startswith("sys/")]
    return sorted(servers, key=lambda source: os.path.basename(source) != "pager")


def attach_text(kernel, initrd):
    command = ["gdb-multiarch", "-ex", "set architecture riscv:rv64", "-ex", "directory " + ROOT]
    for source in servers_of(initrd):
        command += ["-ex", "add-symbol-file " + source]
    command += ["-ex", "target remote :1234", kernel]
    return "\n".join([
        "The machine waits on port 1234. Attach from another terminal with:",
        "  " + " ".join(shlex.quote(word) for word in command),
        "All servers are linked at the same address: a breakpoint by name is right for each of",
        "them, but to see names for addresses keep one at a time (remove-symbol-file -a 0x10000).",
        "Ctrl-A X ends the machine.",
    ])
