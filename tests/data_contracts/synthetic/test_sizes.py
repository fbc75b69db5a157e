"""Mirrors data_contracts/synthetic/pace.py and inbox.py: any size, one block in memory."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_contracts.synthetic import write_inbox
from data_contracts.synthetic.pace import (
    BLOCK,
    MONTHS,
    ROOM,
    Topic,
    day_weights,
    divide,
    month_starts,
    pick,
)
from data_contracts.synthetic.shares import load_shares
from data_contracts.synthetic.truth import true_totals


@pytest.mark.parametrize("calls", [1, 400, BLOCK, BLOCK + 1, 1_000_000])
def test_blocks_add_up_to_the_year_and_hold_no_more_than_one_block(calls: int) -> None:
    blocks = list(divide(calls, seed=1, year=2025))

    sizes = [block.calls for block in blocks]
    assert sum(sizes) == calls
    assert max(sizes) <= BLOCK
    assert max(sizes) - min(sizes) <= 1


def test_a_hundred_million_calls_are_only_a_longer_row_of_blocks() -> None:
    blocks = divide(100_000_000, seed=1, year=2025)

    last = max(block.number for block in blocks)

    assert last * ROOM * MONTHS < np.iinfo(np.int64).max
    assert last == 1666


def test_blocks_and_topics_have_random_numbers_of_their_own() -> None:
    first, second = divide(2 * BLOCK, seed=1, year=2025)

    draws = [
        block.stream(topic, month).random()
        for block in (first, second)
        for topic in Topic
        for month in (1, 2)
    ]

    assert len(set(draws)) == len(draws)
    assert first.stream(Topic.CALLS, 1).random() == first.stream(Topic.CALLS, 1).random()


def test_totals_grow_with_the_size_and_the_shares_stay() -> None:
    one = true_totals(2025, seed=3, calls_per_year=BLOCK)
    three = true_totals(2025, seed=3, calls_per_year=3 * BLOCK)

    assert abs(three.calls / one.calls / 3 - 1) < 0.01
    assert abs(three.contacts / one.contacts / 3 - 1) < 0.001
    assert abs(three.people / one.people / 3 - 1) < 0.01


def test_numbers_are_given_once_in_a_city_of_several_blocks(tmp_path: Path) -> None:
    write_inbox(tmp_path, seed=3, months=["2025-02", "2025-03"], calls_per_year=2 * BLOCK)

    for feed, name in (("calls", "Call Number"), ("surveys", "Response ID")):
        rows = pd.concat(
            pd.read_csv(file, dtype=str, keep_default_na=False)
            for file in sorted(tmp_path.glob(f"{feed}_*.csv"))
        ).drop_duplicates()
        numbers = rows.loc[rows[name].str.startswith("RV-"), name].str.strip()
        assert numbers.duplicated().mean() < 0.002  # rows that got a neighbour's number
        assert len(numbers) > 500


@pytest.mark.parametrize("calls", [1, 12, 400])
def test_a_very_small_city_is_drawn_too(tmp_path: Path, calls: int) -> None:
    months = [f"2024-{month:02d}" for month in range(1, 13)]

    write_inbox(tmp_path, seed=1, months=months, calls_per_year=calls)

    rows = sum(len(pd.read_csv(file, dtype=str)) for file in tmp_path.glob("calls_*.csv"))
    assert rows >= calls // 2
    assert len(list(tmp_path.glob("*.csv"))) == 3 * 12 + 4


def test_memory_does_not_grow_with_the_city(root: Path) -> None:
    """One month at one block and at ten: the peak of the process is the same within a sixth."""

    def peak(calls: int) -> float:
        found = subprocess.run(
            [sys.executable, root / "benchmarks" / "synthetic.py", "--one", f"{calls:d}"],
            capture_output=True, text=True, check=True, cwd=root,
        )  # fmt: skip
        return float(json.loads(found.stdout)["peak_mb"])

    small, large = peak(2 * BLOCK), peak(10 * BLOCK)

    assert large < small * 7 / 6


def test_days_of_a_leap_year_are_all_there() -> None:
    shares = load_shares()

    assert len(day_weights(2024, shares)) == 366
    assert abs(day_weights(2024, shares).sum() - 1) < 1e-12
    assert (month_starts(2024)[2] - month_starts(2024)[1]) == 29 * 24 * 60


def test_picking_follows_the_weights_of_the_group() -> None:
    weights = np.array([[30.0, 10.0, 0.0], [0.0, 0.0, 1.0]])
    group = np.repeat([0, 1], 4000)

    found = pick(weights, group, np.random.default_rng(1).random(8000))

    assert 0.72 < (found[:4000] == 0).mean() < 0.78
    assert (found[:4000] != 2).all()
    assert (found[4000:] == 2).all()
