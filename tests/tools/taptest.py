# Runs the test_ functions of a module and prints TAP.
import os
import sys
import traceback

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "boot/lib"), os.path.join(ROOT, "tests")]


def equal(expected, actual):
    if expected != actual:
        raise AssertionError("expected %r\nactual %r" % (expected, actual))


def main(names):
    tests = {name[5:]: test for name, test in names.items() if name.startswith("test_")}
    print("TAP version 13")
    for number, (name, test) in enumerate(tests.items(), 1):
        try:
            test()
            print("ok %d - %s" % (number, name))
        except Exception as error:  # every failure is one result, not the end of the run
            print("not ok %d - %s" % (number, name))
            text = str(error) if isinstance(error, AssertionError) else traceback.format_exc()
            for line in text.splitlines():
                print("# " + line)
    print("1..%d" % len(tests))
