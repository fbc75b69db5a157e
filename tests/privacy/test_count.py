"""Mirrors privacy/count.py and privacy/sql.py."""

import traceback
from collections.abc import Sequence

import duckdb
import pytest
from duckdb import DuckDBPyConnection

import privacy.count
from privacy.count import count_cells
from privacy.errors import PrivacyError
from privacy.plan import Plan
from privacy.spec import WHOLE, Cell
from tests.privacy.small import Incident, Terms, hold, one_block, plan_year

NALOXONE: Terms = {"dims": ["naloxone"], "drop": {"naloxone": ["not_given"]}, "share": 0.5}
MADE = {f"private_{name}" for name in ("assigned", "frequent", "gathered", "lengths", "weights")}
AREA_MONTH: Terms = {"dims": ["area", "month"], "share": 0.5}


def counts(
    engine: DuckDBPyConnection, plan: Plan, incidents: Sequence[Incident]
) -> dict[tuple[str, str], dict[Cell, float]]:
    """Counts by table and statistic, in whole records or units; zeros left out."""
    hold(engine, incidents)
    vector = count_cells(plan.spec, connection=engine, incidents="private_incidents")
    assert len(vector) == plan.spec.length
    return {
        (series.table.name, series.statistic): {
            cell: vector[series.start + place] / (WHOLE * series.table.factor)
            for place, cell in enumerate(series.cells)
            if vector[series.start + place]
        }
        for series in plan.spec.series()
    }


def test_every_unit_of_one_record_counts_once_in_its_cells(engine: DuckDBPyConnection) -> None:
    plan = plan_year(one_block({"naloxone": NALOXONE, "area_month": AREA_MONTH}))
    incidents = [
        Incident(1),
        Incident(2, naloxone_code="not_given"),
        Incident(3, naloxone_code="unknown", area_code="hills", month="2025-12"),
    ]

    found = counts(engine, plan, incidents)

    assert found["naloxone", "count"] == {("given",): 1, ("unknown",): 1}
    assert found["area_month", "count"] == {("north", "2025-05"): 2, ("hills", "2025-12"): 1}


def test_values_outside_the_public_keys_are_unknown(engine: DuckDBPyConnection) -> None:
    plan = plan_year(one_block({"naloxone": NALOXONE, "area_month": AREA_MONTH}))
    odd = Incident(1, naloxone_code="by the brother", area_code=None)

    found = counts(engine, plan, [odd])

    assert found["naloxone", "count"] == {("unknown",): 1}
    assert found["area_month", "count"] == {("unknown", "2025-05"): 1}


def test_a_code_that_is_no_text_is_unknown_even_if_it_is_no_number(
    engine: DuckDBPyConnection,
) -> None:
    """NaN and NULL of a delivered number column; a measure that is not a number stays in range."""
    onscene: Terms = {
        "dims": ["area_kind"],
        "measure": {"column": "onscene_min", "range": 60},
        "share": 0.5,
    }
    plan = plan_year(one_block({"naloxone": NALOXONE, "onscene": onscene}))
    engine.sql(
        "SELECT unit_key, 'contacts' AS block_code, '2025-05' AS month, 'urban' AS area_kind_code, "
        "naloxone_code, 'NaN'::DOUBLE AS onscene_min "
        "FROM (VALUES (1, 'NaN'::DOUBLE), (2, NULL), (3, 7)) AS odd (unit_key, naloxone_code)"
    ).create_view("odd_incidents")

    vector = count_cells(plan.spec, connection=engine, incidents="odd_incidents")

    engine.execute("DROP VIEW odd_incidents")
    found = {
        (series.table.name, series.statistic): sum(vector[series.start : series.stop])
        / (WHOLE * series.table.factor)
        for series in plan.spec.series()
    }
    place = plan.spec.grid(plan.spec.blocks[0].tables[0]).index(("unknown",))
    assert found == {("naloxone", "count"): 3, ("onscene", "rest"): 0, ("onscene", "sum"): 180}
    assert vector[place] == 3 * WHOLE * plan.spec.blocks[0].tables[0].factor


def test_tables_counted_together_are_what_each_is_alone(
    engine: DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One pass for several tables, or a pass for each: the same vector, clipped units included."""
    plan = plan_year()
    hold(
        engine,
        [
            *(Incident(unit % 9, area_code="hills", onscene_min=unit) for unit in range(40)),
            *(Incident(50, naloxone_code=None, onscene_min=None) for _ in range(30)),
            *(Incident(60 + unit, block_code="no_contact") for unit in range(5)),
        ],
    )

    together = count_cells(plan.spec, connection=engine, incidents="private_incidents")
    monkeypatch.setattr(privacy.count, "_TOGETHER", 0)
    alone = count_cells(plan.spec, connection=engine, incidents="private_incidents")

    assert sum(together) > 0
    assert together == alone


def test_other_months_and_other_blocks_are_not_in_the_release(engine: DuckDBPyConnection) -> None:
    plan = plan_year(one_block({"naloxone": NALOXONE, "area_month": AREA_MONTH}))
    elsewhere = [Incident(1, month="2026-01"), Incident(2, block_code="no_contact")]

    found = counts(engine, plan, elsewhere)

    assert all(table == {} for table in found.values())


def test_a_measure_is_clipped_and_counts_only_where_it_was_taken(
    engine: DuckDBPyConnection,
) -> None:
    """`rest` and `sum` of a record add up to the range; without a measure it is in neither."""
    onscene: Terms = {
        "dims": ["area_kind"],
        "measure": {"column": "onscene_min", "range": 60},
        "share": 1,
    }
    plan = plan_year(one_block({"onscene": onscene}))
    taken = [Incident(1, onscene_min=20), Incident(2, onscene_min=500), Incident(3, onscene_min=-4)]

    found = counts(engine, plan, [*taken, Incident(4, onscene_min=None)])

    assert found["onscene", "sum"] == {("urban",): 80}
    assert found["onscene", "rest"] == {("urban",): 100}


def test_a_table_without_dimensions_is_a_total(engine: DuckDBPyConnection) -> None:
    plan = plan_year(one_block({"total": {"dims": [], "share": 1}}))

    found = counts(engine, plan, [Incident(unit) for unit in range(12)])

    assert found["total", "count"] == {(): 12}
    assert counts(engine, plan, [])["total", "count"] == {}


def test_a_missing_column_is_named(engine: DuckDBPyConnection) -> None:
    plan = plan_year(one_block({"veteran": {"dims": ["veteran"], "share": 1}}))

    with pytest.raises(PrivacyError, match=r"no columns \['veteran_code'\].*block 'contacts'"):
        counts(engine, plan, [Incident(1)])


def test_an_engine_error_says_nothing_of_a_record() -> None:
    """The engine's own message would quote the value; nothing of it is in the whole traceback."""
    plan = plan_year(
        one_block({"m": {"dims": [], "measure": {"column": "onscene_min", "range": 9}, "share": 1}})
    )
    with duckdb.connect() as connection:
        connection.sql(
            "SELECT 1::BIGINT AS unit_key, 'contacts' AS block_code, '2025-05' AS month, "
            "'Zebulon Canarysson' AS onscene_min"
        ).create("private_incidents")

        with pytest.raises(PrivacyError, match="step 'assign' stopped") as caught:
            count_cells(plan.spec, connection=connection, incidents="private_incidents")

    assert "Zebulon" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_nothing_private_is_left_in_the_engine(engine: DuckDBPyConnection) -> None:
    plan = plan_year(one_block({"naloxone": NALOXONE, "area_month": AREA_MONTH}))

    counts(engine, plan, [Incident(1)] * 5)

    names = {row[0] for row in engine.sql("SHOW TABLES").fetchall()}
    assert {name.strip('"') for name in privacy.count._MADE} == MADE
    assert not names & MADE


def test_a_name_of_an_area_cannot_end_the_text_it_is_in(engine: DuckDBPyConnection) -> None:
    """Texts in the SQL are public keys; quotes in them are doubled all the same."""
    from privacy.sql import quote, text

    hostile = 'it\'s "here"; DROP TABLE x --'

    found = engine.sql(f"SELECT {text(hostile)} AS {quote(hostile)}")

    assert found.fetchall() == [(hostile,)]
    assert found.columns == [hostile]
