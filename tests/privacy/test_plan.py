"""Mirrors privacy/plan.py, privacy/axes.py and privacy/spec.py."""

import json
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.period import read_period
from privacy.errors import PrivacyError
from privacy.noise import cost
from privacy.plan import make_plan, raw_sd
from privacy.spec import Spec
from tests.privacy.small import EVENTS, MISSED, PROGRAM, Terms, make_policy, one_block, plan_year

MONTHS: Terms = {"dims": ["month"], "share": 1}


def test_the_same_policy_gives_the_same_plan() -> None:
    assert plan_year().spec.text == plan_year().spec.text
    assert plan_year().numbers == plan_year().numbers


def test_a_spec_is_its_own_canonical_json_again() -> None:
    spec = plan_year().spec

    again = Spec.model_validate_json(spec.text)

    assert again.text == spec.text
    assert again.sha256 == spec.sha256
    assert json.loads(spec.text)["scale"] == spec.scale


def test_openDP_lets_the_whole_release_through_for_exactly_its_rho() -> None:  # noqa: N802
    spec = plan_year().spec

    rho = cost(bound_squared=spec.bound_squared, scale=spec.scale)

    assert Fraction(12, 100) * (1 - Fraction(1, 10**12)) < rho <= Fraction(12, 100)
    assert math.isclose(sum(spec.block_rho(block) for block in spec.blocks), 0.12, rel_tol=1e-9)


@settings(max_examples=25)
@given(
    shares=st.lists(st.floats(0.01, 1), min_size=6, max_size=6),
    clip=st.sampled_from([1, 1.7, 2.5, 8]),
    split=st.floats(0.1, 0.9),
)
def test_a_table_gets_the_noise_that_its_share_buys(
    shares: list[float], clip: float, split: float
) -> None:
    """Sd = clip / sqrt(2 rho share), times the range for a sum; whole factors cost below 1%."""
    tables = {
        name: {**table, "share": share / sum(shares)}
        for (name, table), share in zip(EVENTS["tables"].items(), shares, strict=True)  # type: ignore[attr-defined]
    }
    contacts: Terms = {**EVENTS, "clip": clip, "split": split, "tables": tables}
    plan = plan_year(
        make_policy({"contacts": contacts, "no_contact": {**MISSED, "split": 1 - split}})
    )

    for table in plan.spec.blocks[0].tables:
        share = float(tables[table.name]["share"])
        reach = 60 if table.name == "onscene" else 1
        formula = clip * reach / math.sqrt(2 * 0.12 * split * share)
        assert math.isclose(plan.spec.raw_sd(table), formula, rel_tol=0.01)


def test_a_bound_is_the_clip_times_a_record_that_falls_in_every_table() -> None:
    block = plan_year().spec.blocks[0]

    energy = sum((t.factor * (t.measure.range if t.measure else 1)) ** 2 for t in block.tables)

    assert block.bound_squared == int(Fraction("2.5") ** 2 * energy)


def test_the_vector_has_a_place_for_every_public_cell() -> None:
    spec = plan_year().spec

    sizes = {(one.table.name, one.statistic): len(one.cells) for one in spec.series()}

    assert sizes["area_group", "count"] == 4 * 5
    assert sizes["naloxone", "count"] == 2
    assert sizes["onscene", "rest"] == sizes["onscene", "sum"] == 4
    assert sizes["path", "count"] == 13
    assert spec.length == sum(sizes.values())
    starts = [one.start for one in spec.series()]
    assert starts == sorted(starts)


def test_a_coarser_dimension_is_known_without_a_table_of_its_own() -> None:
    plan = plan_year(one_block({"area": {"dims": ["area"], "share": 1}}))

    assert plan.spec.axes["area"].parent == "area_kind"
    assert plan.spec.axes["area"].parent_of == ("urban", "urban", "rural", "unknown")
    assert plan.spec.axes["area_kind"].keys == ("urban", "suburban", "rural", "unknown")


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            {"t": {"dims": ["shoe_size"], "share": 1}},
            "'t' counts by 'shoe_size', which has no code",
        ),
        ({"t": {"dims": ["record_permission"], "share": 1}}, "'record_permission' has no key"),
        ({"t": {"dims": ["area", "area_kind"], "share": 1}}, "'t' counts by.*contained in another"),
        ({"t": {"dims": ["month", "month"], "share": 1}}, "'t' counts by.*contained in another"),
        (
            {"t": {"dims": ["police"], "drop": {"police": ["never"]}, "share": 1}},
            r"'t' leaves out \['never'\] of 'police'",
        ),
        (
            {"t": {"dims": ["month"], "drop": {"police": ["none"]}, "share": 1}},
            "'t' leaves out.*of 'police'",
        ),
    ],
)
def test_a_table_that_cannot_be_counted_is_refused_by_name(
    tables: dict[str, Terms], message: str
) -> None:
    with pytest.raises(PrivacyError, match=message):
        plan_year(one_block(tables))


def test_leaving_every_level_out_is_refused() -> None:
    everything = ["given", "not_given", "unknown"]
    table: Terms = {"dims": ["naloxone"], "drop": {"naloxone": everything}, "share": 1}

    with pytest.raises(PrivacyError, match="it can leave out some of"):
        plan_year(one_block({"t": table}))


def test_a_period_that_the_policy_does_not_release_is_refused() -> None:
    with pytest.raises(PrivacyError, match="no quarter release, so '2025-Q3' cannot be planned"):
        make_plan(make_policy(), program=PROGRAM, period=read_period("2025-Q3"))


def test_shares_too_far_apart_for_whole_numbers_are_refused() -> None:
    tables: dict[str, Terms] = {
        "tiny": {"dims": [], "measure": {"column": "m", "range": 10**6}, "share": 1e-9},
        "rest": {"dims": ["month"], "share": 1 - 1e-9},
    }

    with pytest.raises(PrivacyError, match="would not fit in whole numbers"):
        plan_year(one_block(tables))


def test_raw_noise_of_a_quarter_is_that_of_the_release_plan() -> None:
    """Police in a medium quarter: clip 2.5, rho 0.048, share 0.21 give the published 17 to 19."""
    policy = make_policy(
        {
            "contacts": {
                "split": 0.8,
                "clip": 2.5,
                "expected": 4000,
                "tables": {
                    "police": {"dims": ["police"], "share": 0.21},
                    "months": {"dims": ["month"], "share": 0.79},
                },
            },
            "no_contact": {**MISSED, "split": 0.2},
        },
        rho=0.06,
    )
    block = next(iter(policy.releases.values())).blocks["contacts"]

    assert 17 < raw_sd(block, block.tables["police"], rho=0.06) < 19
