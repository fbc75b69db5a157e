"""Draw noise in other processes, fresh ones and forks, to see that no two draw alike.

The chain: **processes** -> noise fit -> verdict. Run as a module, it draws and writes the vectors.
"""

import json
import os
import subprocess
import sys

from privacy import noise

LENGTH = 8  # numbers a process draws
_SCALE = 1e9


def draw_elsewhere(*, forks: int) -> list[list[int]]:
    """Draw one vector in a fresh process, and one in each of its forks.

    Args:
        forks: How many forks the process makes after it has drawn itself.

    Returns:
        One vector a process.
    """
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-m", __name__, str(forks)],
        capture_output=True,
        text=True,
        check=True,
    )
    vectors: list[list[int]] = [json.loads(line) for line in done.stdout.splitlines()]
    return vectors


def _draw() -> list[int]:
    made = noise.gaussian(lambda records: records(), bound_squared=1, scale=_SCALE)
    return made(lambda: [0] * LENGTH)


def _draw_in_fork() -> list[int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, json.dumps(_draw()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        drawn: list[int] = json.loads(pipe.read())
    os.waitpid(child, 0)
    return drawn


def _main() -> None:
    for vector in [_draw(), *(_draw_in_fork() for _ in range(int(sys.argv[1])))]:
        sys.stdout.write(f"{json.dumps(vector)}\n")


if __name__ == "__main__":
    _main()
