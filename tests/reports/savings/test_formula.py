"""Mirrors reports/savings/formula.py: the worked example, to the cent."""

import json
from pathlib import Path

import numpy as np
import pytest

from reports.savings.formula import Downstream, Inputs, Value, Vector, value_of

EXAMPLE = json.loads(Path(__file__).with_name("savings_example.json").read_text("utf-8"))
CASES = ("low", "central", "high")


def three(values: object) -> Vector:
    """Low, central and high; a single value three times."""
    return np.array(values if isinstance(values, list) else [values] * 3, dtype=float)


def worked(observed: float | None = None) -> Value:
    """Run the example in its three cases; `observed` replaces every observed share."""
    given = EXAMPLE["inputs"]
    index = three(given["index"])
    return value_of(
        Inputs(
            arrivals={
                kind: three(float(calls))
                for kind, calls in given["arrivals_without_police_by_type"].items()
            },
            attended={
                kind: three(share) for kind, share in given["pi_police_would_have_attended"].items()
            },
            officers=three(float(given["officers"])),
            hours=three(given["hours"]),
            wage_usd=three(given["wage_usd_per_officer_hour"]),
            wage_index=index,
            downstream={
                name: Downstream(
                    three(one["q"]),
                    three(one["o"] if observed is None else observed),
                    three(one["c_usd"]),
                    index,
                )
                for name, one in given["downstream"].items()
            },
        )
    )


@pytest.mark.parametrize("number", range(3))
def test_the_worked_example_comes_out_to_the_cent(number: int) -> None:
    expected = EXAMPLE["expected"][CASES[number]]

    value = worked()

    found = {
        "substituted_responses": value.substituted,
        "officer_hours": value.officer_hours,
        "police_usd": value.police_usd,
        **{f"{name}_usd": usd for name, usd in value.downstream_usd.items()},
        "total_usd": value.resource_usd,
        "net_usd": value.resource_usd - EXAMPLE["inputs"]["program_cost_usd"],
    }
    assert {name: round(float(one[number]), 2) for name, one in found.items()} == expected


def test_taking_everybody_to_an_emergency_department_is_a_cost() -> None:
    value = worked(observed=1.0)

    assert float(value.downstream_usd["ed"][1]) == pytest.approx(
        EXAMPLE["ed_trap"]["ed_usd_central"], abs=0.01
    )
    assert value.others_usd[1] < 0


def test_cancelled_calls_and_calls_with_police_are_no_input_at_all() -> None:
    fields = set(Inputs.__dataclass_fields__)

    assert fields == {
        "arrivals", "attended", "officers", "hours", "wage_usd", "wage_index", "downstream",
    }  # fmt: skip
