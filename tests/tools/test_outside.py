# Programs from outside the tree: which files of a folder are programs, when the build folder is
# configured again, what of a build's output is shown. Nothing is built here.
import os
import tempfile

import taptest
from taptest import equal

import build
import machine
import outside


def write(folder, *names):
    for name in names:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("int main(void) { return 0; }\n")


def refused(words, call, *arguments):
    try:
        call(*arguments)
    except (outside.OutsideError, machine.MachineError) as error:
        equal(True, words in str(error))
        return
    raise AssertionError("expected an error with '%s'" % words)


def test_outside_files_and_folders_with_sources_are_programs():
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "one.c", "two/b.c", "two/a.c", "notes.txt", "docs/x.md", ".git/y.c", "one.h")
        equal({"one": [folder + "/one.c"], "two": [folder + "/two/a.c", folder + "/two/b.c"]},
              outside.programs_in(folder))


def test_outside_empty_folder_has_no_programs():
    with tempfile.TemporaryDirectory() as folder:
        equal({}, outside.programs_in(folder))


def test_outside_missing_folder_is_refused():
    refused("there is no folder /nowhere", outside.programs_in, "/nowhere")


def test_outside_file_and_folder_of_one_name_are_refused():
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "a.c", "a/main.c")
        refused("both a.c and a folder a", outside.programs_in, folder)


def test_outside_name_that_no_file_can_have_is_refused():
    for name in ("with space.c", "-x.c", "a" * 33 + ".c"):
        with tempfile.TemporaryDirectory() as folder:
            write(folder, name)
            refused("cannot be the name of a program", outside.programs_in, folder)


def options(built, programs=None, xv6=None):
    return build.outside_options(built, {"programs": programs, "xv6_programs": xv6})


def test_outside_folder_is_configured_when_it_is_new_and_when_files_come_and_go():
    with tempfile.TemporaryDirectory() as built, tempfile.TemporaryDirectory() as folder:
        write(folder, "a.c")
        equal([], options(built))
        equal(["-Dprograms=" + folder], options(built, folder))
        record = outside.record_path(built, "programs")
        with open(record, "w", encoding="utf-8") as file:
            file.write(outside.listing(folder))
        equal([], options(built))
        equal([], options(built, folder))
        write(folder, "b.c")
        equal(["-Dprograms=" + folder], options(built))
        os.unlink(folder + "/a.c")
        os.unlink(folder + "/b.c")
        equal(["-Dprograms=" + folder], options(built))
        equal(["-Dprograms="], options(built, ""))
        equal(["-Dxv6_programs=" + folder], options(built, "", folder)[1:])


def test_outside_folder_that_went_is_refused_and_can_be_forgotten():
    with tempfile.TemporaryDirectory() as built:
        with open(outside.record_path(built, "xv6_programs"), "w", encoding="utf-8") as file:
            file.write("/nowhere\n")
        refused("--xv6-programs '' forgets it", options, built)
        equal(["-Dxv6_programs="], options(built, None, ""))


def test_build_warnings_of_outside_programs_alone_are_shown():
    lines = ["[1/4] Compiling C object user/programs/cat.p/cat.c.o\n", "ours\n",
             "[2/4] Compiling C object user/outside/outside-a.p/a.c.o\n", "a.c:1: warning: w\n",
             "   1 | x\n", "[3/4] Linking target user/programs/cat\n", "ours\n",
             "[4/4] Linking target user/outside/outside-a\n", "ninja: done\n"]
    equal("a.c:1: warning: w\n   1 | x\n", build.outside_messages(lines, False))


def test_build_replaced_programs_are_named():
    lines = ["Project version: 0.1\n", "Message: programs: /bin/cat is yours\n", "Message: x\n"]
    equal("programs: /bin/cat is yours\n", build.outside_messages(lines, True))


if __name__ == "__main__":
    taptest.main(globals())
