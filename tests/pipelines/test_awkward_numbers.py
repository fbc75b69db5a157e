"""Numbers of records and people that merge or split units: each blocks, or is read as written down.

What follows from each: docs/what-is-refused.md.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipelines.awkward import (
    A_MONTH,
    ENCOUNTERS,
    MONTHS,
    Town,
    Visit,
    make_town,
    visits,
    write_csv,
)
from tests.pipelines.conftest import Command

Spoil = Callable[[str, int, Visit], str]  # month, which visit of it, and the visit


@pytest.fixture
def town(tmp_path: Path, care_dividend: Command) -> Town:
    """Three months of 200 visits, delivered whole."""
    return make_town(tmp_path / "town", care_dividend)


def spoil(town: Town, column: str, change: Spoil) -> None:
    """Deliver every month with other numbers in a column; everybody may be linked."""
    for month in MONTHS:
        rows = visits(month)
        for number, row in enumerate(rows):
            row |= {"Permission": "Link", column: change(month, number, row)}
        town.deliver(month, rows)


def shared(*numbers: str) -> Spoil:
    """A few visits of the first month have these numbers, everybody else their own."""
    return lambda month, n, row: (
        numbers[n] if month == MONTHS[0] and n < len(numbers) else f"P{row['Contact ID']}"
    )


SPOILT: dict[str, tuple[str, Spoil, str]] = {
    "saved as 2.03E+10": ("Contact ID", lambda m, *_: f"2.{m[5:]}E+10", "encounter_id.mangled"),
    "saved as 2,03E+10": ("Contact ID", lambda *_: "2,03E+10", "encounter_id.mangled"),
    "saved as 45231.0": (
        "Contact ID",
        lambda _, __, row: f"{row['Contact ID']}.0",
        "encounter_id.mangled",
    ),
    "rounded to 15 digits": (
        "Contact ID",
        lambda m, n, _: f"{m[:4]}{m[5:]}00000{n:04d}000",
        "encounter_id.rounded",
    ),
    "begins again every month": ("Contact ID", lambda _, n, __: str(n + 1), "encounters.restarted"),
    "begins again every day": (
        "Contact ID",
        lambda m, n, _: f"{m}-{n % 7}",
        "encounters.reused",
    ),
    "two cases": ("Client ID", shared("A-7", "a-7"), "participant_id.two_ways"),
    "leading zeros": ("Client ID", shared("007", "7"), "participant_id.two_ways"),
    "leading zeros within": ("Client ID", shared("A-07", "A-7"), "participant_id.two_ways"),
    "a whole number and 1001.0": ("Client ID", shared("1001", "1001.0"), "participant_id.two_ways"),
    "signs": ("Client ID", shared("A-7", "A7"), "participant_id.two_ways"),
    "a sign before": ("Client ID", shared("#7001", "7001"), "participant_id.two_ways"),
    "blanks": ("Client ID", shared("A 7", "A7"), "participant_id.two_ways"),
    "two cases in two months": (
        "Client ID",
        lambda m, n, row: (
            {MONTHS[0]: "A-7", MONTHS[2]: "a-7"}.get(m, "A-7")
            if n == 0
            else f"P{row['Contact ID']}"
        ),
        "participant_id.two_ways",
    ),
    "a number on three of ten visits": (
        "Client ID",
        lambda _, n, row: "C-777" if n % 10 < 3 else f"P{row['Contact ID']}",
        "participant_id.implausible",
    ),
    **{
        f"{word} on three visits": (
            "Client ID",
            shared(word, word, word),
            "participant_id.implausible",
        )
        for word in ("Neighbor", "walk-in", "匿名", "JUAN PÉREZ", "01/01/1900")
    },
    "999 on three visits": ("Client ID", shared(*["999"] * 3), "participant_id.implausible"),
    "123-45-6789 on three visits": (
        "Client ID",
        shared(*["123-45-6789"] * 3),
        "participant_id.implausible",
    ),
    "1985-03-17 on three visits": (
        "Client ID",
        shared(*["1985-03-17"] * 3),
        "participant_id.implausible",
    ),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_numbers_that_merge_or_split_units_block_and_the_rule_is_named(
    town: Town, kind: str
) -> None:
    column, change, rule = SPOILT[kind]
    spoil(town, column, change)

    said = " ".join(town.check().output.split())

    assert f"{rule} blocks 2025-" in said
    assert "Nothing stands in the way" not in said
    assert "777" not in said


def test_a_record_number_that_a_spreadsheet_spoilt_stops_the_run(town: Town) -> None:
    column, change, _ = SPOILT["saved as 2.03E+10"]
    spoil(town, column, change)

    town.require_stopped("2025-01")


READ: dict[str, Spoil] = {
    "nobody, in words": lambda _, n, row: (
        ("Anonymous", "JOHNDOE", "se niega", "John Doe 2", "-1", "999999", "N/A")[n % 7]
        if n % 3 == 0
        else f"P{row['Contact ID']}"
    ),
    "full width, blanks, dashes": lambda _, n, row: (
        "\uff21-7" if n == 0 else f" P\u2011{row['Contact ID']}  "
    ),
    "numbers of one digit, of a month, or without a digit where many have none": lambda _, n, row: (
        (("111", "1234", "25-01-17", "2025-01-17", "A-7")[n] if n < 5 else f"P{row['Contact ID']}")
        if n < 15 or n % 3
        else "PQRST"[n % 5] * 3 + "ABCDE"[n // 40]
    ),
    "somebody who is met every other day": lambda _, n, row: (
        "C-777" if n < 15 else f"P{row['Contact ID']}"
    ),
}


@pytest.mark.parametrize("kind", READ)
def test_numbers_that_need_no_decision_are_read_without_one(town: Town, kind: str) -> None:
    spoil(town, "Client ID", READ[kind])

    said = town.check().output

    assert "every rule of every contract holds" in said


def test_visits_of_nobody_count_one_by_one(town: Town) -> None:
    spoil(town, "Client ID", READ["nobody, in words"])

    assert town.run().exit_code == 0

    assert all(abs(n - A_MONTH) < 4 for n in town.published().values())


def test_a_steward_says_that_a_heavy_number_is_nobody_or_a_person(town: Town) -> None:
    """The vault's own page shows the number; the source file never has to."""
    spoil(town, "Client ID", SPOILT["a number on three of ten visits"][1])
    town.require_stopped("2025-01")
    page, *_ = (town.folder / "vault" / "quarantine").rglob("implausible.csv")
    (shown,) = csv.DictReader(page.read_text(encoding="utf-8").splitlines())
    before = (town.folder / "sources" / "encounters.yaml").read_text(encoding="utf-8")

    town.change("sources/encounters.yaml", lambda _: f'{before}people: ["{shown["mark"]}"]\n')
    person = town.check().output
    town.change("sources/encounters.yaml", lambda _: f"{before}placeholders: [c 777]\n")
    nobody = town.check().output

    assert (shown["number"], shown["visits"]) == ("C-777", "60")
    assert page.stat().st_mode & 0o077 == 0
    assert "implausible" not in person
    assert "implausible" in nobody
    town.change("sources/encounters.yaml", lambda _: f"{before}placeholders: [C-777]\n")
    assert town.run().exit_code == 0
    assert all(abs(n - A_MONTH) < 4 for n in town.published().values())


def test_what_is_alike_is_said_once_and_then_blocks_nothing(town: Town) -> None:
    spoil(town, "Client ID", shared("A-7", "a-07"))
    town.change(
        "sources/encounters.yaml",
        lambda text: text.replace("participant_id}", "participant_id, alike: [leading_zeros]}"),
    )

    assert "every rule of every contract holds" in town.check().output


def test_a_column_has_its_own_words_for_nothing_whatever_their_case(town: Town) -> None:
    """`C-777` in the column of client numbers only; a zone of that name would be unmapped."""
    spoil(town, "Client ID", SPOILT["a number on three of ten visits"][1])
    town.change(
        "sources/encounters.yaml",
        lambda text: text.replace("participant_id}", "participant_id, nulls: [c-777]}"),
    )

    assert "every rule of every contract holds" in town.check().output


def test_two_agencies_that_number_alike_are_asked_and_then_told_apart(town: Town) -> None:
    outreach = ENCOUNTERS.replace("feed: encounters", "feed: outreach")
    outreach = outreach.replace("encounters_{month}", "outreach_{month}")
    for month in MONTHS:
        file = town.inbox / f"outreach_{month}.csv"
        file.write_text(write_csv(visits(month)), encoding="utf-8")
    path = town.folder / "sources" / "outreach.yaml"
    path.write_text(outreach, encoding="utf-8")
    said = town.require_stopped("numbering: {participant: NAME}", "sources/outreach.yaml")
    assert said.count("NAME") > 1

    for feed, text in {"outreach": outreach, "encounters": ENCOUNTERS}.items():
        file = town.folder / "sources" / f"{feed}.yaml"
        file.write_text(f"{text}numbering: {{participant: {feed}}}\n", encoding="utf-8")
    assert town.run().exit_code == 0
    assert all(abs(n - 2 * A_MONTH) < 6 for n in town.published().values())


def test_two_feeds_that_share_a_numbering_and_clash_are_stopped(town: Town) -> None:
    """The numbers are said to be given out once, and they are not."""
    outreach = ENCOUNTERS.replace("feed: encounters", "feed: outreach")
    outreach = outreach.replace("encounters_{month}", "outreach_{month}")
    for month in MONTHS:
        file = town.inbox / f"outreach_{month}.csv"
        turned = [
            {**row, "Contact ID": other["Contact ID"]}
            for row, other in zip(visits(month), reversed(visits(month)), strict=True)
        ]
        file.write_text(write_csv(turned), encoding="utf-8")
    for feed, text in {"outreach": outreach, "encounters": ENCOUNTERS}.items():
        file = town.folder / "sources" / f"{feed}.yaml"
        told = "numbering: {participant: town, encounter: town}\n"
        file.write_text(f"{text}{told}", encoding="utf-8")

    said = " ".join(town.check().output.split())

    assert "outreach: encounters.reused blocks 2025-" in said
    assert "outreach: encounters.mostly_duplicate blocks" in said
