"""Know what must not be collected. The chain: contract -> **source** -> rules -> judge."""

import re
from functools import cache
from importlib.resources import files

from data_contracts.configuration import parse_configuration

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def forbidden_kind(column: str) -> str | None:
    """Say what a source column holds that must not be collected, judged by its name.

    >>> forbidden_kind("Patient_DOB"), forbidden_kind("streetAddress"), forbidden_kind("Priority")
    ('birth date', 'exact address or coordinates', None)

    Args:
        column: Name of the column, as the feed writes it.

    Returns:
        The kind, in words for a message, or None where the name gives no reason to refuse.
    """
    words = _words(column)
    return next((kind for kind, pattern in _patterns().items() if pattern.search(words)), None)


def tells_of_participant(column: str) -> bool:
    """Say whether a column's name speaks of the people whom the program serves, or of one of them.

    Where a table is published exactly there is no place for such a column, whatever it holds.

    >>> tells_of_participant("Client ID"), tells_of_participant("ContactNo")
    (True, True)
    >>> tells_of_participant("Position"), tells_of_participant("Personnel cost")
    (False, False)

    Args:
        column: Name of the column, as the feed or a contract writes it.
    """
    return bool(_participant().search(_words(column)))


def _words(column: str) -> str:
    return " ".join(_WORDS.findall(column)).lower()


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(pattern) for kind, pattern in _read("forbidden").items()}


@cache
def _participant() -> re.Pattern[str]:
    return re.compile("|".join(_read("participant").values()))


def _read(name: str) -> dict[str, str]:
    """Read a file of patterns, by what they find."""
    file = f"{name}.yaml"
    found = parse_configuration(
        files("data_contracts").joinpath(file).read_bytes(), name=f"data_contracts/{file}"
    )
    return {kind: str(pattern) for kind, pattern in found.content.items()}
