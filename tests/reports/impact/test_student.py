"""Mirrors reports/impact/student.py."""

from math import inf

import pytest
from scipy import stats

from reports.impact.student import t_quantile


@pytest.mark.parametrize("part", [0.55, 0.9, 0.95, 0.975, 0.995, 0.9993])
@pytest.mark.parametrize("freedom", [1.0, 1.7, 3.0, 7.4, 16.0, 60.5, 1e4])
def test_it_agrees_with_scipy(part: float, freedom: float) -> None:
    assert t_quantile(part, freedom=freedom) == pytest.approx(stats.t.ppf(part, freedom), rel=1e-8)


def test_without_end_it_is_the_normal_one() -> None:
    assert t_quantile(0.95, freedom=inf) == pytest.approx(stats.norm.ppf(0.95))
