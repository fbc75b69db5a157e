"""Mirrors reports/numbers.py."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.estimate import Estimate, Mark, count, fieller
from reports.numbers import Written, rounded, step_of, write, write_share


def figure(value: float, low: float, high: float, mark: Mark = Mark.USE) -> Estimate:
    return Estimate(value, 1.0, low, high, mark)


@given(low=st.floats(0, 1e7), wide=st.floats(0, 1e7))
def test_the_step_is_a_power_of_ten_not_above_a_tenth_of_the_range(low: float, wide: float) -> None:
    step = step_of(low, low + wide)

    assert str(step).strip("0") == "1"
    assert step == 1 or step <= wide / 10 * 1.000001
    assert step * 10 > wide / 10 * 0.999999


@given(value=st.floats(-1e6, 1e6), step=st.sampled_from([1, 10, 100]))
def test_rounding_moves_a_figure_by_at_most_half_a_step(value: float, step: int) -> None:
    assert abs(rounded(value, step) - value) <= step / 2


def test_a_use_figure_is_written_with_its_range() -> None:
    found = write(figure(62.3, 58.1, 66.4), language="en", cap=100)

    assert found == Written("about 62", "62", "58 to 66", "between 58 and 66")


def test_a_caution_figure_is_written_as_a_range_only() -> None:
    found = write(figure(62.3, 51, 74, Mark.CAUTION), language="es", cap=100)

    assert (found.about, found.value) == ("51 a 74", "")


def test_a_withheld_figure_writes_nothing_and_a_harm_writes_its_range() -> None:
    rare = figure(4, 0, 14, Mark.WITHHELD)

    assert write(rare, language="en").span == ""
    assert write(rare, language="en", range_only=True).span == "0 to 14"


def test_a_range_beyond_the_last_band_says_more_than() -> None:
    found = write(figure(80, 70, inf), language="es", open_from=90)

    assert found.span == "70 a más de 90"


def test_a_quantile_beyond_the_last_band_has_no_single_value() -> None:
    found = write(figure(inf, 85, inf), language="en", open_from=90)

    assert (found.about, found.value) == ("85 to more than 90", "")


def test_a_share_never_goes_beyond_its_cap() -> None:
    assert write(figure(99, 96, 104), language="en", cap=100).span == "96 to 100"


def test_an_undefined_figure_writes_nothing_even_as_a_range() -> None:
    undefined = Estimate(nan, nan, nan, nan, Mark.WITHHELD)

    assert write(undefined, language="en", range_only=True) == Written("", "", "", "")


def test_a_range_of_less_than_one_step_is_said_not_drawn() -> None:
    found = write(figure(12.1, 11.9, 12.3), language="en")

    assert (found.span, found.between) == ("12", "give or take less than one")


@pytest.mark.parametrize("language", ["en", "es"])
def test_both_languages_write_one_number(language: str) -> None:
    found = write(figure(4724, 4180, 5258), language="es" if language == "es" else "en")

    assert found.value == "4,700"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.78, 1.18, "8 to 12 of 1,000"),
        (0.0, 2.4, "0 to 24 of 1,000"),
        (4.0, 5.5, "4 to 6"),
    ],
)
def test_a_rare_share_is_written_of_a_thousand(low: float, high: float, words: str) -> None:
    found = Estimate((low + high) / 2, (high - low) / 3.3, low, high, Mark.CAUTION)

    assert write_share(found, language="en").span == words


@given(value=st.floats(-500, 0), sd=st.floats(0.5, 100))
def test_what_lies_below_zero_is_never_written_as_nothing_at_all(value: float, sd: float) -> None:
    """Noise that went far down is no proof that there was nothing: the upper end is above 0."""
    found = fieller((value, sd**2), (1000.0, 1.0), 0.0, mark=Mark.CAUTION).times(100)

    assert found.low == 0
    assert count(value, sd, mark=Mark.CAUTION).high > 1.6 * sd
    assert found.high > 0.16 * sd
    assert write_share(found, language="en", range_only=True).span not in {"0", "0 of 1,000"}
