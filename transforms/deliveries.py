"""Gather what files and days of a month show. The chain: land -> **judge** -> strip -> code.

Counts stay in memory and in `vault/checks`; `data_contracts/delivery.py` says what follows.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from data_contracts.delivery import ROUND_COUNTS, Delivery, days_between, find_silence
from data_contracts.feed import Source
from data_contracts.period import next_month
from transforms.delivered import missing_days
from transforms.manifest import read_manifest
from transforms.vault import ALL, Vault


def gather_delivery(
    source: Source,
    *,
    month: str,
    vault: Vault,
    days: Mapping[date, int],
    today: date | None,
) -> Delivery:
    """Gather what the files of a month show.

    Args:
        source: The feed.
        month: `YYYY-MM`, or `all` where the table has no clock.
        vault: Where the feed was landed.
        days: Landed records of the month by day; nothing where the table has no clock.
        today: No record is expected of it, nor of a later day; None where the month is over.

    Returns:
        The counts.
    """
    manifest = read_manifest(source, vault=vault)
    files = manifest.of_month(month)
    ended = any(one.ended for one in manifest.landings.values())
    first, last = _span(source, month=month, today=today) if month != ALL else (None, None)
    silent = find_silence(days, first=first, last=last) if first and last else (0, 0, 0)
    named = [f"{day:%Y-%m-%d}" for day in days_between(first, last)] if first and last else []
    return Delivery(
        rows=sum(one.physical for one in files),
        refused_rows=sum(one.refused for one in files),
        outside_rows=sum(one.outside for one in files),
        other_months=sum(one.accepted - one.months.get(month, 0) for one in files),
        cut_short=sum(one.cut or (ended and not one.ended) for one in files),
        round_count=sum(one.physical in ROUND_COUNTS for one in files),
        unread_file=len(manifest.unread.get(month, ())),
        broken_file=len(manifest.broken),
        missing_days=missing_days([one.file for one in files], days=named),
        begins_late=silent[0],
        stops_within=silent[1],
        ends_early=silent[2],
    )


def _span(source: Source, *, month: str, today: date | None) -> tuple[date, date]:
    """First and last day of a month that should have records."""
    first = date.fromisoformat(f"{month}-01")
    last = date.fromisoformat(f"{next_month(month)}-01") - timedelta(days=1)
    if today is not None:
        last = min(last, today - timedelta(days=1))
    if source.coverage is None:
        return first, last
    return max(first, source.coverage.first), min(last, source.coverage.last)
