# Adds ELF files to a boot archive: good/program, which ends with status 7, and a folder bad/ with
# variants of it, each wrong in the one way that its name says. exec must refuse every one of them.
#
# Not here: files that the host tests of the ELF parser make themselves (every truncation ...).
import argparse
import os
import struct
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, os.pardir, "boot/lib"))

import archive  # noqa: E402

# Offsets in the ELF-64 file header and in a program header (System V ABI, "Object Files").
CLASS, ORDER, TYPE, MACHINE, VERSION, ENTRY, TABLE, TABLE_ENTRY, TABLE_COUNT = (
    (4, "B"), (5, "B"), (16, "<H"), (18, "<H"), (20, "<I"), (24, "<Q"), (32, "<Q"), (54, "<H"),
    (56, "<H"))
KIND, FLAGS, OFFSET, ADDRESS, FILE_BYTES, MEMORY_BYTES = (
    (0, "<I"), (4, "<I"), (8, "<Q"), (16, "<Q"), (32, "<Q"), (40, "<Q"))
HEADER_BYTES = 64
SEGMENT_BYTES = 56
LOAD = 1
INTERPRETER = 3
READ, WRITE_ONLY, READ_WRITE, READ_EXEC, RWX = 4, 2, 6, 5, 7
BASE = 0x10000
STATUS = 7
# The kernel call and the message that end a process (kern/include/abi, libsys/include/proto).
FL_SYS_CALL, SLOT_PROCESS, PROCESS_EXIT = 1, 3, 3
A0, A1, A2, A7, T0, T1 = 10, 11, 12, 17, 5, 6
ECALL = 0x73


def load_immediate(register, value):
    """addi register, zero, value"""
    return struct.pack("<I", value << 20 | register << 7 | 0x13)


def good_program():
    """Text, read-only data and data, each in a page of its own, close together in the file."""
    text = b"".join(load_immediate(*pair) for pair in (
        (A7, FL_SYS_CALL), (A0, SLOT_PROCESS), (A1, PROCESS_EXIT), (A2, STATUS), (T0, 0), (T1, 0)))
    text += struct.pack("<I", ECALL)
    segments = ((READ_EXEC, text, 0), (READ, b"read only", 0), (READ_WRITE, b"data", 0x1000))
    at = HEADER_BYTES + len(segments) * SEGMENT_BYTES
    entry = BASE + at
    table = contents = b""
    for index, (flags, data, more) in enumerate(segments):
        address = BASE + index * 0x1000 + at
        table += struct.pack("<IIQQQQQQ", LOAD, flags, at, address, address, len(data),
                             len(data) + more, 0x1000)
        data = archive.padded(data, 16)
        contents += data
        at += len(data)
    header = b"\x7fELF" + bytes((2, 1, 1)) + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 2, 243, 1, entry, HEADER_BYTES, 0, 0, HEADER_BYTES,
                          SEGMENT_BYTES, len(segments), 0, 0, 0)
    return header + table + contents


class Program:
    def __init__(self, data):
        self.data = bytearray(data)
        self.table = self.get(TABLE)
        self.loads = [i for i in range(self.get(TABLE_COUNT)) if self.get_segment(i, KIND) == LOAD]

    def get(self, field, base=0):
        return struct.unpack_from(field[1], self.data, base + field[0])[0]

    def set(self, field, value, base=0):
        struct.pack_into(field[1], self.data, base + field[0], value)
        return self

    def get_segment(self, index, field):
        return self.get(field, self.table + index * SEGMENT_BYTES)

    def set_segment(self, load, field, value):
        """`load` counts the segments that are loaded, from 0."""
        return self.set(field, value, self.table + self.loads[load] * SEGMENT_BYTES)

    def overlap(self):
        """The second segment starts on the last page of the first."""
        end = self.get_segment(self.loads[0], ADDRESS) + self.get_segment(self.loads[0],
                                                                          MEMORY_BYTES)
        start = self.get_segment(self.loads[1], ADDRESS)
        return self.set_segment(1, ADDRESS, (end - 1 & ~0xfff) | start & 0xfff)


def programs(good):
    """Pairs of a name and the bytes."""
    def fresh():
        return Program(good)

    offset = fresh().get_segment(fresh().loads[0], OFFSET)
    count = fresh().get(TABLE_COUNT)
    top = 1 << 64
    changed = {
        "wrong_magic": fresh().set((0, "B"), 0x7e),
        "32_bit_class": fresh().set(CLASS, 1),
        "big_endian_order": fresh().set(ORDER, 2),
        "shared_object_type": fresh().set(TYPE, 3),
        "foreign_machine": fresh().set(MACHINE, 62),
        "unknown_version": fresh().set(VERSION, 2),
        "entry_outside": fresh().set(ENTRY, 0x7000000),
        "entry_in_data": fresh().set(ENTRY, fresh().get_segment(fresh().loads[-1], ADDRESS)),
        "odd_entry": fresh().set(ENTRY, fresh().get(ENTRY) + 1),
        "table_past_end": fresh().set(TABLE, len(good) - 8),
        "table_wrapping": fresh().set(TABLE, top - SEGMENT_BYTES),
        "table_entry_size": fresh().set(TABLE_ENTRY, 32),
        "no_segments": fresh().set(TABLE_COUNT, 0),
        "many_segments": fresh().set(TABLE_COUNT, 0xffff),
        "interpreter": fresh().set_segment(0, KIND, INTERPRETER),
        "write_and_exec": fresh().set_segment(0, FLAGS, RWX),
        "write_without_read": fresh().set_segment(2, FLAGS, WRITE_ONLY),
        "unknown_rights": fresh().set_segment(1, FLAGS, 0x14),
        "no_rights": fresh().set_segment(1, FLAGS, 0),
        "overlap": fresh().overlap(),
        "same_address": fresh().set_segment(1, ADDRESS, fresh().get_segment(fresh().loads[0],
                                                                           ADDRESS)),
        "wrong_order": fresh().set_segment(0, ADDRESS, 0x4000000),
        "file_range_past_end": fresh().set_segment(0, OFFSET, len(good) + 0x1000 & ~0xfff),
        "file_range_wrapping": fresh().set_segment(0, OFFSET, top - 0x1000),
        "file_above_memory": fresh().set_segment(0, MEMORY_BYTES, 1),
        "huge_file_bytes": fresh().set_segment(0, FILE_BYTES, top - 1),
        "misaligned_offset": fresh().set_segment(0, OFFSET, offset + 8),
        "null_page": fresh().set_segment(0, ADDRESS, 0),
        "kernel_address": fresh().set_segment(2, ADDRESS, 0xffffffc080200000),
        "stack_address": fresh().set_segment(2, ADDRESS, 0x3fffff0000 - 0x1000),
        "mmap_address": fresh().set_segment(2, ADDRESS, 0x3000000000),
        "memory_wrapping": fresh().set_segment(2, MEMORY_BYTES, top - 0x1000),
        "memory_into_stack": fresh().set_segment(2, MEMORY_BYTES, 0x3fffff0000),
    }
    for name, program in changed.items():
        yield name, bytes(program.data)
    yield "empty", b""
    yield "text", b"echo this is no program\n"
    for length in (1, 4, HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + SEGMENT_BYTES - 1,
                   HEADER_BYTES + count * SEGMENT_BYTES - 1, HEADER_BYTES + count * SEGMENT_BYTES):
        yield "only_%d_bytes" % length, good[:length]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", required=True, help="the archive to add to")
    parser.add_argument("--output", required=True)
    options = parser.parse_args()
    with open(options.base, "rb") as file:
        base = file.read()
    good = good_program()
    entries = [archive.entry(1, "good", b"", 0o040755), archive.entry(2, "bad", b"", 0o040755),
               archive.entry(3, "good/program", good, 0o100755)]
    for inode, (name, data) in enumerate(programs(good), 4):
        entries.append(archive.entry(inode, "bad/" + name, data, 0o100755))
    entries.append(archive.entry(0, "TRAILER!!!", b"", 0))
    with open(options.output, "wb") as file:
        file.write(archive.padded(base, archive.BLOCK))
        file.write(archive.padded(b"".join(entries), archive.BLOCK))


if __name__ == "__main__":
    main()
