# Compares the documentation with the headers: abi_docs.py SOURCE_ROOT. Prints TAP.
#
# Not here: whether a sentence is true. Only what can be read off: sections, tables, links, files.
import os
import re
import sys

sys.dont_write_bytecode = True

import tree  # noqa: E402

HEADINGS = ("Arguments", "Rights", "Results", "Errors", "On failure", "Bound", "Notes")
SYSCALL = re.compile(r"X\((\d+), \w+, (\w+), \"")
ERROR = re.compile(r"X\((\d+), (FL_\w+), \"([^\"]*)\"\)")
REASON = re.compile(r"X\((\d+), (REASON_\w+), \"([^\"]*)\"\)")
STATISTIC = re.compile(r"X\([A-Z_]+, \"(\w+)\", \"([^\"]*)\"\)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
# `kern/trap.c` and the like. A name with a star, a placeholder or a build folder is no file.
FILE = re.compile(r"`((?:boot|kern|libsys|pager|user|tests|docs)/[\w./-]+)`")
PAGES = ("README.md", "CONTRIBUTING.md")


def syscall_problems(abi, header):
    expected = SYSCALL.findall(header)
    actual = re.findall(r"^### (\d+) `(\w+)`$", abi, re.MULTILINE)
    problems = [] if actual == expected else ["expected the sections %s\nactual %s"
                                              % (expected, actual)]
    sections = re.findall(r"^### (\d+ `\w+`)\n(.*?)(?=^##)", abi, re.MULTILINE | re.DOTALL)
    for title, body in sections:
        found = tuple(re.findall(r"^- \*\*([\w ]+)\*\*", body, re.MULTILINE))
        if found != HEADINGS:
            problems.append("%s: expected the headings %s\nactual %s" % (title, HEADINGS, found))
    return problems


def table_problems(page, rows):
    """The rows of the header must be rows of the page, in the header's order."""
    at = 0
    for row in rows:
        line = "| %s |" % " | ".join(row)
        found = page.find("\n" + line + "\n", at)
        if found < 0:
            return ["expected the line, after those before it: " + line]
        at = found + 1
    return [] if rows else ["the header's table was not found"]


def label_problems(protocol, header):
    labels = re.search(r"enum pager_label \{(.*?)\};", header, re.DOTALL).group(1)
    names = re.findall(r"^\s*(PAGER_\w+)", labels, re.MULTILINE)
    return ["no section for " + name for name in names if "\n### `%s`\n" % name not in protocol]


def anchors(text):
    """The anchors of a page's headings, as the usual renderers make them."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
        found.add(plain.replace(" ", "-"))
    return found


def link_problems(root, name, text):
    problems = []
    for link in LINK.findall(FENCE.sub("", text)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
        if not os.path.exists(os.path.join(root, target)):
            problems.append("%s: the link %s leads nowhere" % (name, link))
        elif anchor and anchor not in anchors(tree.read(root, target)):
            problems.append("%s: no heading for the link %s" % (name, link))
    problems += ["%s: there is no file %s" % (name, path) for path in FILE.findall(text)
                 if not os.path.exists(os.path.join(root, path))]
    return problems


def check(root):
    abi = tree.read(root, "docs/abi.md")
    protocol = tree.read(root, "docs/pager-protocol.md")
    errors = tree.read(root, "kern/include/abi/error.h")
    pager = tree.read(root, "libsys/include/proto/pager.h")
    syscalls = tree.read(root, "kern/include/abi/syscall.h")
    codes = [(number, "`%s`" % name, text) for number, name, text in ERROR.findall(errors)]
    reasons = [(number, "`%s`" % name, text) for number, name, text in REASON.findall(pager)]
    statistics = [("`%s`" % key, text) for key, text in STATISTIC.findall(pager)]
    links = []
    for name in list(PAGES) + tree.files(root, (".md",), rooms=("docs",)):
        links += link_problems(root, name, tree.read(root, name))
    return [
        ("abi_page_has_every_call", syscall_problems(abi, syscalls)),
        ("abi_page_lists_every_error",
         table_problems(abi, codes)),
        ("protocol_page_has_every_label", label_problems(protocol, pager)),
        ("protocol_page_lists_every_reason", table_problems(protocol, reasons)),
        ("protocol_page_lists_every_statistic", table_problems(protocol, statistics)),
        ("documentation_links_lead_somewhere", links),
    ]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: abi_docs.py SOURCE_ROOT")
    tree.report(check(sys.argv[1]))
