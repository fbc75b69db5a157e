"""Draw a release of Riverton's own policy from invented incidents, with the real privacy code."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data_contracts.period import read_period
from data_contracts.program import load_program
from privacy.facts import state_facts
from privacy.measure import draw
from privacy.measurements import Measurements, write_measurements
from privacy.plan import Plan, make_plan
from privacy.policy import Status, load_policy
from privacy.reconcile import reconcile
from privacy.spec import Block, Spec
from privacy.tables import render_tables
from tests.reports.sample_release import card

Keys = npt.NDArray[np.str_]


def riverton_plan(root: Path, name: str) -> Plan:
    """Plan a release of the Riverton example."""
    folder = root / "examples" / "riverton"
    program, policy = load_program(folder), load_policy(folder / "privacy.yaml")
    return make_plan(policy, program=program, period=read_period(name))


def write_riverton(root: Path, folder: Path, name: str, *, seed: int = 11) -> Path:
    """Write `folder/<name>`: as many incidents as the policy expects, in its public shares."""
    plan = riverton_plan(root, name)
    rng = np.random.default_rng([seed, plan.period.start.toordinal(), len(plan.period.months)])
    vector = [number for block in plan.spec.blocks for number in _count(plan, block, rng)]
    facts = state_facts(plan, status=Status.SAMPLE)
    noisy = tuple(draw(plan.spec, lambda: vector))
    measured = Measurements(plan.spec, plan.policy.terms, facts, noisy=noisy)
    files = render_tables(measured, reconcile(measured))
    files["measurements.parquet"] = write_measurements(measured)
    files["card.json"] = json.dumps(card(plan.period)).encode()
    for path, content in files.items():
        (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / path).write_bytes(content)
    return folder / name


def _count(plan: Plan, block: Block, rng: np.random.Generator) -> list[int]:
    """Invent the incidents of a block, one column a dimension, and count every table's cells."""
    spec, terms = plan.spec, plan.terms.blocks[block.name]
    size, known = int(terms.expected), dict[str, Keys]()

    def column(dim: str) -> Keys:
        if dim not in known:
            child = next((one for one, axis in spec.axes.items() if axis.parent == dim), None)
            if child and dim not in terms.profile and _asked(block, spec, child):
                axis, lifted = spec.axes[child], column(child)
                pairs = dict(zip(axis.keys, axis.parent_of, strict=True))
                known[dim] = np.array([pairs[key] for key in lifted])
            else:
                known[dim] = _draw(plan, dim, terms.profile.get(dim), size, rng)
        return known[dim]

    found = []
    for table in block.tables:
        cells = spec.grid(table)
        columns = [column(dim) for dim in table.dims]
        for cell in cells:
            hits = np.ones(size, dtype=bool)
            for key, values in zip(cell, columns, strict=True):
                hits &= values == key
            found.append(table.factor * spec.whole * int(hits.sum()))
    return found


def _asked(block: Block, spec: Spec, dim: str) -> bool:
    """Whether a table of the block counts by a dimension, or by one that is finer still."""
    finer = [one for one, axis in spec.axes.items() if axis.parent == dim]
    named = {one for table in block.tables for one in table.dims}
    return dim in named or any(_asked(block, spec, one) for one in finer)


def _draw(
    plan: Plan, dim: str, shares: Mapping[str, float] | None, size: int, rng: np.random.Generator
) -> Keys:
    keys = list(plan.spec.axes[dim].keys)
    if shares is not None:
        weights = np.array([float(shares.get(key, 0)) for key in keys])
    elif dim == "area":
        people = {area.code: float(area.population) for area in plan.program.areas}
        weights = np.array([people.get(key, 0.0) for key in keys])
    else:
        weights = np.array([0.0 if key == "unknown" else 1.0 for key in keys])
    found: Keys = rng.choice(keys, size=size, p=weights / weights.sum())
    return found
