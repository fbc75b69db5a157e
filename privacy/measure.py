"""Draw a release. The chain: plan -> clip -> count -> charge -> **measure** -> reconcile -> card.

The only place where a number about people becomes public. All of a release is one OpenDP
measurement, drawn once; asking again returns the stored bytes.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from opendp.mod import OpenDPException

from privacy.card import make_card
from privacy.chain import TERMS, TERMS_FILE, Row, terms_in_force
from privacy.digest import canonical
from privacy.errors import PrivacyError
from privacy.facts import state_facts
from privacy.ledger import Debit, Ledger, Seat
from privacy.measurements import Measurements, read_measurements, write_measurements
from privacy.noise import Records, cost, gaussian
from privacy.plan import Plan
from privacy.policy import NANO, Policy, require_approved
from privacy.reconcile import reconcile
from privacy.records import Stored
from privacy.spec import Spec
from privacy.tables import render_tables

MEASUREMENTS = "measurements.parquet"
_INT64 = 2**63
_TAIL = 100  # noise of 100 sd does not happen


@dataclass(frozen=True)
class Release:
    """A release as the public gets it: its row of the chain and all its files, by path."""

    row: Row
    files: Mapping[str, bytes]
    replayed: bool

    @property
    def name(self) -> str:
        """Name of the release: that of its period."""
        return self.row.release

    @property
    def measured(self) -> Measurements:
        """The noisy numbers, with the spec they belong to."""
        return read_measurements(self.files[MEASUREMENTS])


def release(plan: Plan, *, ledger: Ledger, exact: Records, today: dt.date) -> Release:
    """Draw the release of a plan, or return it where it was drawn before.

    **Stability:** one unit added or removed changes the chances of any output by at most what the
    ledger is charged, in rho; the exact vector is neither written nor returned. It is `draw` and
    `Ledger.charge` together, which have an example each.

    Args:
        plan: What to measure, under which terms.
        ledger: Where the debit and the noisy bytes are committed together.
        exact: Counts the records; called only after everything else has agreed, and never for a
            release that was drawn before.
        today: Date of the ledger row.

    Returns:
        The release, committed.

    Raises:
        PrivacyError: The terms are not approved or changed since the release was drawn, the period
            is not over, another fiscal year has paid for a month of it, or the vector does not fit
            the plan.
        BudgetError: The fiscal year has not enough left; `exact` was not called.
    """
    status = require_approved(plan.policy, on=today)
    spec, terms = plan.spec, plan.policy.terms_sha256
    if stored := ledger.find(spec.release, terms_sha256=terms, spec=spec.text):
        return _publish(stored, replayed=True)
    if today < plan.period.end:
        raise PrivacyError(
            f"Period {spec.release!r} ends on {plan.period.end}; today is {today}, and a release "
            "is drawn only once. Run again when the period is over."
        )
    _require_own_months(plan, ledger)
    debit = debit_of(plan, today=today)
    ledger.require_room(debit, nano_cap=plan.nano_cap)
    in_force = terms_in_force(ledger.chain(), plan.period.start.isoformat())
    facts = state_facts(plan, status=status, in_force=in_force)
    measured = Measurements(spec, plan.policy.terms, facts, noisy=tuple(draw(spec, exact)))
    files = {MEASUREMENTS: write_measurements(measured)}
    files |= render_tables(measured, reconcile(measured))

    def seal(seat: Seat) -> Mapping[str, bytes]:
        card = make_card(
            measured,
            seat=seat.row,
            nano_spent=seat.nano_spent,
            outputs=files,
            nano_cap=seat.nano_cap,
        )
        return {**files, "card.json": card}

    return _publish(ledger.charge(debit, nano_cap=plan.nano_cap, files=seal), replayed=False)


def _require_own_months(plan: Plan, ledger: Ledger) -> None:
    """Refuse a month that another fiscal year paid for: its people would be under two caps."""
    year = plan.period.fiscal_year
    for row in ledger.rows():
        if row.fiscal_year == year:
            continue
        paid: list[str] = json.loads(ledger.load(row.release).spec)["months"]
        if twice := sorted(set(paid) & set(plan.spec.months)):
            raise PrivacyError(
                f"Release {plan.release!r} of {year} has {', '.join(twice)}, which {row.release!r} "
                f"of {row.fiscal_year} has released. A month belongs to one fiscal year: take the "
                "change of fiscal_year_start in program.yaml back."
            )


def debit_of(plan: Plan, *, today: dt.date) -> Debit:
    """Say what the release of a plan costs, and what identifies it.

    Args:
        plan: The plan.
        today: Date of the ledger row.
    """
    return Debit(
        release=plan.release,
        fiscal_year=plan.period.fiscal_year,
        nano_rho=price(plan.spec),
        terms_sha256=plan.policy.terms_sha256,
        spec=plan.spec.text,
        date=today.isoformat(),
        year_start=plan.year_start.isoformat(),
    )


def register_terms(policy: Policy, *, ledger: Ledger, today: dt.date) -> Row:
    """Write approved terms and the day into the chain; they cost nothing.

    A period whose first day is later than the row, and before which no other terms came, is
    published under terms that anyone can see were there before it.

    Args:
        policy: The policy; its signatures stay inside, with the row.
        ledger: Where the row goes; terms that are the last ones there already add none.
        today: Date of the row.

    Returns:
        The row.

    Raises:
        PrivacyError: The terms are not approved, or the ledger refuses.
    """
    require_approved(policy, on=today)
    signed = [one.model_dump(mode="json") for one in policy.approvals]
    return ledger.register(
        TERMS,
        terms_sha256=policy.terms_sha256,
        files={TERMS_FILE: policy.terms.encode()},
        date=today.isoformat(),
        spec=canonical({"approvals": signed}),
    )


def load_release(ledger: Ledger, name: str) -> Release:
    """Read a release that was drawn before.

    Raises:
        PrivacyError: The ledger does not have it.
    """
    return _publish(ledger.load(name), replayed=True)


def price(spec: Spec) -> int:
    """Ask OpenDP what a release costs, in nano-rho, rounded up.

    Raises:
        PrivacyError: The cost is not finite and above 0, or more than the policy reserves.
    """
    rho = cost(bound_squared=spec.bound_squared, scale=spec.scale)
    if rho > Fraction(spec.nano_rho, NANO):
        raise PrivacyError(
            f"OpenDP puts the cost of {spec.release!r} at rho={float(rho):.9g}; the policy "
            f"reserves {spec.nano_rho / NANO:.9g}. Plan the release again from privacy.yaml."
        )
    return ceil(rho * NANO)


def draw(spec: Spec, exact: Records) -> list[int]:
    """Count the records and add noise, as one OpenDP measurement.

    **Stability:** the vector that gets noise moves by at most `sqrt(spec.bound_squared)` in L2
    when one unit is added or removed, so the output costs at most `price(spec)`.

    >>> from privacy.spec import Block, Table
    >>> table = Table(name="total", dims=(), drop={}, factor=1, measure=None)
    >>> block = Block(name="contacts", clip="2", bound_squared=4, tables=(table,))
    >>> spec = Spec(release="FY2025", fiscal_year="FY2025", months=("2025-01",),
    ...             nano_rho=500_000_001, scale=2.0**17, axes={}, blocks=(block,))
    >>> noisy = draw(spec, lambda: [0])
    >>> len(noisy), abs(noisy[0]) < 50 * spec.scale, price(spec) <= spec.nano_rho
    (1, True, True)

    Args:
        spec: What to measure.
        exact: Counts the records; see `count_cells`.

    Returns:
        The noisy vector, in the order of `spec.series()`.

    Raises:
        PrivacyError: The count stopped, or its vector does not fit the spec.
    """
    refused: list[PrivacyError] = []

    def counted(records: Records) -> list[int]:
        try:
            vector = records()
            _require_fit(spec, vector)
        except PrivacyError as error:
            refused.append(error)
            raise
        return vector

    measurement = gaussian(counted, bound_squared=spec.bound_squared, scale=spec.scale)
    try:
        return measurement(exact)
    except OpenDPException:
        pass  # its message quotes the exception of the count, which may hold a value
    raise (
        refused[0]
        if refused
        else PrivacyError(
            f"Counting {spec.release!r} stopped on the private side; nothing was drawn. "
            "Check the incidents with `care-dividend check`."
        )
    ) from None


def _require_fit(spec: Spec, vector: list[int]) -> None:
    if len(vector) != spec.length:
        raise PrivacyError(
            f"The count of {spec.release!r} has {len(vector)} numbers; its plan has {spec.length}. "
            "Count with the same plan."
        )
    if not all(type(one) is int and abs(one) + _TAIL * spec.scale < _INT64 for one in vector):
        raise PrivacyError(
            f"A number of {spec.release!r} is not a whole number of 64 bits. Bring the shares in "
            "privacy.yaml closer together, or release shorter periods."
        )


def _publish(stored: Stored, *, replayed: bool) -> Release:
    return Release(row=stored.row, files=stored.files, replayed=replayed)
