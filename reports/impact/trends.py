"""Draw counts month by month: as an index beside the comparison, or alone as they are.

study -> **trends** -> page
"""

from collections.abc import Sequence
from dataclasses import replace

from reports.impact.designs import Design
from reports.impact.panel import Panel
from reports.impact.ratio import Matrix
from reports.impact.report import OUTCOMES, Judged, Trend
from reports.impact.words import area_name, capital
from reports.numbers import Language, month_name, rounded, whole
from reports.program_facts import ProgramFacts
from reports.site.chart import Axis, Start, nice_axis
from reports.site.lines import Lines, Series, Spot, Token, month_ticks
from reports.texts import Texts

INDEX = 100
TOKENS: tuple[Token, ...] = ("data-1", "data-2", "data-3")


def trend_chart(result: Judged, *, language: Language) -> Lines:
    """Draw the sum of areas with teams and of those without; 100 is the average month before."""
    t, panel = Texts(language), result.study.panel
    both = (panel.counts[: panel.n_treated], panel.counts[panel.n_treated :])
    names = (
        t("imp_trend_with", n=panel.n_treated),
        t("imp_trend_without", n=panel.n_comparison),
    )
    series = tuple(
        _index(counts, panel.start, name, token, t)
        for counts, name, token in zip(both, names, TOKENS, strict=False)
    )
    since = [_average([spot.value or 0.0 for spot in one.spots[panel.start :]]) for one in series]
    title = t("imp_trend_title", a=since[0], b=since[1])
    drawn = _by_month(result.design, panel, series, name="trend", title=title, t=t)
    return replace(drawn, reference=INDEX, reference_words=t("imp_trend_reference"))


def plain_chart(trend: Trend, program: ProgramFacts, *, language: Language) -> Lines:
    """Draw the counts of up to three areas as they are, where there is nothing to compare."""
    t, panel = Texts(language), trend.panel
    series = tuple(
        Series(
            area_name(program, panel.areas[row]),
            tuple(Spot(float(n), whole(n, language=language)) for n in panel.counts[row]),
            token,
        )
        for row, token in zip(range(len(panel.areas)), TOKENS, strict=False)
    )
    before, after = averages(trend, language=language)
    title = t("imp_plain_title", before=before, after=after)
    return _by_month(trend.design, panel, series, name="plain", title=title, t=t)


def _by_month(
    design: Design, panel: Panel, series: tuple[Series, ...], *, name: str, title: str, t: Texts
) -> Lines:
    """Draw lines over the months of a panel; `name` begins their texts."""
    axis = _axis(series)
    about = t(f"imp_{name}_about", title=capital(design.title[t.language]))
    return Lines(
        key=f"{name}-{design.key}",
        language=t.language,
        title=title,
        about=_start_of_scale(about, axis, t),
        column=t("imp_col_month"),
        unit=t(f"imp_{name}_unit"),
        labels=_months(panel, t),
        series=series,
        axis=axis,
        spoken=title,
        ticks=month_ticks(panel.months, language=t.language),
        start=_start(panel, t),
        files=(OUTCOMES,),
        note=t("imp_trend_note"),
    )


def averages(trend: Trend, *, language: Language) -> tuple[str, str]:
    """Average month of all areas with teams, before the start and since, as counted."""
    panel = trend.panel
    sums = panel.counts[: panel.n_treated].sum(axis=0)
    before, after = sums[: panel.start].mean(), sums[panel.start :].mean()
    one, two = (whole(rounded(float(n), 1), language=language) for n in (before, after))
    return one, two


def _index(counts: Matrix, start: int, name: str, token: Token, t: Texts) -> Series:
    sums = counts.sum(axis=0)
    index = sums / sums[:start].mean() * INDEX
    spots = (
        Spot(
            float(one),
            t("imp_trend_spot", index=rounded(float(one), 1), n=whole(n, language=t.language)),
        )
        for one, n in zip(index, sums, strict=True)
    )
    return Series(name, tuple(spots), token)


def _average(values: Sequence[float]) -> int:
    return rounded(sum(values) / len(values), 1)


def _axis(series: Sequence[Series]) -> Axis:
    values = [spot.value or 0.0 for one in series for spot in one.spots]
    return nice_axis(max(values), lowest=min(values))


def _months(panel: Panel, t: Texts) -> tuple[str, ...]:
    return tuple(month_name(month, language=t.language) for month in panel.months)


def _start(panel: Panel, t: Texts) -> Start:
    month = month_name(panel.months[panel.start], language=t.language)
    return Start(panel.start, t("imp_start", month=month), t("imp_before"))


def _start_of_scale(about: str, axis: Axis, t: Texts) -> str:
    if not axis.low:
        return about
    return f"{about} {t('scale_start', n=whole(axis.low, language=t.language))}"
