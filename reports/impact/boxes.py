"""Put each design into a box: its verdict first, then every rule with its figure.

report, findings -> **boxes** -> page
"""

from dataclasses import dataclass, replace

from reports.estimate import Mark
from reports.impact.designs import Design
from reports.impact.findings import decided_when, rule_words
from reports.impact.report import Impact, Judged, Trend
from reports.impact.rules import Verdict
from reports.impact.words import capital, write_change
from reports.numbers import day_name
from reports.texts import Texts

LOOKS = {
    Verdict.EFFECT: Mark.USE.value,
    Verdict.UNCLEAR: Mark.CAUTION.value,
    Verdict.DESCRIPTIVE: Mark.WITHHELD.value,
}


@dataclass(frozen=True, slots=True)
class Box:
    """One verdict; `look` is its class, `rules` say which hold, each with its figure."""

    verdict: str
    look: str
    title: str
    why: str
    words: str
    found: str = ""
    rules: tuple[tuple[str, bool, str], ...] = ()


def boxes_of(impact: Impact, t: Texts) -> list[Box]:
    """Make the boxes of a report, in the order of its designs.

    Args:
        impact: What was found.
        t: Words in the reader's language.

    Returns:
        One box a design that was run.
    """
    return [_judged(one, t) for one in impact.judged] + [_trend(one, t) for one in impact.trends]


def decided_words(impact: Impact, t: Texts) -> str:
    """Say who decided what to compare, and whether the counts could be seen by then."""
    if impact.designs is None:
        return ""
    when = decided_when(impact)
    return t(
        "imp_verdicts_intro",
        who=impact.designs.decided_by[t.language],
        date=day_name(impact.designs.decided_on, language=t.language),
        when=t(when) if when else "",
    )


def _judged(result: Judged, t: Texts) -> Box:
    words = write_change(result.study.effect, language=t.language)
    return replace(
        _empty(result.design, result.verdict, t),
        words=t(f"imp_verdict_words_{result.verdict.value}"),
        found=t("imp_verdict_figure", about=capital(words.about), between=words.between),
        rules=tuple(
            (t(f"imp_rule_{rule.name}"), rule.passes, rule_words(rule, t)) for rule in result.rules
        ),
    )


def _trend(trend: Trend, t: Texts) -> Box:
    counted = {"n": trend.panel.n_treated, "m": trend.panel.n_comparison}
    return replace(
        _empty(trend.design, Verdict.DESCRIPTIVE, t),
        words=t("imp_verdict_words_trend", **counted),
    )


def _empty(design: Design, verdict: Verdict, t: Texts) -> Box:
    return Box(
        verdict=t(f"imp_verdict_{verdict.value}"),
        look=LOOKS[verdict],
        title=capital(design.title[t.language]),
        why=t("imp_why", why=design.why[t.language]) if design.why else "",
        words="",
    )
