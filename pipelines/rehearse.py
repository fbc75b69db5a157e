"""Land and judge what was delivered in a scratch vault, and keep nothing of it."""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.period import PeriodKind
from pipelines.calendar import periods_so_far
from pipelines.directory import Directory
from pipelines.findings import Found, gather_findings
from pipelines.take_in import crosscheck, judge, land
from transforms.publish import require_exact
from transforms.vault import ALL


def rehearse(
    given: Directory, months: Sequence[str], *, progress: Callable[[Iterable[str]], Iterable[str]]
) -> tuple[Found, ...]:
    """Judge months of every feed about people as a run would.

    Args:
        given: The program directory.
        months: `YYYY-MM`.
        progress: Shows how far along the months are.

    Returns:
        The broken rules, also those that only show beside other months.

    Raises:
        ContractError: A file is missing or is not what its source says.
    """
    with _scratch(given) as scratch, scratch.engine() as engine:
        for month in progress(months):
            for source in scratch.record_sources:
                land(source, scratch, engine, month=month)
                judge(source, scratch, engine, month=month)
            crosscheck(scratch, engine, month=month)
        return gather_findings(scratch, months, policy=given.policy, beside=given)


def rehearse_exact(given: Directory) -> tuple[tuple[Found, ...], Mapping[str, str]]:
    """Judge every feed that is one whole table.

    Args:
        given: The program directory.

    Returns:
        The broken rules; and for every feed that could not be read, such as one that is late, what
        was refused.
    """
    refused: dict[str, str] = {}
    with _scratch(given) as scratch, scratch.engine() as engine:
        for source in scratch.exact_sources:
            try:
                require_exact(source.contract)
                land(source, scratch, engine, month=ALL)
                judge(source, scratch, engine, month=ALL)
            except ContractError as error:
                refused[source.feed] = str(error)
        return gather_findings(scratch, [ALL], policy=given.policy), refused


def delivered_months(given: Directory, months: tuple[str, ...]) -> tuple[str, ...]:
    """Months of which every monthly feed has a file; the last month where there is none.

    Args:
        given: The program directory.
        months: The months so far.

    Returns:
        `YYYY-MM`, oldest first.
    """
    lacking = _lacking(given, months)
    there = tuple(month for month, feeds in lacking.items() if not feeds)
    return there or months[-1:]


def late_feeds(given: Directory, months: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Feeds that lack a month of a period that is over and of which any has delivered a month.

    Months between two that were delivered are told too, whether their period is over or not.

    Args:
        given: The program directory.
        months: The months so far.

    Returns:
        Names of feeds by month; nothing where every month is whole.
    """
    lacking, all_feeds = _lacking(given, months), len(_monthly(given))
    begun = {place for place, month in enumerate(months) if len(lacking[month]) < all_feeds}
    span = set(months[min(begun) : max(begun) + 1] if begun else ())
    shortest = min(given.policy.releases, key=list(PeriodKind).index)
    for period in periods_so_far(given.program, shortest, today=given.today):
        if span & set(period.months):
            span |= set(period.months)
    return {month: lacking[month] for month in months if month in span and lacking[month]}


def _lacking(given: Directory, months: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Feeds that have no file of a month, by month."""
    monthly = _monthly(given)
    return {
        month: tuple(
            source.feed for source in monthly if not any(given.delivered.glob(source.glob(month)))
        )
        for month in months
    }


def _monthly(given: Directory) -> list[Source]:
    return [source for source in given.record_sources if source.monthly]


@contextmanager
def _scratch(given: Directory) -> Iterator[Directory]:
    vault = given.vault.directory
    for left_by_a_crash in vault.glob(".check-*"):
        shutil.rmtree(left_by_a_crash, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=".check-", dir=vault))
    try:
        shutil.copy(given.path / "program.yaml", folder)
        shutil.copytree(given.path / "sources", folder / "sources")
        shutil.copytree(vault / "keys", folder / "vault" / "keys")  # marks of people depend on it
        yield replace(given, path=folder, inbox=given.delivered)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
