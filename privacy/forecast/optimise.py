"""Propose shares: how much of a block's precision each table should have.

Judged on made-up people and on what the board holds important, never on a record: the shares are
fixed numbers in the policy. The mathematics: docs/privacy/shares.md.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from duckdb import DuckDBPyConnection

from data_contracts.configuration import read_configuration
from data_contracts.errors import ContractError
from data_contracts.misfits import MisfitError, Problem
from privacy.assign import assign_keys
from privacy.clip import clip_units
from privacy.errors import PrivacyError
from privacy.forecast.influence import Influence, Vector, measure_influence
from privacy.forecast.workload import Against, Workload, make_workload, weigh_cells
from privacy.spec import Block, Spec

_POWER, _LEAST_POWER = 0.5, 2.0**-6  # of the rule; a smaller step where a whole one goes too far
_FASTER = 1.3  # a step that gained something may be followed by a larger one
_ROUNDS = 400
_SETTLED = 1e-6  # relative fall of the objective in a round, below which it is over
_NEAR_ONE = 0.01  # a clip that is one record but for so much, squared
_MIXTURES = 4  # of the two costs, where people met often and a lone record both bind
_UNIT = 1000  # a share is a whole number of thousandths, and at least one
_DIGITS = 12  # of a share, so that they add to 1


@dataclass(frozen=True, slots=True)
class Proposal:
    """Shares of a block, by table, and the clip that takes away as much as the present one.

    `gain` is the objective under the present shares over that under the proposed ones: at 1.10
    the wanted variances are 10% larger now than they need be.
    """

    shares: Mapping[str, float]
    clip: str
    gain: float


def propose_shares(
    spec: Spec,
    *,
    connection: DuckDBPyConnection,
    incidents: str,
    importance: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Propose the share of every table, by name; the clips that go with them: `propose`."""
    found = propose(spec, connection=connection, incidents=incidents, importance=importance)
    return {table: share for one in found.values() for table, share in one.shares.items()}


def propose(
    spec: Spec,
    *,
    connection: DuckDBPyConnection,
    incidents: str,
    importance: Mapping[str, float] | None = None,
    against: Against = Against.CHANCE,
) -> dict[str, Proposal]:
    """Propose shares and clip of every block, at the same rho and the same loss to the clip.

    Args:
        spec: What the release measures, under its present shares.
        connection: Engine that holds the incidents; gets temporary tables.
        incidents: Name of a table or view of made-up incidents, as `invent_incidents` draws them.
            Many of them make steadier shares: who is met how often is not then a handful of people.
        importance: Of every table, by name; 1 where it is not named. Never read from records.
        against: What the variance of a cell is measured against.

    Returns:
        A proposal for each block. Shares are at least 0.001 and add to 1.

    Raises:
        PrivacyError: Importance is of no table or not a number from 0, a column is missing, or the
            engine stopped.
    """
    wanted = dict(importance or {})
    if odd := list(_odd_importance(wanted, spec)):
        raise PrivacyError(f"Importance does not fit: {MisfitError(*odd)}")
    found = {}
    for block in spec.blocks:
        assign_keys(spec, block, connection=connection, incidents=incidents)
        clip_units(spec, block, connection=connection)
        weights = weigh_cells(
            spec, block, connection=connection, importance=wanted, against=against
        )
        influence = measure_influence(spec, block, connection=connection)
        found[block.name] = _propose(spec, block, make_workload(spec, block, weights), influence)
    return found


def improve(workload: Workload, influence: Influence, start: Vector) -> Vector:
    """Multiply each table's precision by the root of what it gives over what it costs.

    The clip takes away as many records as under `start`, or is of one record where that is less.

    Args:
        workload: What is wanted.
        influence: What people add to the tables.
        start: Precisions, all above 0.

    Returns:
        Precisions whose objective is at most that of `start`.
    """
    lost = influence.lost(start)
    best = _climb(workload, influence, start, lost=lost, lone=0.0 if lost > 0 else 1.0)
    if lost > 0 and influence.widest(best) < 1 + _NEAR_ONE:
        for part in (*range(1, _MIXTURES + 1), *range(_MIXTURES, 0, -1)):
            best = _climb(workload, influence, best, lost=lost, lone=part / _MIXTURES)
    return best


def _climb(
    workload: Workload, influence: Influence, start: Vector, *, lost: float, lone: float
) -> Vector:
    """Repeat the rule until it gains nothing; `lone` is the part of the cost of a lone record."""
    best, power = start, _POWER
    least, falls = workload.judge(best)
    for _ in range(_ROUNDS):
        costs = _share_out(influence.costs(best), best, 1 - lone)
        costs += _share_out(influence.reach, best, lone)
        raw = best * (falls / costs) ** power
        now = raw * _scale(influence, raw, lost=lost)
        objective, slopes = workload.judge(now)
        if objective < least:
            settled = least - objective < _SETTLED * least
            best, least, falls, power = now, objective, slopes, min(power * _FASTER, 1)
            if settled:
                break
        elif (power := power / 2) < _LEAST_POWER:
            break
    return best


def _share_out(costs: Vector, precision: Vector, part: float) -> Vector:
    """Scale costs so that all precisions together cost `part`."""
    whole = float(costs @ precision)
    return costs * (part / whole) if whole > 0 else np.zeros(len(costs))


def _scale(influence: Influence, precision: Vector, *, lost: float) -> float:
    return min(influence.holding(precision, lost=lost), influence.widest(precision))


def _propose(spec: Spec, block: Block, workload: Workload, influence: Influence) -> Proposal:
    """Improve the present shares, and write what comes out as a policy does."""
    present = np.array([spec.raw_sd(table) ** -2.0 for table in block.tables])
    lost, now = influence.lost(present), workload.judge(present)[0]
    energy = improve(workload, influence, present) * influence.reach
    rounded = _round(energy / energy.sum()) / influence.reach
    rounded *= _scale(influence, rounded, lost=lost)
    better = rounded if workload.judge(rounded)[0] < now else present
    shares = better * influence.reach / float(better @ influence.reach)
    return Proposal(
        shares={
            table.name: round(float(share), _DIGITS)
            for table, share in zip(block.tables, shares, strict=True)
        },
        clip=f"{round(math.sqrt(influence.widest(better)), 2):g}",
        gain=now / workload.judge(better)[0],
    )


def _round(shares: Vector) -> Vector:
    """Write shares in thousandths, none of them 0, that add to 1.

    >>> _round(np.array([0.6666, 0.3333, 0.0001])).tolist()
    [0.666, 0.333, 0.001]
    """
    lifted = np.maximum(shares * _UNIT, 1)
    lifted *= _UNIT / lifted.sum()
    parts = np.maximum(np.floor(lifted), 1)
    for at in np.argsort(parts - lifted)[: int(_UNIT - parts.sum())]:
        parts[at] += 1
    parts[np.argmax(parts)] += _UNIT - parts.sum()
    return parts / _UNIT


def read_importance(path: Path, spec: Spec) -> dict[str, float]:
    """Read how important the board holds each table.

    Args:
        path: YAML, `table: number`; a table that is not there weighs 1.
        spec: Has the tables.

    Returns:
        Importance by table.

    Raises:
        PrivacyError: The file cannot be read, or names another table or something else than a
            number from 0.
    """
    try:
        found = read_configuration(path)
        found.refuse(found.twofold())
        found.refuse(_odd_importance(found.content, spec))
    except ContractError as error:
        raise PrivacyError(str(error)) from None
    return {table: float(str(weight)) for table, weight in found.content.items()}


def _odd_importance(importance: Mapping[str, object], spec: Spec) -> Iterator[Problem]:
    tables = sorted(table.name for block in spec.blocks for table in block.tables)
    for name, value in importance.items():
        if name not in tables:
            yield (name,), f"there is no such table; this release has {tables}. Mend the name."
        elif isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            yield (
                (name,),
                "a number from 0 is expected; 1 is as important as any other. Mend the number.",
            )
