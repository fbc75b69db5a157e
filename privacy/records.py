"""Turn records of the ledger's database into rows of the chain and stored releases."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zipfile import BadZipFile

from pydantic import ValidationError
from sqlalchemy import Connection, select
from sqlalchemy import Row as Result

from privacy.chain import TERMS_FILE, Row
from privacy.digest import digest
from privacy.errors import PrivacyError
from privacy.files import unpack
from privacy.policy import NANO
from privacy.store import releases

Record = Result[tuple[object, ...]]

CARD = "card.json"

_LIGHT = [column for column in releases.columns if column.name not in {"files", "spec"}]


@dataclass(frozen=True)
class Stored:
    """A release as the ledger keeps it: its row of the chain, its spec and its files."""

    row: Row
    spec: str
    files: Mapping[str, bytes]

    @property
    def stated_cap(self) -> int | None:
        """Cap that the card, or the terms, state for a fiscal year, in nano-rho; None without."""
        return read_cap(self.files)


def read_cap(files: Mapping[str, bytes]) -> int | None:
    """Read the cap that a release's card or a row's terms state.

    >>> read_cap({"card.json": b'{"ours": {"cap": 0.38}}'}), read_cap({})
    (380000000, None)

    Args:
        files: Files of a row, by name.

    Returns:
        Nano-rho; None where there is neither card nor terms.
    """
    if CARD in files:
        return round(float(json.loads(files[CARD])["ours"]["cap"]) * NANO)
    if TERMS_FILE in files:
        return round(float(json.loads(files[TERMS_FILE])["cap_rho"]) * NANO)
    return None


def read_records(connection: Connection) -> Sequence[Record]:
    """Read all records, oldest first, without specs and files."""
    return connection.execute(select(*_LIGHT).order_by(releases.c.seq)).all()


def find_record(connection: Connection, release: str) -> Record | None:
    """Read one record, with its spec and files."""
    return connection.execute(select(releases).where(releases.c.release == release)).one_or_none()


def read_row(record: Record) -> Row:
    """Turn a record into its row of the chain; outputs that are not JSON become none.

    Raises:
        PrivacyError: A field has another type than the ledger writes.
    """
    values = {name: getattr(record, name) for name in Row.model_fields}
    try:
        outputs = json.loads(values["outputs"])
    except ValueError:
        outputs = {}
    try:
        return Row(**{**values, "outputs": outputs})
    except ValidationError:
        pass
    raise PrivacyError(
        f"Row {record.seq} of the ledger ({record.release}) was changed: a field of it has another "
        "type than the ledger writes. Restore the newest backup of the ledger."
    )


def read_stored(record: Record) -> Stored:
    """Turn a record into a release.

    Raises:
        PrivacyError: Its files are not those of its row.
    """
    row = read_row(record)
    try:
        files = unpack(record.files)
    except BadZipFile:
        files = {}
    if {name: digest(data) for name, data in files.items()} != dict(row.outputs):
        raise PrivacyError(
            f"The stored files of release {row.release!r}, row {row.seq} of the ledger, were "
            "changed. Restore the newest backup of the ledger; see `care-dividend ledger verify`."
        )
    return Stored(row=row, spec=record.spec, files=files)
