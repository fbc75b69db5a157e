"""See how often the ranges of pages hold what was recorded, and not only what the clip let through.

Every draw is read by the code that writes the pages: the funnel of the savings report, and the
medians of the quality report. The records are made up, so exact counts may be looked at.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import duckdb

from benchmarks.coverage import Fitted, Floats
from data_contracts.codes import UNKNOWN
from privacy.forecast.expect import expect_release
from privacy.plan import Plan
from reports.combination import Combination, Improved
from reports.estimate import Estimate
from reports.metrics import load_registry
from reports.program_facts import ProgramFacts
from reports.quality.estimate import estimate_first
from reports.released import Release, open_release
from reports.savings.funnel import STEPS, count_funnel

MEDIANS = {"response_time": "response_min", "onscene": "onscene_min"}
WAYS = [way for _, lost in STEPS for way in lost]


def stage(plan: Plan, folder: Path) -> Release:
    """Write a planned release where a draw of it can be read as pages read it."""
    place = folder / plan.spec.release
    for path, content in expect_release(plan).items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)
    return open_release(place)


def read_figures(release: Release, program: ProgramFacts) -> dict[str, Estimate]:
    """Read the steps of the funnel, the people met, and the medians that a release has."""
    funnel = count_funnel(release)
    if funnel is None:
        return {}
    found = {step.key: step.found for step in funnel.steps} | {"people": funnel.people}
    for key in MEDIANS:
        half = estimate_first(load_registry()[key], release, program)
        if half:
            found[f"median_{key}"] = half
    return found


def count_recorded(files: Sequence[Path]) -> dict[str, float]:
    """Count the same in the incidents of a vault, with no clip.

    Args:
        files: Incidents of the months of a period.

    Returns:
        By the names of `read_figures`.
    """
    with duckdb.connect() as db:
        db.from_parquet([str(one) for one in files], union_by_name=True).create_view("incidents")

        def ask(what: str, where: str) -> float:
            query = f"SELECT {what} FROM incidents WHERE {where}"  # noqa: S608 -- our own words
            row = db.execute(query).fetchone()
            return float(row[0]) if row else 0.0

        met = f"block_code = 'contacts' AND first_of_call_code IN ('yes', '{UNKNOWN}')"
        found = {"people": ask("count(*)", "block_code = 'contacts'")}
        left = list(WAYS)
        for key, lost in (("received", ()), *STEPS):
            left = [way for way in left if way not in lost]
            ways = ", ".join(f"'{way}'" for way in left) or "''"
            missed = f"block_code = 'no_contact' AND path_code IN ({ways})"
            found[key] = ask("count(*)", met) + ask("count(*)", missed)
        for key, minutes in MEDIANS.items():
            contacts = f"block_code = 'contacts' AND {minutes} IS NOT NULL"
            found[f"median_{key}"] = ask(f"median({minutes})", contacts)
    return found


def hold_recorded(
    release: Release,
    fits: Sequence[Fitted],
    batches: Iterable[Sequence[Floats]],
    *,
    read: Callable[[Release], Mapping[str, Estimate]],
    recorded: Mapping[str, float],
    most: int,
) -> dict[str, float]:
    """Say how many of 100 ranges hold what was recorded.

    Args:
        release: From `stage`.
        fits: Its blocks.
        batches: Estimates by block, a row a release.
        read: Reads the figures of one draw.
        recorded: From `count_recorded`.
        most: Draws to read.

    Returns:
        By figure, in percent.
    """
    held: Counter[str] = Counter()
    draws = 0
    for values in islice(_one_by_one(fits, batches), most):
        draws += 1
        figures = read(redraw(release, values))
        held.update({key: one.low <= recorded[key] <= one.high for key, one in figures.items()})
    return {key: 100 * n / draws for key, n in held.items()}


def _one_by_one(
    fits: Sequence[Fitted], batches: Iterable[Sequence[Floats]]
) -> Iterator[dict[str, Floats]]:
    """Estimates by block, a draw at a time."""
    for estimates in batches:
        for row in range(len(estimates[0])):
            yield {one.block.name: mine[row] for one, mine in zip(fits, estimates, strict=True)}


def redraw(release: Release, values: Mapping[str, Floats]) -> Release:
    """Give a release other estimates; covariance, plan and the places of its cells stay."""
    for name in release.tables:
        release.table(name)
    blocks = {
        block: Improved(
            one, release.noise[block], release.noise[block], release.promised[block], 0, ()
        )
        for block, one in values.items()
    }
    return replace(release, combined=Combination((), blocks), _own=release)
