"""Hold savings against impact: what police would have attended, and what they attended less.

savings + impact -> **contrast** -> pages of both

Savings assume which share of calls police would have attended. Where a design of the impact report
counts the same visits by police, the assumption can be held against a measurement of the same
months and areas. The two are worked out apart, so they may disagree; then both pages say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data_contracts.codes import load_codes
from reports.estimate import Z90
from reports.impact.designs import Design
from reports.impact.report import Impact, Judged
from reports.impact.rules import Verdict
from reports.impact.words import count_words
from reports.numbers import Language
from reports.savings.assumptions import POLICE_SHARE
from reports.savings.curves import chance
from reports.savings.draws import generator, range_of
from reports.savings.formula import Vector
from reports.savings.model import Figure, Model, Run
from reports.savings.report import Savings
from reports.savings.words import HUNDRED, amount, chance_words
from reports.texts import Texts

POLICE_VISITS = ("police_welfare_checks",)  # outcomes that count visits by police
KINDS = ("call_type", "call_group")


@dataclass(frozen=True, slots=True)
class Contrast:
    """One assumption beside a measurement of the same months and areas.

    `kinds` are the kinds of call, codes of the list `kind`. `assumed` counts the calls that police
    would have attended, `share` of 100 calls that teams took alone; `measured` the visits that
    police made less, and `measured_share` the same of those calls: best value, low and high end.
    `calls` are all calls that savings count once the measurement stands in place of the
    assumption, `chance` that the community test then covers the cost, where a cost is known.
    """

    design: Design
    verdict: Verdict
    kind: str
    kinds: tuple[str, ...]
    assumed: Figure
    share: Figure
    measured: tuple[float, float, float]
    measured_share: tuple[float, float, float]
    calls: tuple[float, float, float]
    chance: float | None

    @property
    def relation(self) -> str:
        """Whether what was measured is `less`, `more`, or of a range that `overlaps`."""
        _, low, high = self.measured
        if high < self.assumed.low:
            return "less"
        return "more" if low > self.assumed.high else "overlaps"


def contrast(savings: Savings | None, impact: Impact | None) -> tuple[Contrast, ...]:
    """Hold every assumption that a design measures against the measurement.

    Args:
        savings: The report on savings of a release; nothing where there is none.
        impact: Its report on impact; nothing where there is none.

    Returns:
        One comparison a design of the impact report that counts visits by police and covers the
        months of the release.
    """
    if savings is None or impact is None or savings.model is None:
        return ()
    found = (_hold(savings, savings.model, one) for one in impact.judged)
    return tuple(one for one in found if one is not None)


def _hold(savings: Savings, model: Model, result: Judged) -> Contrast | None:
    design, dose = result.design, result.dose
    kinds = _kinds(model, design.answered)
    if design.outcome not in POLICE_VISITS or dose is None or not kinds:
        return None
    name = POLICE_SHARE[model.assumptions.kind]

    def alone(run: Run) -> Vector:
        found: Vector = np.sum([run.calls.alone[one] for one in kinds], axis=0)
        return found

    def assumed(run: Run) -> Vector:
        found: Vector = np.sum(
            [run.calls.alone[one] * run.choice[name, one] for one in kinds], axis=0
        )
        return found

    value, low, high = dose.avoided
    taken = alone(model.drawn)
    rng = generator(savings.release).spawn(1)[0]
    drawn = rng.normal(value, (high - low) / (2 * Z90), len(taken))
    instead = model.supposing({(name, one): drawn / taken for one in kinds})
    cost = savings.cost_usd
    share = range_of(drawn / taken * HUNDRED)
    return Contrast(
        design=design,
        verdict=result.verdict,
        kind=model.assumptions.kind,
        kinds=kinds,
        assumed=model.figure(assumed),
        share=model.figure(lambda run: assumed(run) / alone(run) * HUNDRED),
        measured=(value, low, high),
        measured_share=share,
        calls=range_of(instead.value.substituted),
        chance=None if cost is None else chance(instead.value.resource_usd, above=cost),
    )


def _kinds(model: Model, answered: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Translate the visits that a design is about into the kinds of call of the model."""
    if not answered or set(answered) - set(KINDS):
        return ()
    codes = load_codes(model.assumptions.kind).codes
    chosen = {key for keys in answered.values() for key in keys}
    return tuple(
        kind for kind in model.tally.kinds if kind in chosen or (codes[kind].parent in chosen)
    )


def contrast_words(one: Contrast, savings: Savings, *, language: Language) -> tuple[str, ...]:
    """Say a comparison in sentences; the same on both pages."""
    t, model = Texts(language), savings.model
    assumed, share = amount(one.assumed, language=language), amount(one.share, language=language)
    n, low, high = count_words(one.measured[0], one.measured[1:], language=language)
    if model is None or not assumed.value or not share.value:
        return ()
    first = t(
        "con_both",
        kinds=kind_words(one, language=language),
        assumed=assumed.about,
        assumed_span=assumed.span,
        title=one.design.title[language],
        n=n,
        low=low,
        high=high,
    )
    shares = [round(each) for each in one.measured_share]
    second = t(
        f"con_{one.relation}",
        file=POLICE_SHARE[one.kind],
        share=share.value,
        measured=shares[0],
        span=t("span", low=shares[1], high=shares[2]),
    )
    said = [first, second]
    if one.relation != "overlaps":
        calls = count_words(one.calls[0], one.calls[1:], language=language)
        now = amount(model.figure(lambda run: run.value.substituted), language=language)
        said.append(
            t(
                "con_instead",
                n=calls[0],
                span=t("span", low=calls[1], high=calls[2]),
                now=now.value or now.span,
            )
        )
        if one.chance is not None and savings.cost_usd is not None:
            net = model.drawn.value.resource_usd
            said.append(
                t(
                    "con_chance",
                    n=chance_words(one.chance, language=language),
                    now=chance_words(chance(net, above=savings.cost_usd), language=language),
                )
            )
    if one.verdict is not Verdict.EFFECT:
        said.append(t("con_not_effect"))
    return tuple(said)


def kind_words(one: Contrast, *, language: Language) -> str:
    """Name the kinds of call of a comparison, in the middle of a sentence."""
    codes = load_codes(one.kind).codes
    names = [(codes[kind].en if language == "en" else codes[kind].es).lower() for kind in one.kinds]
    return ", ".join(f"“{name}”" if language == "en" else f"«{name}»" for name in names)
