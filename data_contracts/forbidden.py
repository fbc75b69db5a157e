"""Know what must not be collected. The chain: contract -> **source** -> rules -> judge."""

import re
from functools import cache
from importlib.resources import files

import yaml

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
    words = " ".join(_WORDS.findall(column)).lower()
    return next((kind for kind, pattern in _patterns().items() if pattern.search(words)), None)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    text = files("data_contracts").joinpath("forbidden.yaml").read_text(encoding="utf-8")
    return {kind: re.compile(pattern) for kind, pattern in yaml.safe_load(text).items()}
