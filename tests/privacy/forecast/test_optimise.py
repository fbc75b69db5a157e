"""Mirrors privacy/forecast/optimise.py: closed forms, brute force, the release plan's shares."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from data_contracts.period import PeriodKind
from privacy.errors import PrivacyError
from privacy.forecast.influence import Influence, Vector
from privacy.forecast.invent import invent_incidents
from privacy.forecast.loss import expected_loss
from privacy.forecast.optimise import Proposal, improve, propose, propose_shares, read_importance
from privacy.forecast.workload import Against, Workload, make_workload
from privacy.plan import Plan, make_plan
from privacy.policy import Policy
from privacy.spec import Axis, Block, Spec, Table, bound
from tests.privacy.riverton import QUARTERS, YEAR, riverton_plan
from tests.privacy.test_fit import WORKLOADS, spec_of, table

RARE = {"police": 6.0, "naloxone": 6.0}  # of all tables those whose events are fewest
# Four ways to cut one thing, which visits stand for a call: together as important as one table.
CALLS = dict.fromkeys(("calls_met", "calls_area_type", "calls_month", "calls_source"), 0.25)


def unclipped(tables: int) -> Influence:
    """A block in which every unit has one record."""
    return Influence(np.zeros(0), np.zeros((0, tables)), np.ones(tables), 1.0, 1.0)


def crowd(tables: int, *, seed: int) -> Influence:
    """Units with 2 to 30 records, of which more or less fall in one cell of each table."""
    rng = np.random.default_rng(seed)
    records = rng.integers(2, 30, 40).astype(float)
    falls = rng.uniform(0.1, 1, (1, tables)) * rng.uniform(0.2, 1, (40, tables))
    squares = (records[:, None] * falls) ** 2
    return Influence(records, squares, np.ones(tables), squared_clip=1.0, clip=4.0)


def at_clip(influence: Influence, precision: Vector, clip: float) -> Vector:
    """Scale precisions so that the clip is so many records."""
    return precision * influence.widest(precision) / clip**2


def equations(tables: Sequence[Table], weights: Sequence[float] | None = None) -> Workload:
    spec = spec_of(*tables)
    given_weights = weights or [1.0] * len(tables)
    wanted = {
        one.name: [weight] * len(spec.grid(one))
        for one, weight in zip(tables, given_weights, strict=True)
    }
    return make_workload(spec, spec.blocks[0], wanted)


def residual_optimum(sizes: Mapping[str, int], weights: Mapping[frozenset[str], float]) -> float:
    """Least weighted sum of variances of margins that any Gaussian mechanism reaches at cost 1.

    Source: Xiao, He, Zhang, Kifer 2023, sum of variances, over all residual queries.
    """

    def cells(dims: frozenset[str]) -> int:
        return math.prod(sizes[dim] for dim in dims)

    total = 0.0
    for count in range(len(sizes) + 1):
        for part in map(frozenset, combinations(sizes, count)):
            gained = sum(w / cells(dims - part) for dims, w in weights.items() if part <= dims)
            variance = math.prod(sizes[dim] - 1 for dim in part) * gained
            cost = math.prod((sizes[dim] - 1) / sizes[dim] for dim in part)
            total += math.sqrt(variance * cost)
    return total**2


@pytest.mark.parametrize(
    "weights", [[1.0] * 8, [9, 1, 2, 4, 0.5, 0.4, 0.3, 0.1], [60, 20, 15, 12, 5, 4, 3, 1]]
)
def test_all_margins_without_a_clip_reach_the_optimum_of_any_gaussian_mechanism(
    weights: list[float],
) -> None:
    """A ratio of 1.000; equal shares are more than 2% above it, so that the check can fail."""
    sizes = {"a": 3, "b": 4, "c": 5}
    margins = [dims for count in range(4) for dims in combinations(sizes, count)]
    axes = {
        dim: Axis(name=dim, column=dim, keys=tuple(f"{dim}{at}" for at in range(size)))
        for dim, size in sizes.items()
    }
    tables = tuple(Table(name="_".join(("t", *dims)), dims=dims, factor=100) for dims in margins)
    block = Block(name="contacts", clip="1", bound_squared=bound("1", tables), tables=tables)
    spec = spec_of(*tables).model_copy(update={"axes": axes, "blocks": (block,)})
    wanted = {
        one.name: [weight] * len(spec.grid(one))
        for one, weight in zip(tables, weights, strict=True)
    }
    workload, start = make_workload(spec, block, wanted), np.full(8, 1 / 8)

    found = improve(workload, unclipped(8), start)

    least = residual_optimum(sizes, dict(zip(map(frozenset, margins), weights, strict=True)))
    assert found.sum() == pytest.approx(1)
    assert workload.judge(found)[0] / least == pytest.approx(1, abs=1e-4)
    assert workload.judge(start)[0] / least > 1.02


@pytest.mark.parametrize("seed", range(3))
def test_no_search_finds_better_shares_at_the_same_loss(seed: int) -> None:
    """Brute force from five places, over the ratios of four precisions: within 0.2%."""
    tables = WORKLOADS["a level left out by area"] + (table("w", "month", factor=120),)
    workload, influence = equations(tables, [1, 0.3, 4, 2]), crowd(4, seed=seed)
    start = at_clip(influence, np.ones(4), 4)
    lost = influence.lost(start)

    def objective(logs: Vector) -> float:
        precision = np.exp(np.append(logs, 0))
        scale = min(influence.holding(precision, lost=lost), influence.widest(precision))
        return workload.judge(precision * scale)[0]

    found = improve(workload, influence, start)

    places = np.random.default_rng(seed).normal(0, 1, (5, 3))
    least = min(
        minimize(objective, place, method="Nelder-Mead", options={"maxiter": 400}).fun
        for place in places
    )
    assert lost > 1
    assert influence.lost(found) == pytest.approx(lost, rel=1e-6)
    assert workload.judge(found)[0] < 1.002 * least
    assert workload.judge(start)[0] > 1.01 * least


@settings(max_examples=25)
@given(
    tables=st.sampled_from([one for one in WORKLOADS.values() if len(one) > 1]),
    seed=st.integers(0, 10**6),
    clip=st.floats(1, 8),
    spread=st.floats(0, 2),
)
def test_from_any_shares_the_same_optimum_is_reached_and_never_a_worse_place(
    tables: tuple[Table, ...], seed: int, clip: float, spread: float
) -> None:
    """Hierarchies, nested tables, dropped levels: no share below 0, no more lost, clip from 1."""
    rng = np.random.default_rng(seed)
    n = len(tables)
    workload = equations(tables, rng.uniform(0.1, 3, n).tolist())
    influence = crowd(n, seed=seed)
    start = at_clip(influence, np.exp(rng.normal(0, spread, n)), clip)
    lost = influence.lost(start)
    other = np.exp(rng.normal(0, spread, n))
    other *= min(influence.holding(other, lost=lost), influence.widest(other))

    found = improve(workload, influence, start)

    assert workload.judge(found)[0] <= workload.judge(start)[0] * (1 + 1e-9)
    assert np.all(found > 0)
    assert influence.lost(found) <= lost * (1 + 1e-6) + 1e-9
    assert influence.widest(found) >= 1 - 1e-9
    if clip >= 2 and abs(influence.lost(other) - lost) < 1e-6 * lost:
        again = workload.judge(improve(workload, influence, other))[0]
        assert workload.judge(found)[0] == pytest.approx(again, rel=0.005)


@pytest.fixture(scope="module")
def quarter(engine: DuckDBPyConnection) -> Plan:
    plan = riverton_plan(QUARTERS[0])
    engine.register("many_people", invent_incidents(plan, seed=1, times=8))
    return plan


def ask(engine: DuckDBPyConnection, spec: Spec, **more: object) -> dict[str, Proposal]:
    return propose(spec, connection=engine, incidents="many_people", **more)  # type: ignore[arg-type]


def with_proposal(plan: Plan, proposed: Mapping[str, Proposal]) -> Plan:
    """The same release under proposed shares and clips."""
    terms = plan.policy.model_dump(mode="json", by_alias=True)
    for name, one in proposed.items():
        block = terms["releases"][plan.period.kind]["blocks"][name]
        block["clip"] = one.clip
        for table_name, share in one.shares.items():
            block["tables"][table_name]["share"] = share
    return make_plan(Policy.model_validate(terms), program=plan.program, period=plan.period)


def test_the_shares_of_a_medium_quarter_lie_near_the_proposal(
    engine: DuckDBPyConnection, quarter: Plan
) -> None:
    """Rare events six times as important: variances within 25%, so ranges within 12%."""
    wanted = RARE | CALLS
    found = ask(engine, quarter.spec, importance=wanted, against=Against.RECORDS)["contacts"]

    present = {name: one.share for name, one in quarter.terms.blocks["contacts"].tables.items()}
    assert 1 < found.gain < 1.25
    assert 2 < float(found.clip) < 3
    assert all(abs(found.shares[name] - share) < 0.1 for name, share in present.items())


def test_shares_that_are_the_wrong_way_round_lie_far_from_it(
    engine: DuckDBPyConnection, quarter: Plan
) -> None:
    block = quarter.spec.blocks[0]
    turned = [one.factor for one in sorted(block.tables, key=lambda one: -one.factor)]
    ranks = sorted(block.tables, key=lambda one: one.factor)
    factors = {one.name: factor for one, factor in zip(ranks, turned, strict=True)}
    tables = tuple(one.model_copy(update={"factor": factors[one.name]}) for one in block.tables)
    wrong = block.model_copy(update={"tables": tables, "bound_squared": bound(block.clip, tables)})
    spec = quarter.spec.model_copy(update={"blocks": (wrong,)})

    found = ask(engine, spec, importance=RARE, against=Against.RECORDS)["contacts"]

    assert found.gain > 1.8


def test_a_proposal_can_be_put_in_the_policy_and_loses_no_more_to_the_clip(
    engine: DuckDBPyConnection, quarter: Plan
) -> None:
    proposed = ask(engine, quarter.spec)

    other = with_proposal(quarter, proposed)

    before, after = (
        expected_loss(plan.spec, connection=engine, incidents="many_people")
        for plan in (quarter, other)
    )
    assert other.policy.releases[PeriodKind.QUARTER].rho == quarter.terms.rho
    assert proposed["contacts"].clip != "2.5"
    assert after["contacts_month"].lost_pct == pytest.approx(
        before["contacts_month"].lost_pct, abs=0.05
    )
    assert after["nc_month"].lost_pct == 0
    again = ask(engine, other.spec)
    assert all(1 <= one.gain < 1.005 for one in again.values())


def test_a_year_has_a_proposal_for_every_block_and_table(engine: DuckDBPyConnection) -> None:
    """Twenty-one tables of contacts; a block of one table keeps its share and its clip."""
    plan = riverton_plan(YEAR)
    engine.register("a_year", invent_incidents(plan, seed=1))

    found = propose(plan.spec, connection=engine, incidents="a_year")

    for block in plan.spec.blocks:
        one = found[block.name]
        assert list(one.shares) == [one.name for one in block.tables]
        assert sum(one.shares.values()) == pytest.approx(1, abs=1e-9)
        assert min(one.shares.values()) >= 0.001
        assert one.gain >= 1
    assert (found["anchor"].shares, found["anchor"].clip) == ({"contacts_total": 1}, "24")
    assert all(found[name].clip == "1" for name in ("no_contact", "persons", "surveys"))
    assert found["contacts"].gain > 1.1


def test_what_is_more_important_gets_more(engine: DuckDBPyConnection, quarter: Plan) -> None:
    plain = propose_shares(quarter.spec, connection=engine, incidents="many_people")

    more = propose_shares(
        quarter.spec, connection=engine, incidents="many_people", importance={"kits": 20}
    )
    none = propose_shares(
        quarter.spec, connection=engine, incidents="many_people", importance={"nc_police": 0}
    )

    assert more["kits"] > 1.5 * plain["kits"]
    assert more["nc_month"] == plain["nc_month"]
    assert none["nc_police"] < 0.3 * plain["nc_police"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("polise: 3", "polise: there is no such table"),
        ("police: -1", "police: a number from 0"),
        ("police: often", "police: a number from 0"),
        ("police: .nan", "police: a number from 0"),
        ("- police", "line 1: a mapping"),
        ("police: [", "line 1, .*a bracket"),
    ],
)
def test_importance_that_is_no_number_of_a_table_is_refused(
    tmp_path: Path, quarter: Plan, text: str, message: str
) -> None:
    file = tmp_path / "importance.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(PrivacyError, match=message):
        read_importance(file, quarter.spec)


def test_importance_is_read_from_a_file(tmp_path: Path, quarter: Plan) -> None:
    file = tmp_path / "importance.yaml"
    file.write_text("police: 6\nkits: 0.5\n", encoding="utf-8")

    assert read_importance(file, quarter.spec) == {"police": 6, "kits": 0.5}
    with pytest.raises(PrivacyError, match=r"other\.yaml cannot be opened"):
        read_importance(tmp_path / "other.yaml", quarter.spec)
