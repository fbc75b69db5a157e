"""Refuse what a fiscal year cannot pay for. The chain: count -> **charge** -> measure.

The cap comes from the policy of every single release; nothing in the ledger's database decides it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from privacy.chain import Row
from privacy.errors import BudgetError, PrivacyError
from privacy.policy import NANO


@dataclass(frozen=True)
class Debit:
    """What a release costs and what identifies it."""

    release: str
    fiscal_year: str
    nano_rho: int
    terms_sha256: str
    spec: str
    date: str


def spent(rows: Iterable[Row], debit: Debit) -> int:
    """Add up what the fiscal year of a release has spent, in nano-rho."""
    return sum(row.nano_rho for row in rows if row.fiscal_year == debit.fiscal_year)


def require_room(debit: Debit, *, nano_spent: int, nano_cap: int) -> None:
    """Refuse a release that its fiscal year cannot pay for.

    Args:
        debit: The release.
        nano_spent: What the year has spent, in nano-rho.
        nano_cap: Most that the year may cost, in nano-rho.

    Raises:
        BudgetError: It would cost more than is left.
        PrivacyError: It would cost nothing.
    """
    if debit.nano_rho <= 0:
        raise PrivacyError(f"Release {debit.release!r} costs nothing, which no release can do.")
    if nano_spent + debit.nano_rho > nano_cap:
        left = max(nano_cap - nano_spent, 0)
        raise BudgetError(
            f"Release {debit.release!r} needs rho={_rho(debit.nano_rho)}; "
            f"{_rho(left)} of {_rho(nano_cap)} is left in {debit.fiscal_year}. "
            "Lower rho in privacy.yaml, or wait for the next fiscal year."
        )


def _rho(nano: int) -> str:
    return f"{nano / NANO:.9f}".rstrip("0").rstrip(".")
