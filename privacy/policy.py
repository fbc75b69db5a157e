"""Read the privacy policy. The chain: **policy** -> plan -> clip -> count -> charge -> measure."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from data_contracts.configuration import Document, read_configuration
from data_contracts.errors import ContractError
from data_contracts.misfits import MisfitError
from data_contracts.period import PeriodKind
from data_contracts.values import Truth
from privacy.approval import (
    Approval,
    Expert,
    Retention,
    Role,
    Status,
    require_approved,
    signed_by_two,
)
from privacy.digest import canonical, digest
from privacy.errors import PrivacyError
from privacy.terms import BlockPolicy, MeasurePolicy, ReleasePolicy, Rho, TablePolicy, Terms

__all__ = [  # one door to all of the policy, whichever module defines a part of it
    "CALENDAR",
    "NANO",
    "STANDARD_CAP",
    "Approval",
    "BlockPolicy",
    "Expert",
    "MeasurePolicy",
    "Policy",
    "ReleasePolicy",
    "Retention",
    "Role",
    "Status",
    "TablePolicy",
    "check_policy",
    "load_policy",
    "require_approved",
]

CALENDAR = {PeriodKind.QUARTER: 4, PeriodKind.HALF: 2, PeriodKind.YEAR: 1}
STANDARD_CAP = Decimal("0.36")  # Source: docs/privacy/noise.md; a larger cap needs a reason.
NANO = 10**9  # nano-rho in one rho: the ledger counts in whole ones


class Policy(Terms):
    """`privacy.yaml`: what is released, for how much, who approved."""

    unit: Literal["participant"]
    """Whom the promise protects: one participant with all their incidents of a fiscal year.
    Somebody met without a name is protected for each visit alone."""
    synthetic: Truth = False
    """True only where every record is made up: no signature is needed, every page says SAMPLE."""
    exercise: Truth = False
    """True only where the records are public already: no signature is needed, every page says
    EXERCISE."""
    cap_rho: Annotated[Rho, Field(gt=0)]
    """Most that all releases of a fiscal year may cost one participant, in rho, with the
    correction. Presets: `strict` 0.18, `standard` 0.36, `open` 0.72; each comes before the
    correction."""
    correction_rho: Annotated[Rho, Field(json_schema_extra={"default": 0})] = Decimal(0)
    """Part of the cap that is kept back for one correction a fiscal year, usable once: no ordinary
    release can take it. 0 unless the board sets it."""
    reason: str = ""
    """The board's reason for a cap above `standard`, or for a correction that costs more than any
    release; needed only then."""
    deid_basis: Literal["expert_determination"]
    """Legal basis under HIPAA. Tables by area or quarter are never Safe Harbor."""
    expert: Expert = Expert()
    """Who judged the risk; without a name pages say DRAFT."""
    retention: Retention
    """Days until records are deleted, and the records schedule that allows it."""
    releases: Annotated[Mapping[PeriodKind, ReleasePolicy], Field(min_length=1)]
    """The calendar: what a `quarter`, a `half` and a `year` release and what each costs."""
    approvals: tuple[Approval, ...] = ()
    """The signatures; they are no part of the terms that they sign."""

    @model_validator(mode="after")
    def _calendar_within_cap(self) -> Self:
        if self.synthetic and self.exercise:
            said = "records are either synthetic or an exercise; keep one of the two"
            raise MisfitError((("exercise",), said))
        if problems := [
            (("releases", kind.value, "per_year"), f"{CALENDAR[kind]} is expected; got {its}")
            for kind, release in self.releases.items()
            if (its := release.per_year) != CALENDAR[kind]
        ]:
            raise MisfitError(*problems)
        if self.calendar_rho > self.cap_rho:
            parts = [f"{one.per_year} x {one.rho} ({kind})" for kind, one in self.releases.items()]
            said = (
                f"the calendar needs rho={self.calendar_rho}: {' + '.join(parts)} + "
                f"{self.correction_rho} (correction); cap_rho is {self.cap_rho}; "
                "lower a rho or raise the cap"
            )
            raise MisfitError((("cap_rho",), said))
        return self

    @model_validator(mode="after")
    def _more_has_a_reason(self) -> Self:
        if self.reason.strip():
            return self
        if self.cap_rho - self.correction_rho > STANDARD_CAP:
            said = (
                f"cap_rho is {self.cap_rho}, above the standard {STANDARD_CAP}; "
                "give the board's `reason`"
            )
            raise MisfitError((("cap_rho",), said))
        largest = max(release.rho for release in self.releases.values())
        if self.correction_rho > largest:
            said = (
                f"correction_rho is {self.correction_rho}; one correction needs at most {largest}, "
                "what the largest release costs; lower it, or give the board's `reason`"
            )
            raise MisfitError((("correction_rho",), said))
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
        return signed_by_two(self)


def load_policy(path: Path) -> Policy:
    """Read `privacy.yaml`.

    Args:
        path: The file.

    Returns:
        The policy; shares, splits, clips and the calendar hold.

    Raises:
        PrivacyError: There is no such file, it says something twice, a field has another shape,
            or a promise does not hold.
    """
    if not path.is_file():
        raise PrivacyError(
            f"There is no privacy policy {path.name}. Write it as in examples/, or make a program "
            "with `care-dividend init`."
        )
    try:
        document = read_configuration(path)
    except ContractError as error:
        raise PrivacyError(str(error)) from None
    return check_policy(document)


def check_policy(document: Document) -> Policy:
    """Hold what a policy file says against its promises.

    Args:
        document: The file as parsed.

    Returns:
        The policy.

    Raises:
        PrivacyError: A field has another shape, or a promise does not hold; each is named.
    """
    try:
        return document.fit(Policy, also=document.twofold())
    except ContractError as error:
        raise PrivacyError(str(error)) from None
