"""Mirrors reports/site/live.py and palette.py."""

import json
from dataclasses import replace

import pytest

from reports.estimate import Estimate, Mark
from reports.numbers import write
from reports.site.chart import Axis, Chart, Point
from reports.site.live import figure, live_chart
from reports.site.palette import THEMES, Theme, palette, template

EVIL = '</script><img src=x onerror="alert(1)">'


def chart(*marks: Mark, label: str = "May") -> Chart:
    found = [Estimate(50, 5, 42, 58, mark) for mark in marks]
    points = tuple(
        Point(f"{label} {n}", one, write(one, language="en")) for n, one in enumerate(found)
    )
    return Chart(
        "figure",
        "en",
        "Title",
        "About",
        "time",
        "Month",
        "Visits",
        points,
        Axis(0, 60, (0, 60)),
        "-",
    )


@pytest.mark.parametrize("theme", THEMES)
def test_dots_and_ranges_are_those_of_the_still_chart(theme: Theme) -> None:
    (trace,) = figure(chart(Mark.USE, Mark.USE), theme=theme).data

    assert list(trace.y) == [50, 50]
    assert list(trace.error_y.array) == list(trace.error_y.arrayminus) == [8, 8]
    assert trace.marker.color == palette(theme)["data-1"]
    assert list(trace.hovertext) == [
        "May 0<br>about 50<br>between 42 and 58",
        "May 1<br>about 50<br>between 42 and 58",
    ]


def test_each_look_is_a_trace_of_its_own_and_withheld_shows_no_value() -> None:
    drawn = figure(chart(Mark.USE, Mark.CAUTION, Mark.WITHHELD), theme="light")

    assert [trace.name for trace in drawn.data] == ["use", "caution", "withheld"]
    assert drawn.data[2].type == "bar"
    assert "50" not in "".join(drawn.data[2].hovertext)
    assert list(drawn.data[2].y) == [60]


def test_no_label_can_leave_the_element_that_holds_the_chart() -> None:
    text = live_chart(chart(Mark.USE, label=EVIL))

    assert "<" not in text
    assert "&lt;/script&gt;" in json.loads(text)["light"]["data"][0]["hovertext"][0]


def test_light_and_dark_differ_and_share_every_number() -> None:
    looks = json.loads(live_chart(chart(Mark.USE, Mark.CAUTION)))

    assert looks["light"]["data"][0]["y"] == looks["dark"]["data"][0]["y"]
    assert looks["light"]["layout"]["template"] != looks["dark"]["layout"]["template"]


def test_expected_range_mean_and_target_are_drawn() -> None:
    plain = chart(Mark.USE, Mark.USE)
    points = tuple(replace(p, ordinary=(45.0, 55.0), limits=(40.0, 60.0)) for p in plain.points)

    drawn = figure(replace(plain, points=points, mean=50.0, target=30.0), theme="light")

    noise = next(trace for trace in drawn.data if trace.name == "noise")
    assert sorted(zip(noise.base, noise.y, strict=True)) == [(40, 5), (40, 5), (55, 5), (55, 5)]
    lines = [shape.y0 for shape in drawn.layout.shapes if shape.type == "line"]
    assert sorted(lines) == [30, 40, 40, 50, 60, 60]
    assert [s.y1 for s in drawn.layout.shapes if s.type == "rect"] == [55, 55]


def test_colors_come_from_the_tokens() -> None:
    look = template("dark").layout

    assert look.paper_bgcolor == palette("dark")["paper"] != palette("light")["paper"]
    assert palette("dark")["face"] == palette("light")["face"]
