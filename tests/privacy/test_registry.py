"""Mirrors privacy/registry.py: every card is an entry that the OpenDP registry would take."""

import copy
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from data_contracts.period import read_period
from data_contracts.program import load_program
from privacy.chain import Row
from privacy.facts import state_facts
from privacy.measurements import Measurements
from privacy.plan import make_plan
from privacy.policy import Status, load_policy
from privacy.registry import describe
from tests.conftest import ROOT
from tests.privacy.published import Published
from tests.privacy.small import AFTER

EXAMPLES = {
    "riverton": ("2025-Q1", "FY2025"),
    "milwaukee": ("FY2025",),
    "tempe": ("FY2019",),
}
TIER = 3


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The vendored schema; see its first lines for where it comes from."""
    text = (ROOT / "privacy" / "registry.schema.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def check(entry: object, schema: dict[str, Any]) -> None:
    checker = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(entry)


def fields(schema: dict[str, Any], *, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every field that an entry of tier 3 fills in."""
    for name, about in schema.get("properties", {}).items():
        here = (*path, name)
        if about.get("tier", TIER + 1) <= TIER:
            yield here
        else:
            yield from fields(about, path=here)


def at(entry: object, path: tuple[str, ...]) -> object:
    for name in path:
        entry = entry[name] if isinstance(entry, dict) else None
    return entry


def entries() -> Iterator[tuple[str, dict[str, object]]]:
    """The entry of every release that an example's policy plans."""
    for example, periods in EXAMPLES.items():
        folder = ROOT / "examples" / example
        program, policy = load_program(folder), load_policy(folder / "privacy.yaml")
        for name in periods:
            period = read_period(name, fiscal_year_start=program.fiscal_year_start)
            plan = make_plan(policy, program=program, period=period)
            facts = state_facts(plan, status=Status.EXERCISE)
            measured = Measurements(plan.spec, policy.terms, facts, noisy=())
            yield f"{example} {name}", describe(measured, policy, seat=seat(name))


def seat(release: str) -> Row:
    return Row(
        seq=1, release=release, fiscal_year="FY2025", nano_rho=60_000_000, terms_sha256="a" * 64,
        outputs={}, previous="0" * 64, date=AFTER.isoformat(),
    )  # fmt: skip


def test_the_card_of_a_release_is_an_entry_of_tier_3(
    published: Published, schema: dict[str, Any]
) -> None:
    entry = json.loads(published.card.read_text())["registry"]

    check(entry, schema)

    assert (entry["tier"], entry["status"]) == (TIER, "Draft")
    deployment = entry["deployment"]
    assert dt.date.fromisoformat(deployment["basic"]["publication_date"]) == AFTER
    assert deployment["dp_variant"]["variant_name"] == "Zero-concentrated DP"
    assert deployment["privacy_loss"]["privacy_parameters"] == {
        "rho": 0.12,
        "epsilon": pytest.approx(2.3658, abs=1e-4),
        "delta": 1e-6,
    }


@pytest.mark.parametrize(("name", "entry"), entries(), ids=lambda one: str(one)[:24])
def test_every_example_makes_entries_that_fill_every_field_of_tier_3(
    name: str, entry: dict[str, object], schema: dict[str, Any]
) -> None:
    wanted = [*fields(schema)]

    check(entry, schema)

    assert len(wanted) > 25, name
    assert [path for path in wanted if not at(entry, path)] == []


def test_a_field_that_the_registry_does_not_know_is_refused(
    published: Published, schema: dict[str, Any]
) -> None:
    """So the card keeps what is ours beside it, in a part of its own."""
    right = json.loads(published.card.read_text())["registry"]
    places: list[tuple[str, ...]] = [(), ("deployment",)]
    places += [("deployment", part) for part in right["deployment"]]

    for place in places:
        wrong = copy.deepcopy(right)
        found = at(wrong, place)
        assert isinstance(found, dict)
        found["ours"] = "a field too many"
        with pytest.raises(jsonschema.ValidationError, match="'ours' was unexpected"):
            check(wrong, schema)
    assert len(places) == 9


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("deployment", "basic", "publication_date"), "last Tuesday"),
        (("deployment", "basic", "data_curators"), []),
        (("deployment", "dp_variant", "variant_name"), "zCDP"),
        (("tier",), 4),
    ],
)
def test_a_value_that_the_registry_does_not_know_is_refused(
    published: Published, schema: dict[str, Any], path: tuple[str, ...], wrong: object
) -> None:
    entry = json.loads(published.card.read_text())["registry"]
    found = at(entry, path[:-1])
    assert isinstance(found, dict)
    found[path[-1]] = wrong

    with pytest.raises(jsonschema.ValidationError):
        check(entry, schema)


def test_the_schema_names_its_source_and_its_licence() -> None:
    head = (ROOT / "privacy" / "registry.schema.yaml").read_text(encoding="utf-8")[:2000]

    assert "github.com/opendp/deployments-registry-data at commit 3e9c812a" in head
    assert "MIT License. Copyright (c) 2025 OpenDP" in head
