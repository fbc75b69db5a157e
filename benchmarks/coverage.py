"""Draw a release many times with OpenDP's own noise, and see how often its ranges hold.

Nothing is published and nothing spent: the records are made up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privacy.fit import Number, fit_block
from privacy.noise import gaussian
from privacy.spec import Spec

WIDTH = 1.959964  # of a 95% interval, in sd
_BATCH = 100  # releases drawn by one call of OpenDP

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Coverage:
    """Whether the range of a number (column) held in a draw (row)."""

    numbers: tuple[Number, ...]
    held: NDArray[np.bool_]

    def by_table(self) -> dict[str, float]:
        """Share of draws in which a range held, in percent, mean over a table's cells."""
        shares = self.held.mean(axis=0)
        tables = np.array([number.table for number in self.numbers])
        return {
            table: 100 * float(shares[tables == table].mean())
            for table in dict.fromkeys(number.table for number in self.numbers)
        }


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
    exact = [
        round(truth[Number(series.table.name, cell, "count")] * series.table.factor * spec.whole)
        for series in spec.series()
        for cell in series.cells
    ]
    fits = [(_span(spec, place), fit_block(spec, block)) for place, block in enumerate(spec.blocks)]
    numbers = tuple(number for _, fitted in fits for number in fitted.numbers)
    bounded = np.array([truth[number] for number in numbers])
    sds = np.concatenate([np.sqrt(np.diag(fitted.covariance)) for _, fitted in fits])
    open_to_chance = sds > 0
    held = []
    for raw in draw_releases(spec, exact, draws=draws, scale=scale or spec.scale):
        estimates = np.concatenate([raw[:, span] @ fitted.gain.T for span, fitted in fits], axis=1)
        held.append((np.abs(estimates - bounded) <= WIDTH * sds)[:, open_to_chance])
    kept = tuple(one for one, chance in zip(numbers, open_to_chance, strict=True) if chance)
    return Coverage(kept, np.concatenate(held))


def _span(spec: Spec, place: int) -> slice:
    """Where a block stands in the vector."""
    mine = [series for series in spec.series() if series.block == spec.blocks[place]]
    return slice(mine[0].start, mine[-1].stop)
