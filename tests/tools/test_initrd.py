# The initrd maker and the archive with the command, read back with the standard cpio tool.
import os
import subprocess
import tempfile

import taptest
from taptest import equal

import archive
import initrd


def names_of(data):
    result = subprocess.run(["cpio", "-t", "--quiet"], input=data, check=True,
                            stdout=subprocess.PIPE)
    return result.stdout.decode().split()


def packed(folder, files):
    """An archive of plain files {path: bytes}, staged in a folder of its own."""
    sources = []
    for path, data in files.items():
        source = os.path.join(folder, path.replace("/", "-"))
        with open(source, "wb") as file:
            file.write(data)
        sources.append((source, path))
    staged = os.path.join(folder, "staged")
    os.mkdir(staged)
    initrd.stage(staged, [], sources, "objcopy")
    output = os.path.join(folder, "out.cpio")
    initrd.pack(staged, initrd.entries_ordered(list(files)), output)
    with open(output, "rb") as file:
        return file.read()


FILES = {"sys/pager": b"p", "bin/a": b"12345", "root": b"r", "README": b""}


def test_initrd_root_is_first_and_folders_lead():
    with tempfile.TemporaryDirectory() as folder:
        names = names_of(packed(folder, FILES))
        equal(["root", "README", "bin", "bin/a", "sys", "sys/pager"], names)


def test_initrd_same_files_same_bytes():
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        equal(packed(one, FILES), packed(other, dict(reversed(FILES.items()))))


def test_archive_command_is_what_cpio_reads():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cpio", "-i", "-d", "--quiet"], cwd=folder, check=True,
                       input=archive.command_archive("echo \udcff 'a b'; ls"))
        with open(os.path.join(folder, "etc/command"), "rb") as file:
            equal(b"echo \xff 'a b'; ls\n", file.read())


def test_archive_with_command_starts_on_a_block():
    with tempfile.TemporaryDirectory() as folder:
        first = packed(folder, FILES)
        both = archive.with_command(first + b"\0", "x")
        equal(0, len(both) % archive.BLOCK)
        equal(b"070701", both[len(first) + archive.BLOCK:][:6])


if __name__ == "__main__":
    taptest.main(globals())
