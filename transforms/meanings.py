"""List what a feed's words and numbers mean, as tables that SQL joins.

The chain: land -> judge -> strip -> **code** -> link.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from data_contracts.codes import load_codes
from data_contracts.contract import Role
from data_contracts.feed import Source
from data_contracts.program import Program
from data_contracts.spelling import fold

_WORDS = pa.schema([("column", pa.string()), ("word", pa.string()), ("code", pa.string())])
_STEPS = pa.schema(
    [
        ("column", pa.string()),
        ("low", pa.int64()),
        ("high", pa.int64()),
        ("code", pa.string()),
    ]
)
_PLACES = pa.schema([("column", pa.string()), ("code", pa.string()), ("place", pa.int64())])
_ENDLESS = 2**62  # above any number that a feed can hold


def word_table(source: Source, *, program: Program) -> pa.Table:
    """List what every word of a feed means.

    Args:
        source: Gives codes, places and constants.
        program: Gives the kinds of its areas.

    Returns:
        Columns `column`, `word` (folded) and `code`; one row a word and column. For a column made
        of a finer one the words are the finer codes.
    """
    return _table(_words(source, program=program), _WORDS)


def step_table(source: Source) -> pa.Table:
    """List where every band of a contract begins and ends.

    Args:
        source: Gives the contract.

    Returns:
        Columns `column`, `low`, `high` (not in the band any more) and `code`.
    """
    columns = source.contract.columns
    return band_table(column.codes for column in columns if column.codes)


def band_table(names: Iterable[str]) -> pa.Table:
    """List where every band of some code lists begins and ends.

    Args:
        names: Names of code lists; those without bands have no row.

    Returns:
        Columns `column`, `low`, `high` (not in the band any more) and `code`.
    """
    return _table((row for name in names for row in _steps(name)), _STEPS)


def place_table(names: Iterable[str]) -> pa.Table:
    """List every code that says something, with its place in its list.

    Args:
        names: Names of code lists.

    Returns:
        Columns `column`, `code` and `place`; the code of what nobody recorded has no row.
    """
    rows = (
        (f"{name}_code", code, place)
        for name in names
        for place, code in enumerate(load_codes(name).codes)
        if code != load_codes(name).default
    )
    return _table(rows, _PLACES)


def _words(source: Source, *, program: Program) -> Iterator[tuple[str, str, str]]:
    for column in source.contract.columns:
        name = column.name
        if name in source.constants:
            meant = {fold(source.constants[name]): source.constants[name]}
        elif column.role is Role.PLACE:
            meant = dict(source.places)
        else:
            found = source.column(name)
            meant = dict(found.codes) if found else {}
        if column.parent_of and name not in source.given:
            finer = load_codes(source.contract.column(column.parent_of).codes or "")
            meant = {code: one.parent for code, one in finer.codes.items() if one.parent}
        yield from ((name, word, code) for word, code in meant.items())
        if column.role is Role.PLACE:
            kinds = ((area.code, area.kind.value) for area in program.areas)
            yield from ((f"{name}_kind_code", area, kind) for area, kind in kinds)


def _steps(name: str) -> Iterator[tuple[str, int, int, str]]:
    bands = load_codes(name).bands
    most = load_codes(name).most
    ends = [*list(bands.values())[1:], _ENDLESS if most is None else most + 1]
    for (code, low), high in zip(bands.items(), ends, strict=False):
        yield f"{name}_code", low, high, code


def _table(rows: Iterator[tuple[str | int, ...]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(
        [dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema
    )
