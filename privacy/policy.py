"""Read the privacy policy. The chain: **policy** -> plan -> clip -> count -> charge -> measure."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from data_contracts.errors import explain
from data_contracts.period import PeriodKind
from privacy.digest import canonical, digest
from privacy.errors import PrivacyError

CALENDAR = {PeriodKind.QUARTER: 4, PeriodKind.HALF: 2, PeriodKind.YEAR: 1}
STANDARD_CAP = Decimal("0.36")  # Source: docs/privacy/noise.md; a larger cap needs a reason.
NANO = 10**9  # nano-rho in one rho: the ledger counts in whole ones
_TOLERANCE = 1e-9  # shares are decimals somebody typed
_ONE_ROW = {"no_contact", "persons", "surveys"}  # blocks in which a unit has one row
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_BlockName = Annotated[str, Field(pattern=r"^(contacts|no_contact|persons|surveys|anchor)$")]
_Rho = Annotated[Decimal, Field(ge=0, decimal_places=9)]


class Status(StrEnum):
    """What a release may call itself."""

    SAMPLE = "SAMPLE"
    EXERCISE = "EXERCISE"
    DRAFT = "DRAFT"
    FINAL = "FINAL"


class _Terms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MeasurePolicy(_Terms):
    """A measure that a table adds up, clipped to [0, `range`]; `expected_mean` for its marks."""

    column: _Name
    range: Annotated[int, Field(gt=0)]
    expected_mean: Annotated[float, Field(gt=0)] | None = None


class TablePolicy(_Terms):
    """One table: the dimensions it counts by, levels it leaves out, its part of the block."""

    dims: tuple[_Name, ...]
    share: Annotated[float, Field(gt=0)]
    drop: Mapping[str, tuple[str, ...]] = {}
    measure: MeasurePolicy | None = None
    title: Mapping[str, str] = {}


class BlockPolicy(_Terms):
    """Tables under one clip. `expected`, `profile`: public sizes, from which marks are made."""

    split: Annotated[float, Field(gt=0)]
    clip: Annotated[Decimal, Field(decimal_places=6)]
    expected: Annotated[int, Field(gt=0)]
    expected_source: str = ""
    expected_clip_loss: Annotated[float, Field(ge=0, lt=1)] | None = None
    profile: Mapping[str, Mapping[str, Annotated[float, Field(ge=0)]]] = {}
    tables: Annotated[Mapping[_Name, TablePolicy], Field(min_length=1)]

    @field_validator("clip")
    @classmethod
    def _counts_lone_records_whole(cls, clip: Decimal) -> Decimal:
        if clip < 1:
            raise ValueError(f"a clip must be at least 1 record; got {clip}")
        return clip

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        _add_to_one("shares of the tables", [table.share for table in self.tables.values()])
        for name, shares in self.profile.items():
            _add_to_one(f"profile of {name!r}", list(shares.values()))
        return self


class ReleasePolicy(_Terms):
    """One kind of release: its rho, how many a fiscal year has, its blocks."""

    rho: Annotated[_Rho, Field(gt=0)]
    per_year: int
    blocks: Annotated[Mapping[_BlockName, BlockPolicy], Field(min_length=1)]

    @model_validator(mode="after")
    def _splits_add_up(self) -> Self:
        _add_to_one("splits of the blocks", [block.split for block in self.blocks.values()])
        names = [name for block in self.blocks.values() for name in block.tables]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two blocks have a table of the same name: {twice}; rename one")
        for name in sorted(_ONE_ROW & set(self.blocks)):
            if self.blocks[name].clip != 1:
                raise ValueError(
                    f"a unit has one row in block {name!r}, so its clip is 1; "
                    f"got {self.blocks[name].clip}"
                )
        return self


class Expert(_Terms):
    """Who judged the risk under 45 CFR 164.514(b)(1); no name, no final release."""

    name: str = ""
    date: dt.date | None = None
    expires: dt.date | None = None


class Retention(_Terms):
    """How long the vault keeps records, and which schedule allows it."""

    raw_days: Annotated[int, Field(ge=0, le=30)]
    coded_days: Annotated[int, Field(ge=0)]
    authority: str


class Role(StrEnum):
    """Who must approve."""

    PRIVACY_OFFICER = "privacy_officer"
    BOARD = "board"


class Approval(_Terms):
    """One signature under the terms whose hash it names."""

    role: Role
    name: Annotated[str, Field(min_length=1)]
    date: dt.date
    terms_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Policy(_Terms):
    """`privacy.yaml`: what is released, for how much, who approved."""

    unit: Literal["participant"]
    synthetic: bool = False
    exercise: bool = False
    cap_rho: Annotated[_Rho, Field(gt=0)]
    correction_rho: _Rho = Decimal(0)
    reason: str = ""
    deid_basis: Literal["expert_determination"]
    expert: Expert = Expert()
    retention: Retention
    releases: Annotated[Mapping[PeriodKind, ReleasePolicy], Field(min_length=1)]
    approvals: tuple[Approval, ...] = ()

    @model_validator(mode="after")
    def _within_cap(self) -> Self:
        if self.synthetic and self.exercise:
            raise ValueError("records are either synthetic or an exercise; keep one of the two")
        for kind, release in self.releases.items():
            if release.per_year != CALENDAR[kind]:
                raise ValueError(
                    f"releases.{kind}.per_year must be {CALENDAR[kind]}; got {release.per_year}"
                )
        if not self.reason and self.cap_rho - self.correction_rho > STANDARD_CAP:
            raise ValueError(
                f"cap_rho is {self.cap_rho}, above the standard {STANDARD_CAP}; "
                "give the board's `reason`"
            )
        if self.calendar_rho > self.cap_rho:
            parts = [f"{one.per_year} x {one.rho} ({kind})" for kind, one in self.releases.items()]
            raise ValueError(
                f"the calendar needs rho={self.calendar_rho}: {' + '.join(parts)} + "
                f"{self.correction_rho} (correction); cap_rho is {self.cap_rho}; "
                "lower a rho or raise the cap"
            )
        return self

    @property
    def calendar_rho(self) -> Decimal:
        """What a whole fiscal year costs, with the correction."""
        spent = (release.rho * release.per_year for release in self.releases.values())
        return sum(spent, self.correction_rho)

    @property
    def terms(self) -> str:
        """The policy without its signatures, as canonical JSON."""
        return canonical(self.model_dump(mode="json", exclude={"approvals"}))

    @property
    def terms_sha256(self) -> str:
        """Hash that signatures name and the ledger stores."""
        return digest(self.terms.encode())

    @property
    def approved_on(self) -> dt.date | None:
        """Day of the last needed signature under these terms; None while one is missing."""
        signed = [one for one in self.approvals if one.terms_sha256 == self.terms_sha256]
        if {one.role for one in signed} != set(Role):
            return None
        return max(min(one.date for one in signed if one.role is role) for role in Role)


def load_policy(path: Path) -> Policy:
    """Read `privacy.yaml`.

    Args:
        path: The file.

    Returns:
        The policy; shares, splits, clips and the calendar hold.

    Raises:
        PrivacyError: There is no such file, a field has another shape, or a promise does not hold.
    """
    if not path.is_file():
        raise PrivacyError(f"There is no privacy policy {path.name}. Write it; see examples/.")
    try:
        return Policy(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise PrivacyError(f"{path.name} is not readable YAML in UTF-8. Mend the file.") from None
    except (ValidationError, TypeError) as error:
        raise PrivacyError(explain(path.name, error)) from None


def require_approved(policy: Policy, *, on: dt.date) -> Status:
    """Refuse real records under terms that nobody signed.

    Args:
        policy: The policy of the program.
        on: Day of the release; an expert's judgement that has expired no longer counts.

    Returns:
        What the release may call itself.

    Raises:
        PrivacyError: A signature is missing, or names other terms.
    """
    if policy.synthetic:
        return Status.SAMPLE
    if policy.exercise:
        return Status.EXERCISE
    for role in Role:
        _require_signature(policy, role)
    expired = policy.expert.expires is not None and policy.expert.expires < on
    return Status.FINAL if policy.expert.name.strip() and not expired else Status.DRAFT


def _require_signature(policy: Policy, role: Role) -> None:
    mine = [one for one in policy.approvals if one.role is role]
    if not mine:
        raise PrivacyError(
            f"The privacy policy has no approval of role {role.value!r}. "
            "Add role, name, date and terms_sha256 under approvals in privacy.yaml."
        )
    current = policy.terms_sha256
    if all(one.terms_sha256 != current for one in mine):
        raise PrivacyError(
            f"The terms changed since {role.value!r} approved {mine[-1].terms_sha256[:12]}; "
            f"they are now {current[:12]}. Take the change in privacy.yaml back, "
            "or have the new terms approved there."
        )


def _add_to_one(what: str, shares: list[float]) -> None:
    if abs(sum(shares) - 1) > _TOLERANCE:
        raise ValueError(f"{what} must add to 1; they add to {sum(shares):.9g}")
