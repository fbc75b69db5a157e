"""Kill writers of the ledger a thousand times, and let others race, on both stores.

    python -m benchmarks.ledger [--kills 1000] [--stores sqlite postgresql]

For each store, names end in it:

- `ledger_kills`: workers that were killed with -9 at a random moment
- `ledger_outputs`: what they had given out by then
- `ledger_outputs_without_debit`: of these, what the ledger does not hold byte by byte (0)
- `ledger_releases_with_two_noises`: releases of which two contents exist (0)
- `ledger_overspent_nano_rho`: above the cap, after 8 processes raced for the last budget (0)
- `ledger_outputs_of_one_release`: contents of one release for which 8 processes raced (1)
- `ledger_seconds`: how long all of it took
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.nursery import Desk, Tally, tally
from benchmarks.postgres import find_programs, serve_postgres

STORES = ("sqlite", "postgresql")

_KILLS = 1000
_BOOK = 50  # kills of one ledger: it reads all its rows at every charge
_FEWEST = 3  # one output for so many kills, or the kills came too early to show anything
_ROOT = Path(__file__).resolve().parent.parent

Books = Iterator[Desk]  # places for fresh ledgers, without end


@dataclass
class Count:
    """What was seen on one store."""

    kills: int = 0
    outputs: int = 0
    without_debit: int = 0
    two_noises: int = 0
    overspent: int = 0
    of_one_release: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, found: Tally) -> None:
        """Add one ledger."""
        self.outputs += found.outputs
        self.without_debit += found.without_debit
        self.two_noises += found.two_noises
        self.overspent += found.overspent
        self.problems += found.problems

    @property
    def holds(self) -> bool:
        """Whether the ledger kept its law."""
        broken = self.without_debit + self.two_noises + self.overspent + len(self.problems)
        return not broken and self.outputs >= self.kills // _FEWEST and self.of_one_release == 1


def main(words: Sequence[str] | None = None) -> int:
    """Print every figure.

    Returns:
        0 where the law of the ledger held on every store, else 1.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=_KILLS)
    parser.add_argument("--stores", nargs="+", choices=STORES, default=STORES)
    asked = parser.parse_args(words)
    held = True
    for store in asked.stores:
        begun = time.monotonic()
        with _books(store) as books:
            found = count_store(books, kills=asked.kills)
        _print(store, found, seconds=time.monotonic() - begun)
        held &= found.holds
    return 0 if held else 1


def count_store(books: Books, *, kills: int) -> Count:
    """Kill and race on fresh ledgers of one store."""
    found = Count()
    while found.kills < kills:
        number = min(_BOOK, kills - found.kills)
        found.add(run_nursery("kill", next(books), number=number))
        found.kills += number
    found.add(run_nursery("budget", next(books)))
    desk = next(books)
    found.add(run_nursery("release", desk))
    given = (desk.folder / "given").glob("*/R")
    found.of_one_release = len({file.read_bytes() for file in given})
    return found


def run_nursery(what: str, desk: Desk, *, number: int = 0) -> Tally:
    """Run workers in a process of their own, and tally what they leave.

    Args:
        what: See `benchmarks.nursery`.
        desk: Where nothing is yet.
        number: How many are killed.
    """
    words = [what, str(desk.folder), str(number), *([desk.url] if desk.url else [])]
    subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-m", "benchmarks.nursery", *words],
        cwd=_ROOT,
        check=True,
    )
    return tally(desk)


@contextmanager
def _books(store: str) -> Iterator[Books]:
    """Give out one fresh ledger after the other."""
    with tempfile.TemporaryDirectory() as folder:
        if store == "sqlite":
            yield _number(Path(folder), lambda _: None)
            return
        programs = find_programs()
        if programs is None:
            sys.exit("No PostgreSQL server is installed. Install one, or pass --stores sqlite.")
        with serve_postgres(programs) as server:
            yield _number(Path(folder), server.make_database)


def _number(folder: Path, make_database: Callable[[str], str | None]) -> Books:
    for number in range(sys.maxsize):
        yield Desk(folder / str(number), make_database(f"book{number}"))


def _print(store: str, found: Count, *, seconds: float) -> None:
    figures = {
        "kills": found.kills,
        "outputs": found.outputs,
        "outputs_without_debit": found.without_debit,
        "releases_with_two_noises": found.two_noises,
        "overspent_nano_rho": found.overspent,
        "outputs_of_one_release": found.of_one_release,
        "seconds": round(seconds),
    }
    for name, value in figures.items():
        sys.stdout.write(f"figure ledger_{name}_{store} {value}\n")
    for problem in found.problems:
        sys.stdout.write(f"problem {store}: {problem}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
