"""Measure what one month of Riverton costs at growing sizes: CPU seconds, peak memory, bytes.

Run it from the checkout: `python benchmarks/synthetic.py [CALLS_A_YEAR ...]`. Every size has a
process of its own, so that its peak is its own.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (60_000, 600_000, 6_000_000)  # calls a year: Riverton, ten and a hundred times as many
MONTH = "2025-07"
_KB, _MB = 1000, 1_000_000


def measure(calls: int) -> dict[str, float]:
    """Write one month in this process, and say what it took.

    Args:
        calls: Calls a year.

    Returns:
        Seconds of CPU and wall, megabytes of memory at the peak and before, and of files.
    """
    from data_contracts.synthetic import write_inbox

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        written = write_inbox(Path(folder), seed=1, months=[MONTH], calls_per_year=calls)
        spent = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
        size = sum(path.stat().st_size for path in written)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**spent, "peak_mb": peak / _KB, "before_mb": before / _KB, "files_mb": size / _MB}


def main(sizes: list[str]) -> None:
    """Print one line a size."""
    if sizes[:1] == ["--one"]:
        sys.stdout.write(json.dumps(measure(int(sizes[1]))))
        return
    for calls in [int(size) for size in sizes] or SIZES:
        found = subprocess.run(  # noqa: S603 (this file, with a number)
            [sys.executable, __file__, "--one", f"{calls:d}"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        told = "  ".join(f"{name} {n:8.2f}" for name, n in json.loads(found.stdout).items())
        sys.stdout.write(f"{calls:>12,d} calls a year, one month: {told}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
