"""Mirrors reports/quality/compare.py: how often equal groups are called different."""

from pathlib import Path

import numpy as np
import pytest

from reports.cells import Cells, Vector
from reports.quality.compare import Part, compare_groups
from reports.released import Release

DRAWS = 1500
SLACK = 0.03
GROUPS, SIZE, SHARE, SD = 6, 800, 0.3, 25.0


class Redrawn(Release):
    """A release whose cells are drawn anew: two a group, counted and all."""

    def __init__(self, values: Vector) -> None:
        object.__setattr__(self, "folder", Path())
        object.__setattr__(self, "values", values)

    def moments(self, top: Cells, bottom: Cells | None = None) -> tuple[float, float]:
        values: Vector = self.values  # type: ignore[attr-defined]
        one, other = top.weights["b"], (bottom or top).weights["b"]
        return float(one @ values), float(one @ other) * SD**2


def parts(size: int = GROUPS) -> dict[str, Part]:
    eye = np.eye(2 * size)
    return {
        str(group): Part(Cells({"b": eye[2 * group]}), Cells({"b": eye[2 * group + 1]}))
        for group in range(size)
    }


def draw(rng: np.random.Generator, shares: list[float]) -> Redrawn:
    cells = []
    for share in shares:
        hit = rng.binomial(SIZE, share)
        cells += [hit + rng.normal(0, SD), SIZE + rng.normal(0, SD)]
    return Redrawn(np.array(cells))


def test_equal_groups_are_told_apart_at_most_one_time_in_ten() -> None:
    rng, asked = np.random.default_rng(8), parts()

    alarms = [
        set(compare_groups(draw(rng, [SHARE] * GROUPS), asked).values()) != {"same"}
        for _ in range(DRAWS)
    ]

    assert 0.02 < np.mean(alarms) < 0.1 + SLACK


def test_a_group_far_from_the_others_is_found_and_only_it() -> None:
    rng, asked = np.random.default_rng(9), parts()

    found = [compare_groups(draw(rng, [0.6, *[SHARE] * 5]), asked) for _ in range(200)]

    assert np.mean([one["0"] == "higher" for one in found]) > 0.95


def test_two_groups_are_one_comparison() -> None:
    found = compare_groups(Redrawn(np.array([500.0, 800.0, 200.0, 800.0])), parts(2))

    assert found == {"0": "higher", "1": "lower"}


def test_counts_for_residents_are_compared_as_counts() -> None:
    eye = np.eye(3)
    asked = {
        name: Part(Cells({"b": eye[n]}), residents=people, certain=False)
        for n, (name, people) in enumerate({"a": 9_000, "b": 9_000, "c": 900}.items())
    }

    found = compare_groups(Redrawn(np.array([2000.0, 900.0, 100.0])), asked)

    assert found == {"a": "higher", "b": "lower", "c": "same"}


@pytest.mark.parametrize("size", [0.0, -20.0])
def test_a_group_without_a_size_gets_no_verdict(size: float) -> None:
    found = compare_groups(Redrawn(np.array([5.0, size, 200.0, 800.0, 210.0, 800.0])), parts(3))

    assert "0" not in found
