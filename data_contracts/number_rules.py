"""Write the rules over numbers of records and people. The chain: contract -> source -> **rules**.

A number that was given twice, that a spreadsheet spoilt or that stands for many people at once
merges units or splits them, and so changes what is promised: each of these rules blocks. Beside
`records` they read

- `numbers_shared`: numbers and clocks of the month's records of other feeds of one numbering;
- `numbers_elsewhere`: numbers of the records of the fiscal year's other months;
- `suspects`: `rule`, `name` and `written` of every number that `find_suspects` or `find_heavy`
  found and nobody cleared.
"""

from collections.abc import Callable, Iterator, Mapping

from data_contracts.feed import Source
from data_contracts.identifiers import Fold

Written = Iterator[tuple[str, str]]  # what the rule is about, and its SQL

SHARED, ELSEWHERE, SUSPECTS = "numbers_shared", "numbers_elsewhere", "suspects"
TWO_WAYS, IMPLAUSIBLE = "two_ways", "implausible"

# A number stands on an implausible share of a month's visits if it comes more often than once a
# day, or more often than every second day and on more than one of ten visits. Somebody who is met
# every other day in a small town is below both; a word or number that a form fills in is not.
DAILY, EVERY_SECOND_DAY, ONE_OF = 31, 15, 10

# What a form is filled in with is suspect on its third visit: a date of birth, one digit
# throughout, digits counted up, or a word where nine of ten numbers have digits.
TWICE = 2
_BORN = "(19[0-9]{2}|20[01][0-9])"
_DAY = "[0-9]{1,2}"
_DATE = f"^({_DAY}/{_DAY}/[0-9]{{2,4}}|{_DAY}-{_DAY}-{_BORN}|{_BORN}[/-]{_DAY}[/-]{_DAY})$"
_ONE_DIGIT = "|".join(f"{digit}{{5,}}" for digit in range(9))
_FILLER = f"^({_ONE_DIGIT}|9{{3,}}|0?12345(6(7(8(90?)?)?)?)?)$"
_HAS_DIGIT = "\\pN"

_SCIENTIFIC = "^[0-9]([.,][0-9]+)?[eE][+-][0-9]{1,3}$"
_DECIMAL = "^[0-9]+[.,]0+$"
_LONG, _ROUNDED = "^[0-9]{16,}$", "^[0-9]{15}0+$"  # a spreadsheet keeps 15 digits (IEEE 754)


def mangled(source: Source) -> Written:
    """Find numbers that a spreadsheet wrote its own way: 2.03E+10, 45231.0."""
    for name in _numbers(source):
        forms = [_SCIENTIFIC] if Fold.POINT in source.alike(name) else [_SCIENTIFIC, _DECIMAL]
        matched = " OR ".join(f"regexp_matches(\"{name}\", '{form}')" for form in forms)
        yield name, f'"{name}" IS NOT NULL AND ({matched})'


def rounded(source: Source) -> Written:
    """Find long numbers whose last digits are all zero: where most are, it was no chance."""
    for name in _numbers(source):
        short, long = (
            f"COUNT(*) FILTER (WHERE regexp_matches(\"{name}\", '{form}'))"
            for form in (_ROUNDED, _LONG)
        )
        yield name, f"CASE WHEN 2 * {short} > {long} THEN {short} ELSE 0 END"


def reused(source: Source) -> Written:
    """Find records whose number also stands on one more than an hour away."""
    number, clock = f'"{source.contract.record_id}"', f'"{source.contract.clock}__at"'
    if source.contract.clock:
        rows = (
            f"SELECT {number} AS n, {clock} AS moment, 1 AS own FROM records UNION ALL "  # noqa: S608
            f"SELECT {number}, {clock}, 0 FROM {SHARED}"
        )
        apart = (
            f"SELECT SUM(own) AS found FROM ({rows}) AS every_row WHERE n IS NOT NULL "  # noqa: S608
            "GROUP BY n HAVING MAX(moment) > MIN(moment) + INTERVAL '1' HOUR"
        )
        total = "SELECT CAST(COALESCE(SUM(found), 0) AS BIGINT)"
        yield source.contract.table, f"({total} FROM ({apart}) AS apart)"


def restarted(source: Source) -> Written:
    """Find records whose number stands in another month of the fiscal year too."""
    number = f'"{source.contract.record_id}"'
    if source.contract.clock:
        again = (
            f"SELECT COUNT(*) FROM records WHERE {number} IN "  # noqa: S608
            f"(SELECT {number} FROM {ELSEWHERE})"
        )
        yield source.contract.table, f"({again})"


def two_ways(source: Source) -> Written:
    """Find numbers that differ from another one in case, blanks, signs, zeros or `.0` only."""
    for name in _numbers(source):
        if (column := source.column(name)) is not None and column.alike is None:
            yield name, _suspects(TWO_WAYS, name)


def implausible(source: Source) -> Written:
    """Find client numbers that stand on an implausible share of the month's visits."""
    if (name := source.contract.person_id) and name in source.mapped:
        yield name, _suspects(IMPLAUSIBLE, name)


def find_suspects(name: str, *, beside: str) -> str:
    """Write the query for numbers that may be another one, written another way.

    Args:
        name: Column of numbers of `records`.
        beside: Relation with the same column, of other feeds and months of its numbering.

    Returns:
        A SELECT of what is written.
    """
    rough = "regexp_replace(lower(written), '\\s', '', 'g')"
    rough = f"regexp_replace({rough}, '^([0-9]+)[.,]0+$', '\\1')"
    rough = f"regexp_replace({rough}, '(^|[a-z])[-_./#]+([0-9])', '\\1\\2', 'g')"
    rough = f"regexp_replace({rough}, '(^|[^0-9])0+([0-9])', '\\1\\2', 'g')"
    return f"""
        WITH forms AS (
            SELECT "{name}" AS written FROM records
            UNION
            SELECT "{name}" AS written FROM {beside}
        ),
        rough AS (SELECT written, {rough} AS rough FROM forms WHERE written IS NOT NULL)
        SELECT written
        FROM (SELECT written, COUNT(*) OVER (PARTITION BY rough) AS forms_of_it FROM rough) AS told
        WHERE forms_of_it > 1
    """  # noqa: S608


def find_heavy(source: Source) -> str:
    """Write the query for client numbers that stand on more visits of `records` than they should.

    Args:
        source: A feed that gives client numbers.

    Returns:
        A SELECT of what is written, and on how many visits.
    """
    person, visit = f'"{source.contract.person_id}"', f'"{source.contract.record_id}"'
    return f"""
        WITH told AS (
            SELECT
                MIN({person}) AS written,
                COUNT(DISTINCT {visit}) AS visits,
                NOT regexp_matches(MIN({person}), '{_HAS_DIGIT}') AS word,
                regexp_matches(MIN({person}), '{_DATE}')
                    OR regexp_matches(replace(MIN({person}), '-', ''), '{_FILLER}') AS filled_in
            FROM records WHERE {person} IS NOT NULL GROUP BY lower({person})
        )
        SELECT written, visits
        FROM told
        WHERE visits > {DAILY:d}
            OR (visits > {EVERY_SECOND_DAY:d}
                AND visits * {ONE_OF:d} > (SELECT COUNT(DISTINCT {visit}) FROM records))
            OR (visits > {TWICE:d} AND (filled_in OR (word
                AND {ONE_OF:d} * (SELECT COUNT(*) FROM told WHERE word)
                    <= (SELECT COUNT(*) FROM told))))
    """  # noqa: S608


def shared_with(source: Source) -> str:
    """Write how many records have a number that another feed of the numbering has too."""
    number = f'"{source.contract.record_id}"'
    return (
        f"(SELECT COUNT(*) FROM records WHERE {number} IN "  # noqa: S608
        f"(SELECT {number} FROM {SHARED}))"
    )


def _numbers(source: Source) -> tuple[str, ...]:
    return tuple(name for name in source.numbers if name in source.mapped)


def _suspects(rule: str, name: str) -> str:
    return f"(SELECT COUNT(*) FROM {SUSPECTS} WHERE rule = '{rule}' AND name = '{name}')"  # noqa: S608


OVER_A_MONTH: Mapping[str, Callable[[Source], Written]] = {
    "rounded": rounded,
    "reused": reused,
    "restarted": restarted,
    TWO_WAYS: two_ways,
    IMPLAUSIBLE: implausible,
}
