# Makes the initrd: copies what is listed into an empty folder and lets cpio pack it. Used by
# boot/meson.build only; same input gives the same bytes.
#
# Not here: what is in the initrd. The rooms list their own files.
import argparse
import os
import shutil
import subprocess
import sys
import tempfile


def entries_ordered(paths):
    """`root` first (the kernel loads the first entry), then folders before what is in them."""
    folders = set()
    for path in paths:
        parent = os.path.dirname(path)
        while parent:
            folders.add(parent)
            parent = os.path.dirname(parent)
    rest = sorted(folders | (set(paths) - {"root"}))
    return ["root"] + rest


def stage(folder, elfs, files, objcopy):
    """Copies the ELF files without symbols and debug information, the others as they are."""
    for source, path in elfs + files:
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if (source, path) in elfs:
            subprocess.run([objcopy, "--strip-all", source, target], check=True)
            os.chmod(target, 0o755)
        else:
            shutil.copyfile(source, target)
            os.chmod(target, 0o644)


def pack(folder, order, output):
    for path in reversed(order):
        full = os.path.join(folder, path)
        if os.path.isdir(full):
            os.chmod(full, 0o755)
        os.utime(full, (0, 0))
    command = ["cpio", "--create", "--format=newc", "--reproducible", "--owner=0:0", "--quiet",
               "--file=" + os.path.abspath(output)]
    names = "".join(path + "\n" for path in order)
    subprocess.run(command, cwd=folder, input=names.encode(), check=True)


def listing_write(elfs, output):
    """Beside the archive: which ELF file with symbols each program came from, for the debugger."""
    with open(os.path.splitext(output)[0] + ".list", "w", encoding="utf-8") as file:
        for source, path in elfs:
            file.write("%s\t%s\n" % (path, os.path.abspath(source)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--objcopy", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--elf", nargs=2, action="append", default=[])
    parser.add_argument("--instead", nargs=2, action="append", default=[],
                        help="as --elf, and takes the place of an entry of the same path")
    parser.add_argument("--file", nargs=2, action="append", default=[])
    options = parser.parse_args()
    instead = [tuple(pair) for pair in options.instead]
    taken = {path for _, path in instead}
    elfs = [tuple(pair) for pair in options.elf if pair[1] not in taken] + instead
    files = [tuple(pair) for pair in options.file]
    paths = [path for _, path in elfs + files]
    if "root" not in paths:
        sys.exit("initrd: there is no entry `root`")
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        sys.exit("initrd: listed more than once: " + ", ".join(twice))
    with tempfile.TemporaryDirectory() as folder:
        stage(folder, elfs, files, options.objcopy)
        pack(folder, entries_ordered(paths), options.output)
    listing_write(elfs, options.output)


if __name__ == "__main__":
    main()
