"""Judge how a month was delivered. The chain: contract -> source -> rules -> **delivery** -> judge.

A file that stops early reads like a quiet month. These rules count what files and days show, never
what a record says; the checks are in `delivery.yaml`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from data_contracts.feed import Source
from data_contracts.rules import OF, Rule, write_counted

# Rows that portals, their interfaces and spreadsheets give at most, the header not counted.
ROUND_COUNTS = frozenset({1000, 2000, 5000, 10_000, 50_000, 100_000, 65_535, 1_048_575})
LEAST_SILENCE = 3  # days; a feed that rests at weekends must be silent for five
CHANCE = 1e-4  # that a feed with records at random is silent so long, at most


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the files and the days of one month of a feed show; every number is private.

    `rows` are the physical records of the month's files; of them `refused_rows` were put aside,
    `outside_rows` are of no day of the program, `other_months` of another month. `cut_short` and
    `round_count` count files, `unread_file` those that look like the feed's, `broken_file` those
    of other months that could not be read; `missing_days` days without their file, `ends_early`,
    `begins_late` and `stops_within` days without a record.
    """

    rows: int = 0
    refused_rows: int = 0
    outside_rows: int = 0
    other_months: int = 0
    cut_short: int = 0
    round_count: int = 0
    unread_file: int = 0
    broken_file: int = 0
    missing_days: int = 0
    ends_early: int = 0
    begins_late: int = 0
    stops_within: int = 0


_OF_ROWS = frozenset({"refused_rows", "outside_rows", "other_months"})
_MOSTLY = "mostly_"


def write_delivery(source: Source) -> tuple[Rule, ...]:
    """Name the rules about a feed's files; a file of no month has no day outside of it.

    Args:
        source: The feed.

    Returns:
        Rules in the order of `delivery.yaml`, without SQL.
    """
    monthly = {"outside_rows", "other_months"}
    kinds = [check.kind for check in source.contract.deliveries]
    return tuple(
        rule
        for kind in kinds
        if source.monthly or kind not in monthly
        for rule in write_counted(source, kind)
    )


def count_delivery(delivery: Delivery, rules: Collection[Rule]) -> dict[str, int]:
    """Count violations by rule, and of how many rows; what counts files or days is of no share.

    Args:
        delivery: What the files of the month show.
        rules: Rules of `write_delivery`.

    Returns:
        Counts as `judge_counts` wants them.
    """
    counts: dict[str, int] = {}
    for rule in rules:
        kind = rule.name.rpartition(".")[2].removeprefix(_MOSTLY)
        counts[rule.name] = getattr(delivery, kind)
        counts[f"{rule.name}{OF}"] = delivery.rows if kind in _OF_ROWS else 0
    return counts


def find_silence(days: Mapping[date, int], *, first: date, last: date) -> tuple[int, int, int]:
    """Count the days in a row without a record, where they are no chance.

    A silence counts if it has three days, is more than twice as long as others of the month,
    and would be as long in less than one of 10,000 months with as many records, at random over its
    days: all `n` of them fall into the other days with a chance of (1 - silent / all days) ** n,
    and a silence within the month may begin on any of its days.

    >>> busy = {date(2025, 2, day): 9 for day in range(1, 8)}
    >>> find_silence(busy, first=date(2025, 2, 1), last=date(2025, 2, 28))
    (0, 0, 21)

    Args:
        days: Records by day.
        first: First day that should have records.
        last: Last day that should.

    Returns:
        Days at the beginning, within and at the end; 0 where the silence is as usual, or nothing
        came.
    """
    there = sorted(day for day in days if first <= day <= last)
    if not there:
        return 0, 0, 0
    gaps = sorted(((b - a).days - 1 for a, b in pairwise(there)), reverse=True)
    longest, second = [*gaps, 0, 0][:2]
    n, whole = sum(days[day] for day in there), (last - first).days + 1

    def odd(silent: int, usual: int, *, places: int = 1) -> int:
        likely = places * (1 - silent / whole) ** n >= CHANCE
        return 0 if silent < LEAST_SILENCE or silent <= 2 * usual or likely else silent

    begin, end = (there[0] - first).days, (last - there[-1]).days
    within = odd(longest, max(second, begin, end), places=whole)
    return odd(begin, longest), within, odd(end, longest)


def days_between(first: date, last: date) -> tuple[date, ...]:
    """List the days from one to another, both counted."""
    return tuple(first + timedelta(days=step) for step in range((last - first).days + 1))
