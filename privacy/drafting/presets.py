"""Make the default policies: by size of program and by preset of rho. Comes before **policy**.

Everything is fixed in `presets.yaml` before a record is read; only how many records to expect is
the program's own, from public figures.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from data_contracts.period import PeriodKind
from privacy.errors import PrivacyError
from privacy.policy import CALENDAR, NANO, Policy
from privacy.spec import ANCHOR, CONTACTS, SURVEYS

PLANNING_ONLY = "shown beside others for comparison; no board has chosen it"
_FILE = Path(__file__).with_name("presets.yaml")
_DIGITS = 3  # of a public figure that a policy states

Shares = Mapping[str, float]


class Size(StrEnum):
    """How large a program is, by visits a year."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Preset(StrEnum):
    """How much one participant may cost in a fiscal year."""

    STRICT = "strict"
    STANDARD = "standard"
    OPEN = "open"


class Calendar(StrEnum):
    """Quarters or halves and a year, or one yearly release at the whole cap."""

    PARTS = "parts"
    YEAR = "year"


class _Fixed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Anchor(_Fixed):
    clip: Decimal
    loss: float


class _Size(_Fixed):
    below: int | None = None
    calendar: Mapping[PeriodKind, str]
    clips: Mapping[PeriodKind, Decimal]
    losses: Mapping[PeriodKind, float]
    anchor: _Anchor | None = None


class _Expected(_Fixed):
    visits_a_met_call: float
    persons_a_visit: float
    surveys_a_visit: float


class _Presets(_Fixed):
    caps: Mapping[Preset, Decimal]
    sizes: Mapping[Size, _Size]
    least_with_parts: int
    splits: Mapping[PeriodKind, Mapping[str, Decimal]]
    shares: Mapping[PeriodKind, Mapping[str, Shares]]
    expected: _Expected
    sources: Mapping[str, str]
    other_losses: Mapping[str, float]
    tables: Mapping[str, Mapping[str, object]]
    profile: Mapping[str, Mapping[str, Shares]]


def size_of(contacts: int) -> Size:
    """Choose the size of a program.

    >>> [size_of(visits).value for visits in (3_600, 16_000, 120_000)]
    ['small', 'medium', 'large']

    Args:
        contacts: Visits to expect in a year, from public figures.
    """
    sizes = _presets().sizes
    return next(one for one, its in sizes.items() if its.below is None or contacts < its.below)


def calendar_of(contacts: int) -> Calendar:
    """Choose the calendar of a program; few visits are better told once a year.

    >>> calendar_of(1_499).value, calendar_of(1_500).value
    ('year', 'parts')

    Args:
        contacts: Visits to expect in a year, from public figures.
    """
    return Calendar.YEAR if contacts < _presets().least_with_parts else Calendar.PARTS


def cap_of(preset: str) -> Decimal:
    """Look up what a preset allows one participant in a fiscal year, in rho, uncorrected.

    >>> cap_of("standard")
    Decimal('0.36')
    """
    return _presets().caps[Preset(preset)]


def make_preset(
    size: str,
    preset: str,
    *,
    contacts: int,
    calls: int,
    calendar: str = Calendar.PARTS,
    profile: Mapping[str, Mapping[str, Shares]] | None = None,
) -> dict[str, object]:
    """Make the `releases` section of a policy.

    Args:
        size: `small`, `medium` or `large`: tables, clips, and halves or quarters.
        preset: `strict`, `standard` or `open`: the cap.
        contacts: Visits to expect in a year, from public figures.
        calls: Calls for service to expect in a year, from public figures.
        calendar: `parts` (quarters or halves, and a year) or `year` (one release at the whole cap).
        profile: Public shares of the program's own, by block and dimension; they take the place of
            the presets', which publish no areas.

    Returns:
        Plain values, as `privacy.yaml` would have them; sizes are rounded to three digits.

    Raises:
        PrivacyError: The figures leave no call without a visit.
    """
    fixed = _presets().sizes[Size(size)]
    yearly = _expect(contacts=contacts, calls=calls)
    parts = fixed.calendar if Calendar(calendar) is Calendar.PARTS else {PeriodKind.YEAR: "1"}
    return {
        kind.value: {
            "rho": float(Fraction(cap_of(preset)) * Fraction(part)),
            "per_year": CALENDAR[kind],
            "blocks": dict(_blocks(fixed, kind, yearly=yearly, profile=profile or {})),
        }
        for kind, part in parts.items()
    }


def at_preset(policy: Policy, preset: str) -> Policy:
    """Put a policy at another preset, to show boards what each would buy.

    Args:
        policy: Any policy; its shares, splits and clips stay.
        preset: `strict`, `standard` or `open`.

    Returns:
        The policy with every rho in proportion and the correction kept, unsigned. Where it has no
        reason it gets one that says it is for planning only.
    """
    cap = cap_of(preset)
    times = Fraction(cap) / Fraction(policy.cap_rho - policy.correction_rho)
    releases = {
        kind: terms.model_copy(update={"rho": _round_down(Fraction(terms.rho) * times)})
        for kind, terms in policy.releases.items()
    }
    changes = {
        "cap_rho": cap + policy.correction_rho,
        "reason": policy.reason.strip() or PLANNING_ONLY,
        "releases": releases,
        "approvals": (),
    }
    return Policy.model_validate(policy.model_copy(update=changes).model_dump())


def _round_down(rho: Fraction) -> Decimal:
    """Round to whole nano-rho, so that a calendar never exceeds its cap."""
    return Decimal(rho.numerator * NANO // rho.denominator) / NANO


def _expect(*, contacts: int, calls: int) -> dict[str, float]:
    """Say how many records a year has in every block."""
    rates = _presets().expected
    missed = calls - contacts / rates.visits_a_met_call
    if contacts < 1 or missed < 1:
        raise PrivacyError(
            f"A year of {contacts:,} visits needs at least 1 visit and more calls than that; "
            f"got {calls:,} calls. Give both from public figures, calls that met nobody included."
        )
    return {
        CONTACTS: contacts,
        "no_contact": missed,
        "persons": contacts * rates.persons_a_visit,
        ANCHOR: contacts,
        SURVEYS: contacts * rates.surveys_a_visit,
    }


def _blocks(
    fixed: _Size,
    kind: PeriodKind,
    *,
    yearly: Mapping[str, float],
    profile: Mapping[str, Mapping[str, Shares]],
) -> Iterator[tuple[str, dict[str, object]]]:
    found = _presets()
    for name, split in _splits(fixed, kind).items():
        clip, loss = _clip(fixed, kind, name)
        shares = {**found.profile.get(name, {}), **profile.get(name, {})}
        yield (
            name,
            {
                "split": _plain(split),
                "clip": _plain(clip),
                "expected": _rounded(yearly[name] / CALENDAR[kind]),
                "expected_source": found.sources[name],
                "expected_clip_loss": loss,
                **(
                    {"profile": {dim: _plain_all(one) for dim, one in shares.items()}}
                    if shares
                    else {}
                ),
                "tables": {
                    table: _with_share(found.tables[table], share)
                    for table, share in found.shares[kind][name].items()
                },
            },
        )


def _splits(fixed: _Size, kind: PeriodKind) -> dict[str, Decimal]:
    """Parts of the release by block; without an anchor its part goes to the visits."""
    splits = dict(_presets().splits[kind])
    if fixed.anchor is None:
        splits[CONTACTS] += splits.pop(ANCHOR, Decimal(0))
    return splits


def _clip(fixed: _Size, kind: PeriodKind, block: str) -> tuple[Decimal, float]:
    if block == CONTACTS:
        return fixed.clips[kind], fixed.losses[kind]
    if block == ANCHOR and fixed.anchor:
        return fixed.anchor.clip, fixed.anchor.loss
    return Decimal(1), _presets().other_losses[block]


def _with_share(words: Mapping[str, object], share: float) -> dict[str, object]:
    """Put the share where the sample's policy has it: before the title."""
    title = {"title": words["title"]} if "title" in words else {}
    return {
        **{key: value for key, value in words.items() if key != "title"},
        "share": share,
        **title,
    }


def _rounded(figure: float) -> int:
    """Write a public figure with three digits, at least 1.

    >>> _rounded(11_175.9), _rounded(42.4), _rounded(0.2)
    (11200, 42, 1)
    """
    return max(1, round(float(f"{figure:.{_DIGITS}g}")))


def _plain(number: Decimal | float) -> float:
    return int(number) if number == int(number) else float(number)


def _plain_all(shares: Shares) -> dict[str, float]:
    return {key: _plain(share) for key, share in shares.items()}


@cache
def _presets() -> _Presets:
    return _Presets.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
