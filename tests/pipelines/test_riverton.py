"""The synthetic program: the demo as a new user runs it, and what was planted in its records."""

import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from data_contracts.period import read_period
from data_contracts.synthetic import canaries
from pipelines.directory import Directory
from privacy.count import count_cells
from privacy.plan import make_plan
from tests.pipelines.conftest import Command, hashes
from tests.pipelines.scan import find_leaks
from transforms.link import incident_file

WIDE = {"clip": "1000", "bound_squared": 10**15}  # a clip that nobody reaches


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, care_dividend: Command) -> Path:
    """The demo's program directory."""
    folder = tmp_path_factory.mktemp("demo") / "demo"

    result = care_dividend("demo", folder)

    assert result.exit_code == 0, result.output
    assert Path(result.stdout.strip().splitlines()[-1]) == folder / "public" / "index.html"
    return folder


def test_the_demo_publishes_a_whole_site(demo: Path) -> None:
    public = demo / "public"

    pages = [
        path
        for tree in (public, public / "es")
        for path in (
            tree / "index.html",
            tree / "reports" / "FY2025" / "quality" / "index.html",
            tree / "releases" / "FY2025" / "card.html",
        )
    ]

    assert all(page.is_file() for page in pages)
    assert len(list((public / "reports" / "FY2025" / "quality").glob("*.html"))) > 4


def test_nothing_that_was_planted_leaves_the_vault(demo: Path) -> None:
    planted = set(canaries().values())

    leaks = {leak for leak in find_leaks(demo, planted) if not leak.startswith("inbox/")}
    inside = find_leaks(demo, planted, leave_out="public")

    assert leaks == set()
    assert any(leak.startswith("vault/raw/") for leak in inside)
    assert any(leak.startswith("inbox/") for leak in inside)


def test_nothing_that_was_planted_gets_past_the_strip(demo: Path) -> None:
    leaks = find_leaks(demo / "vault", set(canaries().values()), leave_out="raw")

    assert {leak for leak in leaks if not leak.startswith("quarantine/")} == set()


def test_dagster_keeps_no_log_of_a_step_and_no_value(demo: Path) -> None:
    home = demo / ".dagster"
    (index,) = home.glob("history/runs/index.db")

    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as database:
        events = [row[0] for row in database.execute("SELECT event FROM event_logs")]
    materialised = [event for event in events if '"ASSET_MATERIALIZATION"' in event]

    assert len(materialised) == 12 * 5 + 4
    assert not (home / "storage").exists()
    assert list(home.rglob("*.err")) + list(home.rglob("*.out")) == []
    assert all(len(json.dumps(event)) < 20_000 for event in events)


def test_the_demo_again_changes_nothing(demo: Path, care_dividend: Command) -> None:
    before = hashes(demo / "public")

    result = care_dividend("demo", demo)

    assert result.exit_code == 0, result.output
    assert hashes(demo / "public") == before


def test_a_quarter_is_released_beside_the_year(demo: Path, care_dividend: Command) -> None:
    result = care_dividend("run", "--program", demo, "--period", "2025-Q4")

    rows = Directory(path=demo).ledger.rows()
    assert result.exit_code == 0, result.output
    assert [row.release for row in rows] == ["FY2025", "2025-Q4"]
    assert sum(row.nano_rho for row in rows) <= 180_000_000
    assert "2025-Q4" in (demo / "public" / "index.html").read_text(encoding="utf-8")


def test_status_tells_counts_only_where_asked(demo: Path, care_dividend: Command) -> None:
    public = care_dividend("status", "--program", demo, "--json")
    private = care_dividend("status", "--program", demo, "--json", "--private")

    assert json.loads(public.stdout)["files"] == []
    assert len(json.loads(private.stdout)["files"]) == 24
    assert json.loads(public.stdout)["says"] == "SAMPLE"


def test_init_makes_a_program_that_waits_for_approval(
    tmp_path: Path, care_dividend: Command
) -> None:
    folder = tmp_path / "mycity"

    made = care_dividend(
        "init", folder, "--name", 'The "Crisis" Team', "--city", "Mycity", "--custodian", "Care",
        "--contact", "board@mycity.example", "--population", "90000", "--first-month", "2026-01",
    )  # fmt: skip
    again = care_dividend("init", folder, *made_of("x"))
    given = Directory(path=folder)

    assert made.exit_code == 0, made.output
    assert again.exit_code == 1
    assert given.program.name == 'The "Crisis" Team'
    assert not given.policy.synthetic
    assert given.policy.approvals == ()


def made_of(word: str) -> list[str]:
    """Answers to every question of `init`."""
    names = ("--name", "--city", "--custodian", "--contact")
    answers = [part for name in names for part in (name, word)]
    return [*answers, "--population", "1", "--first-month", "2026-01"]


def test_the_clip_takes_a_little_from_every_total_and_not_much(demo: Path) -> None:
    """What the clip removes is told on the card, so the sample must have some of it to tell."""
    given = Directory(path=demo)
    period = read_period("FY2025")
    spec = make_plan(given.policy, program=given.program, period=period).spec
    wide = spec.model_copy(
        update={"blocks": tuple(block.model_copy(update=WIDE) for block in spec.blocks)}
    )
    files = [str(incident_file(given.vault, month=month)) for month in period.months]
    with duckdb.connect() as connection:
        connection.from_parquet(files).create_view("incidents")
        clipped = count_cells(spec, connection=connection, incidents="incidents")
        whole = count_cells(wide, connection=connection, incidents="incidents")

    losses = {
        series.table.name: 1 - sum(clipped[series.start : series.stop]) / total
        for series in spec.series()
        if series.block.name == "contacts" and (total := sum(whole[series.start : series.stop]))
    }

    assert max(losses.values()) <= 0.05
    assert min(losses.values()) > 0.005
