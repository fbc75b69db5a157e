"""Mirrors reports/site/chart.py and live_rows.py: negative scales, starts, names under the axis."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.estimate import Estimate, Mark
from reports.numbers import Written
from reports.site.chart import Chart, Point, Start, nice_axis, tick_words
from reports.site.live import figure, live_chart

EVIL = '</script><img src=x onerror="alert(1)">'


def chart(values: tuple[float, ...], style: str = "time", label: str = "Q") -> Chart:
    points = tuple(
        Point(
            f"{label} {n}",
            Estimate(value, 2, value - 3, value + 3, Mark.USE),
            Written(f"{value:+}%", f"{value:+}%", "a to b", ""),
        )
        for n, value in enumerate(values)
    )
    made = Chart(
        "figure", "en", "Title", "About", "time", "Quarter", "Percent.", points,
        nice_axis(max(values) + 3, lowest=min(values) - 3), "-", scale="{+}%", marked=False,
    )  # fmt: skip
    return made if style == "time" else replace(made, style="rows")


@given(low=st.floats(-1e6, 1e6), wide=st.floats(0, 1e6))
def test_a_scale_holds_all_values_and_zero_where_some_are_negative(low: float, wide: float) -> None:
    axis = nice_axis(low + wide, lowest=low)

    assert axis.low <= low or low >= 0
    assert axis.high >= low + wide - 1e-9
    assert low >= 0 or axis.low < 0 <= axis.high
    assert list(axis.ticks) == sorted(set(axis.ticks))
    assert len(axis.ticks) <= 9


def test_zero_gets_a_line_only_where_the_scale_crosses_it() -> None:
    assert nice_axis(10, lowest=-10).crosses_zero
    assert not nice_axis(10).crosses_zero


@pytest.mark.parametrize("language", ["en", "es"])
def test_numbers_of_a_scale_carry_their_sign_and_unit(language: str) -> None:
    words = [tick_words(n, "{+}%", language="es" if language == "es" else "en") for n in (-5, 0, 5)]

    assert words == ["\N{MINUS SIGN}5%", "0%", "+5%"]


def test_points_before_the_start_are_hatched_and_negative_ones_drawn_where_they_are() -> None:
    drawn = figure(replace(chart((-12.0, 4.0, -20.0)), start=Start(2, "Start")), theme="light")
    by_name = {trace.name: trace for trace in drawn.data}

    assert by_name["before"].width == 2
    assert list(by_name["use"].y) == [-12.0, 4.0, -20.0]
    assert list(by_name["level"].y) == [0, 0]
    assert drawn.layout.shapes[-1].x0 == 1.5


def test_a_point_that_others_are_compared_with_is_ink_and_has_no_range() -> None:
    made = chart((-12.0, 0.0))
    plain = replace(made.points[1], plain=True)

    drawn = figure(replace(made, points=(made.points[0], plain)), theme="light")

    assert [trace.name for trace in drawn.data] == ["level", "use", "plain"]


def test_crowded_points_name_only_some_and_a_phone_fewer() -> None:
    made = chart(tuple(float(n) for n in range(60)))

    named = [n for n in range(60) if made.under(n)]

    assert 6 <= len(named) <= 12
    assert 3 <= sum(not made.seldom(n) for n in named) <= 6


def test_live_rows_read_downwards_and_keep_their_words() -> None:
    drawn = figure(chart((-12.0, 4.0), style="rows"), theme="dark")

    assert list(drawn.data[0].y) == [0, 1]
    assert drawn.layout.yaxis.range[0] > drawn.layout.yaxis.range[1]
    assert [one.text for one in drawn.layout.annotations] == ["-12.0%  a to b", "+4.0%  a to b"]


def test_live_rows_cannot_leave_their_element_and_stay_still_on_a_phone() -> None:
    text = live_chart(chart((-12.0, 4.0), style="rows", label=EVIL))

    assert "<" not in text
    assert json.loads(text)["wide"] is True
