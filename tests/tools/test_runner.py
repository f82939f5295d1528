# boot/run with bad input: one clear sentence, a status that is not 0, no hang. QEMU is replaced by
# small scripts, so nothing is built or booted here.
import os
import subprocess
import sys
import tempfile

import taptest
from taptest import ROOT, equal

import archive

VERSION = 'if [ "$1" = --version ]; then echo "QEMU emulator version %s"; exit; fi\n'
ELF = b"\x7fELF"


def runner(arguments, emulator=None, version="7.2.22", kernel=ELF, initrd=None):
    """Runs the runner with a fake emulator. Returns status, standard output, standard error."""
    with tempfile.TemporaryDirectory() as folder:
        if initrd is None:
            initrd = archive.command_archive("")
        paths = {"kernel": kernel, "initrd": initrd}
        for name, data in paths.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        script = os.path.join(folder, "qemu-system-riscv64")
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + VERSION % version + (emulator or "exit 1\n"))
        os.chmod(script, 0o755)
        environment = dict(os.environ, PATH=folder + ":" + os.environ["PATH"])
        command = [sys.executable, os.path.join(ROOT, "boot/lib/run.py"), "--build", folder,
                   "--kernel", os.path.join(folder, "kernel"),
                   "--initrd", os.path.join(folder, "initrd"), *arguments]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=environment, timeout=60, check=False)
        return result.returncode, result.stdout, result.stderr.decode()


def refused(words, *arguments, **options):
    """The runner refuses with one line that has these words in it."""
    status, output, message = runner(*arguments, **options)
    equal((2, b"", 1), (status, output, len(message.splitlines())))
    equal(True, words in message)


def test_runner_command_prints_output_and_status():
    machine = r"printf 'boot\n\036begin\nhi\n\036end 0\n'" "\n"
    equal((0, b"hi\n", ""), runner(["-c", "echo hi"], machine))


def test_runner_failing_command_gives_its_status_and_the_log():
    machine = r"printf '\036begin\nno\n\036end 7\n'; exit 7" "\n"
    status, output, message = runner(["-c", "false"], machine)
    equal((7, b"no\n", True), (status, output, "console log: " in message))


def test_runner_kernel_panic_fails():
    machine = r"printf '\036begin\nhi\npanic: trap.c:3: broken\n'; exit 1" "\n"
    status, output, message = runner(["-c", "x"], machine)
    equal((1, b"hi\n", True), (status, output, "panic: trap.c:3: broken" in message))


def test_runner_panic_that_stops_with_zero_fails():
    equal(1, runner(["-c", "x"], r"printf '\036begin\npanic: x\n'" "\n")[0])


def test_runner_silent_stop_fails():
    status, _, message = runner(["-c", "x"], "echo last words\n")
    equal((1, True), (status, "last words" in message))


def test_runner_hanging_machine_is_killed():
    status, _, message = runner(["-c", "x", "--timeout", "0.5"], "trap '' TERM\nexec sleep 50\n")
    equal((124, True), (status, "time limit" in message))


def test_runner_old_emulator_is_refused():
    refused("7.2 or newer", ["-c", "x"], version="7.1.0")


def test_runner_small_memory_is_refused():
    refused("10M", ["-c", "x", "-m", "8M"])


def test_runner_senseless_memory_is_refused():
    refused("memory size", ["-c", "x", "-m", "lots"])


def test_runner_foreign_kernel_is_refused():
    refused("not an ELF", ["-c", "x"], kernel=b"text")


def test_runner_foreign_initrd_is_refused():
    refused("not a cpio archive", ["-c", "x"], initrd=b"text")


def test_runner_missing_kernel_is_refused():
    refused("cannot read the kernel", ["-c", "x", "--kernel", "/nowhere/at/all"])


def test_runner_bench_without_results_fails():
    equal(1, runner(["--bench"], r"printf '\036begin\n\036end 0\n'" "\n")[0])


if __name__ == "__main__":
    taptest.main(globals())
