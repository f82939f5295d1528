# Checks of plain text: line ends, line length, words that mark unfinished work, paths of somebody's
# machine; and that every Python and shell file at least parses.
import re
import subprocess

import tree

COLUMNS = 100
TAB = 4
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
MACHINE_PATH = re.compile(r"(?<![\w.}@$*/-])/(?:home|root|work|Users)/\w")
LONG_LINES_MATTER = (".c", ".h", ".S", ".py")


def columns(line):
    return len(line.expandtabs(TAB))


def line_problems(name, line):
    if line != line.rstrip():
        yield "white space at the end of the line"
    if name.endswith(LONG_LINES_MATTER) and columns(line) > COLUMNS:
        yield "%d columns" % columns(line)
    if UNFINISHED.search(line):
        yield "a word that marks unfinished work"
    if MACHINE_PATH.search(line):
        yield "a path of one machine"


def file_problems(name, text):
    problems = []
    if text and not text.endswith("\n"):
        problems.append("%s: no newline at the end" % name)
    if text.endswith("\n\n"):
        problems.append("%s: empty lines at the end" % name)
    for number, line in enumerate(text.split("\n"), 1):
        problems += ["%s:%d: %s" % (name, number, problem) for problem in line_problems(name, line)]
    return problems


def python_problems(name, text):
    try:
        compile(text, name, "exec")
    except SyntaxError as error:
        return ["%s:%s: %s" % (name, error.lineno, error.msg)]
    return []


def shell_problems(root, name):
    result = subprocess.run(["sh", "-n", name], cwd=root, stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return [name + ": " + result.stdout] if result.returncode else []


def check(root):
    plain, python, shell = [], [], []
    for name in tree.files(root, tree.TEXT_ENDINGS):
        text = tree.read(root, name)
        plain += file_problems(name, text)
        if name.endswith(".py"):
            python += python_problems(name, text)
        elif text.startswith("#!/bin/sh"):
            shell += shell_problems(root, name)
    return [("text_lines_are_clean", plain), ("python_files_parse", python),
            ("shell_files_parse", shell)]
