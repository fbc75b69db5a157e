"""Say which fields of a configuration file do not fit, what was expected and what came.

Read with **configuration**: pydantic knows what is wrong, the document where it stands.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from data_contracts.configuration import Document, Spot

Place = tuple[int | str, ...]
Problem = tuple[Place, str]

_BRANCH = re.compile(r"(function-\w+|dict|list|tuple|set|frozenset|literal|nullable)\[.*\]")
_KEY = "[key]"  # what is wrong is a key, not its value
_MOST_TEXT = 40  # of what came, in a message
_SECRET = re.compile(r"pass|secret|token|credential|://.*@", re.IGNORECASE)
_GROUPED = re.compile(r"[-+]?\d{1,3}([.,'_]\d{3})+")
_SPOKEN = re.compile(r"yes|no|on|off|true|false", re.IGNORECASE)
_NUMBERS = {"a number", "a whole number"}
_KINDS = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text",
    "dict_type": "fields, `name: value`",
    "mapping_type": "fields, `name: value`",
    "model_type": "fields, `name: value`",
    "model_attributes_type": "fields, `name: value`",
    "tuple_type": "a list in square brackets",
    "list_type": "a list in square brackets",
    "missing": "it",
}
_LIMITS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "enum": "one of {expected}",
    "literal_error": "one of {expected}",
    "decimal_max_places": "at most {decimal_places} decimals",
    "string_too_short": "some text",
    "string_too_long": "at most {max_length} letters",
    "too_short": "a list or fields with at least {min_length}",
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "a code: a small letter, then small letters, digits or _",
    r"^https://\S+$": "an address that begins with https://",
    r"^[0-9a-f]{64}$": "a hash of 64 digits and letters a to f",
}


class MisfitError(ValueError):
    """What a form finds within its value; a `ValueError` that knows the fields.

    >>> str(MisfitError((("low",), "more than high")))
    'low: more than high'
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(
            "; ".join(f"{'.'.join(map(str, at))}: {said}" if at else said for at, said in problems)
        )


def say_misfits(
    error: ValidationError, document: "Document", model: type[BaseModel]
) -> list[Problem]:
    """Turn what pydantic says into our words, each with its place in the file.

    Where a field may have several shapes, those of the shape that it comes closest to are told.

    Args:
        error: What pydantic says.
        document: The file.
        model: The form of the whole file.

    Returns:
        One sentence a field.
    """
    found: dict[Place, dict[str, list[Problem]]] = {}
    meant: set[Place] = set()
    details = error.errors(include_url=False)
    for item in details:
        if item["type"] == "extra_forbidden":
            *above, name = item["loc"]
            known = _fields_of(model, tuple(above))
            meant |= {(*above, near) for near in get_close_matches(str(name), known, n=1)}
    for item in details:
        if item["type"] == "missing" and item["loc"] in meant:
            continue  # it is there under a name that is spelled wrongly, and told so
        if item["type"] == "too_short" and item["input"]:
            continue  # what is in it does not fit, and is told
        parts = item["loc"]
        shapes = [place for place, part in enumerate(parts) if is_shape(part)]
        field = parts[: shapes[0]] if shapes else parts
        shape = str(parts[shapes[0]]) if shapes else ""
        said = list(_say(item, document, model))
        found.setdefault(field, {}).setdefault(shape, []).extend(said)
    return [problem for shapes_of in found.values() for problem in min(shapes_of.values(), key=len)]


def is_shape(part: int | str) -> bool:
    """Whether a part of a place is pydantic's name of a shape and no key of the file."""
    return part == _KEY or _BRANCH.fullmatch(str(part)) is not None


def _say(item: "ErrorDetails", document: "Document", model: type[BaseModel]) -> Iterator[Problem]:
    kind, place, context = item["type"], item["loc"], item.get("ctx", {})
    spot, _ = document.spot(place)
    if isinstance(inner := context.get("error"), MisfitError):
        for at, said in inner.problems:
            yield (*place, *at), _end(said)
    elif kind == "missing":
        yield place[:-1], f"{str(place[-1])!r} is missing. Write it."
    elif kind == "extra_forbidden":
        yield place, _unknown(str(place[-1]), _fields_of(model, place[:-1]))
    elif kind in {"value_error", "assertion_error"}:
        said = item["msg"].removeprefix("Value error, ")
        told = spot.text is None or "got " in said or said.endswith((".", "?"))
        yield place, _end(said if told else f"{said}; got {_got(spot)}")
    else:
        yield place, _mismatch(kind, context, spot, key=_KEY in place)


def _mismatch(kind: str, context: Mapping[str, object], spot: "Spot", *, key: bool) -> str:
    """Say what was expected, what came, and the cure where the cause is known."""
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern"))
        expected = _PATTERNS.get(pattern, f"a text of the form {pattern}")
    elif kind in _LIMITS:
        words = {name: _write(value) for name, value in context.items()}
        expected = _LIMITS[kind].format(**words)
        if " or " not in expected:
            expected = expected.removeprefix("one of ")
    else:
        expected = _KINDS.get(kind, "another value")
    if key:
        return f"its name is not one that fits; {expected} is expected."
    return f"{expected} is expected; got {_got(spot)}.{_cure(kind, spot)}"


def _cure(kind: str, spot: "Spot") -> str:
    """Say how to write what was meant, where the text gives a reason to think so."""
    text = spot.text or ""
    if kind == "string_type" and text and not spot.quoted:
        why = "YAML reads it as true or false. " if _SPOKEN.fullmatch(text) else ""
        return f' {why}Put it in quotes: "{text[:_MOST_TEXT]}".'
    if kind.startswith("bool"):
        return " Write true or false, without quotes."
    return f" {_number(kind, spot)}" if _KINDS.get(kind) in _NUMBERS else ""


def _number(kind: str, spot: "Spot") -> str:
    text = spot.text or ""
    if spot.quoted:
        return "Write it without quotes."
    if _GROUPED.fullmatch(text):
        digits = re.sub(r"[.,'_]", "", text)
        return f"Write {digits}, without a mark for thousands."
    if re.fullmatch(r"0\d+", text):
        return f"Write {text.lstrip('0') or '0'}, without zeros before it."
    if re.fullmatch(r"\d+,\d+", text):
        return f"Write {text.replace(',', '.')}, with a dot."
    part = "" if kind.startswith("int") else ", with a dot where it has a part"
    return f"Write digits only{part}."


def _got(spot: "Spot") -> str:
    """Quote what the file says, unless it is long or may hold a secret."""
    text = spot.text
    if text is None:
        return "fields or a list" if spot.inside else "nothing in it"
    if not text:
        return "nothing"
    if _SECRET.search(text):
        return "a text that is not shown"
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…"


def not_known(what: str, name: str, known: Iterable[str]) -> str:
    """Say that there is no such thing, and which one is meant or which there are.

    >>> not_known("measure", "visit", ["visits", "calls"])
    "there is no such measure. Is 'visits' meant?"

    Args:
        what: What it is called, as `measure`.
        name: The name in the file.
        known: The names that there are.
    """
    if near := get_close_matches(name, known := list(known), n=1):
        return f"there is no such {what}. Is {near[0]!r} meant?"
    return f"there is no such {what}. Choose from {', '.join(known)}."


def _unknown(name: str, known: list[str]) -> str:
    return not_known("field", name, known) if known else "there is no such field. Take it out."


def _fields_of(model: type[BaseModel], place: Place) -> list[str]:
    """List the fields that the form has at a place, by the names that files use."""
    at: object = model
    for part in place:
        if is_shape(part):
            continue
        at = _within(at, str(part))
    found = next(_models(at), None)
    if found is None:
        return []
    return [field.alias or name for name, field in found.model_fields.items()]


def _within(at: object, part: str) -> object:
    for model in _models(at):
        for name, field in model.model_fields.items():
            if part in {name, field.alias}:
                return field.annotation
    return at  # a key of a mapping or a place in a list: the form of what it holds


def _models(at: object) -> Iterator[type[BaseModel]]:
    if isinstance(at, type) and issubclass(at, BaseModel):
        yield at
    for one in get_args(at):
        yield from _models(one)


def _write(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _end(said: str) -> str:
    return said if said.endswith((".", "?")) else f"{said}."
