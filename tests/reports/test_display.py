"""Mirrors reports/display.py: figures to look at are never below zero, figures to add up may be.

Seeds are fixed; means over 300 draws are compared with five of their own sd of room.
"""

from pathlib import Path

import numpy as np
import pytest

from reports.display import bend
from reports.errors import ReportError
from reports.released import Release
from tests.reports.small_year import design, draw_all, open_all, write_all

DRAWS = 300


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A year whose uplands were drawn far below zero."""
    folder: Path = tmp_path_factory.mktemp("low")
    raw = draw_all(np.random.default_rng(3))
    raw["contacts"]["FY2019"][2] -= 800.0
    write_all(folder, raw)
    return open_all(folder)[0]


def test_what_is_shown_is_never_negative_and_its_tables_still_agree(year: Release) -> None:
    by_area, by_month = (year.display(f"contacts_{one}") for one in ("by_area", "by_month"))

    assert (year.table("contacts_by_area")["estimate"] < 0).any()
    assert (by_area["display"] >= 0).all()
    assert by_area["display"].sum() == pytest.approx(by_month["display"].sum())


def test_what_is_shown_cannot_be_taken_for_an_estimate(year: Release) -> None:
    """It has a name of its own, and neither an sd nor a range."""
    columns = set(year.display("contacts_by_area").columns)

    assert columns == {"area", "statistic", "mark", "cell", "display"}


def test_a_block_without_negative_cells_is_shown_as_it_is(year: Release) -> None:
    shown, frame = year.display("no_contact_by_month"), year.table("no_contact_by_month")

    assert shown["display"].to_numpy() == pytest.approx(frame["estimate"].to_numpy())


def test_it_is_the_nearest_in_the_measure_of_the_noise() -> None:
    """Two cells that vary together: lifting one lifts the other; brute force over a grid agrees."""
    noise = np.array([[4.0, 2.0], [2.0, 9.0]])

    bent = bend(np.array([-2.0, 5.0]), noise)

    steps = np.linspace(0, 12, 1201)
    grid = np.array([[x, y] for x in (0.0, 0.01) for y in steps]) - np.array([-2.0, 5.0])
    far = np.einsum("ij,jk,ik->i", grid, np.linalg.inv(noise), grid)
    best = grid[far.argmin()] + np.array([-2.0, 5.0])
    assert bent == pytest.approx(best, abs=0.011)
    assert bent == pytest.approx([0.0, 6.0])


def test_totals_are_unbiased_in_the_estimate_and_too_high_in_what_is_shown() -> None:
    one = design("FY2019")
    noise = one.gain @ one.gain.T * one.sd**2
    exact = one.rows @ np.full(one.rows.shape[1], 0.5)
    total = np.array([table == "by_month" for table, _ in one.cells], dtype=float)
    rng = np.random.default_rng(11)

    drawn = exact + rng.normal(0, one.sd, (DRAWS, len(exact))) @ one.gain.T
    shown = np.array([bend(values, noise) for values in drawn])

    sd = float(np.sqrt(total @ noise @ total / DRAWS))
    assert (shown >= 0).all()
    assert abs((drawn @ total).mean() - exact @ total) < 5 * sd
    assert (shown @ total).mean() - exact @ total > 5 * sd


def test_estimates_that_no_counts_could_give_are_refused() -> None:
    """A cell that is below zero for certain."""
    with pytest.raises(ReportError, match="no estimates without negative cells"):
        bend(np.array([-5.0, 3.0]), np.array([[0.0, 0.0], [0.0, 4.0]]))
