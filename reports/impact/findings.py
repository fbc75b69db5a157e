"""Say what was found, in sentences that could be wrong.

report -> **findings** -> page
"""

from dataclasses import dataclass

from reports.impact.dose import Dose
from reports.impact.panel import Lack
from reports.impact.report import FEWEST_AREAS, Impact, Judged, Lacking, Trend
from reports.impact.rules import Rule, Verdict
from reports.impact.trends import averages
from reports.impact.words import capital, count_words, each_words, signed, write_change
from reports.numbers import Language, month_name, the_period, whole, write
from reports.released import Release
from reports.site.index import Opening
from reports.texts import Texts

OTHERS = 1
LEAST_EACH = 0.001  # below it the number of visits an event says nothing


@dataclass(frozen=True, slots=True)
class Said:
    """The answer of a report: its heading and the sentences under it."""

    heading: str
    leads: tuple[str, ...]


def opening(impact: Impact, *, language: Language) -> Opening | None:
    """Say for the index what the report says first; nothing where it has nothing to say."""
    return Opening(f"{answer(impact, language=language).heading}.") if impact.results else None


def answer(impact: Impact, *, language: Language) -> Said:
    """Say what the first design found, and in one sentence what the next one did."""
    t, first = Texts(language), (*impact.judged, *impact.trends, *impact.lacking, None)[0]
    if first is None or isinstance(first, Lacking):
        lack = impact.lack or (first.lack if first else Lack("imp_lack_file"))
        return Said(t("imp_h1_lack"), (t(lack.text, **lack.values),))
    if isinstance(first, Trend):
        return _trend(first, t)
    title = {"title": first.design.title[language]}
    words = write_change(first.study.effect, language=language)
    said = {**title, "about": words.about, "between": words.between}
    flat = words.about == t("imp_about_same")
    name = "same" if flat and first.verdict is not Verdict.UNCLEAR else first.verdict.value
    panel = first.study.panel
    lead = t(
        "imp_lead_effect",
        n=panel.n_treated,
        m=panel.n_comparison,
        first=month_name(first.design.start, language=language),
        last=month_name(panel.months[-1], language=language),
    )
    rules = t(f"imp_lead_verdict_{first.verdict.value}", n=len(first.rules), k=first.failed)
    others = tuple(_other(one, t) for one in impact.judged[1 : 1 + OTHERS])
    return Said(t(f"imp_h1_{name}", **said), (lead, rules, *others))


def _other(result: Judged, t: Texts) -> str:
    words = write_change(result.study.effect, language=t.language)
    return t(
        "imp_lead_other",
        title=capital(result.design.title[t.language]),
        about=words.about,
        between=words.between,
        said=t(f"imp_said_{result.verdict.value}"),
    )


def _trend(trend: Trend, t: Texts) -> Said:
    before, after = averages(trend, language=t.language)
    lead = t(
        "imp_lead_trend",
        least=FEWEST_AREAS,
        n=trend.panel.n_treated,
        m=trend.panel.n_comparison,
        before=before,
        after=after,
    )
    heading = t("imp_h1_trend", title=trend.design.title[t.language])
    return Said(heading, (lead, t("imp_lead_trend_caution")))


def rule_words(rule: Rule, t: Texts) -> str:
    """Write the figure of a rule."""
    change = "" if rule.change is None else signed(rule.change, language=t.language)
    values = {name: whole(n, language=t.language) for name, n in rule.values.items()}
    return t(rule.text, **values, change=change)


def decided_when(impact: Impact) -> str:
    """Name when a design was decided: before teams started, before the last month, or after."""
    if impact.designs is None or not (impact.judged or impact.trends):
        return ""
    panels = [one.study.panel for one in impact.judged] + [one.panel for one in impact.trends]
    month = impact.designs.decided_on.isoformat()[:7]
    if month < min(panel.months[panel.start] for panel in panels):
        return "imp_decided_before"
    last = max(panel.months[-1] for panel in panels)
    return "imp_decided_during" if month < last else "imp_decided_after"


def dose_words(result: Judged, release: Release, *, language: Language) -> tuple[str, ...]:
    """Say whether the effect fits the size of the program."""
    t, title = Texts(language), result.design.title[language]
    dose = result.dose
    if dose is None:
        return (t("imp_dose_none", title=capital(title)),)
    written = write(dose.visits, language=language)
    about = written.about or t("too_few")
    visits = t("imp_dose_visits_range", about=about, span=written.span) if written.value else about
    kinds = ", ".join(_kinds(result, release, language=language))
    first = t(
        "imp_dose_visits",
        period=the_period(release.period, language=language),
        visits=visits,
        kinds=t("imp_dose_kinds", kinds=kinds) if kinds else "",
        bounded=t("imp_dose_bounded") if dose.bounded else "",
    )
    return (first, *_size(dose, title, t))


def _kinds(result: Judged, release: Release, *, language: Language) -> list[str]:
    dims = release.package.dimensions
    return [
        dims[dim].label(key, language=language)
        for dim, keys in result.design.answered.items()
        for key in keys
        if dim in dims
    ]


def _size(dose: Dose, title: str, t: Texts) -> tuple[str, ...]:
    value, low, high = dose.avoided
    if value < 0:
        n, least, most = count_words(-value, (-high, -low), language=t.language)
        return (t("imp_dose_more", n=n, low=least, high=most, title=title),)
    n, least, most = count_words(value, (low, high), language=t.language)
    each, each_low, each_high = (each_words(one, language=t.language) for one in dose.each)
    size = t(
        "imp_dose_fewer",
        n=n, low=least, high=most, title=title, each=each, each_low=each_low, each_high=each_high,
    )  # fmt: skip
    times = whole(round(1 / max(dose.each[0], LEAST_EACH)), language=t.language)
    return size, t(f"imp_dose_{dose.fit.value}", times=times)
