"""Visits of a program that knows no calls, and what is said of each once months went through."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from tests.transforms.town import VISIT, Row, Town, hash_number, rows_of

MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")
BEFORE, AFTER = "since_previous_code", "after_decline_code"


def visit(number: int, start: str, **changes: str) -> Row:
    """One visit, without its call."""
    return {**VISIT, "Visit": f"V{number}", "Call": "", "Start": start, "End": "", **changes}


def told(town: Town, visits: Sequence[Row], *, months: Sequence[str]) -> dict[str, tuple[str, str]]:
    """What is said of each visit after months went through."""
    town.write("visits_all.csv", visits, header=VISIT)
    town.take(months=months)
    return recalled(town, {row["Visit"] for row in visits})


def recalled(
    town: Town, numbers: set[str], *, feeds: Sequence[str] = ("visits",)
) -> dict[str, tuple[str, str]]:
    """What the coded records say of each visit, whose number is its feed's own."""
    key = town.vault.key("FY2025")
    names = {
        hash_number("encounter", number, key=key, numbering=feed): number
        for number in numbers
        for feed in feeds
    }
    rows = rows_of(town.vault.path("coded", "private_encounters"))
    return {
        names[int(str(row["encounter_key"]))]: (str(row[BEFORE]), str(row[AFTER])) for row in rows
    }


def drawn(seed: int, *, persons: int) -> list[Row]:
    """Visits of some persons over half a year, more of them at the same minute than by chance."""
    draw = random.Random(seed)  # noqa: S311
    visits = []
    for number in range(persons * 4):
        day = date(2025, 1, 1) + timedelta(days=draw.randrange(181))
        start = f"{day} {draw.choice(['09:00', '09:00', '17:30'])}"
        outcome = draw.choice(["Helped", "Helped", "Refused", ""])
        visits.append(visit(number, start, Person=f"P{draw.randrange(persons)}", Outcome=outcome))
    return visits
