"""Delete what the vault no longer needs. The chain: land -> ... -> link -> **retention**.

Only copies inside the vault are ever deleted, never a file of the inbox.
"""

import json
import re
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
from transforms.vault import FOLDERS, NO_MONTH, Vault, write_json

KEPT = (".lock", "anchor.txt", "drawing.json")  # the ledger's head, and months being drawn
MOST_DAYS = 30  # that any copy of a delivered file is kept, gone through or not. design.md, 5.10
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_SCRATCH = (".spill-", ".landing-", ".check-")  # folders that a step makes and takes away

RECENT = "raw_recent_contacts"  # the last day of each person in a month; see `months_in_need`


class Kind(StrEnum):
    """What is deleted."""

    RAW = "raw"  # copies of delivered files, and everything that still has times and places
    QUARANTINE = "quarantine"
    ERRORS = "errors"
    CODED = "coded"
    CHECKS = "checks"  # exact counts of records, and what files were made of
    KEY = "key"


_OF_THE_YEAR = {Kind.CODED, Kind.CHECKS, Kind.KEY}  # kept as long as a release may need them
_TOLD = (Kind.RAW, Kind.CODED, Kind.KEY)  # in public, of every fiscal year alike


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


def tell_public(items: Iterable[Destruction]) -> list[dict[str, str]]:
    """Write what anyone may know of deletions: of each destroyed fiscal year the same three lines.

    Refused records, details of errors and single copies are there or not because of single records,
    so that a line about them would tell of those; by the rules, which the card prints, none of them
    outlives the year's key.

    Args:
        items: What was deleted.

    Returns:
        `kind`, `fiscal_year`, `date` and `key_fingerprint`, for `public/retention.json`.
    """
    return [
        {
            "kind": kind.value,
            "fiscal_year": item.fiscal_year,
            "date": item.date.isoformat(),
            "key_fingerprint": item.key_fingerprint,
        }
        for item in items
        if item.kind is Kind.KEY
        for kind in _TOLD
    ]


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
    vault: Vault,
    *,
    program: Program,
    today: date,
    raw_days: int,
    coded_days: int,
    waiting: Collection[str] = (),
    at_once: bool = True,
) -> tuple[Destruction, ...]:
    """List what retention says to delete.

    Raw copies, quarantine and error details go `raw_days` after a clean run of their month, and 30
    days after they were made at the latest, whatever their month is and whether or not it ever
    went through: the delivered file can be landed again. What belongs to no month goes after the
    first clean run since it was made, so that runs which come more often than that do not put it
    off for ever. What a killed run left goes at once. The last days of contact go when every month
    that needs them went through, and `coded_days` after the fiscal year closes at the latest.
    Coded records, exact counts and their key go `coded_days` after the fiscal year closes, and
    whatever else is left of that year with them, but not before the last of its releases is drawn
    or given up.

    Args:
        vault: The vault; nobody else is in it.
        program: Gives the fiscal year.
        today: Day on which to look.
        raw_days: Days, from the policy.
        coded_days: Days, from the policy.
        waiting: Fiscal years of which a planned release is neither drawn nor waived.
        at_once: A closed year need not rest: somebody asks for it. Else it goes `raw_days` after
            its last clean run, so that whoever caught up an old year can look at what was refused.

    Returns:
        One item a kind and fiscal year, oldest year first; none without anything to delete.
    """
    clean = {month: date.fromisoformat(day) for month, day in _clean_runs(vault).items()}
    raw_before = today - timedelta(days=raw_days)
    last_run: dict[str, date] = {}
    for month, day in clean.items():
        year = fiscal_year_of(month, fiscal_year_start=program.fiscal_year_start)
        last_run[year] = max(day, last_run.get(year, day))

    def over(year: str) -> bool:
        rests = not at_once and max(last_run.get(year, date.min), raw_before) > raw_before
        closed = _closes(year, program=program) + timedelta(days=coded_days)
        return closed <= today and not rests

    def rested(path: Path, month: str) -> bool:
        """Whether everything that needs a copy went through, and its days are over."""
        recent = path.parent.name == RECENT
        needed = months_in_need(month, program=program) if recent else (month,)
        runs = (
            [clean.get(one, date.max) for one in needed]
            if month
            else [_first_run_since(path, clean.values(), program=program, today=today)]
        )
        return max(runs) <= raw_before

    last = max(clean, key=lambda month: (clean[month], month), default="")
    found: dict[tuple[str, Kind], list[Path]] = {}
    for kind, month, path in _contents(vault):
        made = _made(path, program=program)
        counts_as = month or last or f"{made:%Y-%m}"  # what has no month came with the last run
        year = fiscal_year_of(counts_as, fiscal_year_start=program.fiscal_year_start)
        goes = over(year) and (year not in waiting or path.parent.name == RECENT)
        if kind not in _OF_THE_YEAR and not goes:
            old = made <= today - timedelta(days=MOST_DAYS) and path.parent.name != RECENT
            goes = old or _is_left(path, vault) or rested(path, month)
        if goes:
            found.setdefault((year, kind), []).append(path)
    for file in vault.path("keys").glob("FY*.key"):
        if over(file.stem) and file.stem not in waiting:
            found.setdefault((file.stem, Kind.KEY), []).append(file)
    return tuple(
        Destruction(kind, year, today, vault.fingerprint(year), tuple(sorted(paths)))
        for (year, kind), paths in sorted(found.items())
    )


def purge(
    vault: Vault,
    *,
    program: Program,
    today: date,
    raw_days: int,
    coded_days: int,
    waiting: Collection[str] = (),
    at_once: bool = True,
) -> tuple[Destruction, ...]:
    """Delete what is due, and forget what was only known for it.

    Args:
        vault: The vault; nobody else is in it.
        program: Gives the fiscal year.
        today: Day on which to delete.
        raw_days: Days, from the policy.
        coded_days: Days, from the policy.
        waiting: Fiscal years of which a planned release is neither drawn nor waived.
        at_once: A closed year need not rest; see `due`.

    Returns:
        What was deleted, to be published with `tell_public`.
    """
    items = due(
        vault,
        program=program,
        today=today,
        raw_days=raw_days,
        coded_days=coded_days,
        waiting=waiting,
        at_once=at_once,
    )
    for item in items:
        for path in item.paths:
            if item.kind is Kind.KEY:
                vault.destroy_key(item.fiscal_year)
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    if gone := {one for one in _clean_runs(vault) if not _has_key(one, vault, program=program)}:
        forget_clean_runs(vault, months=gone)
    _forget_files(vault, program=program)
    return items


def _forget_files(vault: Vault, *, program: Program) -> None:
    """Forget counts and fingerprints of delivered files of which the vault has nothing any more.

    A file is remembered while a copy of it, a refused record of it, or the key of a year that it
    has records of is there.
    """
    for manifest in vault.path("raw").glob("*/manifest.json"):
        copies = (manifest.parent, vault.path("quarantine", manifest.parent.name[len("raw_") :]))
        found: dict[str, dict[str, dict[str, dict[str, int]]]] = json.loads(manifest.read_text())
        landings = found["landings"]
        kept = {
            stem: landing
            for stem, landing in landings.items()
            if any(_has_key(month, vault, program=program) for month in landing["months"])
            or any(list(folder.glob(f"month=*/{stem}.parquet")) for folder in copies)
        }
        if kept != landings:
            write_json({**found, "landings": kept}, to=manifest)


def _has_key(month: str, vault: Vault, *, program: Program) -> bool:
    """Whether a month's fiscal year is not destroyed yet."""
    if not _MONTH.fullmatch(month):
        return False
    year = fiscal_year_of(month, fiscal_year_start=program.fiscal_year_start)
    return not vault.tombstone(year).exists()


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
    """Find everything that is ever deleted, with its kind and month, which is empty for none."""
    for kind in (Kind.RAW, Kind.QUARANTINE, Kind.CODED):
        for folder in vault.path(kind.value).glob("*/*"):
            named = folder.name.removeprefix("month=")
            several = named == NO_MONTH and folder.is_dir()
            for path in folder.iterdir() if several else (folder,):
                if path.name != "manifest.json":
                    yield kind, _month(named), path
    for path in vault.path("errors").iterdir():
        yield Kind.ERRORS, "", path
    for path in vault.path("checks").iterdir():
        if path.is_dir():
            yield Kind.CHECKS, _month(path.name), path
    for path in vault.directory.iterdir():
        if path.name not in {*FOLDERS, *KEPT}:
            yield Kind.RAW, "", path


def _month(named: str) -> str:
    return named if _MONTH.fullmatch(named) else ""


def _is_left(path: Path, vault: Vault) -> bool:
    """Whether a killed run left a folder: who deletes is alone in the vault, so nobody uses it."""
    return path.parent == vault.directory and path.name.startswith(_SCRATCH)


def _first_run_since(path: Path, runs: Iterable[date], *, program: Program, today: date) -> date:
    """Day of the first clean run since something was made; its latest if it was made tomorrow."""
    made, days = _made(path, program=program), sorted(runs)
    return next(
        (day for day in days if made <= day), days[-1] if days and made > today else date.max
    )


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
