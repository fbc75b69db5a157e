"""Mirrors reports/parameters.py: dated, sourced values, or none at all."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from reports.parameters import ALL, ParameterError, Parameters, load_parameters

COSTS = Path(__file__).parents[2] / "examples" / "riverton" / "costs"
DAY = date(2025, 6, 30)
SOURCE = {
    "title": "City budget 2023, p. 112",
    "href": "https://www.riverton.gov/budget.pdf#page=112",
    "retrieved": date(2024, 1, 2),
    "derivation": "pay / hours",
}
VALUE = {"low": 58, "central": 85, "high": 115, "source": SOURCE}
GOOD: dict[str, object] = {
    "description": {"en": "One officer hour", "es": "Una hora de agente"},
    "unit": {"en": "US dollars", "es": "dólares"},
    "payer": "police",
    "class": "capacity",
    "kind": "step_fixed",
    "values": {date(2023, 1, 1): VALUE},
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write one file of `costs/`, with some fields changed or (none) left out."""

    def to(name: str = "officer_hour", **changes: object) -> Path:
        about = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(about), "utf-8")
        return tmp_path

    return to


def load(folder: Path) -> Parameters:
    found = load_parameters(folder, on=DAY, examples=False)
    assert found is not None
    return found


def test_the_latest_value_on_or_before_the_day_holds(write: Write) -> None:
    later = {**VALUE, "central": 90}
    values = {date(2023, 1, 1): VALUE, DAY: later, date(2026, 1, 1): {**VALUE, "central": 99}}

    found = load(write(values=values))

    assert found["officer_hour"].span.central == 90
    assert found["officer_hour"].since == DAY
    assert "officer_hour" in found
    assert "nothing" not in found


def test_no_folder_or_an_empty_one_is_no_parameters(tmp_path: Path) -> None:
    found = [
        load_parameters(folder, on=DAY, examples=True)
        for folder in (None, tmp_path / "none", tmp_path)
    ]

    assert found == [None, None, None]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"values": {date(2023, 1, 1): {"low": 1, "central": 2, "high": 3}}}, "source"),
        ({"values": {date(2023, 1, 1): {**VALUE, "low": 100}}}, "low <= central <= high"),
        (
            {"values": {date(2023, 1, 1): {**VALUE, "high": float("inf")}}},
            "high: a number is expected; got .inf",
        ),
        ({"values": {}}, "values"),
        ({"values": {date(2026, 1, 1): VALUE}}, "no value on or before 2025-06-30"),
        ({"values": {date(2023, 1, 1): {"welfare": VALUE}}}, "by"),
        ({"by": "call_group"}, "by"),
        (
            {"by": "call_group", "values": {date(2023, 1, 1): {"nonsense": VALUE}}},
            "nonsense: there is no such code",
        ),
        (
            {"by": "nonsense", "values": {date(2023, 1, 1): {"welfare": VALUE}}},
            "by: there is no such code list",
        ),
        ({"remark": "not a field"}, "remark"),
        ({"description": {"en": "Only English"}}, "English and Spanish are both needed"),
        ({"payer": "somebody"}, "payer"),
        ({"class": "savings"}, "class"),
        ({"price_year": 2017}, "inflated_by"),
        ({"price_year": 2017, "inflated_by": "cpi"}, r"costs/cpi\.yaml"),
        (
            {"values": {date(2023, 1, 1): {**VALUE, "source": {**SOURCE, "href": "file:x"}}}},
            "href",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    write: Write, changes: dict[str, object], says: str
) -> None:
    with pytest.raises(ParameterError, match=says):
        load(write(**changes))


def test_a_file_that_is_not_a_mapping_is_refused(tmp_path: Path) -> None:
    for text, says in (("- a\n- b\n", "mapping"), ("a: [", "bracket")):
        (tmp_path / "odd.yaml").write_text(text, "utf-8")
        with pytest.raises(ParameterError, match=says):
            load(tmp_path)


def test_an_example_is_refused_outside_a_demo(write: Write) -> None:
    folder = write(example=True)

    with pytest.raises(ParameterError, match=r"\['officer_hour'\].*only a demo"):
        load(folder)
    found = load_parameters(folder, on=DAY, examples=True)
    assert found is not None
    assert found.example


def test_prices_rise_from_their_year_to_the_day(write: Write) -> None:
    write(
        "cpi",
        kind="index",
        values={
            date(2017, 1, 1): {**VALUE, "low": 100, "central": 100, "high": 100},
            date(2025, 1, 1): {**VALUE, "low": 128, "central": 130, "high": 131},
        },
    )

    found = load(write(price_year=2017, inflated_by="cpi"))

    factor = found.factors["cpi", 2017]
    assert (factor.low, factor.central, factor.high) == (1.28, 1.3, 1.31)


def test_a_price_year_without_a_level_is_refused(write: Write) -> None:
    write("cpi", kind="index")

    with pytest.raises(ParameterError, match="no level for 2017"):
        load(write(price_year=2017, inflated_by="cpi"))


def test_a_missing_parameter_says_which_file_to_write(write: Write) -> None:
    with pytest.raises(ParameterError, match=r"Write costs/jail_booking\.yaml"):
        _ = load(write())["jail_booking"]


def test_every_file_of_the_demo_has_sources_and_says_what_is_invented() -> None:
    found = load_parameters(COSTS, on=DAY, examples=True)

    assert found is not None
    for one in found.found.values():
        for span in one.spans.values():
            said = (span.source.title + span.source.derivation).lower()
            assert "example only" in said or "published" in said or "2 of 100" in said, one.name
            assert one.label(next(iter(one.spans)), language="es")
    assert list(found["officer_hour"].spans) == [ALL]
