"""Check the promise from the coded feeds on. The chain: code -> **link -> persons -> count**.

What the checks of the wall cannot see: which unit a record is given, and whether it keeps it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from data_contracts.feed import Source
from data_contracts.period import Period
from data_contracts.program import Program
from pipelines.made_up import OFTEN, Deliveries, Unit, find_units, make_deliveries, make_up
from privacy import plan
from privacy.audit.broken import Check
from privacy.audit.removals import Removal, measure_removal
from privacy.audit.stability import judge
from privacy.audit.verdict import Finding
from privacy.plan import Plan
from privacy.policy import NANO, Policy

PRIVATE, WINDOW = "stability from the coded feeds", "window of an interim release and its year"

_PEOPLE = (0, 2)  # of the units: met together with others, and met often and alone


def check_private_side(
    policy: Policy, program: Program, period: Period, *, sources: Sequence[Source], seed: int
) -> Finding:
    """Take people and incidents out of made-up coded feeds, link and count again each time.

    Args:
        policy: The policy; its own tables are counted.
        program: Gives the areas.
        period: Chooses the release.
        sources: The feeds of the program.
        seed: Chooses the feeds.

    Returns:
        The finding: each block moves by at most its bound, and by nothing but the unit's own rows.
    """
    planned = plan.make_plan(policy, program=program, period=period)
    month, given = period.months[0], make_deliveries(program, seed=seed)
    units, strangers = find_units(seed), 0
    found: list[Removal] = []
    with make_up(sources, program=program) as made:

        def vector(deliveries: Deliveries) -> list[int]:
            made.deliver(deliveries, month=month)
            return made.count(planned, months=[month])

        whole = vector(given)
        nobody = vector(replace(given, calls=(), encounters=(), surveys=()))
        for unit in units:
            rest, own = vector(given.without(unit)), vector(given.only(unit))
            moved = [a - b for a, b in zip(whole, rest, strict=True)]
            strangers += moved != [a - b for a, b in zip(own, nobody, strict=True)]
            found += measure_removal(planned.spec, whole, rest)
    return judge(PRIVATE, planned.spec, found, strangers=strangers, removals=len(units))


def check_window(
    policy: Policy,
    program: Program,
    *,
    interim: Period,
    year: Period,
    sources: Sequence[Source],
    seed: int,
) -> Finding:
    """Unlink a person's records between two releases, and add up what both say of that person.

    One person is met often and alone, another together with others, each at a place of their own.

    A correction takes the person's name off every record after the first release was drawn. All
    releases of the window together must still tell at most the declared sum about that person.

    Args:
        policy: The policy; its own tables are counted.
        program: Gives the areas.
        interim: A period of the year, released first.
        year: The fiscal year that holds it.
        sources: The feeds of the program.
        seed: Chooses the feeds.

    Returns:
        The finding: what both releases cost together, in parts of what is declared.
    """
    plans = [plan.make_plan(policy, program=program, period=period) for period in (interim, year)]
    window = _Window(sources, program, plans, month=interim.months[0])
    given = make_deliveries(program, seed=seed)
    paid = sum(Fraction(one.spec.nano_rho, NANO) for one in plans)
    cost = Fraction(0)
    for unit in (find_units(seed)[n] for n in _PEOPLE):
        whole = window.release(given, corrected=_unlink(given, unit))
        rest = window.release(given.without(unit), corrected=given.without(unit))
        moved = (
            Fraction(list(measure_removal(one.spec, a, b))[-1].squared)
            / (2 * Fraction(one.spec.scale) ** 2)
            for one, a, b in zip(plans, whole, rest, strict=True)
        )
        cost = max(cost, sum(moved, Fraction(0)))
    far = math.sqrt(cost / paid)
    return Finding(
        WINDOW,
        ok=cost <= paid,
        said=f"A person whose name was taken off {OFTEN} records between {interim.name} and "
        f"{year.name}, or off those of shared visits, moved both releases together by at most "
        f"{far:.6f} of what is declared for them.",
        figures={"window_over_declared": far},
    )


@dataclass(frozen=True, slots=True)
class _Window:
    """Two releases over one delivered month, with a correction between them."""

    sources: Sequence[Source]
    program: Program
    plans: Sequence[Plan]
    month: str

    def release(self, first: Deliveries, *, corrected: Deliveries) -> list[list[int]]:
        """Count the first release, freeze its units, correct the month, count the second one."""
        interim, year = self.plans
        with make_up(self.sources, program=self.program) as made:
            made.deliver(first, month=self.month)
            before = made.count(interim, months=[self.month])
            made.freeze(months=[self.month])
            made.deliver(corrected, month=self.month)
            return [before, made.count(year, months=[self.month])]


def _unlink(given: Deliveries, unit: Unit) -> Deliveries:
    """Correct a month: the person no longer lets anybody link their records."""
    name, key = unit
    nobody = {name: None, "record_permission_code": "count_only"}
    rows = ({**row, **nobody} if row.get(name) == key else row for row in given.encounters)
    return replace(given, encounters=tuple(rows))


def private_checks(
    policy: Policy, program: Program, *, interim: Period, year: Period, sources: Sequence[Source]
) -> Mapping[str, Check]:
    """Name the checks of the private side that mutants must fail, each a function of a seed."""
    return {
        PRIVATE: lambda seed: check_private_side(
            policy, program, interim, sources=sources, seed=seed
        ),
        WINDOW: lambda seed: check_window(
            policy, program, interim=interim, year=year, sources=sources, seed=seed
        ),
    }
