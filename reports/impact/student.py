"""Find how far a range must reach when its spread is itself estimated from few areas.

**student** -> ratio -> report -> page
"""

from math import exp, inf, lgamma, log
from statistics import NormalDist

TINY = 1e-300
CLOSE = 1e-14
MOST_TERMS = 500
HALVINGS = 80


def t_quantile(part: float, *, freedom: float) -> float:
    """Find the point below which a part of Student's distribution lies.

    >>> round(t_quantile(0.95, freedom=5), 4), round(t_quantile(0.95, freedom=inf), 4)
    (2.015, 1.6449)
    >>> round(t_quantile(0.975, freedom=7.4), 4)
    2.339

    Args:
        part: Above a half and below 1.
        freedom: Degrees of freedom, any number above 0.

    Returns:
        The point; the normal one where `freedom` is infinite.

    Source: Student 1908, Biometrika 6; Welch 1947, Biometrika 34, for freedom that is not whole.
    """
    if freedom == inf:
        return NormalDist().inv_cdf(part)
    low, high = 0.0, 1.0
    while _above(high, freedom) > 1 - part:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _above(middle, freedom) > 1 - part else (low, middle)
    return (low + high) / 2


def _above(point: float, freedom: float) -> float:
    """Part of the distribution above a point that is not negative."""
    return _beta_part(freedom / (freedom + point * point), freedom / 2, 0.5) / 2


def _beta_part(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function.

    Source: Lentz 1976, Applied Optics 15; Abramowitz and Stegun 1964, 26.5.8.
    """
    if x <= 0 or x >= 1:
        return max(0.0, min(1.0, x))
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _kept(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _kept(1 + term * d)
            c = _kept(1 + term / c)
            found *= c * d
        if abs(c * d - 1) < CLOSE:
            break
    return found


def _kept(number: float) -> float:
    """Keep a number away from zero, for it is divided by."""
    return number if abs(number) > TINY else TINY
