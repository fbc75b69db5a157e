"""The synthetic program: the demo as a new user runs it, and what was planted in its records."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.release import count_release
from data_contracts.period import read_period
from data_contracts.synthetic import canaries
from pipelines.cli.demo import periods_of
from pipelines.directory import Directory
from privacy.chain import read_chain, write_chain
from privacy.digest import digest
from tests.pipelines.conftest import Command, hashes
from tests.pipelines.scan import find_leaks

RELEASES = periods_of(1)


def test_the_demo_publishes_three_reports_of_every_period(demo: Path) -> None:
    public = demo / "public"

    pages = [
        tree / place
        for tree in (public, public / "es")
        for release in RELEASES
        for place in (
            "index.html",
            f"reports/{release}/savings/index.html",
            f"reports/{release}/impact/index.html",
            f"reports/{release}/quality/index.html",
            f"releases/{release}/card.html",
        )
    ]

    assert [page for page in pages if not page.is_file()] == []


@pytest.mark.parametrize("report", ["savings", "impact", "quality"])
@pytest.mark.parametrize("tree", ["", "es/"])
def test_every_report_has_three_live_charts_each_with_its_table(
    demo: Path, report: str, tree: str
) -> None:
    for release in ("2025-Q3", "FY2025"):
        page = demo / "public" / f"{tree}reports/{release}/{report}/index.html"
        text = page.read_text(encoding="utf-8")

        assert text.count("<figure data-chart") + text.count(" data-chart") >= 3
        assert text.count('type="application/json"') >= 3
        assert text.count("<details>") >= 3


def test_the_year_has_a_page_for_each_of_many_measures(demo: Path) -> None:
    quality = demo / "public" / "reports" / "FY2025" / "quality"

    assert len(list(quality.glob("*.html"))) > 25


def test_what_has_no_person_in_it_is_published_exactly(demo: Path) -> None:
    exact = demo / "public" / "exact"

    tables = {file.stem for file in exact.glob("*.csv")}

    assert tables == {"spending", "staffing", "outcomes", "governance"}
    assert "fewer than 10" in (exact / "staffing.csv").read_text(encoding="utf-8")


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

    assert len(materialised) == 12 * 5 + 5 * 4 + 2  # months, releases, exact tables and pages
    assert not (home / "storage").exists()
    assert list(home.rglob("*.err")) + list(home.rglob("*.out")) == []
    assert all(len(json.dumps(event)) < 20_000 for event in events)


def test_the_demo_again_changes_nothing(demo: Path, care_dividend: Command) -> None:
    before = hashes(demo / "public")

    result = care_dividend("demo", demo)

    assert result.exit_code == 0, result.output
    assert hashes(demo / "public") == before


def test_quarters_and_year_spend_the_preset_and_leave_the_correction(
    demo: Path, care_dividend: Command
) -> None:
    given = Directory(path=demo)

    nothing_due = care_dividend("run", "--program", demo)

    rows, policy = given.ledger.rows(), given.policy
    assert [row.release for row in rows] == list(RELEASES)
    assert sum(row.nano_rho for row in rows) <= 360_000_000
    assert (policy.cap_rho, policy.correction_rho) == (Decimal("0.38"), Decimal("0.02"))
    assert nothing_due.exit_code == 1
    assert "is published" in nothing_due.stderr


def test_the_demo_registers_its_terms_before_it_draws(demo: Path) -> None:
    """The row costs nothing, is public, and the last row lists every file of the site."""
    chain = Directory(path=demo).ledger.chain()

    assert [row.kind for row in chain] == ["terms", *["release"] * 5, "site"]
    assert chain[0].nano_rho == chain[-1].nano_rho == 0
    assert read_chain(demo / "public" / "ledger.json") == chain
    assert (demo / "public" / "terms" / "terms-1.json").is_file()


def forged_everywhere(public: Path) -> None:
    """Edit a card page, and write every hash of the public folder anew to fit it."""
    edit(public / "releases" / "2025-Q1" / "card.html")
    manifest = json.loads((public / "site.json").read_text(encoding="utf-8"))
    for path in manifest["files"]:
        manifest["files"][path] = digest((public / path).read_bytes())
    (public / "site.json").write_text(json.dumps(manifest), encoding="utf-8")
    *rows, last = read_chain(public / "ledger.json")
    outputs = {"site.json": digest((public / "site.json").read_bytes())}
    forged = last.model_copy(update={"outputs": outputs}).linked()
    (public / "ledger.json").write_bytes(write_chain([*rows, forged]))


def edit(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    changed = text.replace("at most 57", "at most 51").replace("</main>", "<p>More.</p></main>")
    assert changed != text
    file.write_text(changed, encoding="utf-8")


FORGERIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "card page": (
        lambda public: edit(public / "releases" / "2025-Q1" / "card.html"),
        "releases/2025-Q1/card.html was changed",
    ),
    "savings page": (
        lambda public: edit(public / "reports" / "FY2025" / "savings" / "index.html"),
        "reports/FY2025/savings/index.html was changed",
    ),
    "spanish page": (
        lambda public: edit(public / "es" / "index.html"),
        "es/index.html was changed",
    ),
    "exact table": (
        lambda public: (public / "exact" / "governance.csv").write_text("month\n"),
        "exact/governance.csv was changed",
    ),
    "planted page": (
        lambda public: (public / "releases" / "2025-Q1" / "planted.html").write_text("x"),
        "planted.html is not part of the release",
    ),
    "deleted page": (
        lambda public: (public / "reports" / "2025-Q3" / "quality" / "index.html").unlink(),
        "reports/2025-Q3/quality/index.html is missing",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_whatever_a_reader_sees_is_covered_by_the_check_of_a_card(
    demo: Path, tmp_path: Path, care_dividend: Command, name: str
) -> None:
    """privacy.md, C5: all of these were "consistent and anchored"."""
    public = Path(shutil.copytree(demo / "public", tmp_path / "public"))
    card, anchor = public / "releases" / "2025-Q1" / "card.json", demo / "ledger" / "anchor.txt"
    change, said = FORGERIES[name]
    before = care_dividend("card", "verify", card, "--anchor", anchor)

    change(public)

    after = care_dividend("card", "verify", card, "--anchor", anchor)
    assert before.stdout.strip() == "consistent and anchored"
    assert after.exit_code == 1
    assert said in after.stdout.splitlines()


def test_a_page_forged_with_all_hashes_is_drawn_again_and_compared(
    demo: Path, tmp_path: Path, care_dividend: Command
) -> None:
    """Without an anchor all hashes may be written anew; the page still does not follow."""
    public = Path(shutil.copytree(demo / "public", tmp_path / "public"))
    card = public / "releases" / "2025-Q1" / "card.json"
    forged_everywhere(public)

    plain = care_dividend("card", "verify", card)
    anchored = care_dividend("card", "verify", card, "--anchor", demo / "ledger" / "anchor.txt")

    assert (plain.exit_code, anchored.exit_code) == (1, 1)
    assert plain.stdout.strip() == (
        "releases/2025-Q1/card.html is not the page that follows from the tables and the "
        "program's decisions"
    )
    assert "is not the anchored one" in anchored.stdout


def test_every_page_of_the_site_is_drawn_again_from_the_public_folder_alone(
    demo: Path, tmp_path: Path, care_dividend: Command
) -> None:
    public = Path(shutil.copytree(demo / "public", tmp_path / "public"))

    found = care_dividend("site", "verify", public, "--anchor", demo / "ledger" / "anchor.txt")
    edit(public / "reports" / "2025-Q2" / "quality" / "index.html")
    changed = care_dividend("site", "verify", public)

    assert (found.exit_code, found.stdout.strip()) == (0, "consistent and anchored")
    assert changed.exit_code == 1
    assert "reports/2025-Q2/quality/index.html was changed" in changed.stdout


def test_status_tells_counts_only_where_asked(demo: Path, care_dividend: Command) -> None:
    public = care_dividend("status", "--program", demo, "--json")
    private = care_dividend("status", "--program", demo, "--json", "--private")

    assert json.loads(public.stdout)["files"] == []
    assert len(json.loads(private.stdout)["files"]) == 3 * 12 + 4
    assert json.loads(public.stdout)["says"] == "SAMPLE"


def test_init_makes_a_program_that_waits_for_approval(
    tmp_path: Path, care_dividend: Command
) -> None:
    folder = tmp_path / "mycity"

    made = care_dividend(
        "init", folder, "--name", 'The "Crisis" Team', "--city", "Mycity", "--custodian", "Care",
        "--contact", "board@mycity.example", "--population", "90000", "--first-month", "2026-01",
        "--contacts", "9000", "--calls", "34000",
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
    figures = ("--population", "1", "--contacts", "1", "--calls", "2")
    return [*answers, *figures, "--first-month", "2026-01"]


def test_the_clip_touches_some_units_and_takes_little_from_any_total(demo: Path) -> None:
    """What the clip removes is told on the card, so the sample must have some of it to tell."""
    given = Directory(path=demo)
    found = {name: count_release(given, read_period(name))[1] for name in RELEASES}

    losses = {
        (name, table): 1 - clipped / whole
        for name, truth in found.items()
        for table, (clipped, whole) in truth.counted.items()
    }
    units = {
        kind: [found[name].units["contacts"] for name in RELEASES if name.startswith(kind)]
        for kind in ("2025-Q", "FY")
    }

    assert max(losses.values()) <= 0.05
    assert losses["FY2025", "contacts_month"] > losses["FY2025", "contacts_total"] > 0
    for pairs in units.values():
        assert sum(some for _, some in pairs) >= 0.005 * sum(everyone for everyone, _ in pairs)
