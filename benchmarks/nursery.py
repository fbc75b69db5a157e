"""Processes that ask one ledger for releases at the same time, and are killed while they do.

    python -m benchmarks.nursery kill|careless|budget|release FOLDER NUMBER [URL]

Without the address of a database the ledger is SQLite in the folder. This process imports
everything once, and forks: a worker begins within a millisecond.
"""

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine

from privacy.chain import Row
from privacy.digest import digest
from privacy.errors import BudgetError
from privacy.ledger import Debit, Ledger

COST = 70  # nano-rho of one release
CAP = 1000  # nano-rho of a year in which workers race for the last budget
WORKERS = 8
NOISY = "measurements.parquet"

_TRIES = 6  # releases that every racing worker asks for
_BOUNDLESS = 10**9
_REPEATS = 3  # workers that ask for the same names, one after the other
_OPENING_S = 0.12  # an early kill strikes within this time of the worker's birth
_CHARGING_S = 0.02  # a late one within this time of its first output
_TICK_S = 0.0005
_CARELESS_S = 0.05  # a worker that gives out before it charges waits longer than any late kill


@dataclass(frozen=True)
class Tally:
    """What is left after all of it."""

    outputs: int
    without_debit: int
    two_noises: int
    rows: int
    overspent: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Desk:
    """A folder and, perhaps, the address of a database: where the ledger is, or will be.

    Workers leave what they give out in `given/<worker>/<release>`.
    """

    folder: Path
    url: str | None = None

    def open_ledger(self) -> Ledger:
        """Open the ledger, begun if there is none."""
        return Ledger(self.folder / "ledger", public=self.folder / "public", url=self.url)

    def drawer(self, worker: int) -> Path:
        """Make the folder of what a worker gives out."""
        folder = self.folder / "given" / str(worker)
        folder.mkdir(parents=True)
        return folder


def kill_writers(desk: Desk, kills: int, *, careless: bool = False) -> None:
    """Let one worker after the other charge releases, and kill -9 each at a random moment.

    Every other kill strikes while the worker may still be opening the ledger, the rest after its
    first output. Workers repeat each other's names, so each release is asked for again.

    Args:
        desk: Where the ledger is.
        kills: How many workers live and die.
        careless: Let workers give out before they charge, which must be found.
    """
    moments = random.Random(kills)  # noqa: S311  # when to kill, which is no secret
    for number in range(kills):
        given = desk.drawer(number)
        child = _fork(partial(_write, desk, given, number, careless=careless))
        if number % 2:
            while not any(given.iterdir()):
                time.sleep(_TICK_S)
        time.sleep(moments.uniform(0, _CHARGING_S if number % 2 else _OPENING_S))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def race(desk: Desk, work: Callable[[Ledger, Path, int], None]) -> None:
    """Let workers begin at one signal, and wait for all of them.

    Args:
        desk: Where the ledger will be: they also begin it together.
        work: What each does, given the ledger, its own folder and number.

    Raises:
        RuntimeError: A worker failed.
    """
    waiting, ready = os.pipe()

    def begin(number: int) -> None:
        os.close(ready)
        os.read(waiting, 1)  # returns when the last writer is closed
        work(desk.open_ledger(), desk.drawer(number), number)

    children = [_fork(partial(begin, number)) for number in range(WORKERS)]
    os.close(waiting)
    os.close(ready)
    if any(os.waitpid(child, 0)[1] for child in children):
        raise RuntimeError


def tally(desk: Desk) -> Tally:
    """Compare what was given out with what was charged."""
    ledger = desk.open_ledger()
    rows = ledger.rows()
    charged = {row.release: row.outputs[NOISY] for row in rows}
    given: dict[str, set[str]] = {}
    outputs = without = 0
    for file in sorted((desk.folder / "given").glob("*/*")):
        if data := file.read_bytes():  # a worker may die while it writes; the row is whole
            outputs += 1
            without += charged.get(file.name) != digest(data)
            given.setdefault(file.name, set()).add(digest(data))
    noises = [found | {charged[name]} for name, found in given.items() if name in charged]
    return Tally(
        outputs=outputs,
        without_debit=without,
        two_noises=sum(len(one) > 1 for one in noises),
        rows=len(rows),
        overspent=max(0, _spent(rows) - CAP),
        problems=ledger.verify().problems,
    )


def _spent(rows: Sequence[Row]) -> int:
    """What the year of the race has spent."""
    return sum(row.nano_rho for row in rows if row.fiscal_year == "FY2026")


def _fork(work: Callable[[], None]) -> int:
    """Begin a worker; it never returns into its parent's code."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:  # noqa: BLE001  # a worker may only end by itself
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _write(desk: Desk, given: Path, number: int, *, careless: bool) -> None:
    ledger = desk.open_ledger()
    for place in range(_BOUNDLESS):
        name = f"r{number // _REPEATS}n{place}"
        noise = os.urandom(64)
        if careless:
            (given / name).write_bytes(noise)
            time.sleep(_CARELESS_S)
        drawn = _charge(ledger, name, noise, year="FY2025", cap=_BOUNDLESS)
        (given / name).write_bytes(drawn)


def _ask_for_budget(ledger: Ledger, given: Path, number: int) -> None:
    for place in range(_TRIES):
        name = f"w{number}n{place}"
        try:
            drawn = _charge(ledger, name, os.urandom(64), year="FY2026", cap=CAP)
        except BudgetError:
            continue
        (given / name).write_bytes(drawn)


def _ask_for_release(ledger: Ledger, given: Path, _: int) -> None:
    drawn = _charge(ledger, "R", os.urandom(64), year="FY2026", cap=CAP)
    (given / "R").write_bytes(drawn)


def _charge(ledger: Ledger, name: str, noise: bytes, *, year: str, cap: int) -> bytes:
    debit = Debit(name, year, COST, "a" * 64, "{}", "2026-01-15")
    return ledger.charge(debit, nano_cap=cap, files=lambda _: {NOISY: noise}).files[NOISY]


def main(words: Sequence[str]) -> None:
    """Do one of the things that the module can do."""
    what, folder, number, *rest = words
    desk = Desk(Path(folder), rest[0] if rest else None)
    if desk.url:
        create_engine(desk.url)  # imports the driver now, not in every worker
    match what:
        case "kill" | "careless":
            kill_writers(desk, int(number), careless=what == "careless")
        case "budget":
            race(desk, _ask_for_budget)
        case "release":
            race(desk, _ask_for_release)


if __name__ == "__main__":
    main(sys.argv[1:])
