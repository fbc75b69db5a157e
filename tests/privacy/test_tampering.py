"""Somebody changes the ledger or its public copy: every way that was thought of is found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    delete,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.pool import NullPool

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
from privacy.errors import BudgetError, PrivacyError
from privacy.ledger import Ledger
from privacy.publish import export_chain
from privacy.store import releases
from tests.privacy.entries import CAP, debit, files, fill, never, open_at

Record = dict[str, Any]
Change = Callable[[Connection, Ledger], None]


def records(database: Connection) -> list[Record]:
    rows = database.execute(select(releases).order_by(releases.c.seq))
    return [dict(row._mapping) for row in rows]


def put(database: Connection, rows: list[Record]) -> None:
    database.execute(delete(releases))
    for row in rows:
        database.execute(insert(releases).values(**row))


def change(database: Connection, **values: object) -> None:
    database.execute(update(releases).where(releases.c.seq == 2).values(**values))


def cheaper(database: Connection, _: Ledger) -> None:
    change(database, nano_rho=1)


def other_bytes(database: Connection, _: Ledger) -> None:
    first, second = (records(database)[place]["files"] for place in (0, 1))
    assert first != second
    change(database, files=first)


def other_spec(database: Connection, _: Ledger) -> None:
    change(database, spec="{}")


def other_terms(database: Connection, _: Ledger) -> None:
    change(database, terms_sha256="c" * 64)


def no_outputs(database: Connection, _: Ledger) -> None:
    change(database, outputs="not json")


def swapped(database: Connection, _: Ledger) -> None:
    first, second, third = records(database)
    put(database, [first, {**third, "seq": 2}, {**second, "seq": 3}])


def middle_deleted(database: Connection, _: Ledger) -> None:
    first, _second, third = records(database)
    put(database, [first, {**third, "seq": 2}])


def tail_cut(database: Connection, _: Ledger) -> None:
    put(database, records(database)[:2])


def wiped(database: Connection, _: Ledger) -> None:
    put(database, [])


def forged_again(database: Connection, _: Ledger) -> None:
    """Lower a debit and hash the whole chain anew: public hashes need no key."""
    forged: list[Record] = []
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


def rolled_back_and_drawn_again(database: Connection, ledger: Ledger) -> None:
    """An old copy is put back, and the program itself draws what is missing: with fresh noise."""
    put(database, records(database)[:1])
    database.commit()
    for number in (1, 2):
        ledger.charge(debit(f"R{number}"), nano_cap=CAP, files=files(b"fresh noise"))


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
    rolled_back_and_drawn_again: "row 3 (R2) or one before it is not the anchored one",
}


@pytest.fixture
def ledger(tmp_path: Path, store: str | None) -> Ledger:
    return fill(open_at(tmp_path, url=store))


def connect(folder: Path, store: str | None) -> Engine:
    file = folder / "ledger" / "ledger.sqlite"
    return create_engine(store or f"sqlite:///{file}", poolclass=NullPool)


def tamper(folder: Path, store: str | None, change: Change, ledger: Ledger) -> None:
    """Change the database as somebody who owns it could: its triggers hold nobody back."""
    with connect(folder, store).connect() as database:
        if store:
            database.execute(text("ALTER TABLE releases DISABLE TRIGGER ALL"))
        else:
            for what in ("update", "delete"):
                database.execute(text(f"DROP TRIGGER releases_no_{what}"))
        change(database, ledger)
        database.commit()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_ledger_is_found_with_the_anchor(
    tmp_path: Path, store: str | None, ledger: Ledger, change: Change
) -> None:
    """The attacker has changed everything on the machine but the key and the anchor outside."""
    anchor = read_anchor(str(tmp_path / "ledger" / "anchor.txt"))
    (tmp_path / "ledger" / "anchor.txt").unlink()
    assert ledger.verify(anchor=anchor).verdict == "consistent and anchored"

    tamper(tmp_path, store, change, ledger)

    found = ledger.verify(anchor=anchor)
    assert not found.ok
    assert any(problem.startswith(CHANGES[change]) for problem in found.problems), found.problems


def test_nothing_in_the_database_raises_the_cap(
    tmp_path: Path, store: str | None, ledger: Ledger
) -> None:
    """Caps live in the signed policy: no column holds one, and a table that does is not read."""
    assert not any("cap" in column.name for column in releases.columns)
    with connect(tmp_path, store).begin() as database:
        tables = inspect(database).get_table_names()
        for statement in (
            "CREATE TABLE caps (fiscal_year TEXT, nano_cap BIGINT)",
            "INSERT INTO caps VALUES ('FY2025', 999999999)",
            "ALTER TABLE releases ADD COLUMN nano_cap BIGINT DEFAULT 999999999",
        ):
            database.execute(text(statement))

    with pytest.raises(BudgetError, match=r"0.0000007 of 0.000001 is left"):
        open_at(tmp_path, url=store).charge(debit("R3", nano_rho=701), nano_cap=CAP, files=never)

    assert tables == ["releases"]
    assert len(ledger.rows()) == 3


@pytest.mark.parametrize(
    "change", [cheaper, other_spec, forged_again], ids=lambda one: one.__name__
)
def test_an_edited_debit_buys_nothing(
    tmp_path: Path, store: str | None, ledger: Ledger, change: Change
) -> None:
    """Even where anchor and public chain are gone: every charge asks every row's signature."""
    (tmp_path / "ledger" / "anchor.txt").unlink()
    tamper(tmp_path, store, change, ledger)

    with pytest.raises(PrivacyError, match=r"was changed: row \d \(R\d\).*Restore the newest"):
        ledger.charge(debit("R3", nano_rho=750), nano_cap=CAP, files=never)

    assert len(ledger.rows()) == 3


@pytest.mark.parametrize("change", [other_bytes, other_spec], ids=lambda one: one.__name__)
def test_changed_bytes_are_not_let_out(
    tmp_path: Path, store: str | None, ledger: Ledger, change: Change
) -> None:
    tamper(tmp_path, store, change, ledger)

    with pytest.raises(PrivacyError, match=r"row 2 \(R1\) was not written by this ledger"):
        open_at(tmp_path, url=store).load("R1")


def test_a_field_of_another_type_is_named_by_its_row(tmp_path: Path) -> None:
    """SQLite lets a text be put where a number belongs."""
    ledger = fill(open_at(tmp_path))
    with connect(tmp_path, None).begin() as database:
        database.execute(text("DROP TRIGGER releases_no_update"))
        database.execute(text("UPDATE releases SET nano_rho = 'none' WHERE seq = 2"))

    with pytest.raises(PrivacyError, match=r"Row 2 of the ledger \(R1\) was changed"):
        ledger.rows()


def test_without_an_anchor_a_cut_tail_is_not_found_and_the_verdict_says_so(
    tmp_path: Path, store: str | None, ledger: Ledger
) -> None:
    (tmp_path / "ledger" / "anchor.txt").unlink()

    tamper(tmp_path, store, tail_cut, ledger)

    assert ledger.verify().verdict == "consistent, not anchored"


@pytest.mark.parametrize(
    "change", [tail_cut, wiped, cheaper, forged_again], ids=lambda one: one.__name__
)
def test_a_changed_ledger_charges_nothing_more(
    tmp_path: Path, store: str | None, ledger: Ledger, change: Change
) -> None:
    """The heads kept outside the database are asked at every start and before every charge."""
    tamper(tmp_path, store, change, ledger)

    with pytest.raises(PrivacyError, match="older than what was published, or was changed"):
        open_at(tmp_path, url=store)
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


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\xff\xfe3 \x00"])
def test_a_file_that_holds_no_anchor_is_named(tmp_path: Path, content: bytes) -> None:
    """The head lies in three places, and only one of them is damaged."""
    file = tmp_path / "anchor.txt"
    file.write_bytes(content)

    with pytest.raises(PrivacyError, match=rf"file {tmp_path.name}/anchor.txt holds no anchor"):
        read_anchor(str(file))
