"""Run a command in a process of its own, and see what it took."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import NamedTuple

_KILOBYTE = 1 if sys.platform == "darwin" else 1024  # macOS counts peak memory in bytes
_MEGABYTE = 2**20


class Cost(NamedTuple):
    """What a process took, from its start to its end, with the processes that it waited for."""

    cpu_s: float
    wall_s: float
    peak_mb: float


class ChildError(Exception):
    """A command stopped before its end."""


def run_child(words: Sequence[str], *, folder: str | None = None) -> Cost:
    """Run a command to its end.

    Args:
        words: The command.
        folder: Where it runs; by default here.

    Returns:
        What it took.

    Raises:
        ChildError: It did not end with 0; its last line says why.
    """
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        process = subprocess.Popen(words, cwd=folder, stdout=said, stderr=said)  # noqa: S603
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            raise ChildError(
                f"{' '.join(words[:4])} ended with {process.returncode}: {(lines or ['-'])[-1]}"
            )
    return Cost(used.ru_utime + used.ru_stime, wall_s, used.ru_maxrss * _KILOBYTE / _MEGABYTE)


def least(costs: Sequence[Cost]) -> Cost:
    """Take the least of several runs: other work on a machine only adds.

    >>> least([Cost(2, 5, 300), Cost(3, 4, 310)])
    Cost(cpu_s=2, wall_s=4, peak_mb=310)
    """
    return Cost(
        min(cost.cpu_s for cost in costs),
        min(cost.wall_s for cost in costs),
        max(cost.peak_mb for cost in costs),
    )
