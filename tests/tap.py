# Counts the single results in one of meson's test records (a line of testlog.json).
import re
from collections import namedtuple

RESULT = re.compile(r"(not )?ok\b\s*\d*\s*(?:- )?(.*)$")
SKIP = re.compile(r"#\s*skip", re.IGNORECASE)
TAIL_LINES = 40

Counts = namedtuple("Counts", "passed skipped failures")  # failures: [(label, [line, ...])]


def tail(record):
    text = (record.get("stdout") or "") + (record.get("stderr") or "")
    return text.splitlines()[-TAIL_LINES:]


def count_whole(record):
    """A test that says nothing but its exit status."""
    result = record["result"]
    if result == "SKIP":
        return Counts(0, 1, [])
    if result in ("OK", "EXPECTEDFAIL"):
        return Counts(1, 0, [])
    return Counts(0, 0, [(result, tail(record))])


def count(record, is_tap):
    if not is_tap:
        return count_whole(record)
    passed = skipped = 0
    failures = []
    comments = None  # of the failure that was met last
    for line in (record.get("stdout") or "").splitlines():
        match = RESULT.match(line)
        if match:
            comments = None
            if SKIP.search(match.group(2)):
                skipped += 1
            elif match.group(1):
                comments = []
                failures.append((match.group(2), comments))
            else:
                passed += 1
        elif comments is not None and line.startswith("#"):
            comments.append(line[1:].strip())
    if not failures and record["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
        failures.append((record["result"], tail(record)))
    if record["result"] == "SKIP" and not passed + skipped:
        skipped = 1
    return Counts(passed, skipped, failures)
