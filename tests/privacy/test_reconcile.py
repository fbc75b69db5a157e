"""Mirrors privacy/reconcile.py and privacy/tables.py."""

import csv
import io
import json
import math
import time
from collections.abc import Iterator

import numpy as np
import pyarrow.parquet as pq
import pytest
from duckdb import DuckDBPyConnection

from data_contracts.period import read_period
from privacy.count import count_cells
from privacy.facts import state_facts
from privacy.fit import Number
from privacy.measure import draw
from privacy.measurements import Measurements, read_measurements, write_measurements
from privacy.plan import Plan, make_plan
from privacy.policy import Status
from privacy.reconcile import Estimate, reconcile
from privacy.spec import Cell
from privacy.tables import render_tables
from tests.privacy.riverton import policy_for_other_areas
from tests.privacy.small import PROGRAM, Incident, hold, plan_year

RELEASES = 80
GATE = 5.5

TOWN = [
    Incident(
        unit,
        area_code=("north", "north", "south", "hills")[unit % 4],
        area_kind_code=("urban", "urban", "urban", "rural")[unit % 4],
        call_type_code=("overdose", "welfare_check")[unit % 2],
        call_group_code=("substance_use", "welfare")[unit % 2],
        naloxone_code=("given", "not_given", "not_given")[unit % 3],
        housing_code=("housed", "unhoused", "unknown", "declined", "housed")[unit % 5],
        month=f"2025-{unit % 12 + 1:02d}",
        onscene_min=unit % 70,
        block_code="no_contact" if unit % 6 == 5 else "contacts",
        path_code=("not_found", "unserved_hours", "unknown")[unit % 3],
    )
    for unit in range(1800)
]


def measured(plan: Plan, noisy: list[int]) -> Measurements:
    facts = state_facts(plan, status=Status.SAMPLE)
    return Measurements(plan.spec, plan.policy.terms, facts, tuple(noisy))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_year()


@pytest.fixture(scope="module")
def exact(plan: Plan, engine: DuckDBPyConnection) -> list[int]:
    hold(engine, TOWN)
    return count_cells(plan.spec, connection=engine, incidents="private_incidents")


def truth(number: Number) -> float:
    """What a number is, counted in plain Python; every unit here has one record."""
    missed = number.table in {"path", "nc_area"}
    block = "no_contact" if missed else "contacts"
    dims = {
        "area_group": ("area", "call_group"),
        "kind": ("area_kind",),
        "types": ("call_type",),
        "naloxone": ("naloxone",),
        "housing_month": ("housing", "month"),
        "onscene": ("area_kind",),
        "path": ("path",),
        "nc_area": ("area",),
    }[number.table]

    def key(one: Incident) -> Cell:
        return tuple(one.month if dim == "month" else getattr(one, f"{dim}_code") for dim in dims)

    inside = [one for one in TOWN if one.block_code == block and key(one) == number.cell]
    if number.statistic == "sum":
        return sum(min(one.onscene_min or 0, 60) for one in inside)
    return len(inside)


def estimates(found: Measurements) -> Iterator[Estimate]:
    for block in reconcile(found).values():
        yield from block.estimates


def test_without_noise_every_number_is_the_truth(plan: Plan, exact: list[int]) -> None:
    """Also the level that was left out, which no table counts."""
    found = {one.number: one.estimate for one in estimates(measured(plan, exact))}

    assert Number("naloxone", ("not_given",), "count") in found
    assert found == pytest.approx({number: truth(number) for number in found}, abs=1e-6)


def test_nine_in_ten_ranges_cover_what_they_claim(plan: Plan, exact: list[int]) -> None:
    """80 real releases: the sd covers 95% and 90%, without bias, two-sided at 5.5 sd.

    Cells of one release are not independent, so the sd of a share is taken over releases. Ranges
    end at 0, so those of empty cells may cover more than they claim, never less.
    """
    truths: list[float] = []
    shares: dict[str, list[float]] = {"95%": [], "90%": [], "bias": [], "range": []}
    for _ in range(RELEASES):
        found = list(estimates(measured(plan, draw(plan.spec, lambda: exact))))
        truths = truths or [truth(one.number) for one in found]
        assert all(one.sd or one.estimate == 0 for one in found)
        pairs = list(zip(found, truths, strict=True))
        z = np.array([(one.estimate - value) / one.sd for one, value in pairs if one.sd])
        shares["95%"].append(float(np.mean(np.abs(z) < 1.959964)))
        shares["90%"].append(float(np.mean(np.abs(z) < 1.644854)))
        shares["bias"].append(float(z.mean()))
        shares["range"].append(float(np.mean([one.low <= v <= one.high for one, v in pairs])))

    spread = {name: np.std(found, ddof=1) / math.sqrt(RELEASES) for name, found in shares.items()}
    for name, level in (("95%", 0.95), ("90%", 0.9), ("bias", 0.0)):
        assert abs(np.mean(shares[name]) - level) < GATE * spread[name], name
    assert np.mean(shares["range"]) > 0.9 - GATE * spread["range"]


def test_tables_of_a_release_agree_with_each_other(plan: Plan, exact: list[int]) -> None:
    found = {
        one.number: one.estimate
        for one in estimates(measured(plan, draw(plan.spec, lambda: exact)))
    }

    def total(table: str, *keys: str) -> float:
        return sum(
            value
            for (name, cell, statistic), value in found.items()
            if name == table and statistic == "count" and set(keys) <= set(cell)
        )

    assert total("area_group") == pytest.approx(total("housing_month"))
    assert total("area_group") == pytest.approx(total("naloxone"))
    urban = total("area_group", "north") + total("area_group", "south")
    assert total("kind", "urban") == pytest.approx(urban)
    assert total("area_group", "welfare") == pytest.approx(
        total("types", "welfare_check")
        + total("types", "public_assist")
        + total("types", "unhoused_support")
    )
    assert total("path") == pytest.approx(total("nc_area"))


def test_ranges_end_at_zero_and_estimates_do_not(plan: Plan) -> None:
    found = list(estimates(measured(plan, draw(plan.spec, lambda: [0] * plan.spec.length))))

    assert min(one.estimate for one in found) < 0
    assert all(0 <= one.low <= one.high for one in found)


def test_the_same_bytes_give_the_same_files(plan: Plan, exact: list[int]) -> None:
    data = write_measurements(measured(plan, draw(plan.spec, lambda: exact)))

    one, two = (
        render_tables(read, reconcile(read)) for read in (read_measurements(data) for _ in "ab")
    )

    assert one == two
    assert set(one) == {
        "covariance.parquet",
        "datapackage.json",
        *(f"tables/{table.name}.csv" for block in plan.spec.blocks for table in block.tables),
    }


def test_tables_and_covariance_are_what_readers_were_promised(plan: Plan, exact: list[int]) -> None:
    read = measured(plan, draw(plan.spec, lambda: exact))
    files = render_tables(read, reconcile(read))

    rows = list(csv.DictReader(io.StringIO(files["tables/onscene.csv"].decode())))
    covariance = pq.read_table(io.BytesIO(files["covariance.parquet"])).to_pylist()
    package = json.loads(files["datapackage.json"])

    assert list(rows[0]) == [
        *("area_kind", "statistic", "estimate", "sd", "low", "high", "planned", "mark", "cell")
    ]
    assert [(row["area_kind"], row["statistic"]) for row in rows[:5]] == [
        *((kind, "count") for kind in ("urban", "suburban", "rural", "unknown")),
        ("urban", "sum"),
    ]
    variances = {
        (row["block"], row["row"]): row["value"]
        for row in covariance
        if row["row"] == row["column"]
    }
    for row in rows:
        variance = variances["contacts", int(row["cell"])]
        assert math.sqrt(variance) == pytest.approx(float(row["sd"]), abs=1e-2)
    ours = package["care_dividend"]
    assert (ours["release"], ours["status"], ours["interval"]) == ("FY2025", "SAMPLE", 0.9)
    assert ours["retrospective"] is True
    assert ours["tables"]["onscene"]["statistics"] == ["count", "sum"]
    assert ours["tables"]["naloxone"]["dropped"] == {"naloxone": ["not_given"]}
    assert ours["tables"]["area_group"]["title"] == {
        "en": "Area by kind of call",
        "es": "Zona por tipo de llamada",
    }
    assert ours["dimensions"]["area"]["parent_of"] == ["urban", "urban", "rural", "unknown"]
    assert {one["path"] for one in package["resources"]} == {
        name for name in files if name.endswith(".csv")
    }


def test_every_column_has_a_title_and_a_description_in_both_languages_and_the_data_a_licence(
    plan: Plan, exact: list[int]
) -> None:
    read = measured(plan, draw(plan.spec, lambda: exact))

    package = json.loads(render_tables(read, reconcile(read))["datapackage.json"])

    assert package["licenses"][0]["name"]
    seen = 0
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            seen += 1
            for words in (field, field["es"]):
                assert words["title"], field["name"]
                assert words["description"], field["name"]
            for key in field.get("constraints", {}).get("enum", ()):
                assert f"{key}: " in field["description"]
    assert seen > 20


def test_a_large_release_is_fitted_in_about_a_second() -> None:
    """Riverton's year: more than 500 cells; three seconds are allowed on a busy machine."""
    large = make_plan(policy_for_other_areas(), program=PROGRAM, period=read_period("FY2025"))
    read = measured(large, [0] * large.spec.length)
    begun = time.perf_counter()

    found = reconcile(read)

    assert large.spec.length > 400
    assert sum(len(block.estimates) for block in found.values()) > large.spec.length - 20
    assert time.perf_counter() - begun < 3
