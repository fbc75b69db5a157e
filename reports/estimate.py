"""Turn a noisy sum, a share or a quantile into a value with a range and a mark.

release -> **estimate** -> figures -> page
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, isnan, nan, sqrt
from statistics import NormalDist

LEVEL = 0.9
Z90 = NormalDist().inv_cdf((1 + LEVEL) / 2)
USE_SD, CAUTION_SD = 6.0, 3.0
ROUNDING = 0.999  # published standard deviations have three decimals


class Mark(StrEnum):
    """How far a figure may be trusted; set before the value is drawn."""

    USE = "use"
    CAUTION = "caution"
    WITHHELD = "withheld"

    @property
    def at_least_sd(self) -> float:
        """Standard deviations that the planned size is known to exceed."""
        return {Mark.USE: USE_SD, Mark.CAUTION: CAUTION_SD}.get(self, 0.0)


class Reason(StrEnum):
    """Why a figure is marked worse than `use`."""

    NONE = ""
    PLANNED = "planned_small"  # not expected to be large enough against the noise
    UNDEFINED = "undefined"  # what it is divided by cannot be told from zero


@dataclass(frozen=True, slots=True)
class Estimate:
    """One published figure: best value, its noise, the 90% range and the mark.

    `high` is infinite where the figure has no upper end; all are NaN where it is undefined.
    `bounded` labels a figure that mixes visits, which the limit on one person makes a little fewer,
    with calls or people that it leaves as they are, where nothing measured how many it took.
    `reason` says in one word why it is marked worse than `use`.
    """

    value: float
    sd: float
    low: float
    high: float
    mark: Mark
    bounded: bool = False

    @property
    def reason(self) -> Reason:
        """Why the figure is marked worse than `use`.

        >>> count(5, 10, mark=Mark.WITHHELD).reason, count(500, 10, mark=Mark.USE).reason.value
        (<Reason.PLANNED: 'planned_small'>, '')
        """
        if isnan(self.low):
            return Reason.UNDEFINED
        return Reason.NONE if self.mark is Mark.USE else Reason.PLANNED

    def times(self, factor: float) -> "Estimate":
        """Write the same figure in another unit, such as of 100 people.

        >>> Estimate(0.5, 0.1, 0.25, 0.75, Mark.USE).times(100)
        Estimate(value=50.0, sd=10.0, low=25.0, high=75.0, mark=<Mark.USE: 'use'>, bounded=False)
        """
        return replace(
            self,
            value=self.value * factor,
            sd=self.sd * factor,
            low=self.low * factor,
            high=self.high * factor,
        )


def within(found: Estimate, cap: float) -> Estimate:
    """Keep a figure and its range between zero and what its unit allows.

    A value beyond the cap has the lower end of one at the cap: noise that went far up is no proof
    that it was everybody.

    >>> within(Estimate(99.5, 1, 97.9, 101.1, Mark.USE), 100).high
    100
    >>> within(Estimate(112, 5, 103, 121, Mark.CAUTION), 100).low
    91
    """
    if isnan(found.low):
        return found
    least = found.low - max(0.0, found.value - cap)
    value, low, high = (min(max(end, 0.0), cap) for end in (found.value, least, found.high))
    return replace(found, value=value, low=low, high=high)


UNDEFINED = Estimate(nan, nan, nan, nan, Mark.WITHHELD)


def planned_mark(at_least: float, sd: float) -> Mark:
    """Mark a figure from what is known before it is drawn.

    The planned size of a sum is the sum of the planned sizes of its cells, however small each of
    them is, and whatever its own noisy value turned out to be.

    >>> planned_mark(60, sd=10), planned_mark(50, sd=10).value, planned_mark(20, sd=10).value
    (<Mark.USE: 'use'>, 'caution', 'withheld')

    Args:
        at_least: Planned size, in the unit of the figure.
        sd: Standard deviation of the noise, in the same unit.

    Returns:
        The mark.
    """
    if at_least >= USE_SD * sd * ROUNDING:
        return Mark.USE
    return Mark.CAUTION if at_least >= CAUTION_SD * sd * ROUNDING else Mark.WITHHELD


def worse(*marks: Mark) -> Mark:
    """Give a figure made of several the mark of the weakest.

    >>> worse(Mark.USE, Mark.WITHHELD, Mark.CAUTION)
    <Mark.WITHHELD: 'withheld'>
    """
    return min(marks, key=lambda mark: mark.at_least_sd)


def count(value: float, sd: float, *, mark: Mark) -> Estimate:
    """Put the 90% range around a noisy count; no end lies below zero.

    A value below zero has the upper end of one of zero: noise that went far down is no proof that
    there was nothing.

    >>> count(1, 10, mark=Mark.CAUTION).low
    0.0
    >>> round(count(-41, 18, mark=Mark.CAUTION).high, 1)
    29.6
    """
    low, high = max(0.0, value - Z90 * sd), max(0.0, value) + Z90 * sd
    return Estimate(value, sd, low, high, mark)


def fieller(
    top: tuple[float, float], bottom: tuple[float, float], covariance: float, *, mark: Mark
) -> Estimate:
    """Divide two noisy sums; the range is every ratio that the noise does not rule out.

    Where the bottom cannot be told from zero the ratio is undefined and withheld.

    >>> half = fieller((500, 100), (1000, 100), 0, mark=Mark.USE)
    >>> half.value, round(half.low, 3), round(half.high, 3)
    (0.5, 0.482, 0.519)
    >>> fieller((5, 100), (10, 100), 0, mark=Mark.USE).mark
    <Mark.WITHHELD: 'withheld'>

    Args:
        top: Value and variance of the numerator.
        bottom: Value and variance of the denominator.
        covariance: Between the two.
        mark: Mark of the ratio where it is defined.

    Returns:
        The ratio, its range never below zero, and with the upper end of zero where it lies below.

    Source: Fieller 1954, Journal of the Royal Statistical Society B 16.
    """
    (n, var_n), (d, var_d) = top, bottom
    a = d * d - Z90 * Z90 * var_d
    if d <= 0 or a <= 0:
        return UNDEFINED
    ratio = n / d
    sd = sqrt(max(0.0, var_n - 2 * ratio * covariance + ratio * ratio * var_d)) / d

    def end(sign: int, above: float) -> float:
        b = above * d - Z90 * Z90 * covariance
        c = above * above - Z90 * Z90 * var_n
        return max(0.0, (b + sign * sqrt(max(0.0, b * b - a * c))) / a)

    return Estimate(ratio, sd, end(-1, n), end(1, max(0.0, n)), mark)


def quantile(
    bounds: Sequence[float],
    excess: Sequence[tuple[float, float]],
    *,
    mark: Mark,
    early: Sequence[tuple[float, float]] | None = None,
    late: Sequence[tuple[float, float]] | None = None,
) -> Estimate:
    """Read a quantile, and the range that noise and bands allow, from counts in bands.

    `excess` is, at each bound, the count below it minus the wanted part of all. Between two
    bounds people are taken as evenly spread; close bounds keep the range exact. The range
    holds every point whose excess cannot be told from zero, also if people crowd as `early` or as
    `late` within a band as these say.

    >>> even = [(-50.0, 25.0), (0.0, 25.0), (50.0, 25.0)]
    >>> found = quantile([0, 30, 60], even, mark=Mark.USE)
    >>> found.value, round(found.low, 1), round(found.high, 1)
    (30.0, 25.1, 34.9)

    Args:
        bounds: Where bands meet, and points between, ascending; beyond the last lies an open band.
        excess: Value and variance at each bound.
        mark: Mark of the figure.
        early: The same if people crowd towards the beginning of each band.
        late: And towards its end.

    Returns:
        The quantile; infinite ends mean "in the open band". Its `sd` is that of the noise alone:
        how people lie within a band hardly changes from one period to the next.
    """
    value = _crossing(bounds, [value for value, _ in excess])
    below, above = (_shifted(bounds, excess, by) for by in (Z90, -Z90))
    low = _shifted(bounds, early, Z90) if early else below
    high = _shifted(bounds, late, -Z90) if late else above
    return Estimate(value, (above - below) / (2 * Z90) if above < inf else inf, low, high, mark)


def _shifted(bounds: Sequence[float], excess: Sequence[tuple[float, float]], by: float) -> float:
    """Where the excess crosses zero when all of it is moved by so many standard deviations."""
    return _crossing(bounds, [value + by * sqrt(max(0.0, var)) for value, var in excess])


def _crossing(bounds: Sequence[float], heights: Sequence[float]) -> float:
    """First point at which a line through the heights reaches zero."""
    if heights[0] >= 0:
        return bounds[0]
    for left in range(len(bounds) - 1):
        if heights[left + 1] >= 0:
            step = -heights[left] / (heights[left + 1] - heights[left])
            return bounds[left] + step * (bounds[left + 1] - bounds[left])
    return inf
