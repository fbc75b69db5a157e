"""Bound a privacy loss from below by counting right guesses. The chain: membership -> **bounds**.

Every bound holds with the confidence asked for, whatever the guesser did: a wrong guesser only
makes it lower. The argument: docs/privacy/audit.md.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from privacy.noise import DELTA, epsilon, right_guesses
from privacy.policy import NANO
from privacy.spec import Spec

CONFIDENCE = 0.999  # Source: docs/privacy/audit.md; one wrong bound in 1,000, before the retry
_ORDERS = np.concatenate([1 + np.geomspace(0.01, 1, 20), np.geomspace(2.1, 64, 30)])
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower bounds on epsilon (at `DELTA`), rho and mu; `right` is the share of right guesses."""

    epsilon: float
    rho: float
    mu: float
    right: float

    @property
    def surely_right(self) -> float:
        """Share of right guesses without what may have been luck: half, if all may."""
        return _NORMAL.cdf(self.mu / 2)

    def above(self, declared: "Bounds") -> tuple[str, ...]:
        """Name the bounds that lie above what is declared; none of a right mechanism does."""
        names = ("epsilon", "rho", "mu")
        return tuple(name for name in names if getattr(self, name) > getattr(declared, name))


@dataclass(frozen=True, slots=True)
class Guesses:
    """How often "in" was said of `trials` draws with the unit (`hits`) and without (`alarms`)."""

    hits: int
    alarms: int
    trials: int

    @property
    def right(self) -> float:
        """Share of right guesses, over as many draws with as without."""
        return (self.hits + self.trials - self.alarms) / (2 * self.trials)


def declare(spec: Spec) -> Bounds:
    """Say what a release declares: no lower bound of a right mechanism lies above.

    Args:
        spec: What the release measures, and for how much.

    Returns:
        Rho, and what it means as epsilon and mu; `right` is the most that guesses can be right.
    """
    rho = spec.nano_rho / NANO
    return Bounds(epsilon(rho), rho, math.sqrt(2 * rho), right_guesses(rho))


def least_share(hits: int, trials: int, *, confidence: float) -> float:
    """Bound a chance from below (Clopper and Pearson).

    >>> round(least_share(100, 100, confidence=0.999), 4)
    0.9333

    Args:
        hits: How often it happened.
        trials: Of how many times.
        confidence: Chance that the bound holds.

    Source: Clopper and Pearson 1934.
    """
    return float(betaincinv(hits, trials - hits + 1, 1 - confidence)) if hits else 0.0


def bound_mu(guesses: Guesses, *, confidence: float = CONFIDENCE) -> float:
    """Bound mu from the share of right guesses, over as many draws with as without.

    Whoever guesses between two bell curves that lie mu apart is right at most Phi(mu / 2) of the
    time. The number of right guesses is a sum of two binomial counts; its upper tail is never
    heavier than that of one binomial count with their mean chance.

    >>> round(bound_mu(Guesses(hits=1683, alarms=317, trials=2000)), 2)
    1.85

    Args:
        guesses: Of draws that the guesser was not trained on.
        confidence: Chance that the bound holds.

    Source: Dong, Roth and Su 2022, section 2; Hoeffding 1956, theorem 5.
    """
    right = guesses.hits + guesses.trials - guesses.alarms
    least = least_share(right, 2 * guesses.trials, confidence=confidence)
    return max(0.0, 2 * _NORMAL.inv_cdf(least)) if least > 0 else 0.0


def bound_epsilon(guesses: Guesses, *, confidence: float = CONFIDENCE) -> float:
    """Bound epsilon at `DELTA` from the region of hits and alarms that it allows.

    Args:
        guesses: Of draws that the guesser was not trained on.
        confidence: Chance that the bound holds.

    Source: Kairouz, Oh and Viswanath 2015, theorem 2.1.
    """
    hits, alarms = _corner(guesses, confidence)
    region = ((hits - DELTA) / alarms, (1 - alarms - DELTA) / (1 - hits))
    return max(0.0, math.log(max(1.0, *region)))


def bound_rho(guesses: Guesses, *, confidence: float = CONFIDENCE) -> float:
    """Bound rho: looking at "in" or "out" alone makes no Renyi divergence larger.

    Holds for any mechanism under rho-zCDP, with Gaussian noise or other.

    Args:
        guesses: Of draws that the guesser was not trained on.
        confidence: Chance that the bound holds.

    Source: Bun and Steinke 2016, definition 1.1 and lemma 1.4 (post-processing).
    """
    hits, alarms = _corner(guesses, confidence)
    if hits <= alarms:
        return 0.0
    there = _divergence(hits, alarms) / _ORDERS
    back = _divergence(1 - alarms, 1 - hits) / _ORDERS
    return float(max(there.max(), back.max(), 0.0))


def _corner(guesses: Guesses, confidence: float) -> tuple[float, float]:
    """Least chance of a hit and largest of an alarm, that hold together."""
    each = 1 - (1 - confidence) / 2
    hits = least_share(guesses.hits, guesses.trials, confidence=each)
    quiet = least_share(guesses.trials - guesses.alarms, guesses.trials, confidence=each)
    return hits, 1 - quiet


def _divergence(one: float, other: float) -> NDArray[np.float64]:
    """Renyi divergence of two coins, at every order."""
    yes = _ORDERS * _log(one) + (1 - _ORDERS) * _log(other)
    no = _ORDERS * _log(1 - one) + (1 - _ORDERS) * _log(1 - other)
    return np.asarray(np.logaddexp(yes, no) / (_ORDERS - 1))


def _log(chance: float) -> float:
    return math.log(chance) if chance > 0 else -math.inf
