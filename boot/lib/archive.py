# Reads and adds to cpio archives (newc): enough to hand a command file to the guest and to fetch
# files for the debugger.
#
# Not here: making the initrd itself (initrd.py, with the standard cpio tool).
HEADER_BYTES = 110
MAGIC = b"070701"
BLOCK = 512  # what cpio pads an archive to


class ArchiveError(Exception):
    pass


def padded(data, unit):
    return data + b"\0" * (-len(data) % unit)


def entry(inode, name, data, mode=0o100644):
    """One file, owned by root, with time 0."""
    path = name.encode() + b"\0"
    fields = [inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0]
    header = MAGIC + b"".join(b"%08x" % field for field in fields)
    return padded(header + path, 4) + padded(data, 4)


def command_archive(command):
    """A second archive with etc/command, to follow the initrd's own one."""
    text = command.encode("utf-8", "surrogateescape") + b"\n"
    entries = (entry(1, "etc", b"", 0o040755), entry(2, "etc/command", text),
               entry(0, "TRAILER!!!", b"", 0))
    return padded(b"".join(entries), BLOCK)


def with_command(initrd, command):
    return padded(initrd, BLOCK) + command_archive(command)


def check(data, name):
    """An ArchiveError if this cannot be an initrd that the kernel starts."""
    if len(data) < HEADER_BYTES or data[:6] != MAGIC:
        raise ArchiveError("%s is not a cpio archive of the kind newc" % name)
