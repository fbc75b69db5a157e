"""Turn a study into pictures: quarter by quarter, tests, and area by area.

study -> **figures** -> page
"""

from collections.abc import Sequence

from data_contracts.codes import load_codes
from reports.impact.report import OUTCOMES, Judged
from reports.impact.study import LeftOut, Placebo, Quarter
from reports.impact.words import area_name, as_estimate, capital, signed, write_change
from reports.numbers import Language, month_name, phrases
from reports.program_facts import ProgramFacts
from reports.site.chart import Axis, Chart, Point, Start, nice_axis
from reports.texts import Texts

PERCENT = "{+}%"


def event_chart(result: Judged, *, language: Language) -> Chart:
    """Draw each quarter against all months before the start, as the effect is."""
    t, study = Texts(language), result.study
    shown = [one for one in study.quarters if one.effect.defined]
    points = tuple(_quarter_point(one, result.design.key, language=language) for one in shown)
    title = _event_title(result, t)
    return Chart(
        key=f"event-{result.design.key}",
        language=language,
        title=title,
        about=t("imp_event_about", title=capital(result.design.title[language])),
        style="time",
        column=t("imp_col_quarter"),
        unit=t("imp_event_unit"),
        points=points,
        axis=_axis(points),
        spoken=_spoken(title, points, t),
        ticks=_year_ticks([one.first for one in shown]),
        scale=PERCENT,
        start=Start(
            at=sum(one.number < 0 for one in shown),
            words=t("imp_start", month=month_name(result.design.start, language=language)),
            before=t("imp_before"),
        ),
        marked=False,
        files=(OUTCOMES,),
    )


def _quarter_point(quarter: Quarter, key: str, *, language: Language) -> Point:
    ends = [month_name(one, language=language) for one in (quarter.first, quarter.last)]
    label = phrases()["span"][language].format(low=ends[0], high=ends[1])
    found = as_estimate(quarter.effect)
    words = write_change(quarter.effect, language=language)
    return Point(label, found, words, id=f"impact/event-{key}/{quarter.first}")


def _year_ticks(months: Sequence[str]) -> tuple[str, ...]:
    """Name each year at the first quarter that begins in it.

    >>> _year_ticks(["2021-10", "2022-01", "2022-04", "2023-01"])
    ('', '2022', '', '2023')
    """
    years = [month[:4] for month in months]
    return tuple(
        year if month.endswith("-01") or (place and year != years[place - 1]) else ""
        for place, (month, year) in enumerate(zip(months, years, strict=True))
    )


def _event_title(result: Judged, t: Texts) -> str:
    rule = next(rule for rule in result.rules if rule.name == "before")
    effect = result.study.effect
    early = "ok" if rule.passes else "none" if rule.change is None else "gap"
    late = "none" if effect.holds_zero else "fewer" if effect.log < 0 else "more"
    said = write_change(effect, language=t.language)
    after = t(f"imp_event_after_{late}", about=said.about, between=said.between)
    return t("imp_event_title", before=t(f"imp_event_before_{early}"), after=after)


def tests_chart(result: Judged, *, language: Language) -> Chart:
    """Draw the result and below it every test where nothing should happen."""
    t, study = Texts(language), result.study
    told = [one for one in study.placebos if one.effect and one.effect.defined]
    first = Point(
        t("imp_tests_result"),
        as_estimate(study.effect),
        write_change(study.effect, language=language),
        note=capital(result.design.title[language]),
        id=f"impact/tests-{result.design.key}/result",
    )
    points = (first, *(_test_point(one, result.design.key, t) for one in told))
    missed = sum(not one.effect.holds_zero for one in told if one.effect)
    name = "imp_tests_title_missed" if missed else "imp_tests_title_ok"
    title = t(name if told else "imp_tests_title_none", k=missed, n=len(told))
    return _rows(result, points, name="tests", column="test", title=title, t=t)


def placebo_name(placebo: Placebo, t: Texts) -> str:
    """Name a test: its month or its outcome."""
    if placebo.kind == "start":
        return t("imp_tests_start", month=month_name(placebo.what, language=t.language))
    code = load_codes("outcome").codes[placebo.what]
    return code.en if t.language == "en" else code.es


def _test_point(placebo: Placebo, key: str, t: Texts) -> Point:
    effect = placebo.effect
    if effect is None:
        raise ValueError(placebo.what)
    return Point(
        placebo_name(placebo, t),
        as_estimate(effect),
        write_change(effect, language=t.language),
        note=t(f"imp_tests_{placebo.kind}_note"),
        id=f"impact/tests-{key}/{placebo.what}",
    )


def areas_chart(result: Judged, program: ProgramFacts, *, language: Language) -> Chart:
    """Draw the result with each area left out in turn."""
    t, study = Texts(language), result.study
    told = [one for one in study.left_out if one.effect.defined]
    key = result.design.key
    whole = Point(
        t("imp_left_all"),
        as_estimate(study.effect),
        write_change(study.effect, language=language),
        id=f"impact/left-{key}/none",
    )
    points = (whole, *(_area_point(one, program, key, t) for one in told))
    values = [signed(one.effect.percent[0], language=language) for one in told]
    middle = sorted(zip((one.effect.log for one in told), values, strict=True))
    ends = {"low": middle[0][1], "high": middle[-1][1]}
    title = t(f"imp_left_title_{'one' if ends['low'] == ends['high'] else 'same'}", **ends)
    return _rows(result, points, name="left", column="area", title=title, t=t)


def _rows(
    result: Judged, points: tuple[Point, ...], *, name: str, column: str, title: str, t: Texts
) -> Chart:
    """Draw changes in percent below one another; `name` and `column` begin their texts."""
    return Chart(
        key=f"{name}-{result.design.key}",
        language=t.language,
        title=title,
        about=t(f"imp_{name}_about", title=capital(result.design.title[t.language])),
        style="rows",
        column=t(f"imp_col_{column}"),
        unit=t(f"imp_{name}_unit"),
        points=points,
        axis=_axis(points),
        spoken=_spoken(title, points, t),
        scale=PERCENT,
        marked=False,
        files=(OUTCOMES,),
    )


def _area_point(left: LeftOut, program: ProgramFacts, key: str, t: Texts) -> Point:
    return Point(
        t("imp_left_label", area=area_name(program, left.area)),
        as_estimate(left.effect),
        write_change(left.effect, language=t.language),
        note=t("imp_left_with" if left.treated else "imp_left_without"),
        id=f"impact/left-{key}/{left.area}",
    )


def _axis(points: Sequence[Point]) -> Axis:
    low = min(point.found.low for point in points)
    high = max(point.found.high for point in points)
    return nice_axis(max(high, 1.0), lowest=min(low, -1.0))


def _spoken(title: str, points: Sequence[Point], t: Texts) -> str:
    values = " ".join(
        t("spoken_value", label=point.label, value=point.words.span or point.words.value)
        for point in points
    )
    return t("imp_spoken", title=title, values=values)
