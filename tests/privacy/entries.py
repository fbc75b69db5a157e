"""Debits without a program: ledgers are tested with them by the hundred."""

from collections.abc import Callable, Mapping
from pathlib import Path

from privacy.ledger import Debit, Ledger, Seat

FILES = {"measurements.parquet": b"noisy", "tables/t.csv": b"a,b\n"}
CAP = 1000


def debit(release: str, *, nano_rho: int = 100, year: str = "FY2025", terms: str = "a") -> Debit:
    return Debit(
        release=release,
        fiscal_year=year,
        nano_rho=nano_rho,
        terms_sha256=terms * 64,
        spec=f'{{"release":"{release}"}}',
        date="2026-01-15",
    )


def files(content: bytes = b"noisy") -> Callable[[Seat], Mapping[str, bytes]]:
    return lambda _: {**FILES, "measurements.parquet": content}


def never(_: Seat) -> Mapping[str, bytes]:
    raise AssertionError("files were made")


def open_at(folder: Path, *, url: str | None = None) -> Ledger:
    return Ledger(folder / "ledger", public=folder / "public", url=url)


def fill(ledger: Ledger, n: int = 3) -> Ledger:
    for number in range(n):
        ledger.charge(debit(f"R{number}"), nano_cap=CAP, files=files(f"noisy {number}".encode()))
    return ledger
