"""Mirrors benchmarks/privacy.py, on few records and without peers: a row cap of our own instead."""

import math
import re
from pathlib import Path

import duckdb
import numpy as np
import pytest

import benchmarks.privacy
from benchmarks.child import ChildError, run_child
from benchmarks.closeness import count_error, mean_error
from benchmarks.law import BLOCK, draw_records, write_records
from benchmarks.peers.floor import ten_queries
from benchmarks.peers.ours import draw, estimate
from benchmarks.privacy import GOALS, LIMITS, Errors, beyond, compare, main
from benchmarks.task import RHO, make_spec, one_table, ten_tables
from privacy.count import count_cells
from privacy.noise import gaussian
from privacy.spec import WHOLE

ROWS = 20_000
CAP = 8
DIMS = ("month", "district")
CAPPED = """
    SELECT month, district_code, COUNT(*) FROM (
        SELECT *, ROW_NUMBER() OVER (
            PARTITION BY unit_key ORDER BY hash(unit_key, month, call_type_code, minutes)
        ) AS place
        FROM incidents
    )
    WHERE place <= $cap
    GROUP BY ALL
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bench") / "records.parquet"
    write_records(draw_records(ROWS, seed=1), file)
    return file


def count_plainly(records: Path, *, cap: int) -> list[int]:
    """Count months and districts, each participant's records cut to a cap, without noise."""
    with duckdb.connect() as connection:
        connection.from_parquet(str(records)).create_view("incidents")
        rows = connection.execute(CAPPED, {"cap": cap}).fetchall()
    found: dict[tuple[str, ...], int] = {
        (month, district): count for month, district, count in rows
    }
    return [found.get(cell, 0) for cell in make_spec(one_table(DIMS)).grid(one_table(DIMS)[0])]


def test_the_joint_clip_errs_less_than_a_row_cap_of_the_same_size(records: Path) -> None:
    """Both under rho 0.125, the cap with half of it as peers have, and OpenDP's noise in both.

    Each error is a mean over 144 cells of noise of sd 22.6, so of sd 1.2; the errors lie 12 or more
    apart, which chance undoes less than once in a million runs.
    """
    spec = make_spec(one_table(DIMS))
    truth = {"count": count_plainly(records, cap=ROWS)}
    noise = gaussian(
        lambda handle: handle(), bound_squared=CAP**2, scale=CAP / math.sqrt(2 * RHO / 2)
    )

    ours = estimate(spec, draw(spec, records))
    capped = noise(lambda: count_plainly(records, cap=CAP))

    assert sum(truth["count"]) == ROWS
    assert count_error(ours, truth) < count_error({"count": capped}, truth)


def test_a_clip_that_cuts_rows_would_be_noticed(records: Path) -> None:
    """What the two mechanisms lose, without noise: the joint clip loses less than half as much."""
    spec = make_spec((one_table(DIMS)[0].model_copy(update={"measure": None}),))
    truth = np.array(count_plainly(records, cap=ROWS))
    with duckdb.connect() as connection:
        connection.from_parquet(str(records)).create_view("incidents")
        vector = count_cells(spec, connection=connection, incidents="incidents")
    clipped = np.array(vector) / (WHOLE * spec.blocks[0].tables[0].factor)

    lost = truth.sum() - clipped.sum()

    assert 0 < lost < 0.5 * (truth.sum() - sum(count_plainly(records, cap=CAP)))


def test_ten_tables_are_the_ten_plain_queries(records: Path) -> None:
    """Without a clip the release counts what the queries count, so that costs are of one task."""
    spec = make_spec(ten_tables(), clip=str(ROWS))
    with duckdb.connect() as connection:
        connection.from_parquet(str(records)).create_view("incidents")
        vector = count_cells(spec, connection=connection, incidents="incidents")
        plain = [connection.execute(query).fetchall() for query in ten_queries()]

    for table, rows in zip(spec.blocks[0].tables, plain[:-1], strict=True):
        mine = [series for series in spec.series() if series.table == table]
        whole = spec.whole * table.factor * (table.measure.range if table.measure else 1)
        width = len(table.dims)
        found = {row[:width]: row[width] for row in rows}
        for place, cell in enumerate(mine[0].cells):
            counted = sum(vector[series.start + place] for series in mine)
            assert counted == whole * found.get(cell, 0)
    assert sum(records * people for records, people in plain[-1]) == ROWS


def test_the_law_has_a_heavy_tail_and_lone_records(records: Path) -> None:
    with duckdb.connect() as connection:
        connection.from_parquet(str(records)).create_view("incidents")
        met = connection.sql("SELECT COUNT(*) AS n FROM incidents GROUP BY unit_key").fetchnumpy()
        blocks = connection.sql("SELECT DISTINCT block_code FROM incidents").fetchall()

    assert blocks == [(BLOCK,)]
    assert met["n"].sum() == ROWS
    assert met["n"].max() > 50
    assert (met["n"] == 1).sum() > 0.15 * ROWS
    assert draw_records(ROWS, seed=1).equals(draw_records(ROWS, seed=1))


def test_one_more_participant_may_have_a_share_of_all_records() -> None:
    keys = draw_records(2000, seed=1, greatest=0.13)["unit_key"].to_numpy()

    assert np.unique(keys, return_counts=True)[1].max() == 260


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A run of few records, which stay for the next one; the fullest cell has over a hundred."""
    folder = str(tmp_path_factory.mktemp("run"))
    return ["--repeat", "1", "--folder", folder, "--error-rows", "40000", "--cost-rows", "40000"]


def test_every_figure_is_printed_by_real_processes(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On few records starting a process is all that costs, so that one limit is left out."""
    kept = {name: limit for name, limit in LIMITS.items() if name != "ten_tables_cpu_ratio"}
    monkeypatch.setattr(benchmarks.privacy, "LIMITS", kept)
    monkeypatch.setattr(benchmarks.privacy, "CAPS", (8,))

    code = main([*words, "--without-peers"])

    said = capsys.readouterr().out.splitlines()
    assert code == 0
    assert all(re.fullmatch(r"figure [a-z0-9_]+ [-+.e0-9]+", line) for line in said)
    names = {line.split()[1] for line in said}
    assert {"count_error_ours_clip_8", "mean_error_ours_clip_8", "ours_cpu_s", "peak_mb"} <= names


def test_a_promise_that_is_not_kept_ends_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = {"count_error_ratio": 0.36, "peak_mb": 1501.0}
    monkeypatch.setattr(benchmarks.privacy, "measure", lambda *_, **__: iter(figures.items()))

    code = main([])

    said = capsys.readouterr()
    assert code == 1
    assert said.out == "figure count_error_ratio 0.36\nfigure peak_mb 1501\n"
    assert said.err == "peak_mb is 1501.000; it must be at most 1500\n"


def test_a_goal_that_is_missed_is_told_and_breaks_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = {"speedup_opendp_polars": 4.9}
    monkeypatch.setattr(benchmarks.privacy, "measure", lambda *_, **__: iter(figures.items()))

    code = main([])

    assert code == 0
    assert capsys.readouterr().err == (
        "goal: speedup_opendp_polars is 4.900; it must be at least 5\n"
    )


def test_means_are_compared_with_both_sides_free_and_counts_at_the_planned_clip() -> None:
    ours = Errors("ours", count={1: 100, 8: 20}, mean={1: 1, 8: 5})
    peer = Errors("peer", count={1: 200, 8: 80, 16: 50}, mean={1: 4, 8: 10, 16: 20})

    assert dict(compare(ours, peer)) == {
        "count_error_ratio": 0.25,
        "count_error_ratio_best": 0.4,
        "mean_error_ratio": 0.25,
        "mean_error_ratio_same_bound": 0.5,
        "mean_error_ratio_planned_clip_to_best_cap": 1.25,
    }


@pytest.mark.parametrize("name", [*LIMITS, *GOALS])
def test_each_promise_and_goal_is_judged_on_its_own_side(name: str) -> None:
    limits = {**LIMITS, **GOALS}
    side, limit = limits[name]
    worse = 1.01 if side == "at most" else 0.99

    assert list(beyond({name: limit}, limits)) == []
    assert [line.split()[0] for line in beyond({name: limit * worse}, limits)] == [name]
    assert [line.split()[0] for line in beyond({name: math.nan}, limits)] == [name]


def test_the_error_of_a_mean_is_judged_only_where_a_cell_has_enough_records() -> None:
    truth = {"count": [200, 99], "sum": [6000, 99]}
    found = {"count": [100, -5], "sum": [4000, 10**6]}

    assert mean_error(found, truth) == pytest.approx(10)


def test_a_command_that_stops_is_told_with_its_last_line() -> None:
    with pytest.raises(ChildError, match=r"ended with 3: no more"):
        run_child(["python3", "-c", "import sys; sys.stderr.write('no more'); sys.exit(3)"])


def test_a_peer_that_cannot_be_installed_ends_with_1(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(peer: str, *, cache: Path) -> Path:
        raise ChildError(f"{peer} is not in the index, and not in {cache.name}")

    monkeypatch.setattr(benchmarks.privacy, "find_python", refuse)

    code = main(words)

    assert code == 1
    assert "--without-peers" in capsys.readouterr().err
