"""Compare the change in areas with teams with the change in areas without, from four sums.

panel -> **ratio** -> report -> figures -> page

The estimate is the logarithm of (treated after / treated before) / (comparison after / comparison
before). With one start date and a whole panel this *is* the Poisson regression with an effect for
every area and every month; four sums need no rounding, no logarithm of a cell and no clamping, so
it stays right for counts that carry noise. Areas, not months, are what may differ by chance: each
area is left out once, and the spread of the results is the standard error.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, inf, isfinite, log, nan, sqrt

import numpy as np
import numpy.typing as npt

from reports.estimate import LEVEL
from reports.impact.student import t_quantile

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Split:
    """A panel cut in four: who has teams, and which months are before and after.

    `counts` has one row an area and one column a month; `sd` is the noise of each count, in the
    same shape, or one number for all; months that are neither before nor after are left aside.
    """

    counts: Matrix
    treated: Mask
    before: Mask
    after: Mask
    sd: Matrix | float = 0.0

    def without(self, row: int) -> "Split":
        """Leave out one area."""
        kept = np.arange(len(self.counts)) != row
        sd = self.sd[kept] if isinstance(self.sd, np.ndarray) else self.sd
        return Split(self.counts[kept], self.treated[kept], self.before, self.after, sd)

    def sums(self) -> tuple[float, float, float, float]:
        """Treated before and after, comparison before and after."""
        treated_before, treated_after, other_before, other_after = (
            float(self.counts[np.ix_(rows, months)].sum()) for rows, months in self._corners()
        )
        return treated_before, treated_after, other_before, other_after

    def noise(self) -> tuple[float, float, float, float]:
        """Standard deviation of the noise in each of the four sums, in the same order."""
        squared = np.broadcast_to(np.asarray(self.sd, float) ** 2, self.counts.shape)
        one, two, three, four = (
            float(squared[np.ix_(rows, months)].sum()) ** 0.5 for rows, months in self._corners()
        )
        return one, two, three, four

    def _corners(self) -> Iterator[tuple[Mask, Mask]]:
        for rows in (self.treated, ~self.treated):
            for months in (self.before, self.after):
                yield rows, months


@dataclass(frozen=True, slots=True)
class Effect:
    """A change against what the comparison leads one to expect, as a logarithm.

    `se` is the whole standard error and `noise_se` the part of it that privacy noise makes; `low`
    and `high` hold the true figure with the chance that was asked for. All are NaN where one of
    the four sums is not above zero or too few areas are there.
    """

    log: float
    se: float
    noise_se: float
    freedom: float
    low: float
    high: float

    @property
    def percent(self) -> tuple[float, float, float]:
        """Change in percent: best value and both ends.

        >>> tuple(round(one) for one in Effect(log(0.8), 0.1, 0, 9, log(0.7), log(0.9)).percent)
        (-20, -30, -10)
        """
        value, low, high = ((exp(one) - 1) * 100 for one in (self.log, self.low, self.high))
        return value, low, high

    @property
    def defined(self) -> bool:
        """Whether there is a value with a range."""
        return all(isfinite(one) for one in (self.log, self.low, self.high))

    @property
    def holds_zero(self) -> bool:
        """Whether the range includes no change at all."""
        return self.low <= 0 <= self.high


def log_ratio(split: Split) -> float:
    """Divide the change of treated areas by that of the others, and take the logarithm.

    Args:
        split: A panel cut in four.

    Returns:
        The logarithm; NaN unless all four sums are above zero.

    Source: Dee and Pyne 2022, Science Advances 8, for the comparison; a Poisson regression with
        area and month effects has this solution (Wooldridge 2023, Econometrics Journal 26).
    """
    sums = split.sums()
    if min(sums) <= 0:
        return nan
    treated_before, treated_after, other_before, other_after = sums
    return log(treated_after / treated_before) - log(other_after / other_before)


def noise_error(split: Split) -> float:
    """Standard error that privacy noise alone gives the log ratio, known before any outcome.

    Args:
        split: A panel cut in four.

    Returns:
        Root of the summed squares of noise over sum; 0 for exact counts.

    Source: delta method on four sums; agreed with 300 draws (shared reference, section 3a).
    """
    pairs = zip(split.noise(), split.sums(), strict=True)
    return sqrt(sum((sd / total) ** 2 for sd, total in pairs if total))


def jackknife(split: Split) -> tuple[float, float]:
    """Leave out each area once, and see how far the results spread.

    Treated and comparison areas are two groups of their own size, so their variances are added
    and the degrees of freedom are Welch's. Privacy noise in the counts is part of the spread.

    Args:
        split: A panel cut in four.

    Returns:
        Standard error and degrees of freedom; NaN where a group has fewer than two areas.

    Source: Miller 1974, Biometrika 61; Welch 1947, Biometrika 34.
    """
    parts = []
    for rows in (np.flatnonzero(split.treated), np.flatnonzero(~split.treated)):
        if len(rows) < FEWEST:
            return nan, nan
        left_out = np.array([log_ratio(split.without(int(row))) for row in rows])
        spread = float(((left_out - left_out.mean()) ** 2).sum())
        parts.append(((len(rows) - 1) / len(rows) * spread, len(rows) - 1))
    variance = sum(one for one, _ in parts)
    if variance <= 0:
        return 0.0, inf
    return sqrt(variance), variance**2 / sum(one**2 / freedom for one, freedom in parts)


def estimate_effect(split: Split, *, looks: int = 1) -> Effect:
    """Estimate the change with its range.

    Args:
        split: A panel cut in four.
        looks: How many such figures are judged together; the range is widened so that all of
            them hold the truth 9 times in 10.

    Returns:
        The effect; NaN where it cannot be told.
    """
    value = log_ratio(split)
    se, freedom = jackknife(split)
    if not (isfinite(value) and isfinite(se)):
        return Effect(value, nan, nan, nan, nan, nan)
    far = t_quantile(1 - (1 - LEVEL) / (2 * max(1, looks)), freedom=freedom) * se
    return Effect(value, se, noise_error(split), freedom, value - far, value + far)
