# The lint tests: lint.py CHECK SOURCE_ROOT [ARGUMENT]. Prints TAP; see the module of each check.
import sys

sys.dont_write_bytecode = True

import compilers  # noqa: E402
import image  # noqa: E402
import include  # noqa: E402
import text  # noqa: E402
import tree  # noqa: E402

CHECKS = {
    "text": text.check,
    "include": include.check,
    "format": compilers.format_check,
    "header": compilers.header_check,
    "size": image.size_check,
    "reproducible": image.reproducible_check,
}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in CHECKS:
        sys.exit("usage: lint.py %s SOURCE_ROOT [ARGUMENT]" % "|".join(CHECKS))
    tree.report(CHECKS[sys.argv[1]](*sys.argv[2:]))
