"""Mirrors privacy/forecast/expect.py."""

import io
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from data_contracts.period import PeriodKind, read_period
from data_contracts.program import load_program
from privacy.drafting.presets import at_preset
from privacy.fit import fit_block
from privacy.forecast.expect import (
    expect_clip,
    expect_release,
    name_preset,
    promise,
    spread_year,
    with_shares,
)
from privacy.forecast.optimise import Proposal
from privacy.marks import read_sizes
from privacy.measurements import read_measurements
from privacy.noise import epsilon
from privacy.plan import Plan, make_plan
from privacy.policy import Policy, load_policy
from reports.released import open_release
from tests.conftest import ROOT
from tests.privacy.small import plan_year

RIVERTON = ROOT / "examples" / "riverton"


@pytest.fixture(scope="module")
def policy() -> Policy:
    """Riverton's."""
    return load_policy(RIVERTON / "privacy.yaml")


@pytest.fixture(scope="module")
def quarter(policy: Policy) -> Plan:
    """Riverton's quarter."""
    return make_plan(policy, program=load_program(RIVERTON), period=read_period("2025-Q3"))


def write(plan: Plan, folder: Path) -> Path:
    """Write the expected release of a plan."""
    for path, content in expect_release(plan).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_every_estimate_is_the_expected_size(quarter: Plan, tmp_path: Path) -> None:
    sizes = read_sizes(write(quarter, tmp_path))

    for numbers in quarter.numbers.values():
        for one in numbers:
            found = sizes[one.number.table, one.number.statistic][one.number.cell]
            assert found == pytest.approx(one.expected, abs=0.01)


def test_noise_and_marks_are_those_of_the_plan(quarter: Plan, tmp_path: Path) -> None:
    release = open_release(write(quarter, tmp_path))

    for block in quarter.spec.blocks:
        planned = quarter.numbers[block.name]
        rows = [
            (float(row["sd"]), row["mark"])
            for table in block.tables
            for _, row in release.table(table.name).iterrows()
        ]
        assert [mark for _, mark in rows] == [one.mark.value for one in planned]
        assert [sd for sd, _ in rows] == pytest.approx([one.sd for one in planned], abs=0.001)


def test_the_covariance_is_that_of_the_real_release(quarter: Plan) -> None:
    stored = pq.read_table(io.BytesIO(expect_release(quarter)["covariance.parquet"])).to_pandas()

    for block in quarter.spec.blocks:
        part = stored[stored["block"] == block.name]
        true = fit_block(quarter.spec, block).covariance
        assert np.allclose(part["value"], true[part["row"], part["column"]], atol=0.001)


def test_a_measure_is_expected_as_its_sum(tmp_path: Path) -> None:
    plan = plan_year()
    sizes = read_sizes(write(plan, tmp_path))

    for (table, statistic), cells in sizes.items():
        if (table, statistic) == ("onscene", "sum"):
            counts = sizes["onscene", "count"]
            assert all(cells[cell] == pytest.approx(30 * counts[cell], abs=1) for cell in cells)
            break
    else:
        pytest.fail("no sum of minutes was written")


def test_nothing_is_drawn_signed_or_charged(quarter: Plan) -> None:
    files = expect_release(quarter)

    assert files == expect_release(quarter)
    assert "card.json" not in files
    assert read_measurements(files["measurements.parquet"]).spec == quarter.spec


def test_the_promise_is_opendps(quarter: Plan) -> None:
    found = promise(quarter)

    assert {years: one.epsilon for years, one in found.years.items()} == {
        years: epsilon(0.38 * years) for years in (1, 3, 5)
    }
    assert found.release.epsilon == epsilon(0.06)
    here, year = found.anonymous[3]
    assert [here.rho, year.rho] == pytest.approx([0.06 * 9, 0.38 * 9])
    assert list(found.anonymous) == [1, 3, 5, 10]


def test_the_clip_takes_a_little_and_a_wide_one_takes_nothing(
    policy: Policy, quarter: Plan
) -> None:
    terms = policy.model_dump()
    terms["releases"][PeriodKind.QUARTER]["blocks"]["contacts"]["clip"] = 100
    wide = make_plan(Policy.model_validate(terms), program=quarter.program, period=quarter.period)

    with duckdb.connect() as connection:
        lost = expect_clip(quarter, connection=connection)["contacts"]
        nothing = expect_clip(wide, connection=connection)["contacts"]

    assert 1 < lost.low <= lost.total <= lost.high < 4
    assert lost.whole_up_to is not None
    assert (nothing.total, nothing.whole_up_to) == (0, None)


def test_presets_are_known_by_their_cap(policy: Policy) -> None:
    assert name_preset(policy) == "standard"
    assert name_preset(at_preset(policy, "strict")) == "strict"
    assert name_preset(policy.model_copy(update={"cap_rho": policy.cap_rho * 2})) == ""


def test_a_years_parts_expect_a_part_of_the_year(policy: Policy) -> None:
    spread = spread_year(policy, PeriodKind.QUARTER)

    year = policy.releases[PeriodKind.YEAR].blocks
    parts = spread.releases[PeriodKind.QUARTER].blocks
    assert {name: block.expected for name, block in parts.items()} == {
        name: round(year[name].expected / 4) for name in parts
    }
    assert spread.releases[PeriodKind.QUARTER].rho == policy.releases[PeriodKind.QUARTER].rho


def test_proposed_shares_take_the_place_of_the_present_ones(policy: Policy) -> None:
    blocks = policy.releases[PeriodKind.QUARTER].blocks
    even = {
        name: Proposal(
            shares=dict.fromkeys(block.tables, 1 / len(block.tables)), clip="3", gain=1.0
        )
        for name, block in blocks.items()
    }

    changed = with_shares(policy, PeriodKind.QUARTER, even).releases[PeriodKind.QUARTER].blocks

    assert {table.share for table in changed["contacts"].tables.values()} == {1 / 14}
    assert changed["contacts"].clip == 3
    assert changed["contacts"].tables["police"].drop == blocks["contacts"].tables["police"].drop
