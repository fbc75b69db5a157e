"""Mirrors privacy/drafting/presets.py: the default policies are those of the release plan."""

import math
from decimal import Decimal

import pytest
from pydantic import ValidationError

from data_contracts.period import PeriodKind, read_period
from data_contracts.program import load_program
from privacy.drafting.presets import (
    Calendar,
    Preset,
    Size,
    at_preset,
    calendar_of,
    cap_of,
    make_preset,
    size_of,
)
from privacy.errors import PrivacyError
from privacy.plan import make_plan
from privacy.policy import Policy
from tests.privacy.defaults import NAMES, around, preset_plans, preset_policy, sds
from tests.privacy.riverton import RIVERTON, riverton_policy

OWN = ("expected", "expected_source", "expected_clip_loss", "profile")  # a program's own figures
HALF = {
    "contacts": """
        contacts_total - - .11
        contacts_area_type area_kind,call_group - .129
        disposition disposition resolved .11
        response response_band unknown .074
        referral referral not_offered .11
        police police none .184
        naloxone naloxone not_given .203
        calls_met person_of_call first .03
        calls_area_type first_of_call,area_kind,call_group yes .05""",
    "no_contact": """
        path_area path,area_kind - .30
        path_type path,call_group - .25
        nc_response response_band not_arrived .19
        nc_police police none .26""",
}


def test_the_policy_of_riverton_is_the_medium_standard_preset() -> None:
    """Only figures of its own differ: sizes and their sources, clip loss, shares of its areas."""
    terms = riverton_policy().model_dump(mode="json")
    releases = make_preset("medium", "standard", contacts=16_000, calls=60_000)

    made = Policy.model_validate({**terms, "releases": releases}).model_dump(mode="json")

    for release in (*terms["releases"].values(), *made["releases"].values()):
        for block in release["blocks"].values():
            for field in OWN:
                block.pop(field)
    assert made == terms


def test_a_size_stated_in_public_is_what_riverton_expects() -> None:
    """Calls, less those that met somebody: 44,700 of 60,000 for 16,000 visits."""
    own = riverton_policy().releases
    made = preset_policy(Size.MEDIUM, Preset.STANDARD).releases

    for kind, release in made.items():
        for name, block in release.blocks.items():
            assert block.expected == own[kind].blocks[name].expected, (kind, name)
            assert block.expected_source


@pytest.mark.parametrize(
    ("size", "preset", "costs"),
    [
        (Size.SMALL, Preset.STRICT, {"half": "0.045", "year": "0.09"}),
        (Size.SMALL, Preset.STANDARD, {"half": "0.09", "year": "0.18"}),
        (Size.SMALL, Preset.OPEN, {"half": "0.18", "year": "0.36"}),
        (Size.MEDIUM, Preset.STRICT, {"quarter": "0.03", "year": "0.06"}),
        (Size.MEDIUM, Preset.STANDARD, {"quarter": "0.06", "year": "0.12"}),
        (Size.LARGE, Preset.STRICT, {"quarter": "0.03", "year": "0.06"}),
        (Size.LARGE, Preset.OPEN, {"quarter": "0.12", "year": "0.24"}),
    ],
)
def test_a_calendar_spends_the_cap_of_its_preset(
    size: Size, preset: Preset, costs: dict[str, str]
) -> None:
    policy = preset_policy(size, preset)

    assert {kind.value: str(one.rho) for kind, one in policy.releases.items()} == costs
    assert policy.calendar_rho == policy.cap_rho == cap_of(preset)


@pytest.mark.parametrize(
    ("size", "clips", "anchor"),
    [
        (Size.SMALL, {"half": "3", "year": "3"}, "16"),
        (Size.MEDIUM, {"quarter": "2.5", "year": "4"}, "24"),
        (Size.LARGE, {"quarter": "4", "year": "8"}, None),
    ],
)
def test_clips_go_by_size_and_a_large_program_needs_no_anchor(
    size: Size, clips: dict[str, str], anchor: str | None
) -> None:
    releases = preset_policy(size, Preset.STANDARD).releases
    year = releases[PeriodKind.YEAR].blocks

    found = {kind.value: str(one.blocks["contacts"].clip) for kind, one in releases.items()}

    assert found == clips
    assert (str(year["anchor"].clip) if "anchor" in year else None) == anchor
    assert year["contacts"].split == (0.64 if anchor else 0.74)


def test_halves_of_small_programs_have_nine_tables_of_visits_and_four_of_missed_calls() -> None:
    half = preset_policy(Size.SMALL, Preset.STANDARD).releases[PeriodKind.HALF]

    assert {name: block.split for name, block in half.blocks.items()} == {
        "contacts": 0.8,
        "no_contact": 0.2,
    }
    for name, lines in HALF.items():
        found = [
            (
                table,
                ",".join(one.dims) or "-",
                ",".join(sum(one.drop.values(), ())) or "-",
                one.share,
            )
            for table, one in half.blocks[name].tables.items()
        ]
        rows = [line.split() for line in lines.strip().splitlines()]
        assert found == [(table, dims, drop, float(share)) for table, dims, drop, share in rows]


@pytest.mark.parametrize("size", [Size.SMALL, Size.LARGE])
def test_yearly_tables_are_the_same_in_every_size(size: Size) -> None:
    """The tables of quarters and of the year are held to the plan in test_default_policy."""
    medium = preset_policy(Size.MEDIUM, Preset.STANDARD).releases
    other = preset_policy(size, Preset.STANDARD).releases

    for kind in set(medium) & set(other):
        for name, block in other[kind].blocks.items():
            assert block.tables == medium[kind].blocks[name].tables, name


def test_few_visits_are_told_once_a_year_at_the_whole_cap() -> None:
    (plan,) = preset_plans(Size.SMALL, Preset.STANDARD, Calendar.YEAR)

    assert [kind.value for kind in plan.policy.releases] == ["year"]
    assert plan.terms.rho == Decimal("0.36")
    assert all(math.isclose(planned, formula, rel_tol=0.01) for planned, formula in sds(plan))


@pytest.mark.parametrize(
    ("contacts", "size", "calendar"),
    [
        (900, Size.SMALL, Calendar.YEAR),
        (1_500, Size.SMALL, Calendar.PARTS),
        (5_999, Size.SMALL, Calendar.PARTS),
        (6_000, Size.MEDIUM, Calendar.PARTS),
        (49_999, Size.MEDIUM, Calendar.PARTS),
        (50_000, Size.LARGE, Calendar.PARTS),
    ],
)
def test_size_and_calendar_go_by_public_visits(
    contacts: int, size: Size, calendar: Calendar
) -> None:
    assert (size_of(contacts), calendar_of(contacts)) == (size, calendar)


def test_the_largest_preset_needs_the_reason_of_the_board() -> None:
    releases = make_preset("medium", "open", contacts=16_000, calls=60_000)

    with pytest.raises(ValidationError, match=r"above the standard 0.36; give the board"):
        Policy.model_validate(around(releases, cap=cap_of("open"), reason=" "))


@pytest.mark.parametrize(("contacts", "calls"), [(0, 10), (1_000, 900)])
def test_figures_without_a_missed_call_are_refused(contacts: int, calls: int) -> None:
    with pytest.raises(PrivacyError, match=r"visits needs .* more calls than that; got"):
        make_preset("small", "standard", contacts=contacts, calls=calls)


def test_shares_of_the_program_take_the_place_of_the_presets() -> None:
    own = {"contacts": {"area": {"north": 0.5, "south": 0.5}}}
    releases = make_preset("small", "standard", contacts=3_600, calls=14_000, profile=own)

    profile = Policy.model_validate(around(releases, cap=cap_of("standard"))).releases[
        PeriodKind.HALF
    ]

    assert profile.blocks["contacts"].profile["area"] == {"north": 0.5, "south": 0.5}
    assert "police" in profile.blocks["contacts"].profile
    assert "area" not in profile.blocks["no_contact"].profile


@pytest.mark.parametrize(("preset", "times"), [("strict", 0.5), ("standard", 1), ("open", 2)])
def test_a_policy_at_another_preset_keeps_all_but_its_rho(preset: str, times: float) -> None:
    policy = riverton_policy()

    other = at_preset(policy, preset)

    assert other.correction_rho == policy.correction_rho == Decimal("0.02")
    assert other.cap_rho == other.calendar_rho == cap_of(preset) + Decimal("0.02")
    for kind, release in policy.releases.items():
        assert float(other.releases[kind].rho) == pytest.approx(float(release.rho) * times)
        assert other.releases[kind].blocks == release.blocks


def test_a_policy_at_another_preset_is_never_taken_for_one_a_board_signed() -> None:
    policy = riverton_policy()

    other = at_preset(policy, "open")

    assert other.reason == "shown beside others for comparison; no board has chosen it"
    assert other.approvals == ()
    assert other.terms_sha256 != policy.terms_sha256


def test_a_rho_that_does_not_divide_stays_below_its_cap() -> None:
    """Three odd parts of an odd cap; rounded up they would cost more than the preset."""
    odd = riverton_policy().model_copy(update={"cap_rho": Decimal("0.370000001")})
    releases = {
        kind: one.model_copy(update={"rho": Decimal("0.070000001")})
        for kind, one in odd.releases.items()
    }

    other = at_preset(odd.model_copy(update={"releases": releases}), "strict")

    assert Decimal("0.199999") < other.calendar_rho <= other.cap_rho == Decimal("0.20")


@pytest.mark.parametrize("size", Size)
def test_a_program_can_be_planned_at_every_size(size: Size) -> None:
    """No table counts by something without public keys, and no share is of a key that is not."""
    program = load_program(RIVERTON)
    policy = preset_policy(size, Preset.STRICT)

    for kind in policy.releases:
        plan = make_plan(policy, program=program, period=read_period(NAMES[kind]))
        numbers = [number for block in plan.numbers.values() for number in block]
        assert not any(number.guessed for number in numbers)
        assert plan.spec.nano_rho == int(policy.releases[kind].rho * 10**9)
