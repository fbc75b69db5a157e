"""Mirrors privacy/drafting/draft.py: what a board gets to read is what the presets say."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from privacy.drafting.draft import draft_policy
from privacy.drafting.presets import Calendar, Preset, Size, make_preset
from privacy.errors import PrivacyError
from privacy.policy import Policy, load_policy, require_approved


def drafted(folder: Path, text: str) -> Policy:
    file = folder / "privacy.yaml"
    file.write_text(text, encoding="utf-8")
    return load_policy(file)


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("calendar", Calendar)
def test_a_draft_says_what_its_preset_says(tmp_path: Path, size: Size, calendar: Calendar) -> None:
    text = draft_policy(size, "strict", contacts=4_321, calls=17_654, calendar=calendar)
    releases = make_preset(size, "strict", contacts=4_321, calls=17_654, calendar=calendar)

    policy = drafted(tmp_path, text)

    assert yaml.safe_load(text)["releases"] == releases
    assert policy.calendar_rho == policy.cap_rho
    assert not policy.synthetic
    assert not policy.exercise
    assert "synthetic" not in text


def test_a_draft_explains_itself_and_repeats_no_public_share() -> None:
    text = draft_policy("medium", "standard", contacts=16_000, calls=60_000)
    lines = text.splitlines()

    fields = [line for line in lines if " # " in line and not line.startswith("#")]

    assert lines[0].startswith("# Privacy policy, drafted from the presets of a medium program")
    assert len(fields) >= 15
    assert "clip: 2.5                  # in records that fall in every table" in text
    assert text.count("mental_health_crisis") == 2  # visits and missed calls, quarter and year
    assert text.count("profile: *") == 2
    assert max(len(line) for line in lines if "{" not in line) <= 120


def test_a_draft_waits_for_signatures_and_for_a_schedule(tmp_path: Path) -> None:
    policy = drafted(tmp_path, draft_policy("small", "standard", contacts=3_600, calls=14_000))

    assert policy.approvals == ()
    assert policy.retention.authority == "not named yet"
    with pytest.raises(PrivacyError, match="no approval of role 'privacy_officer'"):
        require_approved(policy, on=dt.date(2026, 1, 1))


def test_above_standard_the_words_of_the_policy_ask_for_a_reason(tmp_path: Path) -> None:
    with pytest.raises(
        PrivacyError, match=r"^privacy.yaml, line \d+, cap_rho: cap_rho is 0.72, above"
    ):
        draft_policy(Size.SMALL, Preset.OPEN, contacts=3_600, calls=14_000)

    policy = drafted(
        tmp_path,
        draft_policy("small", "open", contacts=3_600, calls=14_000, reason="rare events"),
    )

    assert str(policy.cap_rho) == "0.72"
    assert policy.reason == "rare events"


def test_words_of_the_city_stay_words(tmp_path: Path) -> None:
    """Colons, quotes, line breaks and hashes in a reason are no YAML."""
    reason = "a: 'b' # c\n  unit: visit\n\n- d \"e\""

    policy = drafted(
        tmp_path,
        draft_policy(
            "small", "open", contacts=3_600, calls=14_000, reason=reason, authority="CR-1: health"
        ),
    )

    assert policy.reason == " ".join(reason.split())
    assert policy.retention.authority == "CR-1: health"
