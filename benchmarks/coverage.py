"""Draw a release many times with OpenDP's own noise, and see how often its ranges hold.

Nothing is published and nothing spent: the records are made up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.ways import WAYS, add_ways
from privacy.fit import BlockFit, Number, fit_block
from privacy.noise import gaussian
from privacy.spec import Block, Spec

WIDTH = 1.959964  # of a 95% interval, in sd
_BATCH = 100  # releases drawn by one call of OpenDP

Floats = NDArray[np.float64]
Held = NDArray[np.bool_]


@dataclass(frozen=True)
class Coverage:
    """Whether the range of a number (column) held in a draw (row).

    `ways` has the same for totals, one-way and two-way cells: sums of the numbers of a block.
    """

    numbers: tuple[Number, ...]
    held: Held
    ways: Mapping[str, Held] = field(default_factory=dict)

    def by_table(self) -> dict[str, float]:
        """Share of draws in which a range held, in percent, mean over a table's cells."""
        shares = self.held.mean(axis=0)
        tables = np.array([number.table for number in self.numbers])
        return {
            table: 100 * float(shares[tables == table].mean())
            for table in dict.fromkeys(number.table for number in self.numbers)
        }

    def by_way(self) -> dict[str, float]:
        """The same for totals, one-way and two-way cells, mean over all of them."""
        return {way: 100 * float(held.mean()) for way, held in self.ways.items()}


@dataclass(frozen=True)
class Sums:
    """Sums of the numbers of a block, by way: rows as in `add_ways`, their sd, and the truth."""

    rows: Mapping[str, Floats]
    sds: Mapping[str, Floats]
    bounded: Mapping[str, Floats]

    def hold(self, estimates: Floats) -> dict[str, Held]:
        """Say which ranges hold; sums that are 0 for certain are left out."""
        return {
            way: (np.abs(estimates @ rows.T - self.bounded[way]) <= WIDTH * self.sds[way])[
                :, self.sds[way] > 0
            ]
            for way, rows in self.rows.items()
        }


@dataclass(frozen=True)
class Fitted:
    """One block of a release, ready to be drawn again and again."""

    block: Block
    span: slice
    fit: BlockFit
    bounded: Floats
    sums: Sums

    def estimate(self, raw: Floats) -> Floats:
        """Reconcile raw estimates: a row a release."""
        found: Floats = raw[:, self.span] @ self.fit.gain.T
        return found


def draw_releases(spec: Spec, exact: list[int], *, draws: int, scale: float) -> Iterator[Floats]:
    """Draw a vector many times, as one OpenDP measurement a batch.

    Args:
        spec: What the release measures.
        exact: Its exact vector, in the order of `spec.series()`.
        draws: How many releases.
        scale: Standard deviation of the noise; the release's own is `spec.scale`.

    Yields:
        Raw estimates (noisy / factor), a row a release.
    """
    measurement = gaussian(lambda records: records(), bound_squared=spec.bound_squared, scale=scale)
    factors = np.array(
        [series.table.factor * spec.whole for series in spec.series() for _ in series.cells]
    )
    for first in range(0, draws, _BATCH):
        size = min(_BATCH, draws - first)
        many = exact * size
        noisy = measurement(lambda many=many: many)  # type: ignore[misc]
        yield np.array(noisy, dtype=np.float64).reshape(size, spec.length) / factors


def exact_vector(spec: Spec, truth: Mapping[Number, float]) -> list[int]:
    """Write bounded counts as the vector that a release draws."""
    return [
        round(truth[Number(series.table.name, cell, "count")] * series.table.factor * spec.whole)
        for series in spec.series()
        for cell in series.cells
    ]


def fit_blocks(spec: Spec, truth: Mapping[Number, float]) -> list[Fitted]:
    """Fit every block of a release, beside its truth.

    Args:
        spec: What the release measures; tables of counts only.
        truth: Bounded count of every published number.

    Returns:
        One entry a block, in order.
    """
    found = []
    for place, block in enumerate(spec.blocks):
        fit = fit_block(spec, block)
        bounded = np.array([truth[number] for number in fit.numbers])
        rows = add_ways(spec, block, fit.numbers)
        found.append(
            Fitted(block, _span(spec, place), fit, bounded, sum_up(rows, fit.covariance, bounded))
        )
    return found


def sum_up(rows: Mapping[str, Floats], covariance: Floats, bounded: Floats) -> Sums:
    """Work out noise and truth of sums."""
    variances = {way: ((one @ covariance) * one).sum(axis=1) for way, one in rows.items()}
    return Sums(
        rows,
        {way: np.sqrt(np.clip(one, 0, None)) for way, one in variances.items()},
        {way: one @ bounded for way, one in rows.items()},
    )


def cover(
    spec: Spec, truth: Mapping[Number, float], *, draws: int, scale: float | None = None
) -> Coverage:
    """Reconcile every draw, and compare its 95% intervals with the bounded counts.

    Args:
        spec: What the release measures; tables of counts only.
        truth: Bounded count of every published number.
        draws: How many releases.
        scale: Noise other than the release's own, to see that the comparison finds it.

    Returns:
        Which ranges held; numbers that are 0 for certain are left out.
    """
    fits = fit_blocks(spec, truth)
    return judge(fits, draw_estimates(spec, truth, fits, draws=draws, scale=scale))


def draw_estimates(
    spec: Spec,
    truth: Mapping[Number, float],
    fits: Sequence[Fitted],
    *,
    draws: int,
    scale: float | None = None,
) -> Iterator[list[Floats]]:
    """Draw a release many times and reconcile it.

    Args:
        spec: What the release measures.
        truth: Bounded count of every published number.
        fits: Its blocks.
        draws: How many releases.
        scale: Noise other than the release's own.

    Yields:
        Estimates by block, a row a release; so many rows at a time.
    """
    exact = exact_vector(spec, truth)
    for raw in draw_releases(spec, exact, draws=draws, scale=scale or spec.scale):
        yield [fitted.estimate(raw) for fitted in fits]


def judge(fits: Sequence[Fitted], batches: Iterable[Sequence[Floats]]) -> Coverage:
    """Compare drawn estimates with the truth.

    Args:
        fits: The blocks of a release.
        batches: Estimates by block, a row a release.

    Returns:
        Which ranges held.
    """
    numbers = [number for fitted in fits for number in fitted.fit.numbers]
    bounded = np.concatenate([fitted.bounded for fitted in fits])
    sds = np.concatenate([np.sqrt(np.diag(fitted.fit.covariance)) for fitted in fits])
    chance = sds > 0
    held: list[Held] = []
    ways: dict[str, list[Held]] = {way: [] for way in WAYS}
    for estimates in batches:
        found = np.concatenate(estimates, axis=1)
        held.append((np.abs(found - bounded) <= WIDTH * sds)[:, chance])
        summed = [one.sums.hold(mine) for one, mine in zip(fits, estimates, strict=True)]
        for way in WAYS:
            ways[way].append(np.concatenate([one[way] for one in summed], axis=1))
    kept = tuple(one for one, chancy in zip(numbers, chance, strict=True) if chancy)
    return Coverage(
        kept, np.concatenate(held), {way: np.concatenate(one) for way, one in ways.items()}
    )


def _span(spec: Spec, place: int) -> slice:
    """Where a block stands in the vector."""
    mine = [series for series in spec.series() if series.block == spec.blocks[place]]
    return slice(mine[0].start, mine[-1].stop)
