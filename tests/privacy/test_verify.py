"""Mirrors privacy/verify.py, privacy/card.py and privacy/publish.py."""

import json
import shutil
from pathlib import Path

import pytest

from privacy.chain import Anchor, read_anchor
from privacy.ledger import Ledger
from privacy.measure import release
from privacy.noise import epsilon
from privacy.publish import export_chain, write_release
from privacy.verify import verify_card
from tests.privacy.small import AFTER, folders, plan_year

NAME = "FY2025"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program directory with one published release."""
    folder = tmp_path_factory.mktemp("published")
    directory, public = folders(folder)
    plan, ledger = plan_year(), Ledger(directory, public=public)
    drawn = release(plan, ledger=ledger, exact=lambda: [0] * plan.spec.length, today=AFTER)
    write_release(public / "releases" / NAME, drawn)
    export_chain(public, ledger)
    return folder


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    """A board member's own copy of the public folder."""
    return Path(shutil.copytree(published / "public", tmp_path / "public"))


@pytest.fixture
def anchor(published: Path) -> Anchor:
    """The head that the city keeps elsewhere."""
    return read_anchor((published / "ledger" / "anchor.txt").read_text(encoding="utf-8"))


def card(public: Path) -> Path:
    """Where the card lies."""
    return public / "releases" / NAME / "card.json"


def files_of(public: Path) -> list[str]:
    """Every file that a release consists of, and the chain."""
    return sorted(
        path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file()
    )


def test_an_untouched_copy_is_consistent(copy: Path, anchor: Anchor) -> None:
    assert verify_card(card(copy)).verdict == "consistent, not anchored"
    assert verify_card(card(copy), anchor=anchor).verdict == "consistent and anchored"


def test_one_changed_byte_in_any_file_is_found_and_the_file_named(
    copy: Path, anchor: Anchor
) -> None:
    missed = []
    for name in files_of(copy):
        file = copy / name
        whole = file.read_bytes()
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        found = verify_card(card(copy), anchor=anchor)
        named = file.name in found.verdict
        if found.ok or not named:
            missed.append(name)
        file.write_bytes(whole)

    assert len(files_of(copy)) > 8
    assert missed == []
    assert verify_card(card(copy), anchor=anchor).ok


@pytest.mark.parametrize("name", ["tables/naloxone.csv", "covariance.parquet", "datapackage.json"])
def test_a_missing_file_is_found(copy: Path, anchor: Anchor, name: str) -> None:
    (copy / "releases" / NAME / name).unlink()

    found = verify_card(card(copy), anchor=anchor)

    assert not found.ok
    assert name in found.verdict


def test_a_file_that_was_added_is_found(copy: Path) -> None:
    (copy / "releases" / NAME / "rows.csv").write_text("name\n", encoding="utf-8")

    assert "rows.csv" in verify_card(card(copy)).verdict


def test_a_release_forged_with_its_chain_is_found_by_the_anchor(
    copy: Path, anchor: Anchor, tmp_path: Path
) -> None:
    """Somebody who draws it all again has a consistent folder, but not the anchored one."""
    directory, _ = folders(tmp_path / "forged")
    plan, ledger = plan_year(), Ledger(directory, public=tmp_path / "forged" / "public")
    forged = release(plan, ledger=ledger, exact=lambda: [0] * plan.spec.length, today=AFTER)
    shutil.rmtree(copy / "releases")
    write_release(copy / "releases" / NAME, forged)
    export_chain(copy, ledger)

    assert verify_card(card(copy)).ok
    assert not verify_card(card(copy), anchor=anchor).ok


def test_the_card_is_made_of_ledger_and_policy(copy: Path) -> None:
    found = json.loads(card(copy).read_text(encoding="utf-8"))
    (row,) = json.loads((copy / "ledger.json").read_text(encoding="utf-8"))["chain"]
    ours = found["ours"]

    assert found["release_id"] == NAME
    assert ours["spent_here"] == row["nano_rho"] / 10**9 == 0.12
    assert ours["terms_sha256"] == row["terms_sha256"]
    assert ours["invariants"] == []
    assert ours["if_served_n_years"]["1"]["epsilon"] == pytest.approx(epsilon(0.36), abs=1e-4)
    assert ours["if_met_anonymously"]["10"]["this_release"]["rho"] == pytest.approx(12)
    assert {one["file"] for one in ours["outputs"]} == set(row["outputs"]) - {"card.json"}


def test_publishing_again_writes_the_same_and_leaves_pages_alone(
    published: Path, tmp_path: Path
) -> None:
    directory, public = folders(published)
    plan, ledger = plan_year(), Ledger(directory, public=public)
    again = release(plan, ledger=ledger, exact=list, today=AFTER)
    folder = tmp_path / NAME
    write_release(folder, again)
    (folder / "card.html").write_text("a page", encoding="utf-8")
    (folder / "covariance.parquet").write_bytes(b"spoiled")

    write_release(folder, again)

    assert (folder / "card.html").read_text(encoding="utf-8") == "a page"
    assert all((folder / name).read_bytes() == data for name, data in again.files.items())
