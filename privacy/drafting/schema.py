"""Describe `privacy.yaml` for people and editors: JSON Schema, made from the policy's own fields.

`python -m privacy.drafting.schema > docs/privacy-policy.schema.json` writes it anew.
"""

import json
import sys

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from privacy.policy import Policy

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LIMITS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


class _Readable(GenerateJsonSchema):
    """Decimals are written as the numbers that people type."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        limits = {_LIMITS[key]: _number(value) for key, value in schema.items() if key in _LIMITS}
        if "exclusiveMinimum" in limits:
            limits.pop("minimum", None)
        return {"type": "number", **limits}


def policy_schema() -> dict[str, object]:
    """Make the JSON Schema of `privacy.yaml`.

    It says which fields there are, what each means and which values it can have. That shares add
    to 1 and that the calendar fits its cap only `load_policy` checks.

    Returns:
        A schema of draft 2020-12; a field that it does not name is refused.
    """
    made = Policy.model_json_schema(schema_generator=_Readable)
    return {"$schema": _DIALECT, **_tidy(made), "title": "privacy.yaml"}


def write_schema() -> str:
    """Write the schema as the docs keep it.

    Returns:
        JSON text with a line break at its end.
    """
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"


def _number(limit: object) -> float:
    number = float(str(limit))
    return int(number) if number.is_integer() else number


def _tidy(node: dict[str, object]) -> dict[str, object]:
    """Close every mapping, put each description in one line, drop titles that repeat the name."""
    found = {key: _tidy_value(value) for key, value in node.items()}
    if isinstance(found.get("title"), str):
        del found["title"]
    if "patternProperties" in found:
        found["additionalProperties"] = False
    if isinstance(said := found.get("description"), str):
        found["description"] = " ".join(said.split())
    return found


def _tidy_value(value: object) -> object:
    if isinstance(value, dict):
        return _tidy(value)
    return [_tidy_value(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.stdout.write(write_schema())
