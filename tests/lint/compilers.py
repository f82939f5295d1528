# clang-format over all C files, and every header compiled alone, as each room that uses it would.
import os
import re
import shlex
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import tree

FORMAT_VERSION = "14"  # Debian 12's
INCLUDE_FOLDERS = {
    "kern": ("kern/include", "kern"),
    "kern/include": ("kern/include",),
    "libsys": ("kern/include", "libsys/include", "libsys/core"),
    "libsys/include": ("kern/include", "libsys/include"),
    "libsys/posix": ("libsys/posix/include", "kern/include", "libsys/include", "libsys/core",
                     "libsys/posix"),
    "libsys/xv6": ("libsys/posix/include", "kern/include", "libsys/include", "libsys/posix",
                   "libsys/xv6"),
    "libsys/xv6/include": ("libsys/xv6/include",),
    "pager": ("kern/include", "libsys/include", "libsys/core", "pager", "pager/core"),
    "pager/core": ("kern/include", "libsys/include", "pager/core", "pager"),
    "user": ("kern/include", "libsys/include", "libsys/core", "user"),
    "user/programs": ("libsys/posix/include", "kern/include", "libsys/include", "user"),
    "tests/host": ("tests/host", "kern/include", "kern", "libsys/include", "libsys/core", "pager",
                   "pager/core"),
    "tests/host/libsys": ("tests/host", "kern/include", "libsys/include", "libsys/core",
                          "user/files"),
    "tests/guest/xv6": ("libsys/xv6/include",),
    "tests/guest": ("libsys/posix/include", "kern/include", "libsys/include", "tests/guest"),
}
# The compilers (environment variables LINT_*) that must take the headers of an area.
COMPILERS = {
    "kern": ("KERN",),
    "kern/include": ("KERN", "SERVER", "PROGRAM", "NATIVE"),
    "libsys": ("SERVER",),
    "libsys/include": ("SERVER", "PROGRAM"),
    "libsys/posix": ("PROGRAM",),
    "libsys/xv6": ("PROGRAM",),
    "libsys/xv6/include": ("PROGRAM",),
    "pager": ("SERVER",),
    "pager/core": ("SERVER", "NATIVE"),
    "user": ("SERVER",),
    "user/programs": ("PROGRAM",),
    "tests/host": ("NATIVE",),
    "tests/host/libsys": ("NATIVE",),
    "tests/guest": ("PROGRAM",),
    "tests/guest/xv6": ("PROGRAM",),
}


def area_of(name):
    inside = [area for area in COMPILERS if name.startswith(area + "/")]
    return max(inside, key=len) if inside else None


def header_compile(root, name, compiler):
    """The compiler's message, or nothing."""
    area = area_of(name)
    command = shlex.split(os.environ["LINT_" + compiler])
    command += ["-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c"]
    command += ["-I" + os.path.join(root, folder) for folder in INCLUDE_FOLDERS[area]
                if os.path.isdir(os.path.join(root, folder))]
    source = '#include "%s"\n#include "%s"\n' % ((os.path.join(root, name),) * 2)
    result = subprocess.run(command + ["-"], input=source, text=True, cwd=root, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return "%s (%s):\n%s" % (name, compiler.lower(), result.stdout) if result.returncode else None


def header_check(root):
    jobs = [(name, compiler) for name in tree.files(root, (".h",)) if area_of(name)
            for compiler in COMPILERS[area_of(name)]]
    strays = [name + " lies in no room that has headers" for name in tree.files(root, (".h",))
              if not area_of(name)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        messages = list(pool.map(lambda job: header_compile(root, *job), jobs))
    return [("header_belongs_to_a_room", strays),
            ("header_compiles_alone_and_twice", [message for message in messages if message])]


def clang_format_version():
    """The major version: other versions format some things differently."""
    if not shutil.which("clang-format"):
        return None
    result = subprocess.run(["clang-format", "--version"], stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, check=False)
    match = re.search(r"version (\d+)", result.stdout)
    return match.group(1) if match else None


def format_check(root):
    if clang_format_version() != FORMAT_VERSION:
        return [("format_is_that_of_clang_format # SKIP needs version " + FORMAT_VERSION, [])]
    names = tree.files(root, tree.C_ENDINGS)
    command = ["clang-format", "--dry-run", "-Werror", "--style=file", *names]
    result = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    places = Counter(line.split(":")[0] for line in result.stdout.splitlines() if "error:" in line)
    problems = ["%s: %d places (clang-format -i mends them)" % place for place in places.items()]
    if result.returncode and not problems:
        problems = [result.stdout]
    return [("format_is_that_of_clang_format", problems)]
