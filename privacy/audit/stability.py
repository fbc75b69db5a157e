"""Check the promise that one unit moves the exact numbers by at most what is paid for.

The chain: crowd -> removals -> **stability** -> verdict. Whole numbers decide, so these checks
have no chance of a false alarm.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

import duckdb

from data_contracts.period import Period
from data_contracts.program import Program
from privacy import plan
from privacy.audit.crowd import KINDS, make_crowd
from privacy.audit.removals import (
    WHOLE,
    Removal,
    count_crowd,
    measure_removal,
    only,
    remove_each,
    without,
)
from privacy.audit.verdict import Finding
from privacy.policy import NANO, Policy
from privacy.spec import Spec

WORST = "worst_distance_over_bound"

_UNITS = 60  # of a crowd out of which units are taken in truth
_TRIED = 12  # of the units of a large crowd, how many are taken out in truth


def check_stability(
    policy: Policy, program: Program, period: Period, *, removals: int, seed: int
) -> Finding:
    """Take units out of made-up crowds in truth, and count again each time.

    Three things must hold of every removal: each block moves by at most its bound; the whole moves
    by at most what OpenDP is told, and costs at most what the policy reserves; and what moves is
    exactly what the unit itself adds, so that nobody else's weight or row depends on it.

    Args:
        policy: The policy; its own tables are counted.
        program: Gives the areas.
        period: Chooses the release.
        removals: How many units are taken out, of every kind in turn.
        seed: Chooses the crowd.

    Returns:
        The finding; no record is read.
    """
    spec = plan.make_plan(policy, program=program, period=period).spec
    crowd = make_crowd(spec, units=max(_UNITS, removals), seed=seed)
    found: list[Removal] = []
    strangers = 0
    with duckdb.connect(config={"threads": 1}) as engine:
        whole = count_crowd(spec, crowd, connection=engine)
        for unit in range(removals):
            rest = count_crowd(spec, without(crowd, unit), connection=engine)
            own = count_crowd(spec, only(crowd, unit), connection=engine)
            moved = [a - b for a, b in zip(whole, rest, strict=True)]
            strangers += moved != own
            found += measure_removal(spec, whole, rest)
    return judge("stability", spec, found, strangers=strangers, removals=removals)


def check_removals(
    policy: Policy, program: Program, period: Period, *, removals: int, seed: int
) -> Finding:
    """Measure the removal of every unit of a large crowd, some of them also in truth.

    Args:
        policy: The policy; its own tables are counted.
        program: Gives the areas.
        period: Chooses the release.
        removals: How many units the crowd has.
        seed: Chooses the crowd.

    Returns:
        The finding; no record is read.
    """
    spec = plan.make_plan(policy, program=program, period=period).spec
    crowd = make_crowd(spec, units=removals, seed=seed)
    with duckdb.connect(config={"threads": 1}) as engine:
        each = remove_each(spec, crowd, connection=engine)
        whole = count_crowd(spec, crowd, connection=engine)
        strangers = 0
        for unit in _of_every_kind(removals):
            rest = count_crowd(spec, without(crowd, unit), connection=engine)
            strangers += list(measure_removal(spec, whole, rest)) != each[unit]
    found = [one for removal in each.values() for one in removal]
    return judge("removals", spec, found, strangers=strangers, removals=removals)


def judge(
    name: str, spec: Spec, found: Sequence[Removal], *, strangers: int, removals: int
) -> Finding:
    """Make a finding of what was moved by removals.

    Args:
        name: Name of the check.
        spec: What the release measures.
        found: Distances by block, and of the whole.
        strangers: Removals that moved more or less than what the unit itself adds.
        removals: How many units were taken out.
    """
    far = worst(found)
    costly = sum(_costs_too_much(spec, one) for one in found if one.where == WHOLE)
    ok = far <= 1 and not strangers and not costly
    figures = {
        WORST: math.sqrt(far),
        "removals": removals,
        "removals_that_moved_others": strangers,
        "removals_that_cost_too_much": costly,
    }
    if ok:
        said = (
            f"{removals:,} made-up people and incidents were taken out of {spec.release}, one at a "
            f"time: the numbers moved by at most {math.sqrt(far):.6f} of the bound, and no other "
            "record counted differently."
        )
    else:
        said = (
            f"Of {removals:,} units taken out of {spec.release}, the worst moved the numbers by "
            f"{math.sqrt(far):.6f} of the bound (at most 1 is paid for); {strangers} moved what "
            f"others add, {costly} cost more than is reserved. Release nothing until the clip, or "
            "the step that links records to units, is mended."
        )
    return Finding(name, ok, said, figures)


def worst(found: Iterable[Removal]) -> Fraction:
    """Find the largest squared distance, in parts of its squared bound."""
    return max((one.over_bound for one in found), default=Fraction(0))


def _of_every_kind(units: int) -> list[int]:
    """Choose some units, of every kind, from the first to the last."""
    step = max(1, units // _TRIED)
    return [min(first + n % len(KINDS), units - 1) for n, first in enumerate(range(0, units, step))]


def _costs_too_much(spec: Spec, removal: Removal) -> bool:
    """Say whether a distance costs more than is reserved, at the noise that is added.

    Source: Bun and Steinke 2016, Concentrated Differential Privacy, proposition 1.6: a distance d
    under Gaussian noise of scale s costs d^2 / (2 s^2).
    """
    if not spec.scale > 0:
        return True
    rho = Fraction(removal.squared) / (2 * Fraction(spec.scale) ** 2)
    return rho > Fraction(spec.nano_rho, NANO)
