"""Keep the links that a release used. The chain: land -> judge -> **strip** -> code -> link.

Before a release is drawn, `freeze.py` writes down the participants of its records. When a month is
taken in again, a row that was counted under a participant stays theirs even if the new file unlinks
or renames it: otherwise the next release would count it under no limit of theirs. A row that was
anonymous may be linked later; that counts from the next release. A row is known by its record and
by its place in it, so both must name the same person in every delivery of a fiscal year.
"""

from pathlib import Path

import pyarrow.parquet as pq

from data_contracts.contract import Contract
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from transforms.engine import Engine, Stored, quoted, read_sql
from transforms.identity import key_of
from transforms.measures import express_measure
from transforms.vault import Vault, replacing, write_json

FROZEN = "private_frozen_links"  # goes with the coded records; see transforms/retention.py
PLACE = "person_order"  # which person of a record a row is, where the program says so

_STEP = "frozen"
COLUMNS = {"record_key": "BIGINT", "place": "INTEGER", "unit_key": "BIGINT", "mixed": "BOOLEAN"}


def keep_links(stripped: Path, *, source: Source, month: str, vault: Vault, engine: Engine) -> None:
    """Put rows of a feed back under the participants under whom releases counted them.

    The row at the place of a frozen link is its participant's, whoever it names now; rows at other
    places are left alone. Where a feed began or ceased to tell places, the only row of a record is
    the only one that it had.

    **Stability:** the rows that a release counted under one participant are under that participant
    in every later release of the fiscal year, or in none; and whether they are there moves nobody
    else's row.

    Args:
        stripped: File of the stripped records of the month; rewritten where links are frozen.
        source: The feed.
        month: `YYYY-MM`.
        vault: Where frozen links are, and where the number of rows put back is written.
        engine: Runs `frozen.sql`.

    Raises:
        ContractError: Several rows may be those of a participant who lost theirs, and the feed does
            not say which; or it says of no row any more.
    """
    frozen = frozen_file(source, vault=vault, month=month)
    if not frozen.exists():
        return
    if source.contract.person_id not in source.given:
        raise ContractError(
            f"Feed {source.feed!r} no longer tells whose its records are, and a release of {month} "
            f"used it. Map {source.contract.person_id!r} in sources/{source.feed}.yaml again."
        )
    names = pq.read_schema(stripped).names
    record, person = name_keys(source.contract)
    sql = {
        "record": record,
        "person": person,
        "place": express_measure(source.contract.column(PLACE), source),
        "kept": ", ".join(
            f"coalesce(kept_for, {person}) AS {person}" if quoted(name) == person else quoted(name)
            for name in names
        ),
    }
    about = f"feed {source.feed!r}, {month}"
    relations = {"stripped": Stored((stripped,), {}), "frozen": Stored((frozen,), COLUMNS)}
    found = read_sql(_STEP).format(**sql, result="found")
    ((torn, put_back),) = engine.run(found, step=_STEP, about=about, relations=relations)
    if torn:
        raise ContractError(
            f"In {about}, records of several people lost links that a release used, and nothing "
            f"says which row is whose. Map {PLACE!r} in sources/{source.feed}.yaml from the "
            "beginning of a year, or deliver those links again."
        )
    with replacing(stripped) as part:
        kept = read_sql(_STEP).format(**sql, result="kept")
        engine.save(kept, to=part, step=_STEP, about=about, relations=relations)
    _report(source, month, int(str(put_back)), vault=vault)


def _report(source: Source, month: str, found: int, *, vault: Vault) -> None:
    """Write down how many rows do not follow the delivered file until the fiscal year closes."""
    rule = {"rule": "links.kept", "severity": "warn", "passed": not found, "allowed": 0}
    verdict = {"name": f"{source.feed} {month}", "passed": True, "rules": [rule | {"found": found}]}
    write_json(verdict, to=vault.check(f"{source.feed}.links", month=month))


def frozen_file(source: Source, *, vault: Vault, month: str) -> Path:
    """File of the frozen links of one feed and month."""
    return vault.table(FROZEN, month=month) / f"{source.feed}.parquet"


def name_keys(contract: Contract) -> tuple[str, str]:
    """Columns that tell the record and the person apart, quoted."""
    return quoted(key_of(contract.record_id)), quoted(key_of(contract.person_id or ""))
