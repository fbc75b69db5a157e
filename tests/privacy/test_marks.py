"""Mirrors privacy/marks.py."""

from pathlib import Path

import pytest

from data_contracts.period import read_period
from privacy.errors import PrivacyError
from privacy.marks import Mark, PlannedNumber, read_sizes
from privacy.plan import Plan, make_plan
from tests.privacy.small import PROGRAM, Terms, make_policy, one_block, plan_year

AREA: dict[str, Terms] = {"area": {"dims": ["area"], "share": 1}}


def marks(plan: Plan) -> dict[tuple[str, ...], Mark]:
    return {one.number.cell: one.mark for one in plan.numbers["contacts"]}


@pytest.mark.parametrize(
    ("expected", "mark"),
    [(6.0, Mark.USE), (5.9, Mark.CAUTION), (3.0, Mark.CAUTION), (2.9, Mark.WITHHELD)],
)
def test_a_mark_needs_six_or_three_sd(expected: float, mark: Mark) -> None:
    number = plan_year().numbers["contacts"][0].number

    assert PlannedNumber(number, expected, sd=1, guessed=False).mark is mark


def test_an_assumed_share_never_gives_more_than_caution() -> None:
    number = plan_year().numbers["contacts"][0].number

    assert PlannedNumber(number, 1000, sd=1, guessed=True).mark is Mark.CAUTION


def test_sizes_of_areas_follow_residents() -> None:
    """Of 400 visits, half the residents' area gets 200; nobody is expected at an unknown place."""
    plan = plan_year(one_block(AREA, expected=400))

    expected = {one.number.cell[0]: one.expected for one in plan.numbers["contacts"]}

    assert expected["north"] == pytest.approx(200)
    assert expected["hills"] == pytest.approx(400 / 6)
    assert marks(plan)["unknown",] is Mark.WITHHELD
    assert marks(plan)["north",] is Mark.USE


def test_public_shares_of_the_policy_come_before_equal_ones() -> None:
    block: Terms = {
        "split": 1,
        "clip": 1,
        "expected": 400,
        "profile": {"naloxone": {"given": 0.9, "not_given": 0.1}},
        "tables": {"naloxone": {"dims": ["naloxone"], "share": 1}},
    }

    known = plan_year(make_policy({"contacts": block}))
    assumed = plan_year(make_policy({"contacts": {**block, "profile": {}}}))

    assert marks(known)["given",] is Mark.USE
    assert marks(known)["unknown",] is Mark.WITHHELD
    assert marks(assumed)["given",] is Mark.CAUTION


def test_a_public_share_of_an_unknown_key_is_refused() -> None:
    block: Terms = {
        "split": 1,
        "clip": 1,
        "expected": 400,
        "profile": {"naloxone": {"often": 1}},
        "tables": {"naloxone": {"dims": ["naloxone"], "share": 1}},
    }

    with pytest.raises(PrivacyError, match=r"public shares of 'naloxone' for \['often'\]"):
        plan_year(make_policy({"contacts": block}))


def test_a_coarser_list_has_the_sums_of_the_finer_one_below_it() -> None:
    """Shares of call types say how large kinds of call are; those of areas, how large their kinds.

    Nothing is guessed, so nothing of it is held at `caution`.
    """
    types = {"overdose": 0.1, "substance_use": 0.2, "welfare_check": 0.7}
    block: Terms = {
        "split": 1,
        "clip": 1,
        "expected": 1000,
        "profile": {"call_type": types, "area": {"north": 0.6, "south": 0.1, "hills": 0.3}},
        "tables": {
            "groups": {"dims": ["call_group"], "share": 0.5},
            "kinds": {"dims": ["area_kind"], "share": 0.5},
        },
    }

    numbers = plan_year(make_policy({"contacts": block})).numbers["contacts"]

    expected = {one.number.cell[0]: one.expected for one in numbers if one.expected}
    assert expected == pytest.approx(
        {"substance_use": 300, "welfare": 700, "urban": 700, "rural": 300}
    )
    assert not any(one.guessed for one in numbers)


def test_a_share_of_its_own_comes_before_the_sums() -> None:
    block: Terms = {
        "split": 1,
        "clip": 1,
        "expected": 100,
        "profile": {"call_type": {"overdose": 1}, "call_group": {"welfare": 1}},
        "tables": {"groups": {"dims": ["call_group"], "share": 1}},
    }

    numbers = plan_year(make_policy({"contacts": block})).numbers["contacts"]

    assert {one.number.cell[0]: one.expected for one in numbers if one.expected} == {"welfare": 100}


def test_a_total_is_as_large_as_its_block() -> None:
    plan = plan_year(one_block({"total": {"dims": [], "share": 1}}, expected=777))

    (number,) = plan.numbers["contacts"]

    assert (number.number.cell, number.expected, number.mark) == ((), 777, Mark.USE)


def test_public_shares_of_what_has_no_code_list_are_refused() -> None:
    block: Terms = {
        "split": 1,
        "clip": 1,
        "expected": 100,
        "profile": {"shoe_size": {"42": 1}},
        "tables": AREA,
    }

    with pytest.raises(PrivacyError, match=r"public shares of 'shoe_size', which has no code list"):
        plan_year(make_policy({"contacts": block}))


def test_an_earlier_release_takes_the_place_of_expected_sizes(tmp_path: Path) -> None:
    """It is read from published tables; a cell it lacks keeps the policy's size."""
    tables = tmp_path / "tables"
    tables.mkdir()
    header = "area,statistic,estimate,sd,low,high,mark,cell\n"
    (tables / "area.csv").write_text(
        f"{header}north,count,-3.0,1,0,1,use,0\nhills,count,900,1,0,1,use,1\n"
    )

    plan = make_plan(
        one_block(AREA),
        program=PROGRAM,
        period=read_period("FY2025"),
        earlier=read_sizes(tmp_path),
    )

    expected = {one.number.cell[0]: one.expected for one in plan.numbers["contacts"]}
    assert expected == pytest.approx({"north": 0, "south": 400 / 3, "hills": 900, "unknown": 0})
    assert marks(plan)["north",] is Mark.WITHHELD


def test_marks_are_no_part_of_what_identifies_a_release() -> None:
    many, few = plan_year(one_block(AREA, expected=9000)), plan_year(one_block(AREA, expected=9))

    assert marks(many) != marks(few)
    assert many.spec.text == few.spec.text
    assert many.policy.terms_sha256 != few.policy.terms_sha256
