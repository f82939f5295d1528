# Programs from outside the tree: which there are in a folder that somebody named.
#
#     outside.py FOLDER RECORD     prints a line a program: its name and its sources, tabs between
#
# meson calls it so while it configures, and build.py compares what it finds with the record to see
# that files have come or gone since. Not here: how they are compiled (user/outside/meson.build).
import os
import re
import sys

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
NAME_MAX = 32  # what the file server takes (proto/files.h)


class OutsideError(Exception):
    pass


def sources_in(folder):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder)
                  if name.endswith(".c") and os.path.isfile(os.path.join(folder, name)))


def programs_in(folder):
    """{name: [source, ...]}, sorted. A folder without sources is no program."""
    if not os.path.isdir(folder):
        raise OutsideError("there is no folder %s" % folder)
    try:
        found = [(os.path.basename(source)[:-2], [source]) for source in sources_in(folder)]
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isdir(path) and not name.startswith(".") and sources_in(path):
                found.append((name, sources_in(path)))
    except OSError as error:
        raise OutsideError("cannot read %s: %s" % (error.filename, error.strerror)) from error
    programs = {}
    for name, sources in sorted(found):
        if name in programs:
            raise OutsideError("%s has both %s.c and a folder %s with sources"
                               % (folder, name, name))
        if not NAME.fullmatch(name) or len(name) > NAME_MAX or any("\t" in s or "\n" in s
                                                                   for s in sources):
            raise OutsideError("%s: '%s' cannot be the name of a program (letters, digits and "
                               "_ . + -, at most %d)" % (folder, name, NAME_MAX))
        programs[name] = sources
    return programs


def listing(folder):
    """What the record holds; '' for no folder."""
    if not folder:
        return ""
    lines = ["\t".join([name, *sources]) for name, sources in programs_in(folder).items()]
    return "\n".join([folder, *lines]) + "\n"


def record_path(build, option):
    return os.path.join(build, "outside-%s.list" % option)


def record_read(path):
    """The folder and the whole record of the last configuration; two empty texts if none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except FileNotFoundError:
        return "", ""
    return text.partition("\n")[0], text


def main():
    folder, record = sys.argv[1:]
    try:
        text = listing(folder)
    except OutsideError as error:
        sys.exit(str(error))
    with open(record, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    sys.stdout.write(text.partition("\n")[2])


if __name__ == "__main__":
    main()
