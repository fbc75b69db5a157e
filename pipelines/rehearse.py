"""Land and judge what was delivered in a scratch vault, and keep nothing of it."""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from data_contracts.contract import Severity
from pipelines.directory import Directory
from transforms.judge import judge_feed
from transforms.land import land_feed

Worst = dict[tuple[str, str], Severity]


def rehearse(
    given: Directory, months: Iterable[str], *, progress: Callable[[Iterable[str]], Iterable[str]]
) -> Worst:
    """Judge months of every feed as a run would.

    Args:
        given: The program directory.
        months: `YYYY-MM`.
        progress: Shows how far along the months are.

    Returns:
        For every feed and rule that is broken somewhere: what follows from it.

    Raises:
        ContractError: A file is missing or is not what its source says.
    """
    worst: Worst = {}
    with _scratch(given) as scratch, scratch.engine() as engine:
        program, vault, sources = scratch.program, scratch.vault, scratch.sources
        for month in progress(months):
            for source in sources:
                land_feed(
                    source,
                    program=program,
                    month=month,
                    vault=vault,
                    engine=engine,
                    inbox=given.delivered,
                    today=given.today,
                )
                verdict = judge_feed(
                    source,
                    program=program,
                    month=month,
                    vault=vault,
                    engine=engine,
                    sources=sources,
                )
                for finding in verdict.findings:
                    if not finding.passed:
                        worst[source.feed, finding.rule] = finding.severity
    return worst


def delivered_months(given: Directory, months: tuple[str, ...]) -> tuple[str, ...]:
    """Months of which every monthly feed has a file; the last month where there is none.

    Args:
        given: The program directory.
        months: The months so far.

    Returns:
        `YYYY-MM`, oldest first.
    """
    monthly = [source for source in given.sources if source.monthly]
    there = tuple(
        month
        for month in months
        if all(any(given.delivered.glob(source.glob(month))) for source in monthly)
    )
    return there or months[-1:]


@contextmanager
def _scratch(given: Directory) -> Iterator[Directory]:
    vault = given.vault.directory
    for left_by_a_crash in vault.glob(".check-*"):
        shutil.rmtree(left_by_a_crash, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=".check-", dir=vault))
    try:
        shutil.copy(given.path / "program.yaml", folder)
        shutil.copytree(given.path / "sources", folder / "sources")
        yield replace(given, path=folder, inbox=given.delivered)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
