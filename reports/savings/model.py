"""Run the formula in three cases and in many draws, and say what moves it.

tally + assumptions -> **model** -> report -> page
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator

from reports.estimate import Mark
from reports.parameters import ALL
from reports.savings.assumptions import (
    BY_AMBULANCE,
    FOLLOWS,
    HOURS,
    INTO_POSTS,
    OFFICERS,
    POLICE_SHARE,
    POST_COST,
    POST_HOURS,
    WAGE,
    Assumptions,
    Key,
    index_name,
)
from reports.savings.draws import DRAWS, range_of
from reports.savings.formula import Downstream, Inputs, Value, Vector, value_of
from reports.savings.tally import Calls, Tally, put_together

DOUBTS = ("unit", "downstream", "counterfactual", "noise")
YEAR_MONTHS = 12
_CENTRAL = 1  # of the three cases
Choice = Mapping[Key, Vector]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in its two named forms.

    The central case takes every assumption at its central value, with the case of all low and of
    all high; the median and its 90% range come from drawing counts and assumptions together.
    """

    central: float
    case_low: float
    case_high: float
    median: float
    low: float
    high: float
    mark: Mark = Mark.USE


@dataclass(frozen=True, slots=True)
class Run:
    """The formula in some cases or draws: its calls and its value."""

    choice: Choice
    calls: Calls
    value: Value


@dataclass(frozen=True, slots=True)
class Swing:
    """What one assumption alone does: the figure at its low and at its high value."""

    name: str
    key: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far it moves the figure."""
        return abs(self.at_high - self.at_low)


class Model:
    """The formula over one release and one set of assumptions, drawn once."""

    def __init__(
        self, tally: Tally, assumptions: Assumptions, rng: Generator, *, months: int
    ) -> None:
        """Draw counts and assumptions.

        Args:
            tally: Counts of the release.
            assumptions: Of the program.
            rng: Started from the bytes of the release.
            months: Of the period, 1 to 12.
        """
        self.tally, self.assumptions, self.months = tally, assumptions, months
        self._counts = tally.counts.draw(rng, DRAWS)
        self._choice = assumptions.draw(rng, DRAWS)

    def run(self, choice: Choice, counts: Mapping[str, Vector]) -> Run:
        """Run the formula once."""
        calls = put_together(self.tally, counts)
        return Run(choice, calls, value_of(self._inputs(choice, calls)))

    @cached_property
    def drawn(self) -> Run:
        """All draws."""
        return self.run(self._choice, self._counts)

    def supposing(self, changed: Choice) -> Run:
        """Run all draws with some assumptions replaced, one entry a draw."""
        return self.run({**self._choice, **changed}, self._counts)

    @cached_property
    def cases(self) -> Run:
        """Everything low, everything central, everything high; counts at their estimate."""
        return self.run(self.assumptions.cases(), self.tally.counts.at(3))

    def figure(self, of: Callable[[Run], Vector]) -> Figure:
        """Give a figure in both its named forms."""
        low, central, high = (float(value) for value in of(self.cases))
        middle, lower, upper = range_of(of(self.drawn))
        return Figure(central, low, high, middle, lower, upper, self.tally.mark)

    def _inputs(self, choice: Choice, calls: Calls) -> Inputs:
        shares = {
            kind: choice[POLICE_SHARE[self.assumptions.kind], kind] for kind in self.tally.kinds
        }
        trips = choice[BY_AMBULANCE, ALL] * (calls.observed["emergency"] + calls.observed["hold"])
        observed = {**calls.observed, "ambulance": trips}
        return Inputs(
            arrivals=calls.alone,
            attended=shares,
            officers=choice[OFFICERS, ALL],
            hours=choice[HOURS, ALL],
            wage_usd=choice[WAGE, ALL],
            wage_index=self._index(WAGE, choice),
            downstream={
                name: Downstream(
                    without=choice[without, ALL],
                    observed=observed[name],
                    cost_usd=choice[cost, ALL],
                    index=self._index(cost, choice),
                )
                for name, (without, cost) in FOLLOWS.items()
            },
        )

    def _index(self, name: str, choice: Choice) -> Vector:
        index = index_name(self.assumptions.parameters[name])
        return choice[index, ALL] if index else np.ones_like(choice[name, ALL])

    def posts(self, run: Run) -> Vector:
        """Whole posts that freed hours could stand for in a year: salaries fall in steps only."""
        usable = run.value.officer_hours * run.choice[INTO_POSTS, ALL] * YEAR_MONTHS / self.months
        found: Vector = np.floor(np.maximum(usable, 0.0) / run.choice[POST_HOURS, ALL])
        return found

    def post_usd(self, run: Run) -> Vector:
        """What these posts cost over the months of the period, if they are not filled."""
        yearly = self.posts(run) * run.choice[POST_COST, ALL]
        return yearly * self._index(POST_COST, run.choice) * self.months / YEAR_MONTHS

    @cached_property
    def doubt(self) -> Mapping[str, float]:
        """Parts, of 100, that each source of doubt has in the variance of the resources freed."""
        rest, counts = self.assumptions.at("central", DRAWS), self.tally.counts.at(DRAWS)
        alone: dict[str, float] = {}
        for part in DOUBTS:
            choice = {
                key: self._choice[key] if self.assumptions.doubt(key[0]) == part else value
                for key, value in rest.items()
            }
            run = self.run(choice, self._counts if part == "noise" else counts)
            alone[part] = float(np.var(run.value.resource_usd))
        whole = sum(alone.values()) or 1.0
        return {part: value / whole * 100 for part, value in alone.items()}

    @cached_property
    def swings(self) -> tuple[Swing, ...]:
        """Every assumption alone from its low to its high value, the widest first."""
        found, counts = [], self.tally.counts.at(2)
        middle = self.assumptions.at("central", 2)
        for name, spans in self.assumptions.spans.items():
            for key, span in spans.items():
                moved = {**middle, (name, key): np.array([span.low, span.high])}
                low, high = self.run(moved, counts).value.resource_usd
                found.append(Swing(name, key, float(low), float(high)))
        return tuple(sorted(found, key=lambda one: -one.width))

    @cached_property
    def noise_swing(self) -> Swing:
        """What privacy noise alone does: the 90% range with every assumption central."""
        run = self.run(self.assumptions.at("central", DRAWS), self._counts)
        _, low, high = range_of(run.value.resource_usd)
        return Swing("noise", ALL, low, high)

    @cached_property
    def adverse(self) -> Run:
        """Every assumption at whichever of its ends is less favorable."""
        choice = self.assumptions.at("central")
        for one in self.swings:
            span = self.assumptions.spans[one.name][one.key]
            worst = span.low if one.at_low <= one.at_high else span.high
            choice[one.name, one.key] = np.array([worst])
        return self.run(choice, self.tally.counts.at())

    @property
    def central(self) -> float:
        """Resources freed in the central case, in dollars."""
        return float(self.cases.value.resource_usd[_CENTRAL])
