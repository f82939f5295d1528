# The console filter, however the bytes are cut; and what is made of them: panics, results, counts.
import random

import taptest
from taptest import equal

import bench
import panic
import tap
from records import Records


def cut(data, seed):
    """Feeds data in random pieces. Returns the output and the filter."""
    pieces = random.Random(seed)
    records = Records()
    output = b""
    while data:
        size = pieces.randint(1, 12)
        output += records.feed(data[:size])
        data = data[size:]
    return output + records.finish(), records


def test_records_plain_output_is_shown_exactly():
    for seed in range(200):
        output, records = cut(b"boot\n\x1ebegin\nhi\n\x00\xff\x1e\r\n\x1eend 0\nafter\n", seed)
        equal(b"hi\n\x00\xff\x1e\r\n", output)
        equal(0, records.status)


def test_records_log_lines_are_taken_out():
    for seed in range(200):
        console = b"\x1ebegin\na\n\x1elog crash (pid 7)\nb\x1elog x\nc\n\x1eend 3\n"
        output, records = cut(console, seed)
        equal(b"a\nbc\n", output)
        equal(["crash (pid 7)", "x"], records.logs)
        equal(3, records.status)


def test_records_lookalikes_are_output():
    text = b"\x1elo\x1e\x1ebeg\n\x1eend x\n\x1eendless\n"
    for seed in range(200):
        equal(text, cut(b"\x1ebegin\n" + text + b"\x1eend 0\n", seed)[0])


def test_records_own_panic_word_is_output():
    for seed in range(200):
        output, _ = cut(b"\x1ebegin\nab\npan\npanic: of mine\nrest\n\x1eend 0\n", seed)
        equal(b"ab\npan\npanic: of mine\nrest\n", output)


def test_records_kernel_panic_is_not_output():
    for seed in range(200):
        output, records = cut(b"\x1ebegin\nab\npanic: trap.c:1\nbacktrace: 0x1\n", seed)
        equal(b"ab\n", output)
        equal(False, records.ended)


def test_records_nothing_before_begin():
    equal(b"", cut(b"noise\n\x1elog early\n\x1eend 4\n", 1)[0])


def test_panic_absent_gives_none():
    equal(None, panic.panic_find("no panic: here\n"))


def test_panic_is_found_up_to_its_end():
    equal("panic: a\nbacktrace: 0x1 0x2", panic.panic_find("x\npanic: a\nbacktrace: 0x1 0x2\n"))


def test_bench_lines_become_results():
    results = bench.results_parse("noise\nbench a.b 12 13.5 2\nbench broken 1\n")
    equal({"a.b": {"median": 12, "mean": 13.5, "kernel_entries": 2}}, results)


def test_tap_counts_single_results():
    record = {"result": "FAIL", "stdout": "TAP version 13\nok 1 - a\nnot ok 2 - b\n# expected 1\n"
              "ok 3 - c # SKIP no disk\n1..3\n"}
    equal((1, 1, [("b", ["expected 1"])]), tuple(tap.count(record, True)))


def test_tap_broken_run_is_a_failure():
    record = {"result": "ERROR", "stdout": "ok 1 - a\n"}
    equal(1, len(tap.count(record, True).failures))
    equal(1, len(tap.count({"result": "TIMEOUT", "stdout": ""}, False).failures))


if __name__ == "__main__":
    taptest.main(globals())
