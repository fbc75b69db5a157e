"""Mirrors reports/impact/ratio.py: against a Poisson regression, Denver, and by simulation."""

from math import exp, isfinite, log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.impact.ratio import (
    Matrix,
    Split,
    estimate_effect,
    jackknife,
    log_ratio,
    noise_error,
)
from tests.conftest import SHARED

DENVER = SHARED / "data" / "denver-offences" / "panel_all_outcomes.csv"
STAR = {"611", "612", "621", "622", "623", "311", "211", "123"}


def split_of(counts: Matrix, *, treated: int, before: int, sd: Matrix | float = 0.0) -> Split:
    areas, months = counts.shape
    first = np.arange(months) < before
    return Split(counts, np.arange(areas) < treated, first, ~first, sd)


def poisson_fixed_effects(split: Split) -> float:
    """Poisson regression with an effect for every area and month, by Newton's method."""
    areas, months = split.counts.shape
    rows, columns = np.divmod(np.arange(areas * months), months)
    design = np.column_stack(
        [
            (split.treated[rows] & split.after[columns]).astype(float),
            *(rows == row for row in range(areas)),
            *(columns == column for column in range(1, months)),
        ]
    ).astype(float)
    counted = split.counts.ravel()
    found = np.zeros(design.shape[1])
    found[1 : areas + 1] = np.log(split.counts.mean(axis=1))
    for _ in range(50):
        mean = np.exp(design @ found)
        step = np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (counted - mean))
        found += step
        if abs(step).max() < 1e-12:
            break
    return float(found[0])


@given(seed=st.integers(0, 10_000), before=st.integers(2, 7), treated=st.integers(2, 5))
def test_it_is_the_poisson_regression_with_area_and_month_effects(
    seed: int, before: int, treated: int
) -> None:
    counts = np.random.default_rng(seed).poisson(30, (8, 10)).astype(float) + 1
    split = split_of(counts, treated=treated, before=before)

    assert log_ratio(split) == pytest.approx(poisson_fixed_effects(split), abs=1e-9)


def denver(column: str, months: tuple[str, str, str]) -> Split:
    if not DENVER.is_file():
        pytest.skip("the open offences of Denver are not beside this checkout")
    rows = pd.read_csv(DENVER, dtype={"p": str})
    rows = rows[rows["t"].between(months[0], months[2])]
    wide = rows.pivot_table(index="p", columns="t", values=column, aggfunc="sum")
    after = wide.columns.to_numpy() >= months[1]
    treated = wide.index.isin(list(STAR))
    return Split(wide.to_numpy(float), treated, ~after, after)


def test_denver_gives_the_figure_of_the_regression() -> None:
    effect = estimate_effect(denver("B", ("2019-12", "2020-06", "2020-11")))

    assert effect.log == pytest.approx(-0.450017, abs=5e-7)
    assert effect.percent[0] == pytest.approx(-36.2, abs=0.05)
    assert effect.noise_se == 0
    assert not effect.holds_zero


@pytest.mark.parametrize("column", ["V", "P"])
def test_denver_shows_no_change_of_violent_and_property_offences(column: str) -> None:
    assert estimate_effect(denver(column, ("2019-12", "2020-06", "2020-11"))).holds_zero


def test_denver_fails_a_made_up_start_a_year_before() -> None:
    effect = estimate_effect(denver("B", ("2019-01", "2019-07", "2019-12")))

    assert effect.log > 0
    assert not effect.holds_zero


def test_the_noise_of_four_sums_is_known_in_closed_form() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(80, (36, 12)).astype(float)
    clean = split_of(counts, treated=8, before=6, sd=10.0)
    draws = [
        log_ratio(split_of(counts + rng.normal(0, 10, counts.shape), treated=8, before=6))
        for _ in range(2000)
    ]

    assert noise_error(clean) == pytest.approx(float(np.std(draws)), rel=0.06)
    assert noise_error(split_of(counts, treated=8, before=6)) == 0
    each = np.full(counts.shape, 10.0)
    assert noise_error(split_of(counts, treated=8, before=6, sd=each)) == noise_error(clean)


def simulate(
    effect: float, *, reps: int, areas: tuple[int, int], sd: float
) -> tuple[float, float, float]:
    """Shares of ranges that lie below, around and above the truth; shocks last some months."""
    rng = np.random.default_rng(11)
    treated, others = areas
    months, before = 24, 12
    low = inside = high = 0
    for _ in range(reps):
        level = rng.uniform(40, 160, (treated + others, 1))
        shock = np.zeros((treated + others, months))
        for month in range(1, months):
            shock[:, month] = 0.5 * shock[:, month - 1] + rng.normal(0, 0.1, treated + others)
        mean = level * np.exp(shock)
        mean[:treated, before:] *= exp(effect)
        counts = rng.poisson(mean) + rng.normal(0, sd, mean.shape) if sd else rng.poisson(mean)
        found = estimate_effect(split_of(counts.astype(float), treated=treated, before=before))
        low += found.high < effect
        high += found.low > effect
        inside += found.low <= effect <= found.high
    return low / reps, inside / reps, high / reps


@pytest.mark.parametrize("effect", [0.0, log(0.8)])
@pytest.mark.parametrize("sd", [0.0, 10.0])
@pytest.mark.parametrize("areas", [(6, 12), (8, 28)])
def test_ninety_in_a_hundred_ranges_hold_the_truth_and_miss_it_on_both_sides(
    effect: float, sd: float, areas: tuple[int, int]
) -> None:
    below, inside, above = simulate(effect, reps=600, areas=areas, sd=sd)

    assert 0.86 <= inside <= 0.945  # 600 draws: 0.90 give or take 0.037, three standard errors
    assert 0.02 <= below <= 0.085
    assert 0.02 <= above <= 0.085


def test_more_looks_widen_a_range_and_leave_its_value() -> None:
    counts = np.random.default_rng(1).poisson(50, (18, 36)).astype(float)
    split = split_of(counts, treated=6, before=24)

    one, many = estimate_effect(split), estimate_effect(split, looks=7)

    assert one.log == many.log
    assert many.low < one.low < one.high < many.high


@pytest.mark.parametrize("treated", [1, 17])
def test_one_area_alone_has_no_range(treated: int) -> None:
    counts = np.random.default_rng(1).poisson(50, (18, 12)).astype(float)
    effect = estimate_effect(split_of(counts, treated=treated, before=6))

    assert not effect.defined
    assert isfinite(effect.log)


def test_a_sum_that_is_not_above_zero_cannot_be_told() -> None:
    counts = np.ones((6, 4))
    counts[:3, 2:] = -1.0  # noise may do this

    assert not estimate_effect(split_of(counts, treated=3, before=2)).defined


def test_areas_that_all_change_alike_have_no_spread() -> None:
    counts = np.outer([1.0, 2, 3, 4, 5, 6], [10.0, 10, 5, 5])
    counts[3:] = np.outer([4.0, 5, 6], [10.0, 10, 10, 10])

    effect = estimate_effect(split_of(counts, treated=3, before=2))

    assert effect.low == pytest.approx(effect.high) == pytest.approx(log(0.5))
    assert jackknife(split_of(counts, treated=3, before=2))[0] == pytest.approx(0)
