"""Mirrors reports/impact/panel.py."""

import numpy as np
import pytest

from reports.impact.panel import Lack, Panel, Window, read_panel
from tests.reports.impact.sample_outcomes import OTHERS, TREATED, Plan, make_outcomes

CHECKS = "police_welfare_checks"
WINDOW = Window(TREATED, OTHERS, "2018-01", 12, "2019-12")


def test_areas_with_teams_come_first_and_every_month_is_there() -> None:
    rows = make_outcomes()

    panel = read_panel(rows.sample(frac=1, random_state=1), CHECKS, WINDOW)

    assert isinstance(panel, Panel)
    assert panel.areas == (*TREATED, *OTHERS)
    assert (panel.months[0], panel.months[panel.start], panel.months[-1]) == (
        "2017-01",
        "2018-01",
        "2019-12",
    )
    one = rows.query(f"outcome_code == '{CHECKS}' and area == 'harbor' and month == '2018-05'")
    assert panel.counts[3, 16] == one["n_events"].item()


def test_a_quarters_report_counts_up_to_its_own_end() -> None:
    window = Window(TREATED, OTHERS, "2018-01", 12, "2018-09")

    panel = read_panel(make_outcomes(), CHECKS, window)

    assert isinstance(panel, Panel)
    assert panel.months[-1] == "2018-09"
    assert panel.n_after == 9


def test_counts_that_end_early_are_used_as_far_as_every_area_has_one() -> None:
    late = tuple((month, "harbor") for month in ("2019-11", "2019-12"))

    panel = read_panel(make_outcomes(Plan(dropped=late)), CHECKS, WINDOW)

    assert isinstance(panel, Panel)
    assert panel.months[-1] == "2019-10"
    assert not np.isnan(panel.counts).any()


@pytest.mark.parametrize(
    ("plan", "window", "text", "about"),
    [
        (Plan(areas=TREATED), WINDOW, "imp_lack_areas", "elsewhere_01"),
        (Plan(dropped=(("2018-04", "harbor"),)), WINDOW, "imp_lack_months", "2018-04"),
        (Plan(first="2017-03"), WINDOW, "imp_lack_months", "2017-01"),
        (
            Plan(),
            Window(TREATED, OTHERS, "2018-01", 12, "2018-02"),
            "imp_lack_after",
            "2018-01",
        ),
        (Plan(), Window(TREATED, OTHERS, "2030-01", 12, "2019-12"), "imp_lack_after", "2030-01"),
    ],
)
def test_a_hole_is_named_and_never_filled(
    plan: Plan, window: Window, text: str, about: str
) -> None:
    found = read_panel(make_outcomes(plan), CHECKS, window)

    assert isinstance(found, Lack)
    assert found.text == text
    assert about in " ".join(str(value) for value in found.values.values())
