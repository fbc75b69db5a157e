"""Write the SQL that counts violations. The chain: contract -> source -> **rules** -> judge.

The SQL reads a relation `records`, one row a delivered record, with

- every column of `source.given` under its contract name, as text: values of `nulls` are NULL,
  blanks are trimmed and folded to one, case is kept, constants are filled in;
- for every time among them `<column>__at`, the instant as a UTC timestamp, and
  `<column>__local`, the same in the program's zone; both NULL where the text cannot be read;
- for a rule `reference` also the other table, under its name, with that column as text;
- for rules over numbers what `number_rules.py` says.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from data_contracts import number_rules
from data_contracts.chain import write_chain
from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Check, Column, Role, Severity
from data_contracts.errors import ContractError
from data_contracts.feed import Precision, Source
from data_contracts.spelling import fold_sql

RECORDS = "records"
# Kinds of checks that need more than one month or feed: completeness.py, transforms/crosscheck.py.
ELSEWHERE = frozenset(
    {"fewer", "more", "emptier", "fuller", "below_plan", "contradicted", "unvisited"}
)


class Kind(StrEnum):
    """What a rule looks at: one record, or the whole table. Only a record rule may refuse."""

    RECORD = "record"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Rule:
    """One check, compiled.

    `name` is `<column or table>.<kind of check>`; `tolerance` in violations per 100 of what the
    rule is about, and at `least` so many are let pass. `sql` is a boolean expression over one
    record, or an aggregate that counts over the table; `among` counts what the rule is about, where
    that is not every record; `values` are bound to the `$names` of both.
    """

    name: str
    kind: Kind
    severity: Severity
    tolerance: float
    sql: str
    values: Mapping[str, str] = field(default_factory=dict)
    among: str = ""
    least: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text, what its `$names` stand for, and the names of its columns."""

    sql: str
    values: Mapping[str, str]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """What breaks a rule, as SQL; `among` is a condition on the records that the rule is about."""

    subject: str
    sql: str
    values: Mapping[str, str] = field(default_factory=dict)
    among: str = ""


Written = Iterator[Violation]

OF = " of"  # after a rule's name: how many records or values the rule is about
TOLD = " told"  # after a column's name: in how many accepted records it says something
KEPT = "kept"  # accepted records
_STANDS_OUT = 3  # times the next commonest number
_LEAST_TIMES = 30  # of a month, to tell a clock of twelve hours from a quiet afternoon
ROWS = "rows"  # accepted records, each once however often it was delivered


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
            rules += _compile(_TABLE[check.kind](source, check, tables), source, check)
        elif check.kind not in ELSEWHERE:
            raise ContractError(
                f"Contract {source.contract.table!r} asks for a check {check.kind!r}; there are "
                f"{sorted((*_RECORD, *_TABLE, *_OVERALL, *ELSEWHERE))}. Mend its quality in "
                f"data_contracts/{source.contract.table}.yaml."
            )
    return tuple(rules)


def write_counted(source: Source, kind: str) -> list[Rule]:
    """Write the rules of a check whose violations another step counts, over more than a feed.

    Args:
        source: The feed whose contract has the check; the rules are named after its table.
        kind: One of `ELSEWHERE`, or of `delivery.yaml`.

    Returns:
        The rule, and the one that blocks in a larger share; without SQL.
    """
    checks = [check for check in source.contract.promises if check.kind == kind]
    subject = source.contract.table
    return [
        rule for one in checks for rule in _compile(iter([Violation(subject, "")]), source, one)
    ]


def count_violations(rules: Collection[Rule], source: Source | None = None) -> Statement:
    """Put all rules into one pass over the records.

    Args:
        rules: Rules of one source.
        source: Where it is given, what its records tell is counted too, to compare months by.

    Returns:
        A SELECT with one row: `records`, then one column a rule, named after it; what a rule is
        about, where that is not every record, in `<rule> of`; accepted records in `kept`, those
        that differ in `rows`, and those in which a column says something in `<column> told`.
    """
    counts = {RECORDS: "COUNT(*)"}
    counts |= {r.name: r.sql if r.kind is Kind.TABLE else _count(r.sql) for r in rules}
    counts |= {f"{rule.name}{OF}": rule.among for rule in rules if rule.among}
    values = _values(rules)
    if source:
        told, words = _profile(source, rules)
        counts, values = counts | told, values | words
    selected = ",\n  ".join(f'{sql} AS "{name}"' for name, sql in counts.items())
    return Statement(f'SELECT\n  {selected}\nFROM "{RECORDS}"', values, tuple(counts))


def _profile(source: Source, rules: Collection[Rule]) -> tuple[dict[str, str], dict[str, str]]:
    """Count what accepted records tell, column by column."""
    broken, values = _broken(rules)
    kept = f"NOT COALESCE({broken}, FALSE)"
    rows = {ROWS: f"COUNT(DISTINCT {_row(source.given)}) FILTER (WHERE {kept})"}
    rows[KEPT] = _count(kept)
    for one in _telling(source):
        rows[f"{one.subject}{TOLD}"] = _count(f"{kept} AND {one.sql}")
        values |= one.values
    return rows, values


def _telling(source: Source) -> Written:
    """Write for every column that the feed gives when it says something."""
    numbers = {name: number for name, number, *_ in _numbers(source)}
    bounds = {name: (low, high) for name, _, low, high in _numbers(source)}
    for name in source.mapped:
        column = source.contract.column(name)
        if name in numbers:
            low, high = bounds[name]
            top = "" if high is None else f" AND {numbers[name]} <= {high:d}"
            yield Violation(name, f"({numbers[name]} >= {low:d}{top})")
        elif column.role is Role.TIME:
            yield Violation(name, f'"{name}__at" IS NOT NULL')
        elif column.role in {Role.CODE, Role.PLACE}:
            nothing = load_codes(column.codes).default if column.codes else UNKNOWN
            listed = [word for word, code in _words(source, column).items() if code != nothing]
            values = {f"{name}__told_{n:d}": word for n, word in enumerate(listed)}
            among = ", ".join(f"${one}" for one in values)
            said = f"{fold_sql(_quoted(name))} IN ({among})" if values else "FALSE"
            yield Violation(name, f"COALESCE({said}, FALSE)", values)
        else:
            yield Violation(name, f'"{name}" IS NOT NULL')


def _words(source: Source, column: Column) -> Mapping[str, str]:
    """What the feed's words for a code or a place mean."""
    if column.role is Role.PLACE:
        return source.places
    found = source.column(column.name)
    return found.codes if found else {}


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


def _compile(
    written: Written, source: Source, check: Check, *, kind: Kind = Kind.TABLE
) -> list[Rule]:
    """Name every written condition; a record is refused that lacks what every record needs."""
    needing = check.kind in {"unreadable", "unmapped"}
    required = {column.name for column in source.contract.columns if column.required and needing}
    rules: list[Rule] = []
    for one in written:
        fatal = one.subject in required
        rule = Rule(
            name=f"{one.subject}.{check.kind}",
            kind=kind,
            severity=Severity.REFUSE if fatal else check.severity,
            tolerance=0 if fatal else check.tolerance,
            sql=one.sql,
            values=one.values,
            among=one.among if kind is Kind.TABLE else one.among and _count(one.among),
        )
        rules.append(rule)
        if check.block_above is not None:
            rules.append(
                replace(
                    rule,
                    name=f"{one.subject}.mostly_{check.kind}",
                    severity=Severity.BLOCK,
                    tolerance=check.block_above,
                    least=check.few,
                )
            )
    return rules


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
    """Numbers of the feed: name, SQL, lowest and highest value that anybody can have meant."""
    for column in source.contract.columns:
        found = source.column(column.name)
        number = f'TRY_CAST("{column.name}" AS DOUBLE)'
        if found and column.role is Role.MEASURE:
            yield column.name, number, 0, column.highest
        elif found and found.bands and column.codes:
            low = min(load_codes(column.codes).bands.values())
            yield column.name, number, low, column.highest


def _missing(source: Source) -> Written:
    for column in source.contract.columns:
        if column.required:
            yield Violation(column.name, f'"{column.name}" IS NULL')


def _unreadable(source: Source) -> Written:
    for column in _given(source, Role.TIME):
        name = column.name
        there = f'"{name}" IS NOT NULL'
        yield Violation(name, f'{there} AND "{name}__at" IS NULL', among=there)
    for name, number, *_ in _numbers(source):
        there = f'"{name}" IS NOT NULL'
        whole = f" OR {number} <> FLOOR({number})" if source.contract.column(name).people else ""
        yield Violation(name, f"{there} AND ({number} IS NULL{whole})", among=there)


def _unmapped(source: Source) -> Written:
    for column in source.contract.columns:
        known = _words(source, column) if column.name in source.mapped else {}
        values = {f"{column.name}__{n:d}": word for n, word in enumerate(known)}
        if values:
            among = ", ".join(f"${one}" for one in values)
            name = _quoted(column.name)
            strange = f"{fold_sql(name)} NOT IN ({among})"
            yield Violation(column.name, strange, values, among=f"{name} IS NOT NULL")


def _order(source: Source) -> Written:
    for name, begin, end in _durations(source):
        yield Violation(name, f"{end} < {begin}", among=_both(begin, end))


def _day_long(source: Source) -> Written:
    for name, begin, end in _durations(source):
        long = f"{end} > {begin} + INTERVAL '1' DAY"
        yield Violation(name, long, among=_both(begin, end))


def _both(begin: str, end: str) -> str:
    return f"{begin} IS NOT NULL AND {end} IS NOT NULL"


def _instant(source: Source) -> Written:
    for name, begin, end in _durations(source):
        yield Violation(name, f"{end} = {begin}", among=_both(begin, end))


def _local(source: Source) -> Iterator[tuple[str, str]]:
    """Times of the feed to the minute: name, and SQL of the clock on the wall."""
    for column in _given(source, Role.TIME):
        if _exact(source, column.name):
            yield column.name, f'"{column.name}__local"'


def _midnight(source: Source) -> Written:
    for name, local in _local(source):
        at = f"{local} = DATE_TRUNC('day', {local})"
        yield Violation(name, at, among=f"{local} IS NOT NULL")


def _same_minute(source: Source, check: Check, _: Collection[str]) -> Written:
    """Count the times of the commonest minute of the day, where they are not few.

    Midnight has a rule of its own.
    """
    for name, local in _local(source):
        minute = f"EXTRACT(HOUR FROM {local}), EXTRACT(MINUTE FROM {local})"
        told = f"{local} <> DATE_TRUNC('day', {local})"
        each = (
            f'SELECT COUNT(*) AS n FROM "{RECORDS}" WHERE {told} '  # noqa: S608
            f"GROUP BY {minute} HAVING COUNT(*) > {check.few:d}"
        )
        yield Violation(
            name,
            f"(SELECT COALESCE(MAX(n), 0) FROM ({each}) AS minutes)",  # noqa: S608
            among=_count(told),
        )


def _same_value(source: Source, check: Check, _: Collection[str]) -> Written:
    """Count the people who have the commonest number, each person once however often met.

    Where another number is nearly as common, as with ages that are guessed in tens or with a
    program for the young, nothing stands out and none are counted.
    """
    record, person = source.contract.record_id, source.contract.person_id
    known = [_quoted(one) for one in (person, record) if one in source.given]
    for name, number, low, high in _numbers(source):
        if name in check.same:
            told = f"{number} >= {low:d}" + ("" if high is None else f" AND {number} <= {high:d}")
            people = f"COUNT(DISTINCT COALESCE({', '.join(known)}, ''))"
            each = f'SELECT {people} AS n FROM "{RECORDS}" WHERE {told} GROUP BY {number}'  # noqa: S608
            first, second = (f"COALESCE(LIST_REVERSE_SORT(LIST(n))[{at}], 0)" for at in (1, 2))
            odd = f"{first} > {check.few:d} AND {first} > {_STANDS_OUT:d} * {second}"
            yield Violation(
                name,
                f"(SELECT CASE WHEN {odd} THEN {first} ELSE 0 END FROM ({each}) AS numbers)",  # noqa: S608
                among=f"{people} FILTER (WHERE {told})",
            )


def _twelve_hours(source: Source, _: Check, __: Collection[str]) -> Written:
    """Count times of which none is after 12:59, though one of ten is from 1:00 to 5:59."""
    for name, local in _local(source):
        hour, told = f"EXTRACT(HOUR FROM {local})", _count(f"{local} IS NOT NULL")
        early, late = _count(f"{hour} BETWEEN 1 AND 5"), _count(f"{hour} >= 13")
        odd = f"{late} = 0 AND {told} >= {_LEAST_TIMES:d} AND 10 * {early} >= {told}"
        yield Violation(name, f"CASE WHEN {odd} THEN {told} ELSE 0 END", among=told)


def _outside(source: Source) -> Written:
    for name, number, low, high in _numbers(source):
        above = "" if high is None else f" OR {number} > {high:d}"
        there = f"{number} IS NOT NULL"
        yield Violation(name, f"({number} < {low:d}{above})", among=there)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _row(names: Collection[str]) -> str:
    """Tell rows apart by these columns, as one text."""
    return _text(_quoted(name) for name in names)


def _text(columns: Iterable[str]) -> str:
    texts = ", ".join(f"COALESCE({column}, '')" for column in columns)
    return f"CONCAT_WS(CHR(31), {texts})"


def _repeated(source: Source, _: Check, __: Collection[str]) -> Written:
    yield Violation(source.contract.table, f"COUNT(*) - COUNT(DISTINCT {_row(source.given)})")


def _duplicate(source: Source, _: Check, __: Collection[str]) -> Written:
    key = [_keyed(source, name) for name in source.contract.key if name in source.given]
    numbered = f'FILTER (WHERE "{source.contract.record_id}" IS NOT NULL)'
    rows = f"COUNT(DISTINCT {_row(source.given)}) {numbered}"
    beside = f" + {number_rules.shared_with(source)}" if source.contract.clock else ""
    yield Violation(
        source.contract.table, f"{rows} - COUNT(DISTINCT {_text(key)}) {numbered}{beside}"
    )


def _keyed(source: Source, name: str) -> str:
    """Write a part of a key: of a table without a clock only the month of a day is published."""
    role = source.contract.roles[name]
    if role is Role.TIME and not source.contract.clock:
        return f"STRFTIME(\"{name}__local\", '%Y-%m')"
    return fold_sql(_quoted(name)) if role in {Role.CODE, Role.PLACE} else _quoted(name)


def _alike(source: Source, check: Check, _: Collection[str]) -> Written:
    """Count numbers of records beyond the first that look like one at the same minute.

    By one column beside the clock, many records of a busy month look alike by chance.
    """
    clock, number = source.contract.clock, _quoted(source.contract.record_id)
    looks = [_quoted(name) for name in check.same if name in source.given and name != clock]
    if len(looks) > 1 and _exact(source, clock):
        local = f'"{clock}__local"'
        told = f"FILTER (WHERE {local} <> DATE_TRUNC('day', {local}) AND {number} IS NOT NULL)"
        look = _text([f"CAST({local} AS VARCHAR)", *map(fold_sql, looks)])
        numbers = f"COUNT(DISTINCT {_text([number, look])}) {told}"
        beyond = f"{numbers} - COUNT(DISTINCT {look}) {told}"
        yield Violation(source.contract.table, beyond, among=numbers)


def _reference(source: Source, _: Check, tables: Collection[str]) -> Written:
    for column in source.contract.columns:
        table, _dot, there = (column.references or "").partition(".")
        if column.name in source.mapped and table in tables:
            here = f'"{RECORDS}"."{column.name}"'
            found = f'SELECT 1 FROM "{table}" WHERE "{table}"."{there}" = {here}'  # noqa: S608
            lost = f"{here} IS NOT NULL AND NOT EXISTS ({found})"
            yield Violation(
                column.name,
                f'(SELECT COUNT(*) FROM "{RECORDS}" WHERE {lost})',  # noqa: S608
                among=_count(f'"{column.name}" IS NOT NULL'),
            )


def _empty(source: Source, _: Check, __: Collection[str]) -> Written:
    yield Violation(source.contract.table, "CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END", among="1")


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


def _of_numbers(written: number_rules.Written) -> Written:
    for subject, sql in written:
        yield Violation(subject, sql)


def _over_numbers(
    rule: Callable[[Source], number_rules.Written],
) -> Callable[[Source, Check, Collection[str]], Written]:
    """Write a rule over the numbers of a month, whatever other tables there are."""
    return lambda source, _check, _tables: _of_numbers(rule(source))


_RECORD: Mapping[str, Callable[[Source], Written]] = {
    "missing": _missing,
    "unreadable": _unreadable,
    "unmapped": _unmapped,
    "order": _order,
    "day_long": _day_long,
    "midnight": _midnight,
    "instant": _instant,
    "outside": _outside,
    "mangled": lambda source: _of_numbers(number_rules.mangled(source)),
}
_TABLE: Mapping[str, Callable[[Source, Check, Collection[str]], Written]] = {
    "repeated": _repeated,
    "duplicate": _duplicate,
    "alike": _alike,
    "same_minute": _same_minute,
    "same_value": _same_value,
    "twelve_hours": _twelve_hours,
    "reference": _reference,
    "empty": _empty,
    **{name: _over_numbers(one) for name, one in number_rules.OVER_A_MONTH.items()},
}
_OVERALL: Mapping[str, Callable[[Source, Check, Collection[Rule]], Rule]] = {
    "refused": _refused,
    "chain": _chain,
}
