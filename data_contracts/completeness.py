"""Hold a month of a feed against its other months. The chain: rules -> judge -> **completeness**.

A file cut short, a district that stopped delivering, a form that lost a field: each record is in
order, and the month is not. What is compared are counts alone, and by tests that a steady program
of any size fails in fewer than one of 1,000 months, so that whoever is told looks.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from data_contracts.contract import Check, Severity
from data_contracts.feed import Source
from data_contracts.judge import Finding
from data_contracts.period import fiscal_year_of, next_month, read_period

LEAST_Z = 4.5  # standard deviations of a steady program; twice its variance still gives 3.2
MOST_MONTHS = 12  # that a month is held against
HALF = 0.5

_ROWS = ("fewer", "more")
_FILLED = ("emptier", "fuller")
_CONTINUITY = 3 / 8  # Anscombe 1948: what makes the root of a count steady


@dataclass(frozen=True, slots=True)
class Month:
    """What one month of a feed holds.

    `days` are those that the feed covers; `kept` accepted records, and `rows` those that differ;
    `told` says in how many of those kept a column says something; `accepted` names rules that
    somebody says are right here.
    """

    month: str
    days: int
    rows: int
    kept: int = 0
    told: Mapping[str, int] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()


def compare_months(
    source: Source, months: Mapping[str, Month], *, of: str, used: Sequence[str], starts: int
) -> tuple[Finding, ...]:
    """Say what a month of a feed has far less of than its others, or far more.

    It is held against the months before it, at most a year of them, and the first of all against
    those after it in its quarter: of them against the half that it is closest to, so that one odd
    month does not make the others odd. It also holds if it is like the last month of which somebody
    said that the same rule may be broken, because then that is how it is now.

    Args:
        source: The feed; its contract says which of these checks there are, and how strict.
        months: What every known month holds.
        of: The month, `YYYY-MM`.
        used: Columns of the contract that released tables count by.
        starts: Month, 1 to 12, in which the fiscal year begins.

    Returns:
        One finding a rule that could be asked; none without another month, or for a month without
        a record where a rule of its own blocks it.
    """
    here = months[of]
    others = [one for one in _others(months, of=of, starts=starts) if one.rows]
    checks = {check.kind: check for check in source.contract.rules}
    stopped = not here.rows and "empty" in checks and bool(checks["empty"].blocking)
    if stopped or not here.days or not others:
        return ()
    table, found = source.contract.table, list[Finding]()
    for kind in _ROWS:
        if kind in checks:
            found.append(_in_rows(f"{table}.{kind}", checks[kind], here, others))
    first = others[-1].month > of  # what it has more of than later months, they have less of
    if not here.kept:
        return tuple(found)
    for kind in _FILLED[:1] if first else _FILLED:
        for name in used:
            if kind in checks and name in here.told:
                found.append(_in_column(name, checks[kind], here, others))
    return tuple(found)


def hold_against_plan(
    source: Source, months: Mapping[str, Month], *, of: str, expected: float, starts: int
) -> tuple[Finding, ...]:
    """Say that a month has far fewer records than were planned, where no earlier quarter tells.

    Args:
        source: A feed of the table; its contract says whether there is this check, and how strict.
        months: What every known month of the table holds, all its feeds together.
        of: The month, `YYYY-MM`.
        expected: Records that the policy expects a month, a public number.
        starts: Month, 1 to 12, in which the fiscal year begins.

    Returns:
        The finding, if the rule could be asked.
    """
    checks = [check for check in source.contract.rules if check.kind == "below_plan"]
    first, here = _quarter(of, starts=starts)[0], months[of]
    if not checks or not here.rows or any(one.rows for m, one in months.items() if m < first):
        return ()
    check, least = checks[0], expected * (1 - checks[0].tolerance / 100)
    z = 2 * (math.sqrt(here.rows + _CONTINUITY) - math.sqrt(expected))
    return (
        Finding(
            rule=f"{source.contract.table}.{check.kind}",
            severity=check.severity,
            passed=not (here.rows < least and z < -LEAST_Z),
            allowed=round(expected - least),
            found=max(0, round(expected - here.rows)),
            of=round(expected),
        ),
    )


def _others(months: Mapping[str, Month], *, of: str, starts: int) -> list[Month]:
    """Choose the months that one is held against."""
    first = next_month(of, steps=-MOST_MONTHS)
    before = [one for month, one in sorted(months.items()) if first <= month < of]
    if any(one.rows for one in before):
        return before
    last = _quarter(of, starts=starts)[-1]
    return [one for month, one in sorted(months.items()) if of < month <= last]


def _quarter(month: str, *, starts: int) -> tuple[str, ...]:
    year = fiscal_year_of(month, fiscal_year_start=starts)
    months = read_period(year, fiscal_year_start=starts).months
    place = months.index(month) // 3 * 3
    return months[place : place + 3]


def _in_rows(rule: str, check: Check, here: Month, others: Sequence[Month]) -> Finding:
    def like(refs: Sequence[Month]) -> tuple[bool, float]:
        """Whether the month is like these, and how many records it would then have."""
        near = _nearest(refs, rate=lambda one: one.rows / one.days, to=here.rows / here.days)
        rows, days = sum(one.rows for one in near), sum(one.days for one in near)
        usual = rows * here.days / days
        z = compare_counts(here.rows, rows, exposure=here.days / days)
        share = check.tolerance / 100
        if check.kind == "fewer":
            return not (z < -LEAST_Z and here.rows < (1 - share) * usual), usual
        return not (z > LEAST_Z and here.rows > (1 + share) * usual), usual

    passed, usual = like(others)
    settled = _settled(others, rule=rule, before=here.month)
    passed = passed or bool(settled and like(settled)[0])
    return Finding(
        rule=rule,
        severity=check.severity,
        passed=passed,
        allowed=int(check.tolerance * usual / 100),
        found=round(abs(here.rows - usual)),
        of=round(usual),
        accepted=not passed and rule in here.accepted,
    )


def _in_column(name: str, check: Check, here: Month, others: Sequence[Month]) -> Finding:
    rule, low = f"{name}.{check.kind}", check.kind == "emptier"
    share = here.told.get(name, 0) / here.kept

    def like(refs: Sequence[Month]) -> tuple[bool, float]:
        near = _nearest(refs, rate=lambda one: one.told.get(name, 0) / one.kept, to=share)
        told, kept = sum(one.told.get(name, 0) for one in near), sum(one.kept for one in near)
        usual = told / kept
        z = compare_shares((here.told.get(name, 0), here.kept), (told, kept))
        less, more = (share, usual) if low else (usual, share)
        far = more - less >= check.tolerance / 100 or less < HALF * more
        return not (far and (z < -LEAST_Z if low else z > LEAST_Z)), usual

    passed, usual = like(others)
    settled = _settled(others, rule=rule, before=here.month)
    passed = passed or bool(settled and like(settled)[0])
    return Finding(
        rule=rule,
        severity=check.severity,
        passed=passed,
        allowed=int(check.tolerance * here.kept / 100),
        found=round(abs(usual - share) * here.kept),
        of=here.kept,
        accepted=not passed and check.severity is Severity.BLOCK and rule in here.accepted,
    )


def _settled(others: Sequence[Month], *, rule: str, before: str) -> list[Month]:
    """Find the last month before it of which somebody said that the same rule may be broken."""
    return [one for one in others if one.month < before and rule in one.accepted][-1:]


def _nearest(
    refs: Sequence[Month], *, rate: Callable[[Month], float], to: float
) -> Sequence[Month]:
    """Choose the half of the months that one is closest to, at least one."""
    by_distance = sorted(refs, key=lambda one: (abs(rate(one) - to), one.month))
    return by_distance[: math.ceil(len(refs) / 2)]


def compare_counts(here: int, there: int, *, exposure: float) -> float:
    """Say how many standard deviations a count lies above what another one leads to expect.

    >>> round(compare_counts(60, 400, exposure=0.5), 1)
    -10.4

    Args:
        here: A count.
        there: Another, of the same steady rate.
        exposure: Days of the first over days of the second.

    Returns:
        About a standard normal value, if both are counts of one rate.

    Source: Huffman 1984, and Gu, Ng, Tang and Schucany 2008, statistic W5.
    """
    a, b = math.sqrt(here + _CONTINUITY), math.sqrt(exposure * (there + _CONTINUITY))
    return 2 * (a - b) / math.sqrt(1 + exposure)


def compare_shares(here: tuple[int, int], there: tuple[int, int]) -> float:
    """Say how many standard deviations a share lies above another, each a count and its base.

    >>> round(compare_shares((100, 200), (190, 200)), 1)
    -11.1

    Source: Anscombe 1948, arcsine of the root of a share.
    """

    def angle(n: int, of: int) -> float:
        return math.asin(math.sqrt((n + _CONTINUITY) / (of + 2 * _CONTINUITY)))

    return (
        2 * (angle(*here) - angle(*there)) / math.sqrt(1 / (here[1] + HALF) + 1 / (there[1] + HALF))
    )
