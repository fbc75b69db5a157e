"""Combine every drawn year with its drawn quarters, and see how often the narrower ranges hold.

Year and quarters bound different things, and which numbers are combined is decided by looking at
values; both can make a range hold less often than it claims, and both are measured here.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.coverage import Fitted, Floats, Held, Sums, sum_up
from benchmarks.ways import WAYS
from privacy.forecast.expect import expect_release
from privacy.plan import Plan
from reports.combine import BLOCKS, GATE, Blend
from reports.overlap import Shared, find_shared
from reports.released import open_release


@dataclass(frozen=True)
class Mixed:
    """One block of a year, how its quarters correct it, and what its ranges should hold.

    `places` are those of the block in the year and in each quarter; `mixture` is what the combined
    figures aim at: the clipped counts of year and quarters, mixed as the correction mixes them;
    `sums` have their noise where no number is set aside.
    """

    blend: Blend
    year: Fitted
    places: tuple[int, ...]
    mixture: Floats
    sums: Sums


class Tally:
    """Counts, by name, how many ranges held, and of how many."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._held: Counter[str] = Counter()
        self._of: Counter[str] = Counter()

    def add(self, name: str, held: Held) -> None:
        """Add ranges that held or did not."""
        self._held[name] += int(held.sum())
        self._of[name] += held.size

    def shares(self) -> dict[str, float]:
        """Share that held, in percent."""
        return {name: 100 * self._held[name] / n for name, n in self._of.items() if n}


def share_numbers(plans: Sequence[Plan]) -> list[Shared]:
    """Find the numbers that a year and its quarters both tell, by block, from the plans alone.

    Args:
        plans: The year, then its quarters.

    Returns:
        One entry for each block that is combined.
    """
    with tempfile.TemporaryDirectory() as folder:
        releases = []
        for plan in plans:
            place = Path(folder) / plan.spec.release
            for path, content in expect_release(plan).items():
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                (place / path).write_bytes(content)
            releases.append(open_release(place))
        return [find_shared(releases[0], releases[1:], block=block) for block in BLOCKS]


def mix(plans: Sequence[Plan], fits: Sequence[Sequence[Fitted]]) -> list[Mixed]:
    """Find how each block of a year is corrected.

    Args:
        plans: The year, then its quarters.
        fits: The blocks of each, beside their truth.

    Returns:
        One entry for each block that is combined.
    """
    found = []
    for block, shared in zip(BLOCKS, share_numbers(plans), strict=True):
        places = [[one.block.name for one in blocks].index(block) for blocks in fits]
        mine = [blocks[place] for blocks, place in zip(fits, places, strict=True)]
        first, *rest = [one.fit.covariance for one in mine]
        blend = Blend(shared, first, rest)
        truth = [one.bounded for one in mine]
        mixture = blend.correct(truth[0], shared.differences(truth[0], truth[1:]))
        sums = sum_up(mine[0].sums.rows, blend.noise, mixture)
        found.append(Mixed(blend, mine[0], tuple(places), mixture, sums))
    return found


def judge_combined(
    mixed: Sequence[Mixed], batches: Iterable[Sequence[Sequence[Floats]]], *, within: float = GATE
) -> dict[str, float]:
    """Combine every draw, and compare its 95% intervals with what they should hold.

    Args:
        mixed: The blocks.
        batches: Estimates of the year, then of each quarter, by block, a row a release.
        within: As in `combine`.

    Returns:
        Figures as `benchmarks.release` names them.
    """
    tally, apart, draws = Tally(), 0, 0
    for batch in batches:
        draws += len(batch[0][0])
        for one in mixed:
            drawn = [blocks[place] for blocks, place in zip(batch, one.places, strict=True)]
            apart += _judge_block(one, drawn, tally, within=within)
    widths = {f"combined_width_pct_{way}": 100 * _width(mixed, way) for way in WAYS}
    return {
        **tally.shares(),
        **widths,
        "combined_apart": apart / draws,
        "combined_shared": float(sum(len(one.blend.shared.wheres) for one in mixed)),
    }


def _judge_block(one: Mixed, drawn: Sequence[Floats], tally: Tally, *, within: float) -> int:
    """Judge one block in every draw; how many numbers were not combined."""
    shared, blend = one.blend.shared, one.blend
    differences = shared.differences(drawn[0], drawn[1:])
    corrected = blend.correct(drawn[0], differences)
    outside = blend.outside(differences, within=within)
    plain = ~outside.any(axis=1)
    _add(tally, one, corrected[plain], one.sums)
    for at in np.flatnonzero(~plain):
        values, noise = blend.restore(drawn[0][at], corrected[at], outside[at])
        _add(tally, one, values[None, :], sum_up(one.sums.rows, noise, one.mixture))
    return int(outside.sum())


def _add(tally: Tally, one: Mixed, values: Floats, sums: Sums) -> None:
    own = replace(sums, bounded=one.year.sums.bounded)
    for name, found in (("coverage_95_combined", sums), ("combined_of_year_pct", own)):
        for way, held in found.hold(values).items():
            tally.add(f"{name}_{way}", held)


def _width(mixed: Sequence[Mixed], way: str) -> float:
    """Mean of the combined over the year's own sd."""
    ratios = []
    for one in mixed:
        own = one.year.sums
        chance = own.sds[way] > 0
        ratios.append(one.sums.sds[way][chance] / own.sds[way][chance])
    return float(np.concatenate(ratios).mean())
