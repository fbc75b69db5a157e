"""Choose the assumptions that the formula reads, in three cases or in many draws.

parameters -> **assumptions** -> model -> figures -> page
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from reports.parameters import ALL, Kind, Parameter, Parameters, Span
from reports.savings.draws import pert_together
from reports.savings.formula import Vector

POLICE_SHARE = {
    "call_type": "police_attended_by_type",
    "call_group": "police_attended_by_group",
}
OFFICERS, HOURS, WAGE = "officers_per_call", "hours_per_call", "officer_hour"
BY_AMBULANCE = "ambulance_share_of_trips"
FOLLOWS: Mapping[str, tuple[str, str]] = {
    "ambulance": ("ambulance_without_team", "ambulance_trip"),
    "emergency": ("emergency_without_team", "emergency_visit"),
    "hold": ("hold_without_team", "involuntary_hold"),
    "jail": ("jail_without_team", "jail_booking"),
}
POST_HOURS, POST_COST, INTO_POSTS = "police_post_hours", "police_post_cost", "hours_into_posts"
MANDATE = "police_work_threshold"
LIVING_WAGE, DISCOUNT, START_UP_YEARS = "living_wage", "discount_rate", "start_up_years"
_FORMULA = (
    OFFICERS, HOURS, WAGE, BY_AMBULANCE, *(name for pair in FOLLOWS.values() for name in pair),
    POST_HOURS, POST_COST, INTO_POSTS,
)  # fmt: skip
ENDS = ("low", "central", "high")
Key = tuple[str, str]


def needed(kind: str) -> tuple[str, ...]:
    """Names of all assumptions that a report by this kind of call reads."""
    return (POLICE_SHARE[kind], *_FORMULA, MANDATE, LIVING_WAGE, DISCOUNT, START_UP_YEARS)


def known_names() -> tuple[str, ...]:
    """Names of all assumptions that some report reads; indices have names of their own."""
    return tuple(sorted({name for kind in POLICE_SHARE for name in needed(kind)}))


@dataclass(frozen=True)
class Assumptions:
    """Spans of everything that moves the figures, by name and key; indices stand beside them."""

    parameters: Parameters
    kind: str

    @property
    def read(self) -> tuple[Parameter, ...]:
        """Assumptions that the formula reads, without its indices."""
        return tuple(self.parameters[name] for name in (POLICE_SHARE[self.kind], *_FORMULA))

    @property
    def spans(self) -> dict[str, Mapping[str, Span]]:
        """Low, central and high by name and key; a rise of prices is named by index and year."""
        found: dict[str, Mapping[str, Span]] = {one.name: one.spans for one in self.read}
        for one in self.read:
            if name := index_name(one):
                index, _, year = name.partition("@")
                found[name] = {ALL: self.parameters.factors[index, int(year)]}
        return found

    def doubt(self, name: str) -> str:
        """Part of the doubt that an assumption belongs to."""
        kind = self.parameters[name].about.kind if "@" not in name else Kind.INDEX
        parts = {Kind.COUNTERFACTUAL: "counterfactual", Kind.DOWNSTREAM: "downstream"}
        return parts.get(kind, "unit")

    def at(self, end: str, entries: int = 1) -> dict[Key, Vector]:
        """Every assumption at its low, central or high value."""
        return {
            (name, key): np.full(entries, float(getattr(span, end)))
            for name, spans in self.spans.items()
            for key, span in spans.items()
        }

    def cases(self) -> dict[Key, Vector]:
        """Three entries: everything low, everything central, everything high."""
        return {
            (name, key): np.array([span.low, span.central, span.high])
            for name, spans in self.spans.items()
            for key, span in spans.items()
        }

    def draw(self, rng: Generator, entries: int) -> dict[Key, Vector]:
        """Draw all of them, each on its own; the keys of one together."""
        return {
            (name, key): values
            for name, spans in self.spans.items()
            for key, values in pert_together(rng, spans, entries).items()
        }


def index_name(one: Parameter) -> str:
    """Name of the rise of prices that an assumption is multiplied by; empty where it is none."""
    if one.about.inflated_by is None:
        return ""
    return f"{one.about.inflated_by}@{one.about.price_year}"
