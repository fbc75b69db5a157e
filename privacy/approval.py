"""Hold the policy's signatures against its terms. The chain: **policy** -> plan -> clip -> count.

A signature names the SHA-256 of the terms, the policy without its `approvals`: whoever changes a
word of the terms ends every signature, and a later signature changes nothing else. Two approvals
are two people: one name under both is one approval.
"""

import datetime as dt
import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, field_validator

from data_contracts.values import Day, Text, Whole
from privacy.errors import PrivacyError
from privacy.terms import Terms

if TYPE_CHECKING:
    from privacy.policy import Policy

_TITLES = re.compile(
    r"dra?|mrs?|ms|miss|mx|prof|profesora?|lic|sra?|srta|md|phd|rn|np|lcsw|msw|lpc|jd|esq|mph|jr"
    r"|i{2,3}|iv"
)
_OFFICE = re.compile(r"officer|board|chair|member|director|president|oficial|junta|consejo")
_MARKS = "'\u2019`"  # O'Brien and OBrien
NOT_NAMED = "not named yet"  # what a new program says of the schedule for its records


class Status(StrEnum):
    """What a release may call itself."""

    SAMPLE = "SAMPLE"
    EXERCISE = "EXERCISE"
    DRAFT = "DRAFT"
    FINAL = "FINAL"


class Expert(Terms):
    """Who judged the risk under 45 CFR 164.514(b)(1); no name, no final release."""

    name: str = ""
    """Name of the expert. While it is empty, every page of a real program says DRAFT."""
    date: Day | None = None
    """Day of the expert's determination."""
    expires: Day | None = None
    """Last day on which it holds; from the next day pages say DRAFT again."""


class Retention(Terms):
    """How long the vault keeps records, and which schedule allows it."""

    raw_days: Annotated[Whole, Field(ge=0, le=30)]
    """Days after a clean run until copies of delivered files, refused records and error details
    are deleted: 30 at most."""
    coded_days: Annotated[Whole, Field(ge=0)]
    """Days after the fiscal year closes until coded records and the key of its pseudonyms are
    deleted."""
    authority: str
    """The records schedule or law that allows these days; it is printed on every card."""

    @field_validator("authority")
    @classmethod
    def _names_a_schedule(cls, authority: str) -> str:
        if not authority.strip():
            raise ValueError("name the records schedule or law that allows these days; got nothing")
        return authority


class Role(StrEnum):
    """Who must approve."""

    PRIVACY_OFFICER = "privacy_officer"
    BOARD = "board"


class Approval(Terms):
    """One signature under the terms whose hash it names."""

    role: Role
    """For whom the person signs; a real program needs one signature of each."""
    name: Text
    """Name of the person who signs."""
    date: Day
    """Day of the signature; it counts from that day on."""
    terms_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Hash of the terms as signed; `care-dividend plan` and `check` print it."""


def require_approved(policy: "Policy", *, on: dt.date) -> Status:
    """Refuse real records under terms that nobody signed.

    Args:
        policy: The policy of the program.
        on: Day of the release; an expert's judgement that has expired no longer counts.

    Returns:
        What the release may call itself.

    Raises:
        PrivacyError: A signature is missing, names other terms or bears a later day, or no
            schedule allows the retention.
    """
    if policy.synthetic:
        return Status.SAMPLE
    if policy.exercise:
        return Status.EXERCISE
    for role in Role:
        _require_signature(policy, role, on=on)
    if signed_by_two(policy, on=on) is None:
        raise PrivacyError(
            "The approvals of the privacy officer and the board bear one name, and two people "
            "approve a policy. Have somebody else sign under approvals in privacy.yaml, or, where "
            "these are two people, both in full."
        )
    if policy.retention.authority == NOT_NAMED:
        raise PrivacyError(
            "No records schedule is named that allows these days of retention. Name it as "
            "retention.authority in privacy.yaml, and have the new terms approved there."
        )
    expired = policy.expert.expires is not None and policy.expert.expires < on
    return Status.FINAL if policy.expert.name.strip() and not expired else Status.DRAFT


def signed_by_two(policy: "Policy", *, on: dt.date = dt.date.max) -> dt.date | None:
    """Find the first day on which two people had signed these terms, one in each role.

    Args:
        policy: The policy.
        on: Signatures of a later day do not count.

    Returns:
        The day; None where there is no such pair.
    """
    current = policy.terms_sha256
    signed = [one for one in policy.approvals if one.terms_sha256 == current and one.date <= on]
    pairs = [
        max(one.date, other.date)
        for one in signed
        for other in signed
        if one.role is Role.PRIVACY_OFFICER
        and other.role is Role.BOARD
        and not one_person(one.name, other.name)
    ]
    return min(pairs, default=None)


def one_person(name: str, other: str) -> bool:
    """Whether two names may be one person's.

    Case, accents, points, order, initials, titles, offices and a further surname make no second
    person, and a text without a name is nobody. Two people of whom this says so sign in full.

    >>> one_person("Dr. Ana M. L\u00f3pez", "LOPEZ, ana"), one_person("A. Lopez", "Ana Lopez Gil")
    (True, True)
    >>> one_person("Ana L\u00f3pez", "Eva L\u00f3pez"), one_person("Ana Lopez", "Alba Lopez")
    (False, False)
    """
    fewer, more = sorted((_words_of(name), _words_of(other)), key=len)
    left = [*more]
    for word in sorted(fewer, key=len, reverse=True):
        initials = [one for one in left if one[0] == word[0] and 1 in {len(one), len(word)}]
        alike = [word] if word in left else initials
        if not alike:
            return "".join(fewer) == "".join(more)
        left.remove(alike[0])
    return True


def _words_of(name: str) -> list[str]:
    """Fold a name to its words; initials go where two whole words are left."""
    parts = [one for one in re.split(r"[,;()]", name.casefold()) if not _OFFICE.search(one)]
    plain = unicodedata.normalize("NFKD", " ".join(parts).strip() or name.casefold())
    shown = (one for one in plain if unicodedata.category(one)[0] not in "MC" and one not in _MARKS)
    words = "".join(one if one.isalnum() else " " for one in shown).split()
    named = [word for word in words if not _TITLES.fullmatch(word)]
    whole = [word for word in named if len(word) > 1]
    return whole if len(whole) > 1 else named


def _require_signature(policy: "Policy", role: Role, *, on: dt.date) -> None:
    mine = [one for one in policy.approvals if one.role is role]
    if not mine:
        raise PrivacyError(
            f"The privacy policy has no approval of role {role.value!r}. "
            "Add role, name, date and terms_sha256 under approvals in privacy.yaml."
        )
    current = policy.terms_sha256
    signed = [one.date for one in mine if one.terms_sha256 == current]
    if not signed:
        raise PrivacyError(
            f"The terms changed since {role.value!r} approved {mine[-1].terms_sha256[:12]}; "
            f"they are now {current[:12]}. Take the change in privacy.yaml back, "
            "or have the new terms approved there."
        )
    if min(signed) > on:
        raise PrivacyError(
            f"The approval of role {role.value!r} is dated {min(signed)}, after today, {on}. "
            "Mend its date in privacy.yaml, or wait for that day."
        )
