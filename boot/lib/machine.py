# Starts QEMU and makes sure that it ends: at the time limit, on Ctrl-C, and when this process dies.
#
# Not here: what the console's text means (records.py), what is booted (run.py, tests/guest.py).
import ctypes
import os
import re
import select
import shutil
import signal
import subprocess
import time

EMULATOR = "qemu-system-riscv64"
VERSION_MIN = (7, 2)
MEMORY_MIN = 10 << 20
LOG_MAX = 64 << 20
PR_SET_PDEATHSIG = 1


class MachineError(Exception):
    """One sentence for the user."""


def memory_bytes(text):
    """`128M`, `1G`, `65536K`, `128` (MiB) in bytes."""
    match = re.fullmatch(r"(\d+)([KMGkmg]?)", text)
    if not match or len(match.group(1)) > 12:
        raise MachineError("the memory size '%s' is not a number with K, M or G after it" % text)
    size = int(match.group(1)) << {"K": 10, "": 20, "M": 20, "G": 30}[match.group(2).upper()]
    if size < MEMORY_MIN:
        raise MachineError("at least 10M of memory is needed: with less, QEMU puts the "
                           "initrd and the device tree in the same place")
    return size


def emulator_check():
    if not shutil.which(EMULATOR):
        raise MachineError("%s was not found: run boot/install" % EMULATOR)
    result = subprocess.run([EMULATOR, "--version"], stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    match = re.search(r"version (\d+)\.(\d+)", result.stdout)
    if not match:
        raise MachineError("%s does not tell its version: %s" % (EMULATOR, result.stdout.strip()))
    version = (int(match.group(1)), int(match.group(2)))
    if version < VERSION_MIN:
        raise MachineError("QEMU %d.%d is too old: 7.2 or newer is needed" % version)


def readable_check(path, what):
    try:
        with open(path, "rb") as file:
            return file.read(4)
    except OSError as error:
        raise MachineError("cannot read the %s %s: %s" % (what, path, error.strerror)) from None


def command_line(kernel, initrd, memory="128M", harts=1, append="", icount=False, gdb=False):
    """The QEMU command without its console options."""
    if readable_check(kernel, "kernel") != b"\x7fELF":
        raise MachineError("the kernel %s is not an ELF file" % kernel)
    readable_check(initrd, "initrd")
    size = memory_bytes(memory)
    if harts < 1 or harts > 512:
        raise MachineError("the number of harts must be from 1 to 512, not %d" % harts)
    command = [EMULATOR, "-machine", "virt", "-bios", "default", "-cpu", "rv64",
               "-m", "%dK" % (size >> 10), "-smp", str(harts), "-display", "none", "-no-reboot",
               "-kernel", kernel, "-initrd", initrd]
    if append:
        command += ["-append", append]
    if icount:
        command += ["-icount", "shift=0"]
    if gdb:
        command += ["-s", "-S"]
    return command


def die_with_parent():
    """Runs in the child: the kernel kills it when the runner is gone, however that happened."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Log:
    """The console log file; its size has a limit, so that a runaway guest fills no disk."""

    def __init__(self, path):
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        self.path = path
        self._file = open(path, "wb", buffering=0)
        self._left = LOG_MAX

    def write(self, data):
        if self._left > 0:
            self._file.write(data[:self._left])
            self._left -= len(data)
            if self._left <= 0:
                self._file.write(b"\n(the log is full; the rest is not kept)\n")

    def close(self):
        self._file.close()


def run_captured(command, timeout, log, sink):
    """Runs QEMU without input; every piece of console output goes to log and sink(bytes).
    Returns the exit status, or None if the time limit passed."""
    command = command + ["-serial", "stdio", "-monitor", "none"]
    deadline = time.monotonic() + timeout
    machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
    try:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            ready, _, _ = select.select([machine.stdout], [], [], left)
            if not ready:
                continue
            data = os.read(machine.stdout.fileno(), 65536)
            if not data:
                break
            log.write(data)
            sink(data)
        left = max(deadline - time.monotonic(), 1)
        try:
            return machine.wait(left)
        except subprocess.TimeoutExpired:
            return None
    finally:
        machine.kill()
        machine.wait()
        machine.stdout.close()


def run_interactive(command, timeout, log_path):
    """Runs QEMU on the caller's terminal; Ctrl-C goes to the guest. Returns as run_captured."""
    os.makedirs(os.path.dirname(os.path.abspath(log_path)), exist_ok=True)
    command = command + [
        "-chardev", "stdio,id=console,mux=on,signal=off,logfile=" + log_path.replace(",", ",,"),
        "-serial", "chardev:console", "-mon", "chardev=console"]
    saved = terminal_save()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    machine = subprocess.Popen(command, preexec_fn=die_with_parent)
    try:
        return machine.wait(timeout)
    except subprocess.TimeoutExpired:
        return None
    finally:
        machine.kill()
        machine.wait()
        signal.signal(signal.SIGINT, before)
        terminal_restore(saved)


def terminal_save():
    import termios
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None


def terminal_restore(saved):
    """A killed QEMU leaves the terminal in raw mode."""
    import termios
    if saved is not None:
        termios.tcsetattr(0, termios.TCSADRAIN, saved)
