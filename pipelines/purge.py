"""Delete what is due, at each run, every day, and when asked; and say so in public."""

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TypedDict

from data_contracts.period import fiscal_year_of
from data_contracts.program import Program
from pipelines.calendar import periods_so_far
from pipelines.directory import Directory
from pipelines.guard import guarded
from transforms.exact import write_public
from transforms.retention import Destruction, due, purge, tell_public

PUBLIC_FILE = "retention.json"


def purge_vault(given: Directory, *, at_once: bool = False) -> tuple[Destruction, ...]:
    """Delete the copies that are due, and publish what anyone may know of it.

    Args:
        given: The program directory; where it has no vault, nothing is done.
        at_once: Somebody asks for it, so that a closed year need not rest; see `retention.due`.

    Returns:
        What was deleted.

    Raises:
        ContractError: The program directory does not fit.
        PrivacyError: The policy or the ledger does not.
        StepError: Something could not be deleted.
    """

    def delete() -> tuple[Destruction, ...]:
        items = purge(given.vault, **_terms(given), at_once=at_once)
        if told := tell_public(items):
            file = given.public / PUBLIC_FILE
            write_public(file, json.dumps([*_known(file), *told], indent=1) + "\n")
            from pipelines.draw import seal_again

            seal_again(given)
        return items

    if not (given.path / "vault").exists():
        return ()
    return guarded("purge", given, delete)


def find_due(given: Directory) -> tuple[Destruction, ...]:
    """List what `purge_vault` would delete, and delete nothing."""
    return due(given.vault, **_terms(given))


class _Terms(TypedDict):
    program: Program
    today: date
    raw_days: int
    coded_days: int
    waiting: Collection[str]


def _terms(given: Directory) -> _Terms:
    rules = given.policy.retention
    return {
        "program": given.program,
        "today": given.today,
        "raw_days": rules.raw_days,
        "coded_days": rules.coded_days,
        "waiting": waiting_releases(given),
    }


def waiting_releases(given: Directory) -> dict[str, tuple[str, ...]]:
    """List the planned releases that are over and neither drawn nor waived, by fiscal year.

    The key and the coded months of their years stay: destroyed, they could never be drawn.

    Args:
        given: The program directory.

    Returns:
        Names of periods; no year without one.
    """
    program, drawn = given.program, drawn_releases(given)
    found: dict[str, tuple[str, ...]] = {}
    for kind in given.policy.releases:
        for period in periods_so_far(program, kind, today=given.today):
            if period.name not in drawn and period.name not in program.waived:
                begins = program.fiscal_year_start
                year = fiscal_year_of(period.months[0], fiscal_year_start=begins)
                found[year] = (*found.get(year, ()), period.name)
    return found


def drawn_releases(given: Directory) -> set[str]:
    """Name the releases that the ledger has; looking does not begin one."""
    return {row.release for row in given.ledger.rows()} if given.has_ledger else set()


def _known(file: Path) -> list[dict[str, str]]:
    known: list[dict[str, str]] = (
        json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    )
    return known
