"""Gather each person's contacts into one row. The chain: land -> ... -> link -> **persons**.

A contact of somebody without a key stays a row of its own.
"""

from collections.abc import Sequence
from pathlib import Path

from data_contracts.codes import load_codes
from data_contracts.contract import load_contract
from data_contracts.errors import ContractError
from transforms.code import check_harmless
from transforms.columns import Columns
from transforms.engine import Engine, Stored, quoted, read_sql
from transforms.link import KNOWN, incident_columns, incident_file
from transforms.meanings import band_table, place_table
from transforms.vault import Vault, replacing

PERSONS = "private_persons"
MADE = ("contacts_band", "repeat_30_90", "after_declining", KNOWN)  # code lists, in order

_STEP = "persons"


def gather_persons(months: Sequence[str], *, vault: Vault, engine: Engine) -> Path:
    """Write one row for each known person, and one for each contact of somebody unknown.

    A row is made of that unit's own contacts and of nothing else, so taking a unit away takes its
    rows and moves no other. Of what was written of a person the most frequent holds, of two as
    frequent the first in its list; what nobody recorded never holds where anything was.

    Args:
        months: `YYYY-MM`, all of one fiscal year, in order.
        vault: Where incidents are, and where the result goes.
        engine: Runs `persons.sql`.

    Returns:
        The file: `unit_key`, `block_code` (always persons), `month` (the last one) and codes,
        sorted by unit; those of somebody unknown are `unknown` but for `known_or_anonymous_code`.

    Raises:
        ContractError: A month is not linked, or a column would be there that may not.
    """
    last = months[-1]
    about = f"persons of {months[0]} to {last}"
    written = _write()
    to = persons_file(vault, months=months)
    with replacing(to) as part:
        engine.save(
            read_sql(_STEP).format(**written.sql),
            to=part,
            step=_STEP,
            about=about,
            values={**written.values, "month": last},
            relations={
                "incidents": _incidents(months, vault=vault),
                "meanings": place_table(_facts()),
                "steps": band_table(MADE),
            },
        )
        check_harmless(part, allowed=person_columns(), table=PERSONS)
    return to


def persons_file(vault: Vault, *, months: Sequence[str]) -> Path:
    """File of the persons of some months; a quarter and its year end with one month."""
    return vault.table(PERSONS, month=months[-1]) / f"persons_from_{months[0]}.parquet"


def person_columns() -> dict[str, str]:
    """Columns of `private_persons`, with their SQL types, in order."""
    kinds = {"unit_key": "BIGINT", "block_code": "VARCHAR", "month": "VARCHAR"}
    return kinds | {f"{name}_code": "VARCHAR" for name in (*_facts(), *MADE)}


def _facts() -> tuple[str, ...]:
    """Code lists of what is recorded of a person, as the contract has them."""
    columns = load_contract("encounters").columns
    return tuple(one.codes for one in columns if one.codes and one.personal and not one.derived)


def _incidents(months: Sequence[str], *, vault: Vault) -> Stored:
    files = {month: incident_file(vault, month=month) for month in months}
    if late := [month for month, file in files.items() if not file.exists()]:
        raise ContractError(
            f"Months {late} are not linked, so nobody can say how often a person was met. "
            "Run every month of the period first."
        )
    return Stored(tuple(files.values()), incident_columns())


def _write() -> Columns:
    """Write what `persons.sql` leaves open."""
    votes, facts, known, nobody = [], {}, {}, {}
    for name in _facts():
        column, default = quoted(f"{name}_code"), f"${name}_default"
        votes.append(
            f"SELECT unit_key, '{name}_code' AS fact, {column} AS code, count(*) AS times "  # noqa: S608
            f"FROM known GROUP BY unit_key, {column}"
        )
        facts[f"{name}_code"] = f"max(CASE WHEN fact = '{name}_code' THEN code END)"
        known[f"{name}_code"] = f"coalesce(facts.{column}, {default})"
        nobody[f"{name}_code"] = default
    return Columns(
        sql={
            "votes": "\n    UNION ALL\n    ".join(votes),
            "facts": Columns(facts, {}).selected(),
            "known_facts": Columns(known, {}).selected(),
            "no_facts": Columns(nobody, {}).selected(),
        },
        values={f"{name}_default": load_codes(name).default for name in _facts()},
    )
