"""Make the noisy tables agree. The chain: charge -> measure -> **reconcile** -> card.

Works from the public bytes alone, so it costs no privacy and anyone can repeat it.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from privacy.consistency import Matrix
from privacy.fit import Number, fit_block
from privacy.measurements import Measurements, raw_estimates

INTERVAL = 0.9  # one level everywhere, so that readers learn it once
_WIDTH = NormalDist().inv_cdf((1 + INTERVAL) / 2)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One published number: unbiased, perhaps negative; `low` and `high` are not.

    `place` is its row in the covariance of its block, `planned` the size that its mark looked at.
    """

    number: Number
    place: int
    estimate: float
    sd: float
    mark: str
    planned: float

    @property
    def low(self) -> float:
        """Lower end of the 90% range; nothing countable is below 0."""
        return max(self.estimate - _WIDTH * self.sd, 0.0)

    @property
    def high(self) -> float:
        """Upper end of the 90% range; below 0 the range is that of a count of 0, never a point."""
        return max(self.estimate, 0.0) + _WIDTH * self.sd


@dataclass(frozen=True)
class Reconciled:
    """A block after reconciling: its numbers in the order of publication, and their covariance."""

    estimates: tuple[Estimate, ...]
    covariance: Matrix


def reconcile(measured: Measurements) -> dict[str, Reconciled]:
    """Fit every block's tables to one another.

    **Stability:** reads public bytes and nothing else, so it moves no chance of anything and costs
    nothing; the same bytes give the same estimates.

    >>> import inspect
    >>> list(inspect.signature(reconcile).parameters)
    ['measured']

    Args:
        measured: The public bytes of a release, read.

    Returns:
        Each block's estimates: the best linear unbiased ones, in which whatever two tables have in
        common is equal. Levels that were left out are there where other tables determine them.
    """
    raw = raw_estimates(measured)
    found = {}
    for block in measured.spec.blocks:
        span = [one for one in measured.spec.series() if one.block == block]
        fitted = fit_block(measured.spec, block)
        values = fitted.gain @ raw[span[0].start : span[-1].stop]
        sds = np.sqrt(np.diag(fitted.covariance))
        marks = measured.facts.marks[block.name]
        sizes = measured.facts.sizes[block.name]
        rows = zip(fitted.numbers, values, sds, marks, sizes, strict=True)
        found[block.name] = Reconciled(
            estimates=tuple(
                Estimate(number, place, float(value), float(sd), mark, planned)
                for place, (number, value, sd, mark, planned) in enumerate(rows)
            ),
            covariance=fitted.covariance,
        )
    return found
