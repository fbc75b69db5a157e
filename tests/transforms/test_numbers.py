"""How a feed writes its numbers: marks of thousands and of decimals, as its source says."""

import duckdb
import pytest
from pydantic import ValidationError

from data_contracts.feed import Format
from transforms.columns import express_number


def read(text: str, **marks: str) -> float | None:
    """Read a number as SQL does; None where it cannot be read."""
    sql = express_number("$text", Format.model_validate(marks))
    (found,) = duckdb.execute(f"SELECT TRY_CAST({sql} AS DOUBLE)", {"text": text}).fetchone() or ()
    return None if found is None else float(found)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("12.5", 12.5), ("-3", -3), ("0.500", 0.5), ("1250.500", 1250.5), (".5", 0.5)],
)
def test_a_plain_number_is_read(text: str, number: float) -> None:
    assert read(text) == number


@pytest.mark.parametrize(
    "text", ["12.500", "1,253,306", "12,5", "1e5", "2.03E+10", "1_000", "$5", "Infinity", "0x1F"]
)
def test_a_number_that_could_be_another_is_not_read(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "marks", "number"),
    [
        ("12.500", {"decimal": "."}, 12.5),
        ("12.500", {"decimal": ",", "thousands": "."}, 12_500),
        ("1.253.306,75", {"decimal": ",", "thousands": "."}, 1_253_306.75),
        ("12,5", {"decimal": ","}, 12.5),
        ("12.5", {"decimal": ","}, None),
        ("$92,187.27", {"thousands": ","}, 92_187.27),
        ("-$4,000", {"thousands": ","}, -4000),
        ("9,21", {"thousands": ","}, None),
        ("1,2345", {"thousands": ","}, None),
        ("12'500", {"thousands": "'"}, 12_500),
        ("€ 12 500,5", {"decimal": ",", "thousands": " "}, 12_500.5),
    ],
)
def test_marks_are_read_as_the_source_says(
    text: str, marks: dict[str, str], number: float | None
) -> None:
    assert read(text, **marks) == number


@pytest.mark.parametrize("marks", [{"thousands": "."}, {"decimal": ",", "thousands": ","}])
def test_one_mark_cannot_be_both(marks: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="one mark"):
        Format.model_validate(marks)
