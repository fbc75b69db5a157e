"""Mirrors privacy/verify.py."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from privacy.chain import Row, read_chain, write_chain
from privacy.digest import digest
from privacy.verify import verify_card
from tests.privacy.published import Published, publish


def test_a_published_release_is_consistent_and_with_the_anchor_anchored(
    published: Published,
) -> None:
    assert verify_card(published.card).verdict == "consistent, not anchored"
    assert verify_card(published.card, anchor=published.anchor).verdict == (
        "consistent and anchored"
    )


def test_a_changed_byte_in_any_file_is_found_and_the_file_named(copied: Published) -> None:
    """First, middle and last byte of every public file, one after the other."""
    names = [f"releases/FY2025/{name}" for name in copied.release.files] + ["ledger.json"]

    for name in names:
        file = copied.public / name
        right = file.read_bytes()
        for place in (0, len(right) // 2, len(right) - 1):
            wrong = bytearray(right)
            wrong[place] ^= 1
            file.write_bytes(bytes(wrong))

            found = verify_card(copied.card, anchor=copied.anchor)

            assert not found.ok, (name, place)
            assert name.removeprefix("releases/FY2025/") in found.verdict, (name, place)
        file.write_bytes(right)
    assert len(names) == len(copied.release.row.outputs) + 1
    assert verify_card(copied.card, anchor=copied.anchor).ok


def test_a_missing_file_and_one_too_many_are_found(copied: Published) -> None:
    (copied.card.parent / "tables" / "kind.csv").unlink()
    (copied.card.parent / "tables" / "rows.csv").write_text("unit_key\n")
    (copied.card.parent / "card.html").write_text("planted: no list has it")

    found = verify_card(copied.card)

    assert found.problems == (
        "tables/kind.csv is missing",
        "card.html is not part of the release",
        "tables/rows.csv is not part of the release",
    )


def forge(published: Published, change: Callable[[Path], None]) -> None:
    """Change files, then write their hashes and the whole chain anew."""
    change(published.card.parent)
    rows = read_chain(published.public / "ledger.json")
    outputs = {
        name: digest((published.card.parent / name).read_bytes()) for name in rows[0].outputs
    }
    row = Row.model_validate({**rows[0].model_dump(), "outputs": outputs}).linked()
    (published.public / "ledger.json").write_bytes(write_chain([row]))


def nicer_number(folder: Path) -> None:
    file = folder / "tables" / "kind.csv"
    header, first, rest = file.read_text().split("\n", 2)
    cells = first.split(",")
    cells[2] = "999.000"
    file.write_text("\n".join([header, ",".join(cells), rest]))


def smaller_epsilon(folder: Path) -> None:
    card = json.loads((folder / "card.json").read_text())
    card["ours"]["this_release"]["epsilon"] = 0.1
    (folder / "card.json").write_text(json.dumps(card))


def other_mark(folder: Path) -> None:
    file = folder / "tables" / "kind.csv"
    file.write_text(file.read_text().replace("withheld", "use").replace("caution", "use"))


def other_label(folder: Path) -> None:
    file = folder / "datapackage.json"
    file.write_text(file.read_text().replace("Smallville", "Bigville"))


FORGERIES: dict[Callable[[Path], None], str] = {
    nicer_number: "tables/kind.csv does not follow from measurements.parquet",
    smaller_epsilon: "card.json: this_release does not follow",
    other_mark: "tables/kind.csv does not follow from measurements.parquet",
    other_label: "datapackage.json does not follow from measurements.parquet",
}


@pytest.mark.parametrize("change", FORGERIES, ids=lambda change: change.__name__)
def test_a_forged_release_is_computed_again(
    copied: Published, change: Callable[[Path], None]
) -> None:
    """Even without an anchor, files that do not follow from the measurements are found."""
    forge(copied, change)

    found = verify_card(copied.card)

    assert any(problem.startswith(FORGERIES[change]) for problem in found.problems), found


def test_a_whole_new_release_is_consistent_but_not_the_anchored_one(
    tmp_path: Path, published: Published
) -> None:
    """Whoever holds the public folder can write all of it anew; only the anchor tells."""
    forged = publish(tmp_path)

    assert verify_card(forged.card).verdict == "consistent, not anchored"
    found = verify_card(forged.card, anchor=published.anchor)
    assert found.problems == (
        "ledger.json: row 1 (FY2025) or one before it is not the anchored one",
    )
    assert not found.anchored


def test_a_debit_below_the_cost_is_found(copied: Published) -> None:
    """OpenDP's map is asked again, from the public spec."""
    rows = read_chain(copied.public / "ledger.json")
    cheaper = rows[0].model_copy(update={"nano_rho": 5}).linked()
    (copied.public / "ledger.json").write_bytes(write_chain([cheaper]))

    found = verify_card(copied.card)

    assert any(
        "5 nano-rho were charged; OpenDP's map asks for 120000000" in one for one in found.problems
    )


def test_a_release_that_is_not_in_the_chain_is_found(copied: Published) -> None:
    moved = copied.card.parent.rename(copied.public / "releases" / "FY2031")

    found = verify_card(moved / "card.json")

    assert found.problems == ("ledger.json has no release 'FY2031'",)


def test_the_command_needs_nothing_but_the_public_folder(
    tmp_path: Path, published: Published, root: Path
) -> None:
    """A board member's machine: no program, no ledger, no key, no vault; only the copy."""
    shutil.copytree(published.public, tmp_path / "copy")
    card = tmp_path / "copy" / "releases" / "FY2025" / "card.json"
    program = "from pipelines.cli.main import main; main()"
    words = [sys.executable, "-c", program, "card", "verify", str(card)]

    def verify(*more: str) -> tuple[int, str]:
        done = subprocess.run(
            [*words, *more], cwd=tmp_path, env={"PATH": "", "PYTHONPATH": str(root)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout.strip()

    plain, anchored = verify(), verify("--anchor", str(published.anchor))
    (card.parent / "tables" / "kind.csv").write_text("other")
    changed = verify("--anchor", str(published.anchor))

    assert plain == (0, "consistent, not anchored")
    assert anchored == (0, "consistent and anchored")
    assert changed[0] == 1
    assert "tables/kind.csv was changed" in changed[1]
    assert [one.name for one in tmp_path.iterdir()] == ["copy"]
