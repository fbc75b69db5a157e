"""Mirrors reports/estimate.py."""

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.estimate import (
    LEVEL,
    UNDEFINED,
    Z90,
    Mark,
    count,
    fieller,
    planned_mark,
    quantile,
    worse,
)

DRAWS = 4000
SLACK = 0.02  # four standard errors of a share of 0.9 in 4,000 draws


@given(value=st.floats(-1e6, 1e6), sd=st.floats(0.01, 1e4))
def test_no_end_of_a_count_lies_below_zero(value: float, sd: float) -> None:
    found = count(value, sd, mark=Mark.USE)

    assert 0 <= found.low <= found.high
    assert found.value == value


def test_the_range_of_a_count_holds_the_truth_nine_times_in_ten() -> None:
    noisy = 500 + np.random.default_rng(1).normal(0, 20, DRAWS)

    held = np.mean(
        [found.low <= 500 <= found.high for found in (count(v, 20, mark=Mark.USE) for v in noisy)]
    )

    assert abs(held - LEVEL) < SLACK


@pytest.mark.parametrize(("top", "bottom"), [(300, 1000), (30, 120)])
def test_the_range_of_a_ratio_holds_the_truth_nine_times_in_ten(top: int, bottom: int) -> None:
    noise = np.array([[100.0, 60.0], [60.0, 144.0]])
    draws = np.random.default_rng(2).multivariate_normal([top, bottom], noise, DRAWS)

    found = [fieller((n, 100.0), (d, 144.0), 60.0, mark=Mark.USE) for n, d in draws]

    held = np.mean([one.low <= top / bottom <= one.high for one in found])
    assert abs(held - LEVEL) < SLACK


def test_a_ratio_whose_bottom_cannot_be_told_from_zero_is_withheld() -> None:
    found = fieller((5, 100), (16, 100), 0, mark=Mark.USE)

    assert found is UNDEFINED
    assert isnan(found.value)
    assert found.mark is Mark.WITHHELD


def test_the_range_of_a_median_holds_the_truth_nine_times_in_ten() -> None:
    truth, sd = np.array([100.0, 300.0, 400.0, 200.0]), 20.0
    starts, widths = np.array([0, 10, 20, 40]), np.array([10, 10, 20, 1])
    noisy = truth + np.random.default_rng(3).normal(0, sd, (DRAWS, len(truth)))
    bounds = [*range(20), *range(20, 41, 2)]
    below = [np.clip((x - starts) / widths, 0, 1) * (x > starts) - 0.5 for x in bounds]

    found = [
        quantile(bounds, [(float(w @ one), sd**2 * float(w @ w)) for w in below], mark=Mark.USE)
        for one in noisy
    ]

    held = np.mean([one.low <= 25 <= one.high for one in found])  # 400 below 20, 100 of 400 more
    assert abs(held - LEVEL) < SLACK


def test_a_quantile_in_the_open_band_has_no_upper_end() -> None:
    found = quantile([0, 30, 60], [(-90.0, 1.0), (-60.0, 1.0), (-20.0, 1.0)], mark=Mark.USE)

    assert found.value == found.low == found.high == inf


@given(marks=st.lists(st.sampled_from(Mark), min_size=1))
def test_a_figure_is_never_marked_better_than_its_weakest_part(marks: list[Mark]) -> None:
    found = worse(*marks)

    assert found in marks
    assert all(found.at_least_sd <= mark.at_least_sd for mark in marks)


def test_a_mark_forgives_the_rounding_of_published_figures() -> None:
    assert planned_mark(6 * 11.402, sd=11.4024) is Mark.USE
    assert planned_mark(5.9 * 11.402, sd=11.4024) is Mark.CAUTION


def test_the_level_is_ninety_percent() -> None:
    assert round(Z90, 4) == 1.6449
