"""Mirrors privacy/drafting/schema.py: the docs' JSON Schema is the policy's own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from privacy.drafting.draft import draft_policy
from privacy.drafting.schema import policy_schema, write_schema
from privacy.policy import Policy

Json = dict[str, object]


def errors(content: object) -> list[str]:
    """What the schema finds wrong, by place."""
    found = Draft202012Validator(policy_schema()).iter_errors(json.loads(json.dumps(content)))
    return [f"{'.'.join(map(str, one.absolute_path))}: {one.message}" for one in found]


def example(root: Path, name: str) -> Json:
    found: Json = yaml.safe_load((root / "examples" / name / "privacy.yaml").read_text("utf-8"))
    return found


def test_the_file_in_the_docs_is_up_to_date(root: Path) -> None:
    """`python -m privacy.drafting.schema > docs/privacy-policy.schema.json` mends it."""
    file = root / "docs" / "privacy-policy.schema.json"

    assert file.read_text(encoding="utf-8") == write_schema()


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(policy_schema())


@pytest.mark.parametrize("name", ["riverton", "tempe", "milwaukee"])
def test_every_example_policy_fits(root: Path, name: str) -> None:
    assert errors(example(root, name)) == []


def test_a_drafted_and_signed_policy_fits() -> None:
    content = yaml.safe_load(draft_policy("small", "standard", contacts=3_600, calls=14_000))
    signature = {"role": "board", "name": "A. P.", "date": "2026-01-05", "terms_sha256": "0" * 64}

    assert errors({**content, "approvals": [signature]}) == []
    assert errors({**content, "approvals": [{**signature, "terms_sha256": "abc"}]}) != []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("surprise", 1),
        ("retention.surprise", 1),
        ("releases.month", {}),
        ("releases.year.surprise", 1),
        ("releases.year.blocks.people", {}),
        ("releases.year.blocks.contacts.surprise", 1),
        ("releases.year.blocks.contacts.clip", 0.5),
        ("releases.year.blocks.contacts.tables.Big Table", {"dims": [], "share": 1}),
        ("releases.year.blocks.contacts.tables.naloxone.surprise", 1),
        ("releases.year.blocks.contacts.tables.naloxone.share", 0),
        ("releases.year.rho", "much"),
        ("unit", "visit"),
        ("retention.raw_days", 31),
    ],
)
def test_an_unknown_field_or_a_value_out_of_range_is_refused(
    root: Path, path: str, value: object
) -> None:
    """What the schema refuses, the policy refuses as well."""
    content = example(root, "tempe")
    *above, last = path.split(".")
    place = content
    for part in above:
        place = place[part]  # type: ignore[assignment]
    place[last] = value

    found = errors(content)

    assert len(found) >= 1
    assert any(line.startswith(".".join(above)) for line in found)
    with pytest.raises(ValueError, match="validation error"):
        Policy.model_validate(content)


def test_a_required_field_cannot_be_left_out(root: Path) -> None:
    content = example(root, "tempe")
    del content["retention"]

    assert errors(content) == [": 'retention' is a required property"]


def test_every_field_is_explained_in_words() -> None:
    said = {name: str(field.get("description", "")) for name, field in fields(policy_schema())}

    short = sorted(name for name, words in said.items() if len(words.split()) < 4)
    assert len(said) > 35
    assert short == []
    assert all(words.endswith(".") and "\n" not in words for words in said.values())


def test_every_field_is_on_the_page_of_the_docs(root: Path) -> None:
    page = (root / "docs" / "policy.md").read_text(encoding="utf-8")

    named = {name.partition(".")[2] for name, _ in fields(policy_schema())}

    assert {name for name in named if f"`{name}`" not in page} == set()


def fields(schema: Json) -> Iterator[tuple[str, Json]]:
    """Every property of every part, by a name that says where."""
    parts = schema["$defs"]
    assert isinstance(parts, dict)
    for name, part in {"Policy": schema, **parts}.items():
        for field, its in part.get("properties", {}).items():
            yield f"{name}.{field}", its
