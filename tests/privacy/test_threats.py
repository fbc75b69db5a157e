"""What an outsider may try with releases alone: difference, average, guess, compare, link.

Each test shows the attack fail, and where it can, that it succeeds against a wall without the
defence.
"""

import csv
import io
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pyarrow.parquet as pq
import pytest
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from data_contracts.period import read_period
from privacy.count import count_cells
from privacy.ledger import Ledger
from privacy.measure import Release, release
from privacy.noise import gaussian
from privacy.plan import Plan, make_plan
from privacy.policy import NANO, Policy
from privacy.publish import export_chain, write_release
from tests.privacy.small import (
    AFTER,
    EVENTS,
    MISSED,
    PROGRAM,
    Incident,
    folders,
    hold,
    make_policy,
    plan_year,
)

RUNS = 50
DRAWS = 4000
NOISY = {"estimate", "low", "high"}  # columns that follow from the draw
SURE = 5  # standard deviations: a false alarm in less than one of a million runs

FORKS = """
import os, sys
from privacy.noise import gaussian
measured = gaussian(lambda records: records(), bound_squared=1, scale=1e6)
measured(lambda: [0])  # the parent has drawn before it has children
for child in range(4):
    if os.fork() == 0:
        print(measured(lambda: [0] * 8), flush=True)
        os._exit(0)
    os.wait()
"""


@cache
def window() -> tuple[Plan, ...]:
    """Everything that is released of a fiscal year: four quarters and the year."""
    terms = make_policy().model_dump(mode="json")
    blocks = {"contacts": EVENTS, "no_contact": MISSED}
    terms["releases"]["quarter"] = {"rho": 0.06, "per_year": 4, "blocks": blocks}
    policy = Policy.model_validate(terms)
    names = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "FY2025")
    return tuple(make_plan(policy, program=PROGRAM, period=read_period(one)) for one in names)


def count(engine: DuckDBPyConnection, plan: Plan, incidents: list[Incident]) -> list[int]:
    hold(engine, incidents)
    return count_cells(plan.spec, connection=engine, incidents="private_incidents")


def costs(engine: DuckDBPyConnection, one: list[Incident], other: list[Incident]) -> list[float]:
    """What telling two worlds apart costs, release by release, in rho."""
    found = []
    for plan in window():
        pairs = zip(count(engine, plan, one), count(engine, plan, other), strict=True)
        found.append(sum((a - b) ** 2 for a, b in pairs) / (2 * plan.spec.scale**2))
    return found


def months(unit: int, *, times: int) -> list[Incident]:
    """Somebody met so many times in every month, in visits and as nobody found."""
    return [
        Incident(unit, month=f"2025-{month:02d}", block_code=block)
        for month in range(1, 13)
        for block in ("contacts", "no_contact")
        for _ in range(times)
    ]


def test_differencing_all_releases_of_a_year_finds_nobody_beyond_the_cap(
    engine: DuckDBPyConnection,
) -> None:
    """Threat 1: subtract quarters from the year, or any of them from any other."""
    others = [Incident(unit, month="2025-05") for unit in range(2, 40)]
    there = costs(engine, [*others, *months(1, times=8)], others)
    alone = [one._replace(unit_key=1000 + n) for n, one in enumerate(months(1, times=8))]

    spent = [plan.spec.nano_rho / NANO for plan in window()]
    assert all(0 < one <= most for one, most in zip(there, spent, strict=True))
    assert sum(there) > 0.9 * sum(spent)
    assert sum(costs(engine, [*others, *alone], others)) > sum(spent)


def draw(folder: Path, *, url: str | None = None) -> Release:
    """Ask for the year's release again, as a scheduled run does: in a process of its own memory."""
    directory, public = folders(folder)
    ledger = Ledger(directory, public=public, url=url)
    plan = plan_year()
    drawn = release(plan, ledger=ledger, exact=lambda: [7] * plan.spec.length, today=AFTER)
    write_release(public / "releases" / drawn.name, drawn)
    export_chain(public, ledger)
    return drawn


def test_fifty_scheduled_runs_publish_one_content(tmp_path: Path, store: str | None) -> None:
    """Threats 2 and 3: whoever averages repeats, or waits for a nice one, sees one draw."""
    seen = set()

    for _ in range(RUNS):
        shutil.rmtree(tmp_path / "public" / "releases", ignore_errors=True)
        draw(tmp_path, url=store)
        files = sorted(file for file in (tmp_path / "public").rglob("*") if file.is_file())
        seen.add(sha256(b"".join(file.read_bytes() for file in files)).hexdigest())

    assert len(seen) == 1
    assert len(json.loads((tmp_path / "public" / "ledger.json").read_text())["chain"]) == 1


def test_fresh_noise_would_average_away() -> None:
    """Threat 3, without the defence: the mean of 400 draws is 20 times nearer to the truth."""
    scale = plan_year().spec.scale
    measured = gaussian(lambda records: records(), bound_squared=1, scale=scale)

    averages = [np.mean(measured(lambda: [0] * 400)) for _ in range(20)]

    assert np.std(averages) < 0.15 * scale


def test_children_of_one_process_draw_different_noise(root: Path) -> None:
    """Threat 8: no state of a generator is copied with the process."""
    parents = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", FORKS],
            cwd=root, env={"PYTHONPATH": str(root)}, check=True, capture_output=True, text=True,
        ).stdout.splitlines()
        for _ in range(2)
    ]  # fmt: skip

    drawn = [line for lines in parents for line in lines]

    assert len(drawn) == 8
    assert len(set(drawn)) == 8


def unknown(unit: int) -> Incident:
    nothing = Incident(unit, area_code=None, area_kind_code=None, call_type_code=None)
    return nothing._replace(
        call_group_code=None, naloxone_code=None, housing_code=None, onscene_min=None
    )


WORLDS: dict[str, list[Incident]] = {
    "nobody": [],
    "one person": [Incident(1)],
    "everything unknown": [unknown(number) for number in range(30)],
    "a kind of call met once": [Incident(1, call_type_code="trespass")],
    "keys that no list has": [Incident(1, area_code="moon", call_type_code="a secret word")],
    "a thousand": [Incident(number) for number in range(1000)],
}


def shape(drawn: Release) -> dict[str, object]:
    """All of a release but its noisy numbers, and what is computed of them."""
    shapes: dict[str, object] = {}
    for name, data in drawn.files.items():
        if name.endswith(".csv"):
            rows = list(csv.DictReader(io.StringIO(data.decode())))
            drop = {"estimate", "low", "high", "noisy"}
            shapes[name] = [
                {key: one for key, one in row.items() if key not in drop} for row in rows
            ]
        elif name.endswith(".parquet"):
            table = pq.read_table(io.BytesIO(data))
            shapes[name] = (table.schema, table.num_rows)
        elif name == "card.json":
            card = json.loads(data)
            shapes[name] = {key: one for key, one in card["ours"].items() if key != "outputs"}
    return shapes


def test_nothing_but_noisy_numbers_depends_on_the_records(
    tmp_path: Path, engine: DuckDBPyConnection
) -> None:
    """Threats 13 and 22: keys, files, rows, their order, sd and marks are fixed before counting.

    So a rare call, or a word that nobody foresaw, adds no row and no file.
    """
    plan, seen = plan_year(), {}
    for name, incidents in WORLDS.items():
        directory, public = folders(tmp_path / name.replace(" ", "_"))
        ledger = Ledger(directory, public=public)
        exact = count(engine, plan, incidents)
        drawn = release(plan, ledger=ledger, exact=exact.copy, today=AFTER)
        seen[name] = (sorted(drawn.files), shape(drawn))
        assert b"a secret word" not in b"".join(drawn.files.values())

    assert all(one == seen["nobody"] for one in seen.values())
    assert len(seen["nobody"][1]) > len(plan.spec.blocks[0].tables)


def auc(engine: DuckDBPyConnection, theirs: list[Incident], *, scale: float) -> float:
    """How well the best attacker tells whether somebody's calls were crisis contacts.

    The attacker has a full log of all calls, so knows every other record; and knows the mechanism.
    Source: Neyman and Pearson 1933: the likelihood ratio is the best test.
    """
    plan = plan_year()
    city = [Incident(unit) for unit in range(100, 160)]
    with_them, without = (count(engine, plan, [*city, *one]) for one in (theirs, []))
    moved = [a - b for a, b in zip(with_them, without, strict=True) if a != b]
    measured = gaussian(lambda records: records(), bound_squared=1, scale=scale)

    def scores(truth: list[int]) -> NDArray[np.float64]:
        noisy = measured(lambda: truth * DRAWS)
        drawn = np.array(noisy, dtype=np.float64).reshape(DRAWS, len(truth))
        return np.asarray(drawn @ np.array(moved, dtype=np.float64))

    there, away = scores(moved), scores([0] * len(moved))
    ranks = np.argsort(np.argsort(np.concatenate([there, away])))[:DRAWS]
    return float((ranks.sum() - DRAWS * (DRAWS - 1) / 2) / DRAWS**2)


LINKS: dict[str, tuple[Callable[[], list[Incident]], bool]] = {
    "one contact": (lambda: [Incident(1)], True),
    "forty contacts of one participant": (lambda: [Incident(1)] * 40, True),
    "forty contacts that nobody bounds": (lambda: [Incident(n) for n in range(40)], False),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_full_log_of_calls_tells_no_more_than_rho_allows(
    engine: DuckDBPyConnection, name: str
) -> None:
    """Threat 23: with rho, no attacker's AUC is above Phi(sqrt(rho)) for Gaussian noise.

    Source: Dong, Roth and Su 2022, section 2: mu = sqrt(2 rho), and AUC = Phi(mu / sqrt(2)).
    """
    make, bounded = LINKS[name]
    spec = plan_year().spec
    most = NormalDist().cdf(math.sqrt(spec.nano_rho / NANO))
    error = SURE * math.sqrt(1 / (6 * DRAWS))

    found = auc(engine, make(), scale=spec.scale)

    assert found > 0.5
    assert (found <= most + error) is bounded
