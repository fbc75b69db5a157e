"""Describe the exact tables to whoever reads them. The chain: land -> judge -> **publish**."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Column, Contract, Role
from data_contracts.feed import Source
from data_contracts.program import Program
from transforms.exact import FEWER, FOLDER, exact_file, public_columns, require_exact, write_public

PACKAGE = "datapackage.json"
LICENSE = {
    "name": "CC0-1.0",
    "title": "CC0 1.0 Universal, public domain",
    "path": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def describe_exact(
    public: Path,
    *,
    program: Program,
    sources: Sequence[Source],
    missing: Mapping[str, str],
    incomplete: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write `public/exact/datapackage.json`: which tables are there, what they say, which are not.

    A table that no feed of the program has any more is taken away.

    Args:
        public: The public folder.
        program: Gives its name and the areas.
        sources: Feeds of exact tables.
        missing: Tables that are not there, with `not_delivered` or `refused`.
        incomplete: Tables that lack rows which were refused, with the months of those rows, `all`
            where that cannot be told.

    Raises:
        ContractError: A contract tells of participants.
    """
    contracts = {one.contract.table: one.contract for one in sources}
    for contract in contracts.values():
        require_exact(contract)
    there = {
        table: contract
        for table, contract in sorted(contracts.items())
        if table not in missing and exact_file(public, table=table).is_file()
    }
    for stale in (public / FOLDER).glob("*.csv"):
        if stale.stem not in contracts:
            stale.unlink()
    areas = [area.code for area in (*program.areas, *program.comparison)]
    package = {
        "name": FOLDER,
        "title": f"{program.name}, exact tables",
        "licenses": [LICENSE],
        "resources": [
            {**_resource(contract, areas=areas), **_cited(contract, sources)}
            for contract in there.values()
        ],
        "care_dividend": {
            "tables": {
                table: {
                    "subject": contract.subject.value,
                    "title": {"en": contract.en, "es": contract.es},
                }
                for table, contract in there.items()
            },
            "missing": dict(missing),
            "incomplete": {
                table: list(months)
                for table, months in sorted((incomplete or {}).items())
                if table in there
            },
        },
    }
    text = json.dumps(package, indent=1, ensure_ascii=False, sort_keys=True)
    write_public(public / FOLDER / PACKAGE, f"{text}\n")


def _resource(contract: Contract, *, areas: Sequence[str]) -> Mapping[str, object]:
    columns = public_columns(contract).items()
    return {
        "name": contract.table,
        "title": contract.en,
        "path": f"{contract.table}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [dict(_field(name, column, areas=areas)) for name, column in columns],
            "missingValues": [""],
        },
    }


def _cited(contract: Contract, sources: Sequence[Source]) -> Mapping[str, object]:
    """Name the public sources of a table, in the words of the package format."""
    told = [one.public_source for one in sources if one.contract == contract]
    cited = [{"title": one.title, "path": one.href} for one in told if one]
    return {"sources": cited} if cited else {}


def _field(name: str, column: Column, *, areas: Sequence[str]) -> Iterator[tuple[str, object]]:
    """Describe one column; a count is text where it may be the words for few."""
    yield "name", name
    yield "title", name.removesuffix("_code").replace("_", " ").capitalize()
    yield "description", column.en
    yield "es", {"description": column.es}
    if column.role is Role.TIME:
        yield "type", "yearmonth"
    elif column.people or column.health_by:
        yield "type", "string"
        yield "constraints", {"pattern": f"[0-9{'' if column.people else '.'}]+|{FEWER}"}
    elif column.role is Role.MEASURE:
        yield "type", "number"
    else:
        lost = () if column.required else (UNKNOWN,)
        known = load_codes(column.codes).released if column.codes else (*areas, *lost)
        yield "type", "string"
        yield "constraints", {"enum": list(known)}
