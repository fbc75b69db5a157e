"""One release, one noise: every way to a second draw that privacy.md, C4, lists, and anchors."""

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from data_contracts.errors import ContractError
from data_contracts.period import read_period
from data_contracts.synthetic import write_inbox
from pipelines.directory import Directory
from pipelines.draw import DRAWING, draw_release, register_policy, seal_again
from pipelines.purge import purge_vault
from privacy.chain import read_anchor
from privacy.errors import PrivacyError
from tests.pipelines.conftest import Command, copy_example, hashes
from tests.pipelines.test_refusals import real, signed

PERIOD = "2025-Q1"
NO_ANCHOR = "No anchor is kept elsewhere"


class Drawn(NamedTuple):
    """A real program whose first quarter is published; its ledger before; what was said."""

    folder: Path
    before: Path
    said: str


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, care_dividend: Command) -> Drawn:
    place = tmp_path_factory.mktemp("program")
    folder = copy_example("riverton", place / "town")
    (folder / "inbox").mkdir()
    write_inbox(folder / "inbox", seed=1, months=read_period(PERIOD).months, calls_per_year=4000)
    real(folder, [])
    unsigned = care_dividend("approve", "policy", "--program", folder)
    real(folder, signed(folder))
    approved = [care_dividend("approve", "policy", "--program", folder) for _ in range(2)]
    before = place / "before"
    shutil.copytree(folder / "ledger", before / "ledger")
    shutil.copytree(folder / "public", before / "public")

    result = care_dividend("run", "--program", folder, "--period", PERIOD)

    assert unsigned.exit_code == 1
    assert "has no approval of role 'privacy_officer'" in unsigned.stderr
    assert [one.exit_code for one in approved] == [0, 0], approved[0].output
    assert approved[0].stdout == approved[1].stdout
    assert result.exit_code == 0, result.output
    return Drawn(folder, before, approved[0].stdout + result.stderr)


@pytest.fixture
def copy(drawn: Drawn, tmp_path: Path) -> Path:
    """A copy of the program, to be lost, rolled back or exchanged."""
    ignored = shutil.ignore_patterns(".dagster", "inbox")
    return Path(shutil.copytree(drawn.folder, tmp_path / "town", ignore=ignored))


def keep_elsewhere(program: Path, file: Path) -> None:
    """Name a file outside of the program as the place of its anchor."""
    facts = program / "program.yaml"
    facts.write_text(f"{facts.read_text(encoding='utf-8')}\nanchor: {file}\n", encoding="utf-8")


def lose(program: Path) -> None:
    """Delete the three files that the review deleted."""
    for file in (
        *(program / "ledger").glob("ledger.sqlite*"),
        program / "ledger" / "anchor.txt",
        program / "public" / "ledger.json",
    ):
        file.unlink()


def forget(program: Path) -> None:
    """Put the whole program back to before the draw, the vault too, as a backup would."""
    lose(program)
    (program / "vault" / "anchor.txt").unlink()
    shutil.rmtree(program / "vault" / "coded" / "private_frozen_links")


def test_the_real_program_was_told_once_that_no_anchor_is_kept_elsewhere(drawn: Drawn) -> None:
    rows = Directory(path=drawn.folder).ledger.chain()

    assert [row.kind for row in rows] == ["terms", "release", "site"]
    assert drawn.said.count(NO_ANCHOR) == 1
    assert str(Directory(path=drawn.folder).ledger.head) in drawn.said
    assert "are row 1 of the ledger since" in drawn.said


def test_a_lost_ledger_is_not_begun_again(copy: Path) -> None:
    """C4, third row: 4 draws of one quarter, 4 noises."""
    lose(copy)

    with pytest.raises(PrivacyError, match=r"ledger is missing.*as vault/anchor.txt remembers"):
        draw_release(Directory(path=copy), PERIOD)


def test_links_that_no_release_of_the_ledger_used_tell_of_a_lost_one(copy: Path) -> None:
    """C4c: the vault knows, even where its own copy of the anchor is gone, too."""
    lose(copy)
    (copy / "vault" / "anchor.txt").unlink()

    with pytest.raises(PrivacyError, match=r"links that a release of 2025-01, 2025-02, 2025-03"):
        draw_release(Directory(path=copy), PERIOD)

    assert Directory(path=copy).ledger.chain() == []


def test_a_ledger_that_was_rolled_back_is_refused(copy: Path, drawn: Drawn) -> None:
    """C4, fourth row: the same three files, as they were the night before."""
    lose(copy)
    shutil.copytree(drawn.before / "ledger", copy / "ledger", dirs_exist_ok=True)
    shutil.copytree(drawn.before / "public", copy / "public", dirs_exist_ok=True)

    with pytest.raises(
        PrivacyError, match=r"vault/anchor.txt: the chain ends at row 1; the anchor"
    ):
        draw_release(Directory(path=copy), PERIOD)

    (copy / "vault" / "anchor.txt").unlink()
    with pytest.raises(PrivacyError, match=r"links that a release of 2025-01, 2025-02, 2025-03"):
        draw_release(Directory(path=copy), PERIOD)


def test_another_programs_vault_is_refused(drawn: Drawn, tmp_path: Path) -> None:
    """C4, fifth row: the vault is a link to one that another ledger has drawn from."""
    other = copy_example("riverton", tmp_path / "other")
    (other / "vault").symlink_to(drawn.folder / "vault")

    with pytest.raises(PrivacyError, match=r"ledger is missing.*as vault/anchor.txt remembers"):
        draw_release(Directory(path=other), PERIOD)

    own = copy_example("riverton", tmp_path / "own")
    register_policy(Directory(path=own))
    (own / "vault").symlink_to(drawn.folder / "vault")
    with pytest.raises(PrivacyError, match=r"vault/anchor.txt: the chain ends at row 1"):
        draw_release(Directory(path=own), PERIOD)


def test_a_restored_backup_is_refused_by_the_anchor_elsewhere(copy: Path, tmp_path: Path) -> None:
    """C4, first row. Without that file nothing can tell: the promise says so."""
    elsewhere = tmp_path / "elsewhere" / "anchor.txt"
    keep_elsewhere(copy, elsewhere)
    with pytest.raises(PrivacyError, match=r"is not there.*copy ledger/anchor.txt to it"):
        draw_release(Directory(path=copy), PERIOD)
    elsewhere.parent.mkdir()
    shutil.copy(copy / "ledger" / "anchor.txt", elsewhere)
    first = draw_release(Directory(path=copy), PERIOD)
    forget(copy)

    with pytest.raises(PrivacyError, match=r"ledger is missing.*as elsewhere/anchor.txt remembers"):
        draw_release(Directory(path=copy), PERIOD)

    elsewhere.unlink()
    second = draw_release(Directory(path=copy), PERIOD)
    assert first.replayed
    assert not second.replayed
    assert first.files["measurements.parquet"] != second.files["measurements.parquet"]


def test_a_second_copy_is_refused_by_the_anchor_elsewhere(copy: Path, tmp_path: Path) -> None:
    """C4, second row: both copies know the same file, and only one of them wrote the last row."""
    elsewhere = tmp_path / "elsewhere.txt"
    shutil.copy(copy / "ledger" / "anchor.txt", elsewhere)
    keep_elsewhere(copy, elsewhere)
    twin = Path(shutil.copytree(copy, tmp_path / "twin"))
    policy = copy / "privacy.yaml"
    policy.write_text(policy.read_text("utf-8").replace("raw_days: 7", "raw_days: 8"), "utf-8")
    real(copy, [])
    real(copy, signed(copy))

    row = register_policy(Directory(path=copy))

    assert read_anchor(str(elsewhere)).seq == row.seq == 4
    with pytest.raises(PrivacyError, match="the chain ends at row 3; the anchor names row 4"):
        draw_release(Directory(path=twin), PERIOD)


def test_an_anchor_inside_the_program_directory_is_refused(copy: Path) -> None:
    keep_elsewhere(copy, copy / "ledger" / "anchor.txt")

    with pytest.raises(ContractError, match="must be a file outside of the program directory"):
        draw_release(Directory(path=copy), PERIOD)


def test_run_takes_an_anchor_and_refuses_a_ledger_behind_it(
    copy: Path, tmp_path: Path, care_dividend: Command
) -> None:
    """C4a: before anything is taken in or drawn; the anchor is a line or a file."""
    head = Directory(path=copy).ledger.head
    assert head is not None
    ahead = tmp_path / "newer.txt"
    ahead.write_text(f"9 {head.link}\n")
    other = f"{head.seq} {'0' * 64}"
    before = hashes(copy, leave_out=".dagster")

    results = [
        care_dividend("run", "--program", copy, "--period", PERIOD, "--anchor", one)
        for one in (ahead, other, "no anchor")
    ]

    assert [one.exit_code for one in results] == [1, 1, 1]
    assert f"the chain ends at row {head.seq}; the anchor names row 9" in results[0].stderr
    assert "is not the anchored one" in results[1].stderr
    assert "The anchor must be a number and a hash" in results[2].stderr
    assert hashes(copy, leave_out=".dagster") == before


def test_an_anchor_of_a_ledger_that_is_not_there_is_refused(
    tmp_path: Path, care_dividend: Command
) -> None:
    empty = copy_example("riverton", tmp_path / "empty")
    anchor = f"3 {'a' * 64}"

    run = care_dividend("run", "--program", empty, "--period", PERIOD, "--anchor", anchor)
    verify = care_dividend("ledger", "verify", "--program", empty, "--anchor", anchor)

    assert (run.exit_code, verify.exit_code) == (1, 1)
    assert "There is no ledger here, and the anchor names row 3" in run.stderr
    assert "There is no ledger here, and the anchor names row 3" in verify.stderr


def test_the_same_months_are_not_drawn_again_under_another_name(
    copy: Path, care_dividend: Command
) -> None:
    """With a fiscal year from April, January to March of 2025 are 2025-Q4."""
    facts = copy / "program.yaml"
    text = facts.read_text(encoding="utf-8").replace("fiscal_year_start: 1", "fiscal_year_start: 4")
    facts.write_text(text, encoding="utf-8")

    with pytest.raises(
        PrivacyError, match=r"'2025-Q1' was drawn of 2025-01 to 2025-03.*other months"
    ):
        draw_release(Directory(path=copy), "2025-Q4")

    said = care_dividend("run", "--program", copy, "--period", "2025-Q4")
    assert said.exit_code == 1
    assert "Put fiscal_year_start in program.yaml back" in " ".join(said.stderr.split())


def test_a_draw_that_was_interrupted_before_its_row_can_be_done_again(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its links are written down already; that it was being drawn is, too."""
    forget(copy)
    given = Directory(path=copy)

    def killed(*_: object, **__: object) -> list[int]:
        raise PrivacyError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.draw.count_cells", killed)
        with pytest.raises(PrivacyError, match="killed"):
            draw_release(given, PERIOD)
    left = json.loads((copy / "vault" / DRAWING).read_text())

    again = draw_release(given, PERIOD)

    assert left == ["2025-01", "2025-02", "2025-03"]
    assert not again.replayed
    assert not (copy / "vault" / DRAWING).exists()


def test_terms_registered_before_the_period_are_not_retrospective(copy: Path) -> None:
    """C10: dates in privacy.yaml are typed text; the row of the chain is not."""
    forget(copy)
    shutil.rmtree(copy / "ledger" / "keys")
    register_policy(Directory(path=copy, day=dt.date(2024, 12, 31)))

    drawn = draw_release(Directory(path=copy), PERIOD)

    card = json.loads(drawn.files["card.json"])["ours"]
    assert (card["retrospective"], card["registered_on"]) == (None, "2024-12-31")


def test_terms_that_only_privacy_yaml_dates_are_retrospective(drawn: Drawn) -> None:
    """Both signatures are of December 2024; the ledger knew the terms when the period was over."""
    file = drawn.folder / "public" / "releases" / PERIOD / "card.json"

    card = json.loads(file.read_text(encoding="utf-8"))["ours"]

    assert card["approved_on"] == "2024-12-01"
    assert card["retrospective"]["en"].startswith("Retrospective. These terms were not in the")


def test_a_deletion_is_bound_to_the_chain_and_makes_no_forged_page_right(
    copy: Path, care_dividend: Command
) -> None:
    """`retention.json` grows after the pages are drawn; every other file keeps its hash."""
    card = copy / "public" / "releases" / PERIOD / "card.json"
    kept, page = (copy / "public" / name for name in ("retention.json", "index.html"))
    kept.write_text("[]\n\n", encoding="utf-8")
    grown = care_dividend("card", "verify", card)
    page.write_text(page.read_text(encoding="utf-8") + "<!-- more -->", encoding="utf-8")

    seal_again(Directory(path=copy))

    sealed = care_dividend("card", "verify", card)
    assert grown.stdout.strip() == "retention.json was changed"
    assert sealed.stdout.strip() == "index.html was changed"


def test_what_the_vault_remembers_of_the_ledger_outlives_a_purge(copy: Path) -> None:
    """The head of a chain holds no record; without it a lost ledger could be begun again."""
    given = Directory(path=copy, day=dt.date(2030, 1, 1))

    purge_vault(given, at_once=True)

    assert read_anchor(str(copy / "vault" / "anchor.txt")) == given.ledger.head
