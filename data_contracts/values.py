"""Kinds of value that configuration files hold, each read in one way only. Read with **feed**."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, Strict

Language = Literal["en", "es"]
_DIGITS = re.compile(r"(0|[1-9]\d*)(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_day(found: object) -> date:
    """Read a day, written YYYY-MM-DD.

    >>> read_day("2024-02-29")
    datetime.date(2024, 2, 29)

    Args:
        found: What the file says.

    Raises:
        ValueError: It is written in another way, or there is no such day.
    """
    if isinstance(found, date):
        return found
    if not isinstance(found, str) or not _DAY.fullmatch(found):
        raise ValueError("a day is expected, written YYYY-MM-DD as 2025-03-31")
    try:
        return date.fromisoformat(found)
    except ValueError:
        raise ValueError("there is no such day; month 01 to 12, then the day") from None


def read_month(found: object) -> str:
    """Read a month, written YYYY-MM.

    >>> read_month("2024-02")
    '2024-02'

    Args:
        found: What the file says.

    Raises:
        ValueError: It is written in another way, or there is no such month.
    """
    if not isinstance(found, str) or not re.fullmatch(r"(?!0000)\d{4}-(0[1-9]|1[0-2])", found):
        raise ValueError("a month is expected, written YYYY-MM as 2025-03")
    return found


def plain_number(found: object) -> object:
    """Let only numbers become exact decimals, or their digits, as our own JSON has them.

    >>> plain_number("0.36")
    '0.36'

    Args:
        found: What the file says.

    Raises:
        ValueError: It is a truth value, or text that somebody may read as another number.
    """
    digits = isinstance(found, str) and _DIGITS.fullmatch(found)
    if not digits and (isinstance(found, bool) or not isinstance(found, int | float | Decimal)):
        raise ValueError("a number is expected, with a dot for the part, as 0.36")
    return found


def _some_text(found: str) -> str:
    if not found.strip():
        raise ValueError("some text is expected")
    return found


def _both(found: Mapping[Language, str]) -> Mapping[Language, str]:
    if missing := {"en", "es"} - set(found):
        raise ValueError(f"English and Spanish are both needed; {', '.join(missing)} is missing")
    return found


def _two_words(found: Mapping[str, str]) -> Mapping[str, str]:
    if set(found) != {"en", "es"}:
        raise ValueError("English and Spanish are both needed, as `en` and `es`, and nothing else")
    return found


Day = Annotated[date, BeforeValidator(read_day)]
Month = Annotated[str, BeforeValidator(read_month)]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Truth = Annotated[bool, Strict()]
Text = Annotated[str, Field(min_length=1), AfterValidator(_some_text)]
Words = Annotated[Mapping[Language, Text], AfterValidator(_both)]
About = Annotated[Mapping[str, Text], AfterValidator(_two_words)]
