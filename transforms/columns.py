"""Write the SQL that turns a feed's columns into a contract's.

The chain: **land** (for the clock) -> **judge** -> strip -> code -> link.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from data_contracts.contract import Role
from data_contracts.feed import Format, Precision, Source
from data_contracts.program import Program
from data_contracts.spelling import tidy
from transforms.engine import quoted

_FIRST_YEAR = 1900  # before it no record was made


@dataclass(frozen=True, slots=True)
class Columns:
    """Expressions over a feed's own columns, by the name that each gets; and their values."""

    sql: Mapping[str, str]
    values: Mapping[str, str]

    def selected(self) -> str:
        """Write them as the columns of a SELECT."""
        return ",\n        ".join(f"{sql} AS {quoted(name)}" for name, sql in self.sql.items())


def texts(source: Source) -> Columns:
    """Write every contract column that a feed gives as text.

    Blanks are trimmed and folded to one, case is kept, values that mean "not recorded" in the file
    or in that column are NULL however their case is written, constants are filled in.

    Args:
        source: The feed.

    Returns:
        One expression a column, under its contract name.
    """
    nulls = {f"null_{n:d}": _folded(value) for n, value in enumerate(source.format.nulls)}
    sql, values = {}, dict[str, str](nulls)
    for name in source.given:
        if name in source.constants:
            sql[name] = f"${name}_constant"
            values[f"{name}_constant"] = source.constants[name]
        else:
            clean = f"trim(regexp_replace({quoted(source.mapped[name])}, '[\\s\\pZ]+', ' ', 'g'))"
            told = express_number(clean, source.format) if _is_number(source, name) else clean
            column = source.columns[source.mapped[name]]
            own = {f"{name}_null_{n:d}": _folded(value) for n, value in enumerate(column.nulls)}
            nothing = ", ".join(["''", *(f"${null}" for null in (*nulls, *own))])
            sql[name] = f"CASE WHEN lower({clean}) NOT IN ({nothing}) THEN {told} END"
            values |= own
    return Columns(sql=sql, values=values)


def _is_number(source: Source, name: str) -> bool:
    column = source.column(name)
    measured = source.contract.column(name).role is Role.MEASURE
    return measured or (column is not None and column.bands)


def express_number(text: str, form: Format) -> str:
    """Write a number as SQL reads it; in quotes, and so unreadable, what may be another number.

    Args:
        text: SQL of a text, blanks trimmed.
        form: The marks that the feed writes.

    Returns:
        SQL of a text: digits and a point, or the same text in quotes.
    """
    point, mark = form.decimal or ".", form.thousands
    sign = "''" if mark == "'" else mark  # as a text of SQL has it
    whole = "[0-9]+" if mark is None else f"([0-9]+|[0-9]{{1,3}}([{sign}][0-9]{{3}})+)"
    money = "" if (form.decimal, mark) == (None, None) else "[$€£]? ?"
    fits = f"regexp_full_match({text}, '[-+]?{money}({whole}([{point}][0-9]*)?|[{point}][0-9]+)')"
    if (form.decimal, mark) == (None, None):
        fits += f" AND NOT regexp_full_match({text}, '[-+]?[1-9][0-9]{{0,2}}[.][0-9]{{3}}')"
    plain = f"regexp_replace({text}, '[^-+0-9{point}]', '', 'g')"
    return f"CASE WHEN {fits} THEN replace({plain}, '{point}', '.') ELSE '\"' || {text} || '\"' END"


def clocks(source: Source, *, program: Program) -> Columns:
    """Write what the times of a feed say, over its texts.

    A date has no zone: it stays the day that was written. `exact` is false for a date, for
    midnight, which stands for a time that nobody wrote down, and for an hour that a change of
    clocks repeats or skips: no duration may be made from those.

    Args:
        source: The feed.
        program: Gives the zone of its months, and of times whose source names none.

    Returns:
        For every time given: `<name>__at` in UTC and `<name>__local` in the program's zone, both
        TIMESTAMP and NULL where the text cannot be read; `<name>__exact`, true or not.
    """
    sql: dict[str, str] = {}
    values: dict[str, str] = {}
    for name in source.contract.named(Role.TIME):
        column = source.column(name)
        if column is None or column.format is None:
            continue
        form, zone, home = (f"{name}_{what}" for what in ("format", "zone", "home"))
        written = f"try_strptime({quoted(name)}, ${form})"
        # %Y takes 25 for the year 25: what lies before any record was made is not read.
        read = f"(CASE WHEN year({written}) >= {_FIRST_YEAR:d} THEN {written} END)"
        offset = "%z" in column.format or "%Z" in column.format
        values[form] = column.format
        if column.precision is Precision.DATE:
            day = f"timezone('UTC', {read})" if offset else read
            local, moment, exact = day, day, "false"
        else:
            values[home] = program.time_zone
            instant = read if offset else f"timezone(${zone}, {read})"
            local, moment = f"timezone(${home}, {instant})", f"timezone('UTC', {instant})"
            exact = f"{local} <> date_trunc('day', {local})"
            if not offset:
                values[zone] = column.zone or program.time_zone
                exact += f" AND {_once(read, zone)}"
        sql |= {f"{name}__local": local, f"{name}__at": moment, f"{name}__exact": exact}
    return Columns(sql=sql, values=values)


def _once(read: str, zone: str) -> str:
    """Write whether a time was shown exactly once by the clocks of its zone."""
    instant = f"timezone(${zone}, {read})"
    times = [instant, f"{instant} - INTERVAL '1' HOUR", f"{instant} + INTERVAL '1' HOUR"]
    shown, before, after = (f"timezone(${zone}, {one})" for one in times)
    return f"{shown} = {read} AND {before} <> {read} AND {after} <> {read}"


def _folded(value: str) -> str:
    return " ".join(tidy(value).split()).lower()
