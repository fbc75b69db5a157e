"""Give every named diversion rate of a release, each with its definition.

model -> **rates** -> report -> page
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from data_contracts.codes import load_codes
from reports.numbers import Language
from reports.savings.assumptions import MANDATE, POLICE_SHARE
from reports.savings.diversion import gross, mandate_of_all, one_kind_of_all, overlap, substitution
from reports.savings.formula import Vector
from reports.savings.model import Figure, Model, Run

WELFARE = {"call_type": "welfare_check", "call_group": "welfare"}
ORDER = (
    "v9_sent", "v9_arrived", "v9_alone", "v10_all", "v10_sent", "v10_one_kind",
    "v10_one_kind_sent", "v11", "v12",
)  # fmt: skip
NEEDS_POLICE = ("v10_sent", "v10_one_kind_sent")  # of all calls that police were sent to


@dataclass(frozen=True, slots=True)
class Rate:
    """One named rate, of 100; nothing where the release cannot tell it."""

    key: str
    found: Figure | None


def rates_of(model: Model) -> tuple[Rate, ...]:
    """Work out every rate that the release allows, in the order of the definitions.

    Args:
        model: Drawn.

    Returns:
        All named rates; those that need calls of the police alone have no figure.
    """
    kind, inside = model.assumptions.kind, _police_work(model)
    outside = [one for one in model.tally.kinds if one not in inside]

    def alone(run: Run, kinds: list[str]) -> Vector:
        found: Vector = np.sum([run.calls.alone[one] for one in kinds], axis=0)
        return found if kinds else np.zeros_like(run.calls.arrived)

    def every(run: Run) -> Vector:
        return alone(run, list(model.tally.kinds))

    def calls(run: Run) -> Vector:
        found: Vector = np.sum([run.calls.received_kind[one] for one in inside], axis=0)
        return found

    welfare = WELFARE[kind]
    formulas: dict[str, Callable[[Run], Vector]] = {
        "v9_sent": lambda run: gross(run.calls.sent, run.calls.received),
        "v9_arrived": lambda run: gross(run.calls.arrived, run.calls.received),
        "v9_alone": lambda run: gross(every(run), run.calls.received),
        "v10_all": lambda run: mandate_of_all(every(run), alone(run, outside), run.calls.received),
        "v10_one_kind": lambda run: one_kind_of_all(
            run.choice[POLICE_SHARE[kind], welfare], alone(run, [welfare]), run.calls.received
        ),
        "v11": lambda run: substitution(run.value.substituted, run.calls.received),
    }
    if inside:
        formulas["v12"] = lambda run: overlap(alone(run, inside), calls(run))
    return tuple(
        Rate(key, model.figure(formulas[key]) if key in formulas else None)
        for key in ORDER
        if key in formulas or key in NEEDS_POLICE
    )


def _police_work(model: Model) -> list[str]:
    """List the kinds of call that police attend often enough to be called their work."""
    threshold = model.assumptions.parameters[MANDATE].span.central
    shares = model.assumptions.parameters[POLICE_SHARE[model.assumptions.kind]].spans
    return [one for one in model.tally.kinds if shares[one].central >= threshold]


def any_outside(model: Model) -> bool:
    """Whether any kind of call that the release tells apart is not police work."""
    return len(_police_work(model)) < len(model.tally.kinds)


def welfare_name(model: Model, *, language: Language) -> str:
    """Name the kind of call that stands for welfare checks in this release."""
    kind = model.assumptions.kind
    code = load_codes(kind).codes[WELFARE[kind]]
    return (code.en if language == "en" else code.es).lower()
