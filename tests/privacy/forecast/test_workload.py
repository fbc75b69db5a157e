"""Mirrors privacy/forecast/workload.py: against the covariance that reconciling itself gives."""

import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from privacy.assign import assign_keys
from privacy.clip import clip_units
from privacy.fit import fit_block
from privacy.forecast.influence import Vector
from privacy.forecast.workload import Against, Workload, make_workload, weigh_cells
from privacy.spec import Spec, Table
from tests.privacy.small import Incident, hold, plan_year
from tests.privacy.test_fit import MINUTES, WORKLOADS, spec_of, table

MIXED = {
    **WORKLOADS,
    "with a measure": (table("m", "kind", measure=MINUTES), table("t", "kind"), table("u", "area")),
}


def equations(spec: Spec) -> tuple[Workload, Vector]:
    """Every drawn cell wanted, some more than others; and the present precisions."""
    block = spec.blocks[0]
    wanted = {one.name: [1.0 + at % 3 for at in range(len(spec.grid(one)))] for one in block.tables}
    precision = np.array([spec.raw_sd(one) ** -2.0 for one in block.tables])
    return make_workload(spec, block, wanted), precision


@pytest.mark.parametrize("tables", MIXED.values(), ids=MIXED)
def test_the_objective_is_that_of_the_reconciled_cells(tables: tuple[Table, ...]) -> None:
    """Hierarchies, nested tables and dropped levels; of a measure, the variance of its sums."""
    spec = spec_of(*tables)
    fitted = fit_block(spec, spec.blocks[0])
    variance = dict(zip(fitted.numbers, np.diag(fitted.covariance), strict=True))

    workload, precision = equations(spec)

    expected = sum(
        (1 + at % 3)
        * next(
            variance[number]
            for number in variance
            if (number.table, number.cell) == (one.name, cell) and number.statistic == one.shown[-1]
        )
        for one in tables
        for at, cell in enumerate(spec.grid(one))
    )
    assert workload.judge(precision)[0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("tables", MIXED.values(), ids=MIXED)
def test_slopes_are_those_of_the_objective(tables: tuple[Table, ...]) -> None:
    workload, precision = equations(spec_of(*tables))

    _, falls = workload.judge(precision)

    for at, fall in enumerate(falls):
        step = np.zeros(len(precision))
        step[at] = precision[at] * 1e-5
        difference = workload.judge(precision - step)[0] - workload.judge(precision + step)[0]
        assert fall == pytest.approx(difference / (2 * step[at]), rel=1e-5)


def test_what_tables_give_together_is_all_there_is() -> None:
    """Twice the precision everywhere is half the variance, so slopes times precisions add up."""
    workload, precision = equations(spec_of(*WORKLOADS["nested both ways"]))

    objective, falls = workload.judge(precision)

    assert float(falls @ precision) == pytest.approx(objective)


@pytest.mark.parametrize(
    ("against", "power"), [(Against.RECORDS, 0), (Against.CHANCE, 1), (Against.SIZE, 2)]
)
def test_cells_weigh_alike_within_a_table_and_nothing_where_unknown(
    engine: DuckDBPyConnection, against: Against, power: int
) -> None:
    plan = plan_year()
    spec, block = plan.spec, plan.spec.blocks[0]
    hold(engine, [Incident(unit, area_code="south") for unit in range(60)])
    assign_keys(spec, block, connection=engine, incidents="private_incidents")
    clip_units(spec, block, connection=engine)

    weights = weigh_cells(spec, block, connection=engine, importance={"kind": 5}, against=against)

    kinds = spec.grid(block.tables[1])
    told = sum("unknown" not in cell for cell in kinds)
    expected = [0 if "unknown" in cell else 5 / told / (60 / told) ** power for cell in kinds]
    assert weights["kind"] == pytest.approx(expected)
    assert all(np.all(values >= 0) for values in weights.values())
    assert set(weights) == {table.name for table in block.tables}
