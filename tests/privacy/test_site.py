"""Every file that a reader sees is held by the chain: privacy/publish.py and privacy/verify.py."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from privacy.chain import Anchor, read_chain, write_chain
from privacy.digest import digest
from privacy.ledger import Ledger
from privacy.publish import MANIFEST, drawn_from, hash_files, listed_files, seal_site
from privacy.verify import verify_card, verify_site
from tests.privacy.published import Published, publish

PAGES = (
    "index.html",
    "es/index.html",
    "assets/site.js",
    "exact/governance.csv",
    "reports/FY2025/savings/index.html",
    "releases/FY2025/card.html",
    "retention.json",
)
DAY = "2026-01-15"


def open_ledger(folder: Path) -> Ledger:
    return Ledger(folder / "ledger", public=folder / "public")


def seal(folder: Path, *, files: tuple[str, ...] = PAGES, day: str = DAY) -> Anchor:
    public = folder / "public"
    hashes = hash_files(public, files)
    row = seal_site(public, open_ledger(folder), files=hashes, drawn={"version": "0"}, date=day)
    return Anchor(row.seq, row.link)


@pytest.fixture
def site(tmp_path: Path) -> tuple[Published, Anchor]:
    """A published release with pages around it, and the anchor that covers both."""
    published = publish(tmp_path)
    for path in PAGES:
        file = published.public / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"at most 57 of {path}")
    return published, seal(tmp_path)


def edit(path: str) -> Callable[[Path], None]:
    def change(public: Path) -> None:
        (public / path).write_text("at most 51")

    return change


def plant(path: str) -> Callable[[Path], None]:
    def change(public: Path) -> None:
        (public / path).parent.mkdir(parents=True, exist_ok=True)
        (public / path).write_text("planted")

    return change


def remove(path: str) -> Callable[[Path], None]:
    return lambda public: (public / path).unlink()


def link_a_folder(public: Path) -> None:
    (public / "more").symlink_to(public / "exact")


def link_a_page(public: Path) -> None:
    """The same bytes, for now."""
    page, elsewhere = public / "index.html", public.parent / "elsewhere.html"
    page.rename(elsewhere)
    page.symlink_to(elsewhere)


FORGERIES: dict[str, Callable[[Path], None]] = {
    **{f"{path} was changed": edit(path) for path in PAGES},
    "planted.html is not part of the release": plant("releases/FY2025/planted.html"),
    "planted.html is not part of the site": plant("planted.html"),
    "releases/FY2031/card.json is not part of the site": plant("releases/FY2031/card.json"),
    "es/reports/new/index.html is not part of the site": plant("es/reports/new/index.html"),
    "exact/new.csv is not part of the site": plant("exact/new.csv"),
    "more is a link, and what stands behind it may change": link_a_folder,
    "index.html is a link, and what stands behind it may change": link_a_page,
    "index.html is missing": remove("index.html"),
    "site.json is missing": remove("site.json"),
    "site.json was changed": edit("site.json"),
}


@pytest.mark.parametrize("said", FORGERIES)
def test_whatever_is_changed_planted_or_missing_is_named(
    site: tuple[Published, Anchor], said: str
) -> None:
    """privacy.md, C5: cards, pages and exact tables were forged, and all was consistent."""
    published, anchor = site
    assert verify_card(published.card, anchor=anchor).verdict == "consistent and anchored"

    FORGERIES[said](published.public)

    found = verify_card(published.card, anchor=anchor)
    assert said in found.problems or said.startswith("site.json was"), found.problems
    assert not found.ok
    assert not found.anchored
    assert not verify_site(published.public, anchor=anchor).ok


def test_a_list_that_was_forged_with_its_page_is_not_the_anchored_one(
    site: tuple[Published, Anchor],
) -> None:
    published, anchor = site
    edit("index.html")(published.public)
    manifest = json.loads((published.public / MANIFEST).read_text())
    manifest["files"]["index.html"] = "0" * 64
    (published.public / MANIFEST).write_text(json.dumps(manifest))

    assert "site.json was changed" in verify_card(published.card, anchor=anchor).problems

    rows = read_chain(published.public / "ledger.json")
    hashes = {MANIFEST: digest((published.public / MANIFEST).read_bytes())}
    forged = rows[-1].model_copy(update={"outputs": hashes}).linked()
    (published.public / "ledger.json").write_bytes(write_chain([*rows[:-1], forged]))
    found = verify_card(published.card, anchor=anchor)

    assert any("is not the anchored one" in one for one in found.problems)


def test_pages_that_came_after_the_anchor_are_named_as_not_covered(
    site: tuple[Published, Anchor],
) -> None:
    published, _ = site

    found = verify_card(published.card, anchor=published.anchor)

    assert found.verdict == (
        "consistent; the anchor covers this release (row 1) and says nothing of the pages and "
        "exact tables, whose list is row 2, which came later"
    )


def test_the_same_site_again_adds_no_row_and_another_one_does(
    site: tuple[Published, Anchor],
) -> None:
    """A page that is no longer drawn is taken away; what a reader put there is not."""
    published, anchor = site
    before = published.public.joinpath("ledger.json").read_bytes()

    again = seal(published.folder)
    same = published.public.joinpath("ledger.json").read_bytes()
    (published.public / "CNAME").write_text("crisis.example")
    fewer = seal(published.folder, files=PAGES[1:])

    assert again == anchor
    assert same == before
    assert fewer.seq == anchor.seq + 1
    assert not (published.public / "index.html").exists()
    assert (published.public / "CNAME").exists()
    assert set(listed_files(published.public)) == set(PAGES[1:])
    assert drawn_from(published.public) == {"version": "0"}
    assert [row.kind for row in open_ledger(published.folder).chain()] == [
        "release",
        "site",
        "site",
    ]
    assert [row.release for row in open_ledger(published.folder).rows()] == ["FY2025"]


def test_a_damaged_list_is_written_anew(site: tuple[Published, Anchor]) -> None:
    published, anchor = site
    (published.public / MANIFEST).write_text("no list")

    again = seal(published.folder)

    assert again == anchor
    assert verify_card(published.card, anchor=anchor).ok


def test_a_copy_on_another_machine_is_enough(
    site: tuple[Published, Anchor], tmp_path: Path
) -> None:
    published, anchor = site
    copy = Path(shutil.copytree(published.public, tmp_path / "copy"))

    assert verify_site(copy, anchor=anchor).verdict == "consistent and anchored"
    assert verify_site(copy, anchor=published.anchor).verdict == (
        "consistent; the anchor covers row 1 and says nothing of row 2, which came later"
    )
