# Splits the console's bytes into what the command printed and the system's own record lines.
# A record is RS, a keyword, text, newline; see libsys/include/proto/console.h.
#
# Not here: the meaning of a status, files, QEMU.
import re

RS = b"\x1e"
KEYWORDS = (b"log ", b"begin", b"end ")
KEYWORD_MAX = max(len(word) for word in KEYWORDS)
END = re.compile(rb"end (-?\d+)\r?\n")
PANIC = b"panic: "
HOLD_MAX = 1 << 20
LINE_MAX = 4096


class Records:
    """Fed with the console's bytes as they come; each feed returns the command's output in them.

    A kernel panic stops the machine without an `end` record, so text from a line `panic: ` on is
    held back until more is known: after `end` it was the command's own output."""

    def __init__(self):
        self.begun = False
        self.status = None  # of the command, from the `end` record
        self.logs = []  # texts of log records
        self.last_line = b""  # the last line with something in it, of any kind
        self._pending = b""
        self._held = b""
        self._at_line_start = True
        self._holding = False

    @property
    def ended(self):
        return self.status is not None

    def feed(self, data):
        self._note_last_line(data)
        data = self._pending + data
        self._pending = b""
        output = []
        while data:
            at = data.find(RS)
            if at < 0:
                output.append(self._text(data, final=False))
                break
            output.append(self._text(data[:at], final=True))
            length = self._record(data[at + 1:])
            if length is None:
                self._pending = data[at:]
                break
            if length == 0:
                output.append(self._text(data[at:at + 1], final=True))
            data = data[at + 1 + length:]
        return b"".join(output)

    def finish(self):
        """What was still held when the console closed, if it was the command's."""
        rest = self._text(self._pending, final=True) if self.begun and not self.ended else b""
        self._pending = b""
        return rest + self._release() if self.ended else rest

    def _record(self, data):
        """Length of the record after RS, 0 if it is none, None if more bytes are needed."""
        head = data[:KEYWORD_MAX]
        if not any(head.startswith(word) or word.startswith(head) for word in KEYWORDS):
            return 0
        newline = data.find(b"\n")
        if newline < 0:
            return None if len(data) < LINE_MAX else 0
        line = data[:newline + 1]
        if line.startswith(b"log "):
            self.logs.append(line[4:].rstrip(b"\r\n").decode("utf-8", "replace"))
        elif line in (b"begin\n", b"begin\r\n"):
            self.begun = True
            self._at_line_start = True
        elif END.fullmatch(line):
            if self.begun and not self.ended:
                self.status = int(END.fullmatch(line).group(1))
        else:
            return 0
        return len(line)

    def _text(self, data, final):
        """The part of plain console text to show now."""
        if self.ended:
            return self._release()
        if not self.begun or not data:
            return b""
        if self._holding:
            self._held += data
            return self._release() if len(self._held) > HOLD_MAX else b""
        start = self._panic_start(data, final)
        if start is not None:
            self._holding = PANIC in data[start:]
            if self._holding:
                self._held = data[start:]
            else:
                self._pending = data[start:]
            data = data[:start]
        if data:
            self._at_line_start = data.endswith(b"\n")
        return data

    def _panic_start(self, data, final):
        """Where a line starts that is, or (unless final) may become, a panic line."""
        start = 0 if self._at_line_start else data.find(b"\n") + 1 or len(data)
        while start < len(data):
            line = data[start:start + len(PANIC)]
            if line == PANIC or (not final and PANIC.startswith(line)):
                return start
            start = data.find(b"\n", start) + 1 or len(data)
        return None

    def _release(self):
        held, self._held, self._holding = self._held, b"", False
        return held

    def _note_last_line(self, data):
        tail = (self.last_line + data)[-LINE_MAX:] if not self.last_line.endswith(b"\n") else data
        lines = [line for line in tail[-LINE_MAX:].splitlines(True) if line.strip(b"\r\n\x1e ")]
        if lines:
            self.last_line = lines[-1]
