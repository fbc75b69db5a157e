"""Mirrors privacy/forecast/invent.py."""

import pytest
from duckdb import DuckDBPyConnection

from privacy.count import count_cells
from privacy.forecast.invent import invent_incidents
from tests.privacy.riverton import QUARTERS, YEAR, riverton_plan
from tests.privacy.small import plan_year


@pytest.mark.parametrize("period", [QUARTERS[1], YEAR])
def test_a_release_of_invented_incidents_has_the_sizes_that_the_policy_expects(
    engine: DuckDBPyConnection, period: str
) -> None:
    """Counted as the release is: what is expected of every cell lies near to what was drawn."""
    plan = riverton_plan(period)
    engine.register("made_up", invent_incidents(plan, seed=3))

    vector = count_cells(plan.spec, connection=engine, incidents="made_up")

    for series in plan.spec.series():
        if series.block.name != "contacts" and series.table.name != "repeat_30_90":
            expected = {
                one.number.cell: one.expected
                for one in plan.numbers[series.block.name]
                if one.number.table == series.table.name
            }
            for cell, count in zip(series.cells, vector[series.start : series.stop], strict=True):
                found = count / (plan.spec.whole * series.table.factor)
                size = expected[cell]
                assert abs(found - size) < 6 * size**0.5 + 0.06 * size + 3, (
                    series.table.name,
                    cell,
                )


def test_a_small_policy_with_a_measure_and_no_public_figures_can_be_invented(
    engine: DuckDBPyConnection,
) -> None:
    plan = plan_year()
    engine.register("made_up", invent_incidents(plan, times=3))

    vector = count_cells(plan.spec, connection=engine, incidents="made_up")

    assert len(vector) == plan.spec.length
    months = next(one for one in plan.spec.series() if one.table.name == "kind")
    kinds = vector[months.start : months.stop]
    assert 1000 < sum(kinds) / (plan.spec.whole * months.table.factor) < 1200
    onscene = [one for one in plan.spec.series() if one.table.name == "onscene"]
    assert all(sum(vector[one.start : one.stop]) > 0 for one in onscene)
