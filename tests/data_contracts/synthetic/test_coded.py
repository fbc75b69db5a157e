"""Mirrors data_contracts/synthetic/coded.py and characterise.py.

The seed is fixed, so nothing here fails by chance; the limits are those of the law.
"""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from data_contracts.dimension import Dimension, dimension
from data_contracts.period import read_period
from data_contracts.program import load_program
from data_contracts.synthetic.coded import CodedBlock, draw_coded
from tests.conftest import ROOT

YEAR, QUARTER = read_period("FY2025"), read_period("2025-Q2")
PROGRAM = load_program(ROOT / "examples" / "riverton")
AREA = {"downtown": 0.3, "southside": 0.25, "westbrook": 0.2, "hillcrest": 0.15, "unknown": 0.1}
POLICE = {"none": 0.88, "with_team": 0.06, "other": 0.04, "unknown": 0.02}
CALLS = dict.fromkeys(("suicide_risk", "overdose", "welfare_check", "disturbance", "other"), 0.2)
CONTACTS = CodedBlock(
    rows=16_000,
    dims=("area", "area_kind", "call_type", "police", "race", "month"),
    shares={"area": AREA, "police": POLICE, "call_type": CALLS},
    measures={"onscene_min": (60, 20)},
)
PERSONS = CodedBlock(
    rows=11_000,
    dims=("known_or_anonymous", "contacts_band", "language"),
    shares={"language": {"english": 0.42, "spanish": 0.05, "unknown": 0.53}},
)
MISSED = CodedBlock(rows=45_000, dims=("path", "area_kind"))
BLOCKS = {"contacts": CONTACTS, "no_contact": MISSED, "persons": PERSONS, "anchor": CONTACTS}


def dimensions(*names: str) -> dict[str, Dimension]:
    found: dict[str, Dimension] = {}
    waiting = list(names)
    while waiting:
        one = dimension(waiting.pop(), program=PROGRAM, period=YEAR)
        found[one.name] = one
        waiting += [one.parent] if one.parent else []
    return found


DIMENSIONS = dimensions(*{dim for block in BLOCKS.values() for dim in block.dims})


def draw(
    blocks: dict[str, CodedBlock], months: tuple[str, ...] = YEAR.months, *, seed: int = 4
) -> pd.DataFrame:
    table = draw_coded(blocks, dimensions=DIMENSIONS, months=months, seed=seed)
    return pd.DataFrame(table.to_pandas())


@pytest.fixture(scope="module")
def year() -> pd.DataFrame:
    return draw(BLOCKS)


@pytest.fixture(scope="module")
def known(year: pd.DataFrame) -> pd.DataFrame:
    """Contacts with people who have a number."""
    persons = year[year["block_code"] == "persons"]
    numbered = persons.loc[persons["known_or_anonymous_code"] == "known", "unit_key"]
    return year[(year["block_code"] == "contacts") & year["unit_key"].isin(numbered)]


def test_most_people_are_met_once_and_a_hundredth_of_them_very_often(
    year: pd.DataFrame, known: pd.DataFrame
) -> None:
    """The law: 62% once; the top 1% has 9 to 40 contacts, and 9 to 10% of all identified ones."""
    times = known["unit_key"].value_counts()

    top = times.head(round(len(times) / 100))

    assert (year["block_code"] == "contacts").sum() == 16_000
    assert 0.61 < (times == 1).mean() < 0.63
    assert top.min() >= 8
    assert 30 <= top.max() <= 40
    assert 0.085 < top.sum() / len(known) < 0.11


def test_a_third_of_contacts_are_units_of_their_own(
    year: pd.DataFrame, known: pd.DataFrame
) -> None:
    contacts = year[year["block_code"] == "contacts"]

    others = contacts[~contacts["unit_key"].isin(known["unit_key"])]

    assert 0.33 < len(others) / len(contacts) < 0.37
    assert others["unit_key"].is_unique


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [("area_code", 0.77, 0.84), ("call_type_code", 0.42, 0.53), ("race_code", 1, 1)],
)
def test_frequent_people_are_mostly_met_as_always(
    known: pd.DataFrame, column: str, low: float, high: float
) -> None:
    """Same area 80%, same type of call 45%, and facts about the person never change."""
    often = known[known["unit_key"].map(known["unit_key"].value_counts()) >= 9]

    usual = often.groupby(["unit_key", column]).size().groupby("unit_key").max()

    assert low <= usual.sum() / len(often) <= high


def test_police_come_again_to_those_to_whom_they_came(known: pd.DataFrame) -> None:
    met = known["police_code"].isin(["with_team", "other"])
    often = known["unit_key"].map(known["unit_key"].value_counts()) >= 5
    came = met[often].groupby(known["unit_key"]).mean()

    spread = came.var()

    by_chance = 0.1 * 0.9 / 7
    assert 0.08 < met.mean() < 0.12
    assert spread > 3 * by_chance


def test_shares_are_the_public_ones(year: pd.DataFrame) -> None:
    contacts = year[year["block_code"] == "contacts"]

    for column, shares in (("area_code", AREA), ("police_code", POLICE), ("call_type_code", CALLS)):
        found = contacts[column].value_counts(normalize=True)
        assert set(found.index) == set(shares)
        assert all(abs(found[key] - share) < 0.015 for key, share in shares.items())
    races = contacts["race_code"].value_counts(normalize=True)
    assert "unknown" not in races, "without a public figure, all known keys are alike"
    assert races.max() < 2 * races.min()
    assert contacts["onscene_min"].between(0, 60).all()
    assert abs(contacts["onscene_min"].mean() - 20) < 0.5


def test_a_coarser_key_follows_from_the_finer_one(year: pd.DataFrame) -> None:
    contacts = year[year["block_code"] == "contacts"]
    for finer, coarser in (("area", "area_kind"), ("call_type", "call_group")):
        above = dict(zip(DIMENSIONS[finer].keys, DIMENSIONS[finer].parent_of, strict=True))

        assert (contacts[f"{finer}_code"].map(above) == contacts[f"{coarser}_code"]).all()


def test_persons_are_those_who_were_met(year: pd.DataFrame) -> None:
    contacts, persons = (year[year["block_code"] == name] for name in ("contacts", "persons"))
    times = contacts["unit_key"].value_counts()

    bands = persons["contacts_band_code"].groupby(persons["unit_key"].map(times))
    nobody = persons["known_or_anonymous_code"] == "anonymous"

    assert sorted(persons["unit_key"]) == sorted(times.index)
    found = {number: set(names) for number, names in bands}
    assert found[1] == {"one", "unknown"}
    assert [found[number] for number in (2, 3, 4)] == [
        {"two"},
        {"three_to_four"},
        {"three_to_four"},
    ]
    assert [found[number] for number in (9, 10)] == [{"five_to_nine"}, {"ten_plus"}]
    assert set(persons.loc[nobody, "language_code"]) == {"unknown"}
    assert abs((persons["language_code"] == "english").mean() - 0.42) < 0.02


def test_every_other_row_is_a_unit_of_its_own(year: pd.DataFrame) -> None:
    missed = year[year["block_code"] == "no_contact"]

    assert len(missed) == 45_000
    assert missed["unit_key"].is_unique
    assert not missed["unit_key"].isin(year.loc[year["block_code"] == "contacts", "unit_key"]).any()
    assert "anchor" not in set(year["block_code"])
    assert missed["police_code"].isna().all()


def test_a_quarter_is_what_a_year_leaves_in_its_months(known: pd.DataFrame) -> None:
    """Somebody met nine times a year is met two or three times in a quarter."""
    whole = draw({"contacts": CONTACTS})
    expected = CodedBlock(4000, CONTACTS.dims, CONTACTS.shares, CONTACTS.measures)

    quarter = draw({"contacts": expected}, QUARTER.months)

    left = whole[whole["month"].isin(QUARTER.months)].reset_index(drop=True)
    times = quarter.loc[quarter["unit_key"].isin(known["unit_key"]), "unit_key"].value_counts()
    pd.testing.assert_frame_equal(quarter, left)
    assert 3700 < len(quarter) < 4300
    assert 0.70 < (times == 1).mean() < 0.85
    assert times.max() < 30


def test_the_same_seed_draws_the_same_people_and_another_column_changes_none(
    year: pd.DataFrame,
) -> None:
    more = CodedBlock(16_000, (*CONTACTS.dims, "housing"), CONTACTS.shares, CONTACTS.measures)
    own = dimensions("housing") | DIMENSIONS
    wider = draw_coded({"contacts": more}, dimensions=own, months=YEAR.months, seed=4).to_pandas()

    again, other = draw(BLOCKS), draw(BLOCKS, seed=5)

    pd.testing.assert_frame_equal(again, year)
    assert not other["area_code"].equals(year["area_code"])
    contacts = year[year["block_code"] == "contacts"].reset_index(drop=True)
    shared = ["unit_key", "month", "area_code", "police_code", "race_code", "onscene_min"]
    pd.testing.assert_frame_equal(wider[shared], contacts[shared], check_dtype=False)


@pytest.mark.parametrize("rows", [0, 1, 7, 100_000])
def test_any_size_can_be_drawn(rows: int) -> None:
    block = CodedBlock(rows, ("area",), {"area": AREA})
    blocks = {"contacts": block, "persons": PERSONS, "surveys": block}

    found = draw_coded(blocks, dimensions=DIMENSIONS, months=YEAR.months, seed=1)

    counts = Counter(found["block_code"].to_pylist())
    assert (counts["contacts"], counts["surveys"]) == (rows, rows)
    assert counts["persons"] <= rows
    assert found["unit_key"].type == "int64"
    assert not np.any(found["unit_key"].is_null())


def test_a_policy_without_contacts_has_persons_all_the_same() -> None:
    found = draw({"persons": PERSONS, "surveys": CodedBlock(20, ("language",))})

    assert found["block_code"].value_counts().to_dict() == {"persons": 11_000, "surveys": 20}
    assert found["unit_key"].is_unique
