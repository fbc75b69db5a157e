"""Name every way to count a diverted call: one program-year had seven, from 2 to 20 of 100.

tally + parameters -> **diversion** -> report -> page
"""

from collections.abc import Mapping
from typing import TypeVar

from reports.savings.formula import Vector

Number = TypeVar("Number", float, Vector)


def gross(part: Number, calls: Number) -> Number:
    """V9: calls that a team was part of (sent, arrived, or arrived alone), of 100 calls.

    >>> gross(250.0, 1000.0)
    25.0
    """
    return part / calls * 100


def mandate_of_all(alone: Number, outside: Number, calls: Number) -> Number:
    """V10: calls a team took alone, but for kinds police do not attend, of 100 calls.

    Args:
        alone: Calls at which a team arrived and police did not.
        outside: Those of a kind that is not police work.
        calls: All calls from the public.

    Returns:
        Of 100 calls.

    Source: Eugene Police Department 2021, definition 2a.
    """
    return (alone - outside) / calls * 100


def mandate_of_sent(alone: Number, outside: Number, sent: Number) -> Number:
    """V10: the same, of 100 calls to which police or a team was sent, but for the same kinds.

    Source: Eugene Police Department 2021, definition 2b.
    """
    return (alone - outside) / (sent - outside) * 100


def one_kind_of_all(share: Number, visits: Number, calls: Number) -> Number:
    """V10: welfare checks that police would have attended, of 100 calls.

    Source: Eugene Police Department 2021, definition 3a.
    """
    return share * visits / calls * 100


def one_kind_of_sent(share: Number, visits: Number, team: Number, sent: Number) -> Number:
    """V10: the same, of 100 calls that would have been sent to police.

    Args:
        share: Of welfare checks that police would have attended.
        visits: Welfare checks to which a team was sent.
        team: All calls to which a team was sent.
        sent: All calls to which police or a team was sent.

    Returns:
        Of 100 calls.

    Source: Eugene Police Department 2021, definition 3b.
    """
    taken = share * visits
    return taken / (sent - (team - taken)) * 100


def substitution(substituted: Number, calls: Number) -> Number:
    """V11: calls that police would have attended and did not have to, of 100 calls."""
    return substituted / calls * 100


def overlap(alone: Number, calls: Number) -> Number:
    """V12: calls a team took alone, of 100 calls of the kinds that police attend too."""
    return alone / calls * 100


def divertible(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, float]:
    """Share of each kind that police attended while no team was on duty, in the same hours.

    >>> divertible({"welfare": 3}, {"welfare": 4})
    {'welfare': 0.75}

    Args:
        before: Calls by kind that police took in hours without a team.
        after: Calls by kind that a team took in the same hours a year later.

    Returns:
        By kind; above 1 where police took more than the team did.

    Source: Burton, Herbert and Rohlfs, re-analysis of Eugene 2016 and 2017.
    """
    return {kind: before[kind] / after[kind] for kind in before}
