"""Write the SQL that counts violations. The chain: contract -> source -> **rules** -> judge.

The SQL reads a relation `records`, one row a delivered record, with

- every column of `source.given` under its contract name, as text: values of `nulls` are NULL,
  blanks are trimmed and folded to one, case is kept, constants are filled in;
- for every time among them `<column>__at`, the instant as a UTC timestamp, and
  `<column>__local`, the same in the program's zone; both NULL where the text cannot be read;
- for a rule `reference` also the other table, under its name, with that column as text.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from data_contracts.chain import write_chain
from data_contracts.codes import load_codes
from data_contracts.contract import Check, Column, Role, Severity
from data_contracts.errors import ContractError
from data_contracts.feed import Precision, Source

RECORDS = "records"


class Kind(StrEnum):
    """What a rule looks at: one record, or the whole table. Only a record rule may refuse."""

    RECORD = "record"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Rule:
    """One check, compiled.

    `name` is `<column or table>.<kind of check>`; `tolerance` in violations per 100 records. `sql`
    is a boolean expression over one record, or an aggregate that counts over the table; `values`
    are bound to its `$names`.
    """

    name: str
    kind: Kind
    severity: Severity
    tolerance: float
    sql: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text and what its `$names` stand for."""

    sql: str
    values: Mapping[str, str]


Written = Iterator[tuple[str, str, Mapping[str, str]]]


def write_rules(source: Source, *, tables: Collection[str]) -> tuple[Rule, ...]:
    """Compile the checks of a contract for what a source gives.

    Args:
        source: A feed with its contract; columns that it does not give need no rule.
        tables: Contract tables that the program has a feed for; others cannot be referred to.

    Returns:
        Rules in the order of the contract's checks, and within a check of its columns.

    Raises:
        ContractError: The contract names a kind of check that does not exist.
    """
    rules: list[Rule] = []
    for check in source.contract.rules:
        if check.kind in _OVERALL:
            rules.append(_OVERALL[check.kind](source, check, rules))
        elif check.kind in _RECORD:
            rules += _compile(_RECORD[check.kind](source), source, check, kind=Kind.RECORD)
        elif check.kind in _TABLE:
            rules += _compile(_TABLE[check.kind](source, tables), source, check, kind=Kind.TABLE)
        else:
            raise ContractError(
                f"Contract {source.contract.table!r} asks for a check {check.kind!r}; there are "
                f"{sorted((*_RECORD, *_TABLE, *_OVERALL))}. Mend its quality in "
                f"data_contracts/{source.contract.table}.yaml."
            )
    return tuple(rules)


def count_violations(rules: Collection[Rule]) -> Statement:
    """Put all rules into one pass over the records.

    Args:
        rules: Rules of one source.

    Returns:
        A SELECT with one row: `records`, then one column a rule, named after it.
    """
    counts = [
        f'{rule.sql if rule.kind is Kind.TABLE else _count(rule.sql)} AS "{rule.name}"'
        for rule in rules
    ]
    selected = ",\n  ".join(['COUNT(*) AS "records"', *counts])
    return Statement(f'SELECT\n  {selected}\nFROM "{RECORDS}"', _values(rules))


def name_refusal(rules: Collection[Rule]) -> Statement:
    """Write the expression that names the rule by which a record is refused.

    Args:
        rules: Rules of one source.

    Returns:
        An expression over one record: the name of the first refusing rule it breaks, else NULL.
    """
    refusing = [rule for rule in rules if rule.severity is Severity.REFUSE]
    cases = " ".join(f"WHEN {rule.sql} THEN '{rule.name}'" for rule in refusing)
    return Statement(f"CASE {cases} END" if cases else "NULL", _values(refusing))


def _compile(written: Written, source: Source, check: Check, *, kind: Kind) -> list[Rule]:
    """Name every written condition; a record is refused that lacks what every record needs."""
    needing = check.kind in {"unreadable", "unmapped"}
    fatal = [column.name for column in source.contract.columns if column.required and needing]
    return [
        Rule(
            name=f"{subject}.{check.kind}",
            kind=kind,
            severity=Severity.REFUSE if subject in fatal else check.severity,
            tolerance=0 if subject in fatal else check.tolerance,
            sql=sql,
            values=values,
        )
        for subject, sql, values in written
    ]


def _given(source: Source, role: Role) -> list[Column]:
    """Contract columns of a role that come from the feed itself."""
    columns = source.contract.columns
    return [column for column in columns if column.role is role and column.name in source.mapped]


def _exact(source: Source, name: str) -> bool:
    """Whether the feed gives a time to the minute."""
    column = source.column(name)
    return column is not None and column.precision is Precision.MINUTE


def _durations(source: Source) -> Iterator[tuple[str, str, str]]:
    """Measures made of two times that are both there to the minute."""
    for column in source.contract.columns:
        if column.between and column.name not in source.given:
            begin, end = column.between
            if _exact(source, begin) and _exact(source, end):
                yield column.name, f'"{begin}__at"', f'"{end}__at"'


def _numbers(source: Source) -> Iterator[tuple[str, str, int, int | None]]:
    """Numbers of the feed: name, SQL, lowest and highest value that fits."""
    for column in source.contract.columns:
        found = source.column(column.name)
        number = f'TRY_CAST("{column.name}" AS DOUBLE)'
        if found and column.role is Role.MEASURE:
            yield column.name, number, 0, column.range
        elif found and found.bands and column.codes:
            yield column.name, number, min(load_codes(column.codes).bands.values()), None


def _missing(source: Source) -> Written:
    for column in source.contract.columns:
        if column.required:
            yield column.name, f'"{column.name}" IS NULL', {}


def _unreadable(source: Source) -> Written:
    for column in _given(source, Role.TIME):
        name = column.name
        yield name, f'"{name}" IS NOT NULL AND "{name}__at" IS NULL', {}
    for name, number, *_ in _numbers(source):
        whole = f" OR {number} <> FLOOR({number})" if source.contract.column(name).people else ""
        yield name, f'"{name}" IS NOT NULL AND ({number} IS NULL{whole})', {}


def _unmapped(source: Source) -> Written:
    listed = {to: list(found.codes) for to in source.mapped if (found := source.column(to))}
    listed |= {column.name: list(source.places) for column in _given(source, Role.PLACE)}
    for name, known in listed.items():
        values = {f"{name}__{number:d}": value for number, value in enumerate(known)}
        if values:
            among = ", ".join(f"${one}" for one in values)
            yield name, f'LOWER("{name}") NOT IN ({among})', values


def _order(source: Source) -> Written:
    for name, begin, end in _durations(source):
        yield name, f"{end} < {begin}", {}


def _day_long(source: Source) -> Written:
    for name, begin, end in _durations(source):
        yield name, f"{end} > {begin} + INTERVAL '1' DAY", {}


def _midnight(source: Source) -> Written:
    for column in _given(source, Role.TIME):
        if _exact(source, column.name):
            local = f'"{column.name}__local"'
            yield column.name, f"{local} = DATE_TRUNC('day', {local})", {}


def _outside(source: Source) -> Written:
    for name, number, low, high in _numbers(source):
        above = "" if high is None else f" OR {number} > {high:d}"
        yield name, f"({number} < {low:d}{above})", {}


def _row(names: Collection[str]) -> str:
    """Tell rows apart by these columns, as one text."""
    texts = ", ".join(f"COALESCE(\"{name}\", '')" for name in names)
    return f"CONCAT_WS(CHR(31), {texts})"


def _repeated(source: Source, _: Collection[str]) -> Written:
    yield source.contract.table, f"COUNT(*) - COUNT(DISTINCT {_row(source.given)})", {}


def _duplicate(source: Source, _: Collection[str]) -> Written:
    key = [name for name in source.contract.key if name in source.given]
    numbered = f'FILTER (WHERE "{source.contract.record_id}" IS NOT NULL)'
    rows = f"COUNT(DISTINCT {_row(source.given)}) {numbered}"
    yield source.contract.table, f"{rows} - COUNT(DISTINCT {_row(key)}) {numbered}", {}


def _reference(source: Source, tables: Collection[str]) -> Written:
    for column in source.contract.columns:
        table, _, there = (column.references or "").partition(".")
        if column.name in source.mapped and table in tables:
            here = f'"{RECORDS}"."{column.name}"'
            found = f'SELECT 1 FROM "{table}" WHERE "{table}"."{there}" = {here}'  # noqa: S608
            lost = f"{here} IS NOT NULL AND NOT EXISTS ({found})"
            yield column.name, f'(SELECT COUNT(*) FROM "{RECORDS}" WHERE {lost})', {}  # noqa: S608


def _empty(source: Source, _: Collection[str]) -> Written:
    yield source.contract.table, "CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END", {}


def _refused(source: Source, check: Check, rules: Collection[Rule]) -> Rule:
    """Count the records that any refusing rule refuses; each once."""
    broken, values = _broken(rules)
    return _overall(source, check, _count(broken), values)


def _chain(source: Source, check: Check, rules: Collection[Rule]) -> Rule:
    """Count chains of money that do not hold, over the records that no rule refuses."""
    broken, values = _broken(rules)
    sql, words = write_chain(source, refused=broken)
    return _overall(source, check, sql, values | words)


def _broken(rules: Collection[Rule]) -> tuple[str, dict[str, str]]:
    """Write whether a record breaks any of these rules that refuses."""
    refusing = [rule for rule in rules if rule.severity is Severity.REFUSE]
    return " OR ".join(f"({rule.sql})" for rule in refusing) or "FALSE", _values(refusing)


def _overall(source: Source, check: Check, sql: str, values: Mapping[str, str]) -> Rule:
    name = f"{source.contract.table}.{check.kind}"
    return Rule(name, Kind.TABLE, check.severity, check.tolerance, sql, values)


def _count(condition: str) -> str:
    return f"COUNT(*) FILTER (WHERE {condition})"


def _values(rules: Collection[Rule]) -> dict[str, str]:
    return {name: value for rule in rules for name, value in rule.values.items()}


_RECORD: Mapping[str, Callable[[Source], Written]] = {
    "missing": _missing,
    "unreadable": _unreadable,
    "unmapped": _unmapped,
    "mostly_unmapped": _unmapped,  # the same count, held against a tolerance that blocks
    "order": _order,
    "day_long": _day_long,
    "midnight": _midnight,
    "outside": _outside,
}
_TABLE: Mapping[str, Callable[[Source, Collection[str]], Written]] = {
    "repeated": _repeated,
    "duplicate": _duplicate,
    "reference": _reference,
    "empty": _empty,
}
_OVERALL: Mapping[str, Callable[[Source, Check, Collection[Rule]], Rule]] = {
    "refused": _refused,
    "chain": _chain,
}
