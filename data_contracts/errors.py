"""The one error of this room, and how it speaks of a file that does not fit."""

import re
from collections.abc import Iterator
from datetime import date

from pydantic import ValidationError

_BRANCH = re.compile(r"(function-\w+|dict|list|tuple|set|frozenset|literal|nullable)\[.*\]")


class ContractError(Exception):
    """Somebody's file, code list, source or program directory does not keep its promise.

    The message names columns, rules and files, never a value of a record.
    """


def explain(file: str, error: Exception) -> str:
    """Say in one line which fields of a configuration file are wrong.

    Args:
        file: Name of the file, as the reader knows it.
        error: What pydantic or the constructor said.

    Returns:
        One sentence for every field, without the values.
    """
    if not isinstance(error, ValidationError):
        return f"{file} is not a mapping of fields. See the example in examples/."
    return f"{file} does not fit. {'; '.join(_problems(error))}."


def _problems(error: ValidationError) -> Iterator[str]:
    """Name fields; where a field may have several shapes, by the shape that it comes closest to."""
    found: dict[tuple[int | str, ...], dict[str, list[str]]] = {}
    for item in error.errors():
        parts = item["loc"]
        shapes = [place for place, part in enumerate(parts) if _BRANCH.fullmatch(str(part))]
        field = parts[: shapes[0]] if shapes else parts
        shape = str(parts[shapes[0]]) if shapes else ""
        named = ".".join(_write(p) for place, p in enumerate(parts) if place not in shapes)
        said = item["msg"].removeprefix("Value error, ")  # our own words need no such heading
        found.setdefault(field, {}).setdefault(shape, []).append(
            f"{named}: {said}" if named else said
        )
    for by_shape in found.values():
        yield from min(by_shape.values(), key=len)


def _write(part: object) -> str:
    """Write a key of a mapping as the file has it; a date is not the call that makes one.

    >>> _write(date(2023, 1, 1)), _write("datetime.date(2023, 1, 1)"), _write(0)
    ('2023-01-01', '2023-01-01', '0')
    """
    made = re.fullmatch(r"datetime\.date\((\d+), (\d+), (\d+)\)", str(part))
    return date(*map(int, made.groups())).isoformat() if made else str(part)
