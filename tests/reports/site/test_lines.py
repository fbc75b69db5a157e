"""Mirrors reports/site/lines.py, live_lines.py and live_frame.py, and the still lines in a page."""

import json
import re
from dataclasses import replace

import pytest
from markupsafe import Markup

from reports.estimate import Estimate, Mark
from reports.impact.months import span_months
from reports.numbers import whole, write
from reports.site.chart import HEIGHT, TICK_ROOM, Start, nice_axis
from reports.site.lines import Lines, Series, Spot, month_ticks, spot_of
from reports.site.live import figure, live_chart, live_of
from reports.site.palette import THEMES, Theme, palette
from reports.site.shell import _environment
from reports.texts import Texts

EVIL = '</script><img src=x onerror="alert(1)">'
FIRST = (Spot(10.0, "10", 8.0, 12.0, "8 to 12"), Spot(None, ""), Spot(-5.0, "-5", -7.0, -3.0))
SECOND = (Spot(4.0, "4"), Spot(6.0, "6"), Spot(5.0, "5", hollow=True))


def lines(label: str = "May", **changes: object) -> Lines:
    made = Lines(
        key="lines",
        language="en",
        title="Title",
        about="About",
        column="Month",
        unit="Visits.",
        labels=tuple(f"{label} {n}" for n in range(3)),
        series=(Series("Here", FIRST), Series("Elsewhere", SECOND, "data-2")),
        axis=nice_axis(12, lowest=-7),
        spoken="It fell.",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def still(chart: Lines, live: Markup | None = None) -> str:
    """Draw a picture as a page does."""
    page = _environment().from_string(
        '{% import "parts.html" as parts with context %}{{ parts.figure(chart, t, [], live) }}'
    )
    return page.render(
        chart=chart,
        live=live,
        t=Texts("en"),
        number=lambda n: whole(n, language="en"),
        height=HEIGHT,
        tick_room=TICK_ROOM,
    )


def test_a_gap_breaks_the_line_and_its_band() -> None:
    chart = lines()

    assert chart.series[0].runs() == [[0], [2]]
    assert len(chart.paths(chart.series[0])) == len(chart.ribbons(chart.series[0])) == 2
    assert len(chart.paths(chart.series[1])) == 1
    assert chart.ribbons(chart.series[1]) == []


def test_a_band_runs_along_its_high_ends_and_back_along_its_low_ones() -> None:
    chart = lines(series=(Series("Here", (FIRST[0], FIRST[0], FIRST[2])),))

    (corners,) = chart.ribbons(chart.series[0])

    high = [chart.down(12.0), chart.down(12.0), chart.down(-3.0)]
    low = [chart.down(-7.0), chart.down(8.0), chart.down(8.0)]
    assert [float(one.split(",")[1]) for one in corners.split()] == high + low


def test_the_still_picture_has_every_line_a_zero_a_start_and_a_table() -> None:
    start = Start(at=1, words="Teams <start>", before="Before")
    html = still(lines(start=start, reference=3.0, reference_words="promised"))

    assert html.count('class="path data-1"') == 3  # two stretches and the key
    assert html.count('class="path data-2"') == 2
    assert 'class="zero"' in html
    assert "Teams &lt;start&gt;" in html
    assert "promised" in html
    assert html.count("<th scope=") == 4 + 3  # columns: month, here, range, elsewhere; rows
    assert "hollow" in html
    assert "NaN" not in html
    assert "style=" not in html


def test_a_line_without_bands_says_nothing_of_ranges() -> None:
    chart = lines(series=(Series("Elsewhere", SECOND),), note="Public counts.")

    html = still(chart)

    assert "9 times in 10" not in html
    assert "Public counts." in html


@pytest.mark.parametrize("theme", THEMES)
def test_the_live_lines_are_those_of_the_still_ones(theme: Theme) -> None:
    drawn = figure(lines(reference=3.0, start=Start(1, "Start")), theme=theme)
    by_name = {trace.name: trace for trace in drawn.data}

    assert list(by_name["Here"].y) == [10.0, None, -5.0]
    assert by_name["Here"].line.dash == "solid"
    assert by_name["Elsewhere"].line.dash == "dash"
    assert by_name["Elsewhere"].line.color == palette(theme)["data-2"]
    assert by_name["Here"].marker.symbol != by_name["Elsewhere"].marker.symbol
    assert list(drawn.layout.yaxis.tickvals) == list(lines().axis.ticks)
    assert [trace.name for trace in drawn.data].count("band") == 2
    assert [list(t.y) for t in drawn.data if t.name == "level"] == [[0, 0], [3.0, 3.0]]
    assert drawn.data[0].name == "before"
    assert drawn.layout.annotations[0].text == "Start"


def test_no_label_of_a_line_can_leave_the_element_that_holds_it() -> None:
    chart = lines(EVIL, start=Start(1, EVIL, EVIL), series=(Series(EVIL, SECOND),))

    text = live_chart(chart)
    html = still(chart, live_of(chart))

    assert "<" not in text
    json.loads(text)
    assert "<img" not in html
    assert html.count("</script>") == 1


def test_light_and_dark_share_every_number_and_a_phone_keeps_lines_live() -> None:
    looks = json.loads(live_chart(lines()))

    ys = [[trace["y"] for trace in looks[theme]["data"]] for theme in THEMES]
    assert ys[0] == ys[1]
    assert looks["wide"] is False
    assert len(looks["light"]["phone"]["xaxis"]["ticktext"]) == 3


def test_a_withheld_figure_leaves_a_gap_and_a_cautious_one_is_hollow() -> None:
    withheld = Estimate(5, 5, 0, 12, Mark.WITHHELD)
    cautious = Estimate(50, 10, 40, 60, Mark.CAUTION)

    gap = spot_of(withheld, write(withheld, language="en"))
    hollow = spot_of(cautious, write(cautious, language="en"))

    assert gap.value is None
    assert hollow.hollow
    assert hollow.said == "40 to 60"


@pytest.mark.parametrize(("last", "named"), [("2021-12", 12), ("2022-12", 8), ("2025-12", 5)])
def test_sixty_months_name_years_two_years_quarters_and_one_year_months(
    last: str, named: int
) -> None:
    ticks = month_ticks(span_months("2021-01", last), language="en")

    assert sum(bool(name) for name in ticks) == named


def test_sixty_months_get_markers_only_where_a_year_is_named() -> None:
    months = span_months("2021-01", "2025-12")
    spots = tuple(Spot(float(n), str(n)) for n in range(60))
    chart = lines(
        labels=months, series=(Series("Here", spots),), ticks=month_ticks(months, language="en")
    )

    assert chart.dotted == (0, 12, 24, 36, 48)
    assert not any(chart.seldom(n) for n in chart.dotted)
    assert len(re.findall(r'class="spot data-1"', still(chart))) == 5 + 1
