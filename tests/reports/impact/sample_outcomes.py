"""Write an invented public table of outcomes: six areas with teams, twelve without."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sin
from pathlib import Path

import numpy as np
import pandas as pd

from reports.impact.months import span_months
from reports.program_facts import AreaFacts, ProgramFacts

COLUMNS = ("month", "area", "outcome_code", "n_events")
TREATED = ("downtown", "lakeside", "uplands", "harbor", "mill_town", "old_fort")
OTHERS = tuple(f"elsewhere_{number:02d}" for number in range(1, 13))
EFFECTS: Mapping[str, float] = {
    "police_welfare_checks": -0.2,
    "low_level_offenses": -0.08,
    "violent_offenses": 0.0,
    "property_offenses": 0.0,
}
SIZES: Mapping[str, float] = {
    "police_welfare_checks": 120,
    "low_level_offenses": 90,
    "violent_offenses": 40,
    "property_offenses": 150,
}


def facts(codes: tuple[str, ...]) -> tuple[AreaFacts, ...]:
    return tuple(AreaFacts(code, code.replace("_", " ").title(), "urban", 20_000) for code in codes)


PROGRAM = ProgramFacts(
    name="Riverton crisis teams",
    city="Riverton",
    contact="board@example.org",
    areas=facts(TREATED),
    comparison=facts(OTHERS),
)


@dataclass(frozen=True)
class Plan:
    """What to invent: effects from the start on, a slope before it, and which rows to leave out."""

    seed: int = 3
    first: str = "2017-01"
    last: str = "2019-12"
    start: str = "2018-01"
    effects: Mapping[str, float] = field(default_factory=lambda: EFFECTS)
    slope: float = 0.0
    areas: tuple[str, ...] = (*TREATED, *OTHERS)
    dropped: tuple[tuple[str, str], ...] = ()


def make_outcomes(plan: Plan | None = None) -> pd.DataFrame:
    """Invent counts with a season, areas of their own size and level, and Poisson chance."""
    plan = plan or Plan()
    rng = np.random.default_rng(plan.seed)
    months = span_months(plan.first, plan.last)
    rows = []
    for outcome, change in plan.effects.items():
        for area in plan.areas:
            level = SIZES[outcome] * rng.uniform(0.6, 1.6)
            for number, month in enumerate(months):
                mean = level * (1 + 0.1 * sin(number / 2)) * (1 - 0.002 * number)
                if area in TREATED:
                    mean *= 1 + (change if month >= plan.start else plan.slope * number)
                if (month, area) not in plan.dropped:
                    rows.append((month, area, outcome, int(rng.poisson(mean))))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_outcomes(public: Path, plan: Plan | None = None) -> Path:
    """Write `public/exact/` as it is published: the table and its package."""
    folder = public / "exact"
    folder.mkdir(parents=True)
    make_outcomes(plan).to_csv(folder / "outcomes.csv", index=False)
    kinds = {"month": "string", "area": "string", "outcome_code": "string", "n_events": "number"}
    fields = [{"name": name, "type": kind} for name, kind in kinds.items()]
    title = {"en": "Outcomes", "es": "Resultados"}
    package = {
        "name": "exact",
        "resources": [
            {"name": "outcomes", "path": "outcomes.csv", "schema": {"fields": fields}},
        ],
        "care_dividend": {
            "tables": {"outcomes": {"subject": "none", "title": title}}, "missing": {},
        },
    }  # fmt: skip
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return folder
