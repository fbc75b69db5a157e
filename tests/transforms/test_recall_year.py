"""Mirrors transforms/recall.py: whole years, months in any order, and what is deleted between."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.transforms.town import MONTH, VISIT, Row, Town, rows_of
from tests.transforms.visits import AFTER, BEFORE, MONTHS, drawn, recalled, told, visit
from transforms.recall import months_before
from transforms.retention import purge

pytestmark = pytest.mark.usefixtures("hasty_judge")


def test_a_later_month_tells_an_earlier_one_nothing(outreach: Town) -> None:
    visits = [visit(1, "2025-01-03 10:00"), visit(2, "2025-02-03 10:00", Outcome="Refused")]

    there = told(outreach, visits, months=["2025-02", "2025-01"])
    again = told(outreach, visits, months=["2025-02"])

    assert there == {"V1": ("first", "no"), "V2": ("unknown", "unknown")}
    assert again == {"V1": ("first", "no"), "V2": ("within_90", "no")}


def test_a_month_taken_in_again_has_the_same_bytes(outreach: Town) -> None:
    visits = [visit(n, f"2025-0{1 + n % 3}-1{n} 10:00", Offer="No") for n in range(9)]
    told(outreach, visits, months=MONTHS[:3])
    before = contents(outreach.vault.directory)

    outreach.take(months=[MONTH])

    assert contents(outreach.vault.directory) == before


def contents(folder: Path) -> dict[Path, bytes]:
    """Bytes of every table without identifiers."""
    return {
        file: file.read_bytes()
        for pattern in ("raw_recent*", "raw_earlier*", "private_*")
        for file in folder.glob(f"*/{pattern}/*/*.parquet")
    }


def test_the_new_fiscal_year_knows_nobody(outreach: Town) -> None:
    program = outreach.program.model_copy(update={"fiscal_year_start": 2})
    object.__setattr__(outreach, "program", program)
    visits = [visit(1, "2025-01-30 10:00", Outcome="Refused"), visit(2, "2025-02-01 10:00")]
    outreach.write("visits_all.csv", visits, header=VISIT)

    outreach.take(months=MONTHS[:2])

    rows = rows_of(outreach.vault.path("coded", "private_encounters"))
    assert [(row[BEFORE], row[AFTER]) for row in rows] == [("first", "no")] * 2
    assert rows_of(outreach.vault.table("raw_recent_contacts", month="2025-01")) == []
    assert len(rows_of(outreach.vault.table("raw_recent_contacts", month="2025-02"))) == 1


def clear(town: Town, today: date) -> set[str]:
    """Delete what is due; name the months whose last days of contact are left."""
    purge(town.vault, program=town.program, today=today, raw_days=7, coded_days=90)
    folder = town.vault.path("raw", "raw_recent_contacts")
    return {path.parent.name.removeprefix("month=") for path in folder.rglob("*.parquet")}


def test_what_is_deleted_between_two_months_was_not_needed(outreach: Town) -> None:
    """A week after each month everything raw goes, but for the last days that still count."""
    starts = ["2025-01-03", "2025-01-31", "2025-02-20", "2025-05-01", "2025-05-22"]
    visits = [visit(n, f"{day} 10:00", Outcome="Refused") for n, day in enumerate(starts)]
    visits += [visit(9, "2025-01-31 10:00", Person="P2"), visit(10, "2025-05-01 9:00", Person="P2")]
    outreach.write("visits_all.csv", visits, header=VISIT)
    left = []

    for month in MONTHS[:5]:
        outreach.take(months=[month])
        left.append(clear(outreach, date(2026, 1, 7)))
        for table in ("raw_stripped_encounters", "raw_earlier_encounters"):
            assert not outreach.vault.table(table, month=month).exists()

    found = recalled(outreach, {row["Visit"] for row in visits})
    bands = [found[f"V{n}"][0] for n in (*range(5), 9, 10)]
    assert bands == [
        *("first", "within_30", "within_30", "within_90", "within_30"),
        *("first", "within_90"),
    ]
    assert [found[f"V{n}"][1] for n in range(5)] == ["no"] + ["yes"] * 4
    assert left[0] == {"2025-01"}
    assert left[3] == {"2025-01", "2025-02", "2025-03", "2025-04"}
    assert left[4] == {"2025-03", "2025-04", "2025-05"}


def test_a_day_that_is_lost_is_not_made_up(outreach: Town) -> None:
    visits = [visit(1, "2025-01-30 10:00"), visit(2, "2025-02-03 10:00")]
    outreach.write("visits_all.csv", visits, header=VISIT)
    outreach.take(months=MONTHS[:1])
    outreach.vault.table("raw_recent_contacts", month="2025-01").joinpath(
        "encounters.parquet"
    ).unlink()

    outreach.take(months=[MONTH])

    assert recalled(outreach, {"V1", "V2"})["V2"] == ("unknown", "no")


def worked_out(visits: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """The same by hand, where no two contacts of one person fall in one minute."""
    found: dict[str, tuple[str, str]] = {}
    for one in visits:
        before = [
            other
            for other in visits
            if other["Person"] == one["Person"] and other["Start"] < one["Start"]
        ]
        said_no = any(other["Outcome"] == "Refused" for other in before)
        days = min((_days(other, one) for other in before), default=-1)
        bands = {days < 0: "first", 0 <= days <= 30: "within_30", 30 < days <= 90: "within_90"}
        found[one["Visit"]] = (bands.get(True, "later"), "yes" if said_no else "no")
    return found


def _days(first: Row, second: Row) -> int:
    day, later = (datetime.fromisoformat(one["Start"]).date() for one in (first, second))
    return (later - day).days


def test_a_whole_half_year_is_as_worked_out_by_hand(outreach: Town) -> None:
    visits = list({(one["Person"], one["Start"]): one for one in drawn(1, persons=60)}.values())

    found = told(outreach, visits, months=MONTHS)

    assert len(found) > 200
    assert found == worked_out(visits)


def test_taking_a_person_away_changes_what_is_said_of_nobody_else(outreach: Town) -> None:
    visits = drawn(2, persons=20)
    whole = told(outreach, visits, months=MONTHS)

    for who in ("P0", "P7"):
        others = [one for one in visits if one["Person"] != who]
        without = told(outreach, others, months=MONTHS)
        assert without == {row["Visit"]: whole[row["Visit"]] for row in others}


def test_only_months_of_the_fiscal_year_since_the_program_began_come_before(town: Town) -> None:
    program = town.program.model_copy(update={"first_month": "2025-02", "fiscal_year_start": 7})

    assert months_before("2025-04", program=program) == ("2025-02", "2025-03")
    assert months_before("2025-07", program=program) == ()
