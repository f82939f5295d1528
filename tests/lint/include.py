# Which room may include what. Only headers of this tree are judged: the others are kept out by
# -nostdinc where they must not be used.
import os
import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include(?:_next)?\s*(["<])([^">]+)[">]', re.MULTILINE)
SEARCH = ("kern/include", "libsys/include", "libsys/posix/include", "kern", "pager",
          "pager/core", "libsys/core", "libsys/server", "libsys/posix", "user", "tests/host",
          "tests/guest", "tests")

# Room: what it may include. The longest prefix counts, for the file as for the header.
ABI = "kern/include"
ALLOWED = {
    "kern": ("kern", ABI),
    "kern/include": (ABI,),
    "libsys": ("libsys", "libsys/include", ABI),
    "libsys/include": ("libsys/include", ABI),
    "pager/core": ("pager/core", "libsys/include/proto", ABI),
    "pager": ("pager", "pager/core", "libsys/include", "libsys", ABI),
    "user": ("user", "libsys/include", "libsys", ABI),
    "tests/host": ("tests/host", "tests", "kern", "pager", "pager/core", "libsys", "libsys/include",
                   "user", ABI),
    "tests": ("tests", "tests/guest", "libsys", "libsys/include", ABI),
}
AREAS = tuple(ALLOWED) + ("libsys/include/proto",)


def area_of(path, areas):
    inside = [area for area in areas if path.startswith(area + "/")]
    return max(inside, key=len) if inside else None


def header_find(root, name, header, quoted):
    """Path of an included header if it is one of this tree's."""
    folder = os.path.dirname(name)
    room = name.split("/")[0]
    places = [folder] if quoted else []
    places += [place for place in SEARCH if place.split("/")[0] == room]
    for place in places + list(SEARCH):
        path = os.path.normpath(os.path.join(place, header))
        if os.path.exists(os.path.join(root, path)):
            return path
    return None


def allowed(name, target):
    area = area_of(name, ALLOWED)
    if area is None or os.path.dirname(name) == os.path.dirname(target):
        return True
    target_area = area_of(target, AREAS)
    permitted = ALLOWED[area]
    if target_area == "libsys/include/proto" and "libsys/include" in permitted:
        return True
    return target_area in permitted


def check(root):
    upward, crossing = [], []
    for name in tree.files(root, tree.C_ENDINGS + (".S",)):
        for match in INCLUDE.finditer(tree.read(root, name)):
            header = match.group(2)
            if header.startswith("../") or "/../" in header:
                upward.append("%s includes %s" % (name, header))
                continue
            target = header_find(root, name, header, match.group(1) == '"')
            if target and not allowed(name, target):
                crossing.append("%s may not include %s" % (name, target))
    return [("include_paths_never_go_up", upward),
            ("include_stays_in_what_the_room_may_use", crossing)]
