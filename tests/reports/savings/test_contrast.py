"""Mirrors reports/savings/contrast.py."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from reports.estimate import Estimate, Mark
from reports.impact.dose import Dose
from reports.impact.report import Impact
from reports.impact.rules import Verdict
from reports.savings.contrast import Contrast, contrast, contrast_words
from reports.savings.report import Savings

VISITS = Estimate(5000.0, 20.0, 4967.0, 5033.0, Mark.USE)
TITLE = {"en": "police visits for welfare checks", "es": "visitas de la policía"}


def measured(
    avoided: tuple[float, float, float], *, outcome: str = "police_welfare_checks"
) -> Impact:
    """An impact report of one design, which found so many police visits less."""
    design = SimpleNamespace(
        key="welfare", outcome=outcome, answered={"call_group": ("welfare",)}, title=TITLE
    )
    dose = Dose(VISITS, avoided, (0.2, 0.1, 0.3), bounded=False)
    judged = SimpleNamespace(design=design, dose=dose, verdict=Verdict.EFFECT)
    return cast("Impact", SimpleNamespace(judged=(judged,)))


def held(savings: Savings, *avoided: float) -> Contrast:
    one, low, high = avoided
    (found,) = contrast(savings, measured((one, low, high)))
    return found


def test_the_kinds_of_call_are_those_that_the_design_is_about(savings: Savings) -> None:
    found = held(savings, 900.0, 800.0, 1000.0)

    assert found.kinds == ("welfare_check", "public_assist", "unhoused_support")
    assert savings.model is not None
    run = savings.model.cases
    central = sum(
        float(run.calls.alone[kind][1] * run.choice["police_attended_by_type", kind][1])
        for kind in found.kinds
    )
    assert found.assumed.central == pytest.approx(central)


def test_a_measurement_below_the_assumption_is_said_and_moves_the_total(savings: Savings) -> None:
    found = held(savings, 100.0, 90.0, 110.0)

    said = " ".join(contrast_words(found, savings, language="en"))
    model = savings.model
    assert model is not None
    total = model.figure(lambda run: run.value.substituted)
    assert found.relation == "less"
    assert "The two disagree" in said
    assert "costs/police_attended_by_type.yaml" in said
    assert found.calls[0] == pytest.approx(total.median - found.assumed.median + 100, rel=0.02)
    assert found.chance is not None
    cost = savings.cost_usd or 0.0
    assert found.chance < (model.drawn.value.resource_usd > cost).mean() * 100


def test_ranges_that_cross_do_not_contradict_each_other(savings: Savings) -> None:
    middle = held(savings, 1.0, 0.0, 2.0).assumed.median

    found = held(savings, middle, middle - 10, middle + 10)

    assert found.relation == "overlaps"
    assert "The two ranges overlap" in " ".join(contrast_words(found, savings, language="en"))
    assert "Los dos rangos se cruzan" in " ".join(contrast_words(found, savings, language="es"))


def test_a_difference_that_is_no_effect_is_not_held_up_as_one(savings: Savings) -> None:
    found = replace(held(savings, 100.0, 90.0, 110.0), verdict=Verdict.DESCRIPTIVE)

    assert (
        "does not call this difference an effect"
        in contrast_words(found, savings, language="en")[-1]
    )


def test_outcomes_that_do_not_count_police_visits_are_not_compared(savings: Savings) -> None:
    assert contrast(savings, measured((1.0, 0.0, 2.0), outcome="low_level_offenses")) == ()
    assert contrast(savings, None) == ()
    assert contrast(None, measured((1.0, 0.0, 2.0))) == ()
