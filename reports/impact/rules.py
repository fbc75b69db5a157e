"""Decide whether a change may be called an effect: every rule, with its figure.

study -> **rules** -> report -> page
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reports.impact.ratio import noise_error
from reports.impact.study import Study

FEWEST_TREATED = 4
LARGEST_NOISE_SHARE = 0.5
CLEAR_OF_NOISE_SD = 6.0


class Verdict(StrEnum):
    """What may be said of a change."""

    EFFECT = "effect"
    UNCLEAR = "unclear"
    DESCRIPTIVE = "descriptive"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, whether it holds, and the text of its figure with values.

    `change` is a change in percent that the text quotes as `{change}`.
    """

    name: str
    passes: bool
    text: str
    values: Mapping[str, int] = field(default_factory=dict)
    change: float | None = None


def judge(study: Study) -> tuple[Rule, ...]:
    """Hold every rule against a study; all were fixed before anything was seen.

    Args:
        study: What a design found.

    Returns:
        Rules in the order in which a page shows them.

    Source: effect rule of the methods page (reports/texts/impact.yaml, `imp_method_rules`).
    """
    return (
        _nothing_before(study),
        _placebos(study),
        _enough_areas(study),
        _small_noise(study),
        _clear_sums(study),
    )


def verdict(study: Study, rules: tuple[Rule, ...]) -> Verdict:
    """Say what may be said: an effect, nothing clear, or a description."""
    if not all(rule.passes for rule in rules) or not study.effect.defined:
        return Verdict.DESCRIPTIVE
    return Verdict.UNCLEAR if study.effect.holds_zero else Verdict.EFFECT


def _nothing_before(study: Study) -> Rule:
    told = [one.effect for one in study.early if one.effect.defined]
    if not told or len(told) < len(study.early):
        return Rule("before", passes=False, text="imp_rule_before_none")
    missed = sum(not effect.holds_zero for effect in told)
    largest = max((effect.percent[0] for effect in told), key=abs)
    text = "imp_rule_before_missed" if missed else "imp_rule_before_all"
    return Rule("before", not missed, text, {"n": len(told), "k": missed}, change=largest)


def _placebos(study: Study) -> Rule:
    told = [one.effect for one in study.placebos if one.effect and one.effect.defined]
    if not study.placebos:
        return Rule("placebos", passes=False, text="imp_rule_placebos_none")
    held = sum(effect.holds_zero for effect in told)
    asked = len(study.placebos)
    return Rule("placebos", held == asked, "imp_rule_placebos_held", {"k": held, "n": asked})


def _enough_areas(study: Study) -> Rule:
    values = {"n": study.panel.n_treated, "least": FEWEST_TREATED}
    return Rule("areas", values["n"] >= FEWEST_TREATED, "imp_rule_areas_n", values)


def _small_noise(study: Study) -> Rule:
    noise, se = noise_error(study.panel.split()), study.effect.se
    if not noise:
        return Rule("noise", passes=True, text="imp_rule_noise_none")
    share = noise / se if se else 1.0
    values = {"share": round(100 * share), "most": round(100 * LARGEST_NOISE_SHARE)}
    return Rule("noise", share <= LARGEST_NOISE_SHARE, "imp_rule_noise_share", values)


def _clear_sums(study: Study) -> Rule:
    split = study.panel.split()
    pairs = list(zip(split.sums(), split.noise(), strict=True))
    smallest = round(min(total for total, _ in pairs))
    if not any(noise for _, noise in pairs):
        return Rule("sums", smallest > 0, "imp_rule_sums_exact", {"n": smallest})
    times = min(total / noise for total, noise in pairs if noise)
    values = {"times": round(times), "least": round(CLEAR_OF_NOISE_SD)}
    return Rule("sums", times >= CLEAR_OF_NOISE_SD, "imp_rule_sums_times", values)
