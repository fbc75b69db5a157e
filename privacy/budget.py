"""Refuse what a fiscal year cannot pay for. The chain: count -> **charge** -> measure.

The cap comes from the policy of every single release, and from the cards of the year: a year is
held to the lowest cap that one of them stated, so that no later policy makes a card false.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from privacy.chain import Row
from privacy.errors import BudgetError, PrivacyError
from privacy.policy import NANO


@dataclass(frozen=True)
class Debit:
    """What a release costs and what identifies it; `year_start` is its fiscal year's first day."""

    release: str
    fiscal_year: str
    nano_rho: int
    terms_sha256: str
    spec: str
    date: str
    year_start: str = ""


@dataclass(frozen=True)
class Cap:
    """Most that a fiscal year may cost, in nano-rho, and the row that stated it, if one did."""

    nano_rho: int
    stated_by: Row | None = None

    def __str__(self) -> str:
        """Write the cap, and the row that stated it."""
        row = self.stated_by
        stated = f", which row {row.seq} of the ledger ({row.release}) stated," if row else ""
        return f"{_rho(self.nano_rho)}{stated}"


def spent(rows: Iterable[Row], debit: Debit) -> int:
    """Add up what the fiscal year of a release has spent, in nano-rho."""
    return sum(row.nano_rho for row in rows if row.fiscal_year == debit.fiscal_year)


def lowest(cap: Cap, stated: Iterable[tuple[Row, int]]) -> Cap:
    """Hold a fiscal year to the lowest cap that was stated.

    Args:
        cap: The cap of the policy now.
        stated: Rows, and the cap that the card or the terms of each state for the year.

    Returns:
        The lowest; of equal ones that of the policy.
    """
    return min((cap, *(Cap(nano, row) for row, nano in stated)), key=lambda one: one.nano_rho)


def require_room(debit: Debit, *, nano_spent: int, cap: Cap) -> None:
    """Refuse a release that its fiscal year cannot pay for.

    Args:
        debit: The release.
        nano_spent: What the year has spent, in nano-rho.
        cap: Most that the year may cost.

    Raises:
        BudgetError: It would cost more than is left.
        PrivacyError: It would cost nothing.
    """
    if debit.nano_rho <= 0:
        raise PrivacyError(f"Release {debit.release!r} costs nothing, which no release can do.")
    if nano_spent + debit.nano_rho > cap.nano_rho:
        left = max(cap.nano_rho - nano_spent, 0)
        raise BudgetError(
            f"Release {debit.release!r} needs rho={_rho(debit.nano_rho)}; "
            f"{_rho(left)} of {cap} is left in {debit.fiscal_year}. "
            "Lower rho in privacy.yaml, or wait for the next fiscal year."
        )


@dataclass(frozen=True)
class YearCheck:
    """What a check of the fiscal years found: what is wrong, and what a reader should know."""

    problems: tuple[str, ...]
    notes: tuple[str, ...]


def check_years(rows: Iterable[Row], stated: Iterable[tuple[Row, int]]) -> YearCheck:
    """Check that no fiscal year spent more than the lowest cap stated, and name changed terms.

    Args:
        rows: The releases, oldest first.
        stated: Releases whose card was read, and the cap that it states.

    Returns:
        One sentence for each year that spent too much, and for each whose terms changed.
    """
    caps = list(stated)
    problems, notes = [], []
    years: dict[str, list[Row]] = {}
    for row in rows:
        years.setdefault(row.fiscal_year, []).append(row)
    for year, of_year in years.items():
        found = [(row, nano) for row, nano in caps if row.fiscal_year == year]
        least = min(found, key=lambda one: one[1], default=None)
        total = sum(row.nano_rho for row in of_year)
        if least and total > least[1]:
            problems.append(
                f"{year} has spent rho {_rho(total)}, more than the cap of {_rho(least[1])} that "
                f"row {least[0].seq} ({least[0].release}) stated"
            )
        first = of_year[0]
        changed = [row for row in of_year if row.terms_sha256 != first.terms_sha256]
        if changed:
            held = f"; the year is held to its lowest cap, rho {_rho(least[1])}" if least else ""
            notes.append(
                f"{year}: the terms changed within the year, after row {first.seq} "
                f"({first.release}): row {changed[0].seq} ({changed[0].release}) was drawn under "
                f"others{held}"
            )
    return YearCheck(tuple(problems), tuple(notes))


def _rho(nano: int) -> str:
    return f"{nano / NANO:.9f}".rstrip("0").rstrip(".")
