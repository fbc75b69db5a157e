"""Mirrors reports/quality/figures.py, findings.py and trend.py, and reports/site/chart.py."""

from dataclasses import replace
from math import inf, isfinite, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.estimate import Z90, Estimate, Mark
from reports.metrics import NOT_ASKED, Board, Target, load_registry
from reports.numbers import LANGUAGES, Written
from reports.program_facts import ProgramFacts
from reports.quality.compare import Verdict
from reports.quality.estimate import Breakdown, Result, Row, estimate_measure
from reports.quality.figures import breakdown_chart, group_charts, reached, verdict_words
from reports.quality.findings import Headline, breakdown_title, groups_title, headline, months_title
from reports.quality.sections import Aim, aims_title
from reports.quality.trend import trend_chart, trend_title
from reports.released import Release
from reports.site.chart import Point, nice_axis
from reports.texts import Texts


def results(
    years: tuple[Release, ...], key: str, program: ProgramFacts
) -> list[tuple[Release, Result]]:
    found = [(one, estimate_measure(load_registry()[key], one, program)) for one in years]
    return [(one, result) for one, result in found if result]


def row(key: str, value: float, sd: float, mark: Mark = Mark.USE) -> Row:
    name = {"en": key, "es": key}
    return Row(key, name, Estimate(value, sd, value - 2 * sd, value + 2 * sd, mark))


@given(highest=st.floats(0.1, 1e7), lowest=st.floats(0, 1e7))
def test_a_scale_holds_what_is_drawn_on_whole_lines(highest: float, lowest: float) -> None:
    axis = nice_axis(highest, lowest=min(lowest, highest))

    assert axis.low <= min(lowest, highest) or axis.low == 0
    assert axis.high >= highest
    assert 2 <= len(axis.ticks) <= 8
    assert axis.ticks == tuple(sorted(set(axis.ticks)))


def test_every_measure_draws_in_both_languages_with_a_row_for_every_value(
    whole_year: Release, program: ProgramFacts
) -> None:
    drawn = 0
    for measure in load_registry().values():
        result = estimate_measure(measure, whole_year, program)
        if result is None:
            continue
        for language in LANGUAGES:
            chart = breakdown_chart(result, language=language)
            drawn += 1
            assert len(chart.points) == len(result.breakdown.rows) > 1, measure.key
            assert chart.title
            assert chart.files
            assert "{" not in chart.title + chart.about + chart.spoken
            assert all(point.label in chart.spoken for point in chart.points)
    assert drawn > 80


def test_a_withheld_value_says_nothing_of_its_size(release: Release, program: ProgramFacts) -> None:
    (_, result), *_ = results((release,), "disposition", program)

    chart = breakdown_chart(result, language="en")

    hidden = [point for point in chart.points if point.withheld]
    assert hidden
    assert all((point.words.value, point.words.span) == ("", "") for point in hidden)


def test_a_year_inside_the_expected_range_does_not_stand_out(
    years: tuple[Release, ...], program: ProgramFacts
) -> None:
    chart = trend_chart(results(years, "naloxone", program), NOT_ASKED, language="en")

    assert chart is not None
    assert chart.title == "No period stands out from ordinary ups and downs and noise"
    assert chart.limited
    for point in chart.points:
        assert point.limits is not None
        assert point.ordinary is not None
        assert point.limits[0] < point.ordinary[0] < point.ordinary[1] < point.limits[1]


def test_a_first_release_has_no_history(release: Release, program: ProgramFacts) -> None:
    assert trend_chart(results((release,), "naloxone", program), NOT_ASKED, language="en") is None


def test_the_target_is_drawn_in_the_trend_and_in_the_groups(
    years: tuple[Release, ...], program: ProgramFacts
) -> None:
    board = Board(targets={"response_time": Target(at_most=30)})
    past = results(years, "response_time", program)

    trend = trend_chart(past, board, language="es")
    groups = group_charts(past[-1][1], board, language="es")

    assert trend is not None
    assert [one.target for one in (trend, *groups)] == [30] * (1 + len(groups))
    assert trend.target_words == "30 minutos"


def test_months_are_told_apart_only_beyond_noise_and_many_looks() -> None:
    near = [row("2019-01", 100, 10), row("2019-02", 130, 10)]
    far = [row("2019-01", 100, 10), row("2019-02", 300, 10)]

    assert (
        months_title(near, language="en")
        == "We cannot tell whether any month had more visits than another"
    )
    assert months_title(far, language="en").startswith("2019-02 had more visits than 2019-01")


def test_groups_are_never_ranked_or_named() -> None:
    group = Breakdown("area", {"en": "Area", "es": "Zona"}, (row("a", 10, 1), row("b", 90, 1)), ())

    title = groups_title(group, language="en")

    assert title == "Area: not every group is like the others, beyond noise and chance"


def test_groups_that_differ_are_named_in_the_order_of_the_list() -> None:
    sides: tuple[Verdict, ...] = ("higher", "lower", "higher")
    rows = tuple(
        replace(row(key, 10, 1), differs=side) for key, side in zip("abc", sides, strict=True)
    )
    same = (replace(row("a", 10, 1), differs="same"),)

    title = groups_title(Breakdown("area", {"en": "Area", "es": "Zona"}, rows, ()), language="en")
    none = groups_title(Breakdown("area", {"en": "Area", "es": "Zona"}, same, ()), language="en")

    assert title == "Area: higher in a and c, lower in b, beyond noise and chance"
    assert none == "Area: we cannot tell whether any group differs from the others"


def test_a_middle_period_that_stands_out_is_not_hidden_by_the_ends(
    years: tuple[Release, ...],
) -> None:
    values = (100, 100, 300, 100)
    points = [
        Point(
            f"{n}", Estimate(value, 5, value - 8, value + 8, Mark.USE), Written("a", "a", "a", "")
        )
        for n, value in enumerate(values)
    ]
    four = [years[0], years[0], years[-1], years[0]]

    title = trend_title(points, four, language="en")

    assert title.startswith("Higher in fiscal year")
    assert "We cannot tell whether anything changed" in trend_title(
        points[:2], four[:2], language="en"
    )


def ranged(low: float, high: float, *, harm: bool = True) -> Point:
    """A point with a 90% range."""
    found = Estimate((low + high) / 2, (high - low) / (2 * Z90), low, high, Mark.USE)
    return Point("", found, Written("a", "a", "a", ""), range_only=harm)


POLICE = [(8.06, 11.59), (12.47, 15.76), (11.0, 14.4), (10.2, 13.6)]  # of 100 visits, by quarter


@pytest.mark.parametrize("limits", [None, (0.0, 100.0)])
def test_a_harm_that_rose_is_never_titled_as_no_change(
    release: Release, whole_year: Release, limits: tuple[float, float] | None
) -> None:
    """First and last are alike, ordinary variation could explain it; the rise is said."""
    points = [replace(ranged(low, high), limits=limits) for low, high in POLICE]

    title = trend_title(points, [release, whole_year, release, release], language="en")

    assert title.startswith("Higher in fiscal year")


def test_noise_alone_is_called_a_change_at_most_one_time_in_ten(release: Release) -> None:
    """Four periods of one truth: 2,000 draws; more than 12 in 100 once in 300 runs if 10 are."""
    rng = np.random.default_rng(5)
    called = 0
    for _ in range(2000):
        values = rng.normal(50, 2, 4)
        points = [ranged(value - 2 * Z90, value + 2 * Z90) for value in values]
        called += "explains" in trend_title(points, [release] * 4, language="en")

    assert 0.04 < called / 2000 < 0.12


@pytest.mark.parametrize(
    ("outside", "title"),
    [
        (0, "No period stands out from ordinary ups and downs and noise"),
        (2, "Outside the expected range: 0, 1"),
        (3, "3 of 5 periods lie outside ordinary ups and downs and noise: something changed"),
    ],
)
def test_a_title_names_few_periods_and_counts_many(
    release: Release, outside: int, title: str
) -> None:
    points = [
        Point(
            f"{n}",
            Estimate(90 if n < outside else 50, 1, 48, 92, Mark.USE),
            Written("a", "a", "a", ""),
            limits=(40, 60),
        )
        for n in range(5)
    ]

    assert trend_title(points, [release] * 5, language="en") == title


def test_groups_of_which_one_can_be_shown_are_not_compared() -> None:
    rows = (row("a", 10, 1), row("b", 90, 1, Mark.WITHHELD))

    title = groups_title(Breakdown("area", {"en": "A", "es": "A"}, rows, ()), language="es")

    assert title == "A: se pueden mostrar muy pocos grupos para compararlos"


def test_a_title_that_would_quote_a_withheld_share_falls_back(
    release: Release, program: ProgramFacts
) -> None:
    (_, result), *_ = results((release,), "time_of_day", program)
    hidden = tuple(
        Row(one.key, one.label, one.found, row("x", 1, 1, Mark.WITHHELD).found)
        for one in result.breakdown.rows
    )
    breakdown = Breakdown("time_of_day", {"en": "-", "es": "-"}, hidden, ())
    kept = Result(result.measure, result.values, result.size, breakdown, (), result.open_from)

    assert breakdown_title(kept, language="en") == headline(kept, 0, language="en").sentence[:-1]


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (Target(at_least=80), "reached_yes"),
        (Target(at_least=95), "reached_open"),
        (Target(at_least=99), "reached_no"),
        (Target(at_most=99), "reached_yes"),
        (Target(at_most=93), "reached_open"),
        (Target(at_most=80), "reached_no"),
    ],
)
def test_only_a_whole_range_decides_on_a_target(target: Target, verdict: str) -> None:
    assert reached(Estimate(93, 2, 90, 96, Mark.USE), target) == verdict


@pytest.mark.parametrize("mark", [Mark.WITHHELD, Mark.USE])
def test_a_figure_that_is_not_read_decides_nothing(mark: Mark) -> None:
    """Withheld for its noise, or undefined because nothing stands below it."""
    ends = (90.0, 96.0) if mark is Mark.WITHHELD else (nan, nan)

    assert reached(Estimate(93, 2, *ends, mark), Target(at_least=80)) == "reached_hidden"


def test_the_heading_counts_every_target_of_its_table() -> None:
    verdicts = ["reached_yes", "reached_no", "reached_no", "reached_open", "reached_hidden"]
    aim = Aim("", "", Headline("", "", "", "", range_only=False), "", "", "")

    title = aims_title([replace(aim, verdict=one) for one in verdicts], language="en")

    assert title == "Targets of the board: reached 1, missed 2, cannot tell 2"


@pytest.mark.parametrize(
    ("low", "high", "most", "said"),
    [
        (29.8, inf, 29.9, "Cannot tell yet: the range includes 29.9 minutes"),
        (29.8, inf, 29.7, "No: no part of the range meets 29.7 minutes"),
        (30.3, inf, 30, "No: no part of the range meets 30 minutes (unrounded, 30.30 to"),
        (inf, inf, 30, "No: no part of the range meets 30 minutes"),
        (28.2, 29.6, 30, "Yes: the whole range meets 30 minutes (unrounded, 28.20 to 29.60)"),
    ],
)
@pytest.mark.parametrize("mark", [Mark.USE, Mark.CAUTION])
def test_a_range_that_ends_in_the_open_band_is_told(
    release: Release, program: ProgramFacts, low: float, high: float, most: float, said: str,
    mark: Mark,
) -> None:  # fmt: skip
    (_, result), *_ = results((release,), "response_time", program)
    open_ended = replace(result, values=(Estimate(low, 9, low, high, mark), *result.values[1:]))

    words = verdict_words(open_ended, Target(at_most=most), Texts("en"))

    assert isfinite(result.open_from)
    assert words.startswith(said)
    assert "inf" not in words
