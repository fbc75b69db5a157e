"""Turn the draws into curves: how sure a value is, and at which share of calls it covers the cost.

model -> **curves** -> figures -> page
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.savings.draws import range_of
from reports.savings.formula import Vector
from reports.savings.model import Figure, Model, Run

HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Curve:
    """One point of a curve: where it stands, and its value with a 90% range."""

    at: float
    value: float
    low: float
    high: float


def net_of(model: Model, cost_usd: float) -> Figure:
    """Resources freed less what the program cost: a test, not a sum that anyone holds."""
    return model.figure(lambda run: run.value.resource_usd - cost_usd)


def chance(draws: Vector, *, above: float) -> float:
    """Of 100 draws, those above a value.

    >>> chance(np.array([1.0, 2.0, 3.0, 4.0]), above=3.0)
    25.0
    """
    return float(np.mean(draws > above)) * HUNDRED


def chances(model: Model, cost_usd: float, points: Sequence[float]) -> list[tuple[float, float]]:
    """Chance, of 100, that the net value exceeds each of some points."""
    net = model.drawn.value.resource_usd - cost_usd
    return [(point, chance(net, above=point)) for point in points]


def _per_share(run: Run) -> Vector:
    """Dollars of police time if police would have gone to every one of these calls."""
    alone: Vector = np.sum(list(run.calls.alone.values()), axis=0)
    per_call = run.value.police_usd / run.value.substituted
    return alone * per_call


def by_police_share(model: Model, cost_usd: float, shares: Sequence[int]) -> list[Curve]:
    """Net value if police would have attended this share of every kind of call.

    Args:
        model: Drawn.
        cost_usd: What the program cost.
        shares: Of 100 calls.

    Returns:
        One point a share.
    """
    drawn, every = model.drawn, _per_share(model.drawn)
    found = []
    for share in shares:
        net = every * share / HUNDRED + drawn.value.others_usd - cost_usd
        middle, low, high = range_of(net)
        found.append(Curve(float(share), middle, low, high))
    return found


def break_even(model: Model, cost_usd: float) -> Figure:
    """Share of calls, of 100, that police would have had to attend for the value to cover it."""
    return model.figure(
        lambda run: (cost_usd - run.value.others_usd) / _per_share(run) * HUNDRED,
    )


def assumed_share(model: Model) -> Figure:
    """Share of calls, of 100, that police are assumed to have attended, over all kinds."""

    def share(run: Run) -> Vector:
        alone: Vector = np.sum(list(run.calls.alone.values()), axis=0)
        return run.value.substituted / alone * HUNDRED

    return model.figure(share)
