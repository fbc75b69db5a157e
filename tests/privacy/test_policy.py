"""Mirrors privacy/policy.py."""

import copy
import datetime as dt
from pathlib import Path

import pytest
import yaml

from data_contracts.period import read_period
from data_contracts.program import load_program
from privacy.approval import NOT_NAMED, one_person
from privacy.errors import PrivacyError
from privacy.policy import BlockPolicy, Policy, Status, load_policy, require_approved
from privacy.shares import public_shares
from privacy.unknown import find_unknown

TODAY = dt.date(2026, 1, 10)
TABLE = {"dims": ["month"], "share": 1}
BLOCK = {"split": 1, "clip": 2, "expected": 100, "tables": {"months": TABLE}}
TERMS: dict[str, object] = {
    "unit": "participant",
    "cap_rho": 0.36,
    "deid_basis": "expert_determination",
    "retention": {"raw_days": 7, "coded_days": 90, "authority": "a schedule"},
    "releases": {"year": {"rho": 0.36, "per_year": 1, "blocks": {"contacts": BLOCK}}},
}


def terms(path: str = "", value: object = None) -> dict[str, object]:
    """The terms, with one value at a dotted path set to another."""
    changed = copy.deepcopy(TERMS)
    if path:
        *above, last = path.split(".")
        place = changed
        for part in above:
            place = place[part]  # type: ignore[assignment]
        place[last] = value
    return changed


def write(folder: Path, content: dict[str, object]) -> Path:
    file = folder / "privacy.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def signed(*roles: str, by: Policy, content: dict[str, object] | None = None) -> Policy:
    approvals = [
        {"role": role, "name": f"A. {role}", "date": "2025-12-01", "terms_sha256": by.terms_sha256}
        for role in roles
    ]
    return Policy.model_validate({**(content or TERMS), "approvals": approvals})


def test_a_policy_is_read_with_its_decimals(tmp_path: Path) -> None:
    policy = load_policy(write(tmp_path, TERMS))

    assert str(policy.cap_rho) == "0.36"
    assert policy.calendar_rho == policy.cap_rho
    assert policy.approvals == ()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("surprise", 1, r"privacy.yaml, line \d+, surprise: there is no such field"),
        ("unit", "visit", r"unit: 'participant' is expected; got visit"),
        ("deid_basis", "safe_harbor", r"deid_basis: 'expert_determination' is expected"),
        ("retention.raw_days", 31, r"raw_days: at most 30 is expected; got 31"),
        ("cap_rho", 0.1234567891, r"cap_rho: at most 9 decimals"),
        ("releases.year.per_year", 2, r"releases.year.per_year: 1 is expected; got 2"),
        (
            "releases.year.rho",
            0.37,
            r"calendar needs rho=0.37: 1 x 0.37 \(year\) .*cap_rho is 0.36",
        ),
        ("correction_rho", 0.01, r"calendar needs rho=0.37.*0.01 \(correction\)"),
        ("cap_rho", 0.72, r"above the standard 0.36; give the board's `reason`"),
        ("releases.year.blocks.contacts.clip", 0.9, r"clip must be at least 1 record; got 0.9"),
        ("releases.year.blocks.contacts.split", 0.9, r"splits of the blocks must add to 1; .* 0.9"),
        (
            "releases.year.blocks.contacts.tables.months.share",
            0.5,
            r"blocks.contacts.tables: shares of the tables must add .* 0.5; change a `share`",
        ),
        (
            "releases.year.blocks.contacts.profile",
            {"police": {"none": 0.5}},
            r"contacts.profile.police: .* must add to 1; .* 0.5; change one of its numbers",
        ),
        ("releases.year.blocks.people", BLOCK, r"blocks.people.*its name is not one that fits"),
        (
            "releases.year.blocks",
            {"persons": BLOCK},
            r"a unit has one row in block 'persons', so its clip is 1; got 2",
        ),
        ("releases.year.blocks.no_contact", BLOCK, r"'contacts' has a table of that name"),
        ("releases.month", {}, r"releases.month.*'quarter', 'half' or 'year'"),
        ("retention.authority", " ", r"authority: name the records schedule or law .* got nothing"),
        (
            "releases.year.blocks.contacts.tables.months.measure",
            {"column": "onscene_min", "range": 0},
            r"measure.range: more than 0 is expected; got 0",
        ),
        (
            "releases.year.blocks.contacts.tables.months.measure",
            {"column": "onscene_min", "range": 60, "expected_mean": 61},
            r"measure: expected_mean must be within the range of 60; got 61",
        ),
    ],
)
def test_a_promise_that_does_not_hold_is_refused_by_name(
    tmp_path: Path, path: str, value: object, message: str
) -> None:
    content = terms(path, value)
    if path.endswith("no_contact"):
        content = terms(
            "releases.year.blocks", {n: {**BLOCK, "split": 0.5} for n in ("contacts", "no_contact")}
        )

    with pytest.raises(PrivacyError, match=message):
        load_policy(write(tmp_path, content))


def test_a_larger_cap_needs_the_reason_of_the_board(tmp_path: Path) -> None:
    policy = load_policy(write(tmp_path, {**terms("cap_rho", 0.72), "reason": "rare events"}))

    assert str(policy.cap_rho) == "0.72"


@pytest.mark.parametrize("reason", ["", " "])
def test_a_correction_that_costs_more_than_a_release_needs_a_reason_too(
    tmp_path: Path, reason: str
) -> None:
    """A reserve is for one release drawn again; a larger one would raise the cap unseen."""
    content = {**terms("releases.year.rho", 0.1), "correction_rho": 0.26, "reason": reason}

    with pytest.raises(PrivacyError, match=r"correction_rho is 0.26; one correction .* most 0.1,"):
        load_policy(write(tmp_path, content))
    assert load_policy(write(tmp_path, {**content, "reason": "two feeds were late"}))


def test_a_field_that_is_said_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    """YAML would take the second, and the board may have read the first."""
    file = write(tmp_path, TERMS)
    file.write_text(f"cap_rho: 0.36\n{file.read_text(encoding='utf-8')}", encoding="utf-8")

    with pytest.raises(PrivacyError, match=r"line 2, cap_rho: said in line 1 already. Keep"):
        load_policy(file)


def test_records_are_not_both_synthetic_and_an_exercise(tmp_path: Path) -> None:
    with pytest.raises(PrivacyError, match="either synthetic or an exercise"):
        load_policy(write(tmp_path, {**TERMS, "synthetic": True, "exercise": True}))


@pytest.mark.parametrize("content", ["a: [", "- 1", "\x00"])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "privacy.yaml"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(PrivacyError, match=r"^privacy\.yaml, line 1"):
        load_policy(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PrivacyError, match=r"There is no privacy policy privacy\.yaml"):
        load_policy(tmp_path / "privacy.yaml")


def test_signatures_are_not_part_of_the_terms_and_everything_else_is() -> None:
    plain = Policy.model_validate(TERMS)

    assert signed("board", by=plain).terms_sha256 == plain.terms_sha256
    for path, value in (("reason", "x"), ("expert", {"name": "N"}), ("correction_rho", 0)):
        changed = Policy.model_validate(terms(path, value))
        assert (changed.terms_sha256 == plain.terms_sha256) is (path == "correction_rho")


@pytest.mark.parametrize(
    ("flag", "status"), [("synthetic", Status.SAMPLE), ("exercise", Status.EXERCISE)]
)
def test_made_up_and_public_records_run_unsigned(flag: str, status: Status) -> None:
    assert require_approved(Policy.model_validate({**TERMS, flag: True}), on=TODAY) is status


@pytest.mark.parametrize(
    ("roles", "missing"),
    [((), "privacy_officer"), (("privacy_officer",), "board"), (("board",), "privacy_officer")],
)
def test_real_records_need_both_signatures(roles: tuple[str, ...], missing: str) -> None:
    policy = signed(*roles, by=Policy.model_validate(TERMS))

    with pytest.raises(
        PrivacyError, match=f"no approval of role '{missing}'.*under approvals in privacy.yaml"
    ):
        require_approved(policy, on=TODAY)
    assert policy.approved_on is None


def test_terms_that_changed_after_a_signature_are_refused_with_both_hashes() -> None:
    before = Policy.model_validate(TERMS)
    after = signed("privacy_officer", "board", by=before, content=terms("reason", "more noise"))

    with pytest.raises(PrivacyError) as caught:
        require_approved(after, on=TODAY)

    assert before.terms_sha256[:12] in str(caught.value)
    assert after.terms_sha256[:12] in str(caught.value)
    assert "privacy.yaml" in str(caught.value)


def test_a_signature_counts_from_its_day_on() -> None:
    policy = signed("privacy_officer", "board", by=Policy.model_validate(TERMS))

    with pytest.raises(PrivacyError, match=r"dated 2025-12-01, after today, 2025-11-30. Mend"):
        require_approved(policy, on=dt.date(2025, 11, 30))
    assert require_approved(policy, on=dt.date(2025, 12, 1)) is Status.DRAFT


def test_records_are_not_released_while_no_schedule_allows_to_keep_them() -> None:
    content = terms("retention.authority", NOT_NAMED)
    policy = signed("privacy_officer", "board", by=Policy.model_validate(content), content=content)

    with pytest.raises(PrivacyError, match=r"No records schedule is named .* retention.authority"):
        require_approved(policy, on=TODAY)


@pytest.mark.parametrize(
    ("expert", "status"),
    [
        ({}, Status.DRAFT),
        ({"name": " "}, Status.DRAFT),
        ({"name": "Dr. N", "date": "2025-01-01", "expires": "2025-12-31"}, Status.DRAFT),
        ({"name": "Dr. N", "date": "2025-01-01", "expires": "2027-12-31"}, Status.FINAL),
        ({"name": "Dr. N"}, Status.FINAL),
    ],
)
def test_a_release_is_final_only_with_an_expert_whose_word_still_holds(
    expert: dict[str, str], status: Status
) -> None:
    content = terms("expert", expert)
    policy = signed("privacy_officer", "board", by=Policy.model_validate(content), content=content)

    assert require_approved(policy, on=TODAY) is status
    assert policy.approved_on == dt.date(2025, 12, 1)


@pytest.mark.parametrize(
    "other",
    [
        "A. Person",
        "a. person",
        " A.  Person ",
        "Person, A.",
        "Á. Pérson",
        "A.\u200bPerson",
        "A Person",
    ],
)
def test_two_approvals_are_two_people(other: str) -> None:
    """privacy.md, C10: both signatures by "A. Person" passed."""
    terms = Policy.model_validate(TERMS)
    pair = [("privacy_officer", "A. Person"), ("board", other)]

    def approved(*signatures: tuple[str, str]) -> Policy:
        approvals = [
            {"role": role, "name": name, "date": "2025-12-01", "terms_sha256": terms.terms_sha256}
            for role, name in signatures
        ]
        return Policy.model_validate({**TERMS, "approvals": approvals})

    with pytest.raises(PrivacyError, match="bear one name, and two people approve"):
        require_approved(approved(*pair), on=TODAY)
    assert approved(*pair).approved_on is None
    assert require_approved(approved(*pair, ("board", "B. Other")), on=TODAY) is Status.DRAFT


def test_different_names_are_different_people() -> None:
    assert not one_person("Ana López", "Eva López")
    assert not one_person("A. Person", "B. Person")
    assert not one_person("Ana López", "Alba López")
    assert not one_person("Pat O'Brien", "Mat O'Brien")


@pytest.mark.parametrize(
    "other",
    [
        "LOPEZ, Ana",
        "Dr. Ana M. López",
        "A. López",
        "Ana",
        "Ana López García",
        "Ana Maria López, LCSW",
        "López-Garcia Ana",
        "Ana López (board chair)",
        "Ana López, Privacy Officer",
        "ana\u00a0lo\u0301pez\u200b",
        "AnaLópez",
        "-",
    ],
)
def test_one_person_in_two_spellings_is_one(other: str) -> None:
    assert one_person("Ana López", other)
    assert one_person(other, "Ana López, board member")


def test_an_apostrophe_makes_no_second_person() -> None:
    assert one_person("Pat O'Brien", "OBRIEN, Pat Jr.")


def test_a_profile_with_a_band_that_was_divided_since_is_read_on(root: Path) -> None:
    """Whoever approved a policy approved its words; a narrower list must not end it."""
    program = load_program(root / "examples" / "tempe")
    period = read_period("FY2022")
    shares = {"under_15": 0.1, "15_to_29": 0.3, "30_to_59": 0.6}
    block = BlockPolicy.model_validate({**BLOCK, "profile": {"onscene_band": shares}})

    found = public_shares("contacts", block, program=program, period=period)["onscene_band"]

    assert found == pytest.approx(
        {"under_15": 0.1, "15_to_19": 0.1, "20_to_29": 0.2, "30_to_59": 0.6}
    )


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        ({"under_15": 0.7, "15_to_29": 0.3}, []),
        ({"15_to_19": 0.7, "15_to_29": 0.3}, ["an earlier list had it"]),
        ({"under_15": 0.7, "15_to_30": 0.3}, ["there is no such key"]),
    ],
)
def test_a_band_that_no_list_ever_had_is_named(
    root: Path, shares: dict[str, float], says: list[str]
) -> None:
    program = load_program(root / "examples" / "tempe")
    content = terms("releases.year.blocks.contacts.profile", {"onscene_band": shares})

    found = [
        said
        for place, said in find_unknown(Policy.model_validate(content), program=program)
        if "profile" in place
    ]

    assert len(found) == len(says)
    assert all(one in said for one, said in zip(says, found, strict=True))
