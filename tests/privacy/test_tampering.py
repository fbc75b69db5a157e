"""Somebody changes the ledger or its public copy: every way that was thought of is found."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from privacy.chain import (
    Anchor,
    Row,
    check_anchor,
    check_links,
    read_anchor,
    read_chain,
    write_chain,
)
from privacy.digest import canonical
from privacy.errors import PrivacyError
from privacy.ledger import Ledger
from privacy.publish import export_chain
from privacy.store import releases
from tests.privacy.entries import fill, open_at

Change = Callable[[sqlite3.Connection], None]
FIELDS = [column.name for column in releases.columns]


def records(database: sqlite3.Connection) -> list[dict[str, object]]:
    rows = database.execute(f"SELECT {', '.join(FIELDS)} FROM releases ORDER BY seq")
    return [dict(zip(FIELDS, row, strict=True)) for row in rows]


def put(database: sqlite3.Connection, rows: list[dict[str, object]]) -> None:
    database.execute("DELETE FROM releases")
    places = ", ".join("?" for _ in FIELDS)
    for row in rows:
        database.execute(f"INSERT INTO releases VALUES ({places})", list(row.values()))


def cheaper(database: sqlite3.Connection) -> None:
    database.execute("UPDATE releases SET nano_rho = 1 WHERE seq = 2")


def other_bytes(database: sqlite3.Connection) -> None:
    first, second = (records(database)[place]["files"] for place in (0, 1))
    assert first != second
    database.execute("UPDATE releases SET files = ? WHERE seq = 2", [first])


def other_spec(database: sqlite3.Connection) -> None:
    database.execute("UPDATE releases SET spec = '{}' WHERE seq = 2")


def other_terms(database: sqlite3.Connection) -> None:
    database.execute("UPDATE releases SET terms_sha256 = ? WHERE seq = 2", ["c" * 64])


def no_outputs(database: sqlite3.Connection) -> None:
    database.execute("UPDATE releases SET outputs = 'not json' WHERE seq = 2")


def swapped(database: sqlite3.Connection) -> None:
    first, second, third = records(database)
    put(database, [first, {**third, "seq": 2}, {**second, "seq": 3}])


def middle_deleted(database: sqlite3.Connection) -> None:
    first, _, third = records(database)
    put(database, [first, {**third, "seq": 2}])


def tail_cut(database: sqlite3.Connection) -> None:
    put(database, records(database)[:2])


def wiped(database: sqlite3.Connection) -> None:
    put(database, [])


def forged_again(database: sqlite3.Connection) -> None:
    """Lower a debit and hash the whole chain anew: public hashes need no key."""
    forged: list[dict[str, object]] = []
    for record in records(database):
        previous = forged[-1]["link"] if forged else record["previous"]
        row = Row.model_validate(
            {
                **{name: record[name] for name in Row.model_fields},
                "nano_rho": 1,
                "previous": previous,
                "outputs": json.loads(str(record["outputs"])),
            }
        ).linked()
        assert canonical(row.outputs) == record["outputs"]
        forged.append({**record, **row.model_dump(exclude={"outputs"})})
    put(database, forged)


CHANGES: dict[Change, str] = {
    cheaper: "row 2 (R1)",
    other_bytes: "row 2 (R1) was not written by this ledger",
    other_spec: "row 2 (R1) was not written by this ledger",
    other_terms: "row 2 (R1)",
    no_outputs: "row 2 (R1)",
    swapped: "row 2 (R2)",
    middle_deleted: "row 2 (R2)",
    tail_cut: "the chain ends at row 2; the anchor names row 3",
    wiped: "the chain ends at row 0; the anchor names row 3",
    forged_again: "row 1 (R0) was not written by this ledger",
}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return fill(open_at(tmp_path))


def tamper(folder: Path, change: Change) -> None:
    with sqlite3.connect(folder / "ledger" / "ledger.sqlite") as database:
        for what in ("update", "delete"):
            database.execute(f"DROP TRIGGER releases_no_{what}")
        change(database)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_ledger_is_found_with_the_anchor(
    tmp_path: Path, ledger: Ledger, change: Change
) -> None:
    """The attacker has changed everything on the machine but the key and the anchor outside."""
    anchor = read_anchor(str(tmp_path / "ledger" / "anchor.txt"))
    (tmp_path / "ledger" / "anchor.txt").unlink()
    assert ledger.verify(anchor=anchor).verdict == "consistent and anchored"

    tamper(tmp_path, change)

    found = ledger.verify(anchor=anchor)
    assert not found.ok
    assert any(problem.startswith(CHANGES[change]) for problem in found.problems), found.problems


def test_without_an_anchor_a_cut_tail_is_not_found_and_the_verdict_says_so(
    tmp_path: Path, ledger: Ledger
) -> None:
    (tmp_path / "ledger" / "anchor.txt").unlink()

    tamper(tmp_path, tail_cut)

    assert ledger.verify().verdict == "consistent, not anchored"


@pytest.mark.parametrize("change", [tail_cut, wiped, forged_again], ids=lambda one: one.__name__)
def test_a_changed_ledger_charges_nothing_more(
    tmp_path: Path, ledger: Ledger, change: Change
) -> None:
    """The heads kept outside the database are asked at every start and before every charge."""
    tamper(tmp_path, change)

    with pytest.raises(PrivacyError, match="older than what was published, or was changed"):
        open_at(tmp_path)
    with pytest.raises(PrivacyError, match="older than what was published, or was changed"):
        fill(ledger, 4)


def test_the_public_chain_is_checked_by_anyone(tmp_path: Path, ledger: Ledger) -> None:
    export_chain(tmp_path / "public", ledger)

    rows = read_chain(tmp_path / "public" / "ledger.json")

    assert rows == ledger.rows()
    assert check_links(rows) == []
    assert check_anchor(rows, Anchor(2, rows[1].link)) == []
    assert check_anchor(rows, Anchor(2, rows[0].link)) == [
        "row 2 (R1) or one before it is not the anchored one"
    ]
    assert (tmp_path / "public" / "ledger.json").read_bytes() == write_chain(rows)


@pytest.mark.parametrize("field", ["nano_rho", "release", "date", "terms_sha256", "previous"])
def test_any_changed_field_of_the_public_chain_breaks_its_row(ledger: Ledger, field: str) -> None:
    rows = ledger.rows()
    value = 5 if field == "nano_rho" else "d" * 64
    rows[1] = rows[1].model_copy(update={field: value})

    problems = check_links(rows)

    assert any("row 2" in problem and "its hash does not fit" in problem for problem in problems)


@pytest.mark.parametrize("content", ["", "[]", '{"version": 2, "chain": []}', '{"version": 1}'])
def test_a_file_that_is_no_chain_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "ledger.json"
    file.write_text(content)

    with pytest.raises(PrivacyError, match=r"ledger.json is not readable as the chain"):
        read_chain(file)


@pytest.mark.parametrize("written", ["", "3", "3 abc", "x" * 9000, "no/such/file"])
def test_what_is_no_anchor_is_refused(written: str) -> None:
    with pytest.raises(PrivacyError, match="The anchor must be a number and a hash"):
        read_anchor(written)
