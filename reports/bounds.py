"""Know which values an assumption can have: a share is at most 1, nothing is below 0.

**bounds** -> parameters -> savings
"""

import re
from collections.abc import Iterable, Mapping

SHARE = "a share from 0 to 1, as 0.05 for 5 of 100,"
_SHARES = re.compile(
    r"\b(share|shares|part|probability|proportion|fraction|percent|percentage"
    r"|parte|proporci[oó]n|probabilidad|porcentaje)\b|%",
    re.IGNORECASE,
)
Bounds = tuple[float, float, str]
_HOURS_OF_A_YEAR = 8784
_NO_MORE = 1e12
_KNOWN: Mapping[str, Bounds] = {
    **dict.fromkeys(
        (
            "ambulance_share_of_trips",
            "ambulance_without_team",
            "discount_rate",
            "emergency_without_team",
            "hold_without_team",
            "hours_into_posts",
            "jail_without_team",
            "police_attended_by_group",
            "police_attended_by_type",
            "police_work_threshold",
        ),
        (0.0, 1.0, SHARE),
    ),
    "hours_per_call": (0.0, 100.0, "a number of hours from 0 to 100"),
    "living_wage": (1.0, 1000.0, "an amount for one hour, from 1 to 1000,"),
    "officer_hour": (0.0, 10_000.0, "an amount for one hour, from 0 to 10000,"),
    "officers_per_call": (0.0, 100.0, "a number of officers from 0 to 100"),
    "police_post_hours": (1.0, _HOURS_OF_A_YEAR, "hours of one post in a year, from 1 to 8784,"),
    "start_up_years": (1.0, 100.0, "a number of years from 1 to 100"),
}


def bounds_of(name: str, *, units: Iterable[str], index: bool) -> Bounds:
    """Say between which ends the values of an assumption lie.

    >>> bounds_of("ambulance_trip", units=["US dollars"], index=False)[:2]
    (0.0, 1000000000000.0)
    >>> bounds_of("own", units=["share of arrivals"], index=False)[:2]
    (0.0, 1.0)

    Args:
        name: Name of its file.
        units: Its unit in words; a share is told by them where the name is not known.
        index: Whether it is a level of prices, of which none is 0.

    Returns:
        The least and the greatest value, and what is expected, for a message.
    """
    if name in _KNOWN:
        return _KNOWN[name]
    if index:
        return 1e-9, _NO_MORE, "a level above 0"
    if any(_SHARES.search(words) for words in units):
        return 0.0, 1.0, SHARE
    return 0.0, _NO_MORE, "a number from 0"
