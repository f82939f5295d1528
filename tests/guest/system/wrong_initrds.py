# Makes boot archives with which the system must refuse to start, from a good one.
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, os.pardir, os.pardir, "boot/lib"))

import archive  # noqa: E402

MODE = 0o100755


def made(*entries):
    """An archive of these (name, bytes)."""
    parts = [archive.entry(inode, name, data, MODE)
             for inode, (name, data) in enumerate(entries, 1)]
    return archive.padded(b"".join(parts) + archive.entry(0, "TRAILER!!!", b"", 0), archive.BLOCK)


def root_of(good):
    """The first file's bytes. Sizes of name and file: fields 11 and 6 of the header."""
    field = [int(good[6 + 8 * i:14 + 8 * i], 16) for i in range(13)]
    start = archive.HEADER_BYTES + field[11]
    start += -start % 4
    return good[start:start + field[6]]


def main():
    base, text_root, no_root, cut_root, only_root = sys.argv[1:]
    with open(base, "rb") as file:
        good = file.read()
    root = root_of(good)
    for path, data in ((text_root, made(("root", b"this is no program\n"))),
                       (no_root, made(("init", root))),
                       (cut_root, made(("root", root[:len(root) // 2]))),
                       (only_root, made(("root", root)))):
        with open(path, "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
