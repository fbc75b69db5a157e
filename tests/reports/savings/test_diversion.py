"""Mirrors reports/savings/diversion.py: seven published rates of one program-year."""

import json
from pathlib import Path

import numpy as np
import pytest

from reports.savings.diversion import (
    divertible,
    gross,
    mandate_of_all,
    mandate_of_sent,
    one_kind_of_all,
    one_kind_of_sent,
    overlap,
    substitution,
)

EUGENE = json.loads(Path(__file__).with_name("cahoots_diversion_rates.json").read_text("utf-8"))
GIVEN, EXPECTED = EUGENE["inputs"], EUGENE["expected_percent"]
CALLS = float(GIVEN["total_public_initiated_calls"])
SENT = float(GIVEN["dispatched_epd_or_cahoots"])
TEAM = float(GIVEN["cahoots_dispatched"])
ALONE = float(GIVEN["cahoots_only_arrived"])
OUTSIDE = float(GIVEN["top3_natures_arrived(assist public, check welfare, transport)"])
SHARE = float(GIVEN["share_welfare_counterfactually_police"])
WELFARE = {
    "5546": float(GIVEN["cahoots_dispatched_check_welfare_text"]),
    "6003": float(GIVEN["cahoots_dispatched_check_welfare_table2"]),
}


def test_all_published_rates_of_eugene_come_out_to_six_digits() -> None:
    found = {
        "1a": gross(float(GIVEN["cahoots_associations"]), CALLS),
        "1b": gross(TEAM, CALLS),
        "1c": gross(ALONE, CALLS),
        "2a": mandate_of_all(ALONE, OUTSIDE, CALLS),
        "2b": mandate_of_sent(ALONE, OUTSIDE, SENT),
        **{f"3a({name})": one_kind_of_all(SHARE, n, CALLS) for name, n in WELFARE.items()},
        **{f"3b({name})": one_kind_of_sent(SHARE, n, TEAM, SENT) for name, n in WELFARE.items()},
    }

    assert found == pytest.approx(EXPECTED, abs=1e-6)


def test_the_natural_experiment_gives_the_share_police_took_without_a_team() -> None:
    hours = EUGENE["natural_experiment_5_10am_hours"]

    found = divertible(hours["2016"], hours["2017"])

    assert found == pytest.approx(hours["divertible_share=n2016/n2017"], abs=1e-9)


def test_rates_work_on_draws_as_they_do_on_numbers() -> None:
    alone, calls = np.array([200.0, 300.0]), np.array([1000.0, 1000.0])

    assert overlap(alone, calls).tolist() == [20.0, 30.0]
    assert substitution(alone, calls).tolist() == [20.0, 30.0]
