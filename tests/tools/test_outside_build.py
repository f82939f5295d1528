# Programs from outside the tree, all the way: folders made here, built by boot/run in a build
# folder of its own, started under QEMU.
#
#     test_outside_build.py PICOLIBC
import os
import subprocess
import sys
import tempfile

import taptest
from taptest import ROOT, equal

PROGRAMS = {
    "hello.c": '#include <stdio.h>\nint main(void) { int unused; printf("hello\\n"); }\n',
    "pair/main.c": '#include <stdio.h>\n#include "other.h"\n'
                   'int main(void) { printf("%d\\n", other()); return 22; }\n',
    "pair/other.c": '#include "other.h"\nint other(void) { return 11; }\n',
    "pair/other.h": "int other(void);\n",
    "test.c": '#include <string.h>\nint main(void) { return strdup("x") == NULL; }\n',
}
XV6_HEAD = '#include "kernel/types.h"\n#include "kernel/stat.h"\n#include "user/user.h"\n'
XV6_PROGRAMS = {
    "echo.c": XV6_HEAD + "int main(int argc, char *argv[]) { int i;\n"
              'for (i = 1; i < argc; i++) printf("<%s>\\n", argv[i]); exit(0); }\n',
    "status.c": XV6_HEAD + "int main(void) { int s; if (fork() == 0) exit(747); wait(&s);\n"
                'printf("%d\\n", s); exit(7); }\n',
    "ulib.c": "no C at all\n",
    "sh.c": "nor this\n",
}


class Folders:
    """A build folder, and two folders of programs."""

    def __init__(self, folder):
        self.build = os.path.join(folder, "build")
        self.posix = os.path.join(folder, "posix")
        self.xv6 = os.path.join(folder, "xv6")
        self.write(self.posix, PROGRAMS)
        self.write(self.xv6, XV6_PROGRAMS)

    @staticmethod
    def write(folder, files):
        for name, text in files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

    def run(self, command, *arguments):
        """Status, standard output and standard error of boot/run, without its installer."""
        line = [sys.executable, os.path.join(ROOT, "boot/lib/run.py"), "--build", self.build,
                *arguments, "-c", command]
        result = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, check=False)
        return result.returncode, result.stdout, result.stderr


FOLDERS = None


def test_outside_both_folders_build_and_run():
    status, output, message = FOLDERS.run(
        "hello; echo $?; pair; echo $?; test; echo $?; status", "--programs", FOLDERS.posix,
        "--xv6-programs", FOLDERS.xv6)
    equal("hello\n<0>\n11\n<22>\n<0>\n747\n", output)
    equal(7, status)
    equal(True, "hello.c:2:" in message and "warning: unused variable" in message)
    equal(True, "/bin/echo is now the one from " + FOLDERS.xv6 in message)
    equal(True, "sh is left out" in message and "ulib is part of xv6" in message)


def test_outside_folders_stay_and_new_files_are_found():
    FOLDERS.write(FOLDERS.posix, {"later.c": "int main(void) { return 5; }\n"})
    equal((5, ""), FOLDERS.run("later")[:2])


def test_outside_broken_program_stops_with_the_compilers_message():
    FOLDERS.write(FOLDERS.posix, {"later.c": "int main(void) { return absent; }\n"})
    status, output, message = FOLDERS.run("true")
    equal((2, ""), (status, output))
    equal(True, "later.c:1:25: error: " in message and "absent" in message)


def test_outside_removed_file_is_no_program_any_more():
    os.unlink(os.path.join(FOLDERS.posix, "later.c"))
    status, output, _ = FOLDERS.run("later")
    equal((127, "sh: later: not found\n"), (status, output))


def test_outside_name_in_both_folders_is_refused():
    FOLDERS.write(FOLDERS.posix, {"status.c": "int main(void) { return 0; }\n"})
    status, _, message = FOLDERS.run("true")
    equal(2, status)
    equal(True, "both -Dprograms and -Dxv6_programs have a program status" in message)
    os.unlink(os.path.join(FOLDERS.posix, "status.c"))


def test_outside_folders_forgotten_bring_ours_back():
    status, output, _ = FOLDERS.run("echo hi; hello", "--programs", "", "--xv6-programs", "")
    equal((127, "hi\nsh: hello: not found\n"), (status, output))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        FOLDERS = Folders(place)
        subprocess.run(["meson", "setup", FOLDERS.build, ROOT, "--cross-file",
                        os.path.join(ROOT, "cross-riscv64.txt"), "-Dpicolibc=" + sys.argv[1]],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        taptest.main(globals())
