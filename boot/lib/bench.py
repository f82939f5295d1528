# Benchmark results: from the guest's lines to build/bench.json and a table. What runs in the guest
# (tests/bench, tests/guest/kernel) prints one line a result: bench NAME MEDIAN MEAN KERNEL_ENTRIES.
import json
import re

# Its first program measures the kernel's calls when booted with mode=bench.
KERNEL_INITRD = "tests/guest/kernel/kernel.cpio"
KERNEL_MEMORY = "16M"  # as in its tests
LINE = re.compile(r"bench (\S+) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)\r?")


def number(text):
    value = float(text)
    return int(value) if value.is_integer() else value


def results_parse(text):
    results = {}
    for line in text.split("\n"):
        match = LINE.fullmatch(line)
        if match:
            median, mean, entries = (number(field) for field in match.groups()[1:])
            results[match.group(1)] = {"median": median, "mean": mean, "kernel_entries": entries}
    return results


def results_write(results, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"unit": "instructions", "results": results}, file, indent=2)
        file.write("\n")


def table(results):
    rows = [("benchmark", "median", "mean", "kernel entries")]
    rows += [(name, str(row["median"]), str(row["mean"]), str(row["kernel_entries"]))
             for name, row in results.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [row[0].ljust(widths[0]) + "".join("  " + row[i].rjust(widths[i]) for i in (1, 2, 3))
             for row in rows]
    return "\n".join(lines + ["(instructions; medians and means of one operation)"])
