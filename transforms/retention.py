"""Delete what the vault no longer needs. The chain: land -> ... -> link -> **retention**.

Only copies inside the vault are ever deleted, never a file of the inbox.
"""

import json
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from data_contracts.codes import load_codes
from data_contracts.period import fiscal_year_of, next_month, read_period
from data_contracts.program import Program
from transforms.vault import NO_MONTH, Vault, write_json

MOST_DAYS = 30  # that any copy of a delivered file is kept, gone through or not. design.md, 5.10
RECENT = "raw_recent_contacts"  # the last day of each person in a month; see `months_in_need`


class Kind(StrEnum):
    """What is deleted."""

    RAW = "raw"  # copies of delivered files, and everything that still has times and places
    QUARANTINE = "quarantine"
    ERRORS = "errors"
    CODED = "coded"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Destruction:
    """What is, or was, deleted of one kind and fiscal year; nothing in it counts records.

    `date` is the day on which it fell due, or on which it was done.
    """

    kind: Kind
    fiscal_year: str
    date: date
    key_fingerprint: str
    paths: tuple[Path, ...] = ()

    def public(self) -> dict[str, str]:
        """Write the record for `public/retention.json`."""
        return {
            "kind": self.kind.value,
            "fiscal_year": self.fiscal_year,
            "date": self.date.isoformat(),
            "key_fingerprint": self.key_fingerprint,
        }


def note_clean_run(vault: Vault, *, month: str, today: date) -> None:
    """Write down that a month went through every step; the days of its raw copies begin.

    They begin once: going through again, with nothing landed since, does not put them off.
    """
    write_json({month: today.isoformat(), **_clean_runs(vault)}, to=_clean_file(vault))


def forget_clean_runs(vault: Vault, *, months: Collection[str]) -> None:
    """Write down that months have records that did not go through every step yet."""
    kept = {month: day for month, day in _clean_runs(vault).items() if month not in months}
    write_json(kept, to=_clean_file(vault))


def due(
    vault: Vault, *, program: Program, today: date, raw_days: int, coded_days: int
) -> tuple[Destruction, ...]:
    """List what retention says to delete.

    Raw copies, quarantine and error details go `raw_days` after a clean run of their month, and 30
    days after they were made at the latest, as where a late record of the month waits for a run
    that takes it in: the delivered file is landed again then. What belongs to no month goes after
    the first clean run since it was made, so that runs which come more often than that do not put
    it off for ever. The last days of contact go when every month that needs them went through.
    Coded records and their key go `coded_days` after the fiscal year closes, and whatever else is
    left of that year with them.

    Args:
        vault: The vault.
        program: Gives the fiscal year.
        today: Day on which to look.
        raw_days: Days, from the policy.
        coded_days: Days, from the policy.

    Returns:
        One item a kind and fiscal year, oldest year first; none without anything to delete.
    """
    clean = {month: date.fromisoformat(day) for month, day in _clean_runs(vault).items()}
    last = max(clean, key=lambda month: (clean[month], month), default=NO_MONTH)
    found: dict[tuple[str, Kind], list[Path]] = {}
    for kind, named, path in _contents(vault):
        month = named if named[:1].isdecimal() else last
        if month == NO_MONTH:
            continue
        year = fiscal_year_of(month, fiscal_year_start=program.fiscal_year_start)
        closed = _closes(year, program=program) + timedelta(days=coded_days)
        recent = path.parent.name == RECENT
        needed = months_in_need(month, program=program) if recent else (month,)
        runs = (
            [clean.get(one, date.max) for one in needed]
            if month == named
            else [_first_run_since(path, clean.values(), program=program, today=today)]
        )
        rested = max(runs) <= today - timedelta(days=raw_days)
        old = not recent and _made(path, program=program) <= today - timedelta(days=MOST_DAYS)
        if closed <= today or (kind is not Kind.CODED and (rested or old)):
            found.setdefault((year, kind), []).append(path)
    for file in vault.path("keys").glob("*.key"):
        if _closes(file.stem, program=program) + timedelta(days=coded_days) <= today:
            found.setdefault((file.stem, Kind.KEY), []).append(file)
    return tuple(
        Destruction(kind, year, today, vault.fingerprint(year), tuple(sorted(paths)))
        for (year, kind), paths in sorted(found.items())
    )


def purge(
    vault: Vault, *, program: Program, today: date, raw_days: int, coded_days: int
) -> tuple[Destruction, ...]:
    """Delete what is due.

    Args:
        vault: The vault.
        program: Gives the fiscal year.
        today: Day on which to delete.
        raw_days: Days, from the policy.
        coded_days: Days, from the policy.

    Returns:
        What was deleted, to be published with `Destruction.public`.
    """
    items = due(vault, program=program, today=today, raw_days=raw_days, coded_days=coded_days)
    for item in items:
        for path in item.paths:
            if item.kind is Kind.KEY:
                vault.destroy_key(item.fiscal_year)
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    return items


def reach_days() -> int:
    """Days after which it no longer counts how long ago a person was met before.

    >>> reach_days()
    90

    Source: data_contracts/codes/since_previous.yaml.
    """
    return max(load_codes("since_previous").bands.values()) - 1


def months_in_need(month: str, *, program: Program) -> tuple[str, ...]:
    """List the months for which the last days of contact of a month may count, itself the first.

    None lies in the next fiscal year, whose keys are others, nor after the program's last month:
    days would be kept for a month that never comes.

    Args:
        month: `YYYY-MM`.
        program: Gives the fiscal year.

    Returns:
        `YYYY-MM` in order.
    """
    last_day = date.fromisoformat(f"{next_month(month)}-01") - timedelta(days=1)
    until = f"{last_day + timedelta(days=reach_days()):%Y-%m}"
    year = fiscal_year_of(month, fiscal_year_start=program.fiscal_year_start)
    months = read_period(year, fiscal_year_start=program.fiscal_year_start).months
    end = min(until, program.last_month or until)
    return tuple(one for one in months if month <= one <= max(month, end))


def _contents(vault: Vault) -> Iterator[tuple[Kind, str, Path]]:
    """Find every folder, with its kind and month; tables without one and leftovers have none."""
    for kind in (Kind.RAW, Kind.QUARANTINE, Kind.CODED):
        for folder in vault.path(kind.value).glob("*/month=*"):
            month = folder.name.removeprefix("month=")
            for path in folder.iterdir() if month == NO_MONTH else (folder,):
                yield kind, month, path
    for path in vault.path("errors").iterdir():
        yield Kind.ERRORS, NO_MONTH, path
    for pattern in (".spill-*", ".landing-*", ".check-*"):
        for folder in vault.directory.glob(pattern):
            yield Kind.RAW, NO_MONTH, folder


def _first_run_since(path: Path, runs: Iterable[date], *, program: Program, today: date) -> date:
    """Day of the first clean run since something was made; its latest if it was made tomorrow."""
    made, days = _made(path, program=program), sorted(runs)
    return next((day for day in days if made <= day), days[-1] if made > today else date.max)


def _made(path: Path, *, program: Program) -> date:
    """Day on which the oldest file of a folder was written, where the program is."""
    written = min(
        (one.stat().st_mtime for one in path.rglob("*") if one.is_file()),
        default=path.stat().st_mtime,
    )
    return datetime.fromtimestamp(written, tz=ZoneInfo(program.time_zone)).date()


def _closes(fiscal_year: str, *, program: Program) -> date:
    return read_period(fiscal_year, fiscal_year_start=program.fiscal_year_start).end


def _clean_file(vault: Vault) -> Path:
    return vault.path("checks", "clean_runs.json")


def _clean_runs(vault: Vault) -> dict[str, str]:
    file = _clean_file(vault)
    if not file.exists():
        return {}
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found
