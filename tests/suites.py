# Sets up both build folders, builds, runs meson's tests in both and counts the single results.
# This is what tests/run starts.
#
# Not here: what the tests are (each meson.build), how a guest test boots (guest.py).
import argparse
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "boot/lib"))

import build  # noqa: E402
import machine  # noqa: E402
import tap  # noqa: E402

CROSS = ["--cross-file", os.path.join(build.ROOT, "cross-riscv64.txt")]
NATIVE = ["-Db_sanitize=address,undefined"]
FOLDERS = (("build", CROSS), ("build-host", NATIVE))
PROGRESS = re.compile(r" *\d+/\d+ ")
FULL_FACTOR = 10  # on meson's own time limits


def options_parse():
    parser = argparse.ArgumentParser(
        prog="tests/run", description="Builds and runs the tests; ends with the line "
        "'N passed, N failed' (and ', N skipped').")
    parser.add_argument("--full", action="store_true",
                        help="run the stated sizes, not the scaled ones (much longer)")
    parser.add_argument("name", nargs="*",
                        help="only these suites (lint, tools, host, guest) or tests")
    return parser.parse_args()


def tests_list(folder):
    """meson's tests: name -> {suites, protocol}."""
    result = subprocess.run(["meson", "introspect", folder, "--tests"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, check=True)
    return {test["name"]: {"suites": [suite.rpartition(":")[2] for suite in test["suite"]],
                           "protocol": test["protocol"]}
            for test in json.loads(result.stdout)}


def tests_choose(tests, names):
    if not names:
        return list(tests)
    return [test for test, facts in tests.items() if set(names) & {test, *facts["suites"]}]


def progress_show(command, environment):
    """Runs meson test; of what it prints only the line a test. Returns its exit status."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, errors="replace", env=environment) as process:
        for line in process.stdout:
            if PROGRESS.match(line):
                print(line, end="", flush=True)
    return process.returncode


def folder_test(folder, tests, chosen, full):
    """Runs the chosen tests; returns their results as meson's records."""
    log = os.path.join(folder, "meson-logs", "testlog.json")
    if os.path.exists(log):
        os.unlink(log)
    command = ["meson", "test", "-C", folder, "--no-rebuild"]
    if full:
        command += ["-t", str(FULL_FACTOR)]
    if len(chosen) < len(tests):
        command += chosen
    environment = dict(os.environ, FAULTLINE_FULL="1" if full else "0", PYTHONUNBUFFERED="1")
    status = progress_show(command, environment)
    if not os.path.exists(log):
        raise machine.MachineError("meson test left no results in %s (status %d)" % (log, status))
    with open(log, encoding="utf-8") as file:
        results = [json.loads(line) for line in file if line.strip()]
    if len(results) < len(chosen):
        raise machine.MachineError("only %d of %d tests in %s ran"
                                   % (len(results), len(chosen), folder))
    return results


def failure_print(test, label, lines, folder):
    print("\nFAILED %s: %s" % (test, label))
    for line in lines:
        print("    " + line)
    if not any("console log:" in line for line in lines):
        print("    log: " + os.path.join(folder, "meson-logs", "testlog.txt"))
    print("    alone: ./tests/run '%s'" % test)


def main():
    options = options_parse()
    passed = failed = skipped = 0
    failures = []
    try:
        plans = []
        for name, arguments in FOLDERS:
            folder = os.path.join(build.ROOT, name)
            build.build_setup(folder, arguments, again=True)
            print("Building %s" % name, flush=True)
            build.build_targets(folder)
            plans.append((folder, tests_list(folder)))
        known = {word for _, tests in plans for test, facts in tests.items()
                 for word in [test] + facts["suites"]}
        for word in options.name:
            if word not in known:
                raise machine.MachineError("no suite or test is called '%s'; there are: %s"
                                           % (word, ", ".join(sorted(known))))
        for folder, tests in plans:
            chosen = tests_choose(tests, options.name)
            if not chosen:
                continue
            print("Testing in %s" % os.path.basename(folder), flush=True)
            for record in folder_test(folder, tests, chosen, options.full):
                test = record["name"].rpartition(" / ")[2]
                counts = tap.count(record, tests[test]["protocol"] == "tap")
                passed += counts.passed
                skipped += counts.skipped
                failed += len(counts.failures)
                failures += [(test, label, lines, folder) for label, lines in counts.failures]
    except machine.MachineError as error:
        print("tests/run: %s" % error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    for failure in failures:
        failure_print(*failure)
    if passed + failed == 0:
        print("tests/run: no test ran", file=sys.stderr)
    print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
