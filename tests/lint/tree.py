# Which files the checks look at, and the result of a check as TAP.
import os

ROOMS = ("boot", "kern", "libsys", "pager", "user", "tests", "docs")
TOP = (".ci/run", ".clang-format", ".editorconfig", ".gitignore", "CONTRIBUTING.md", "LICENSE",
       "README.md", "cross-riscv64.txt", "meson.build", "meson_options.txt")
C_ENDINGS = (".c", ".h")
TEXT_ENDINGS = C_ENDINGS + (".S", ".ld", ".py", ".md", ".build", ".txt", ".sh", "")


def files(root, endings, rooms=ROOMS):
    """Paths relative to root, sorted."""
    top = TOP if rooms is ROOMS else ()
    found = [name for name in top if os.path.exists(os.path.join(root, name))]
    for room in rooms:
        for folder, folders, names in os.walk(os.path.join(root, room)):
            folders[:] = [name for name in folders if name != "__pycache__"]
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(name for name in found if os.path.splitext(name)[1] in endings)


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def report(results):
    """results: [(test name, [problem, ...])]. Prints TAP."""
    print("TAP version 13")
    for number, (name, problems) in enumerate(results, 1):
        print("%sok %d - %s" % ("not " if problems else "", number, name))
        for problem in problems:
            for line in problem.splitlines():
                print("# " + line)
    print("1..%d" % len(results))
