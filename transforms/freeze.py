"""Write down the links that a release is about to use. The chain: ... -> link -> **freeze**.

`frozen.py` keeps later deliveries from taking them back.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from data_contracts.errors import ContractError
from data_contracts.feed import Source
from transforms.code import coded_columns, coded_file
from transforms.engine import Engine, Stored, quoted
from transforms.frozen import COLUMNS, FROZEN, PLACE, frozen_file, name_keys
from transforms.identity import numbers_of
from transforms.link import (
    CLAIMED_COLUMNS,
    INCIDENTS,
    LINKED_FILES,
    claimed_file,
    find_made_of,
    frozen_calls_file,
)
from transforms.vault import Vault, parquet_files, replacing, write_json

_STEP = "freeze"
_USED = """
WITH now AS (
    SELECT
        {record} AS record_key, {place} AS place, {person} AS unit_key,
        ({place} IS NULL AND count(*) OVER same > 1)
            OR min(coalesce({person}, -1)) OVER same
            <> max(coalesce({person}, -1)) OVER same AS mixed
    FROM coded WINDOW same AS (PARTITION BY {record}, {place})
),
used AS (
    SELECT record_key, place, unit_key AS earlier_key, NULL AS now_key, mixed FROM frozen
    UNION ALL
    SELECT record_key, place, NULL, unit_key, mixed FROM now
),
marked AS (
    SELECT
        record_key, place, earlier_key, now_key,
        bool_or(mixed) OVER (PARTITION BY record_key, place) AS mixed
    FROM used
),
placed AS (
    SELECT record_key, place, coalesce(max(earlier_key), max(now_key)) AS unit_key, mixed
    FROM marked WHERE NOT mixed GROUP BY record_key, place, mixed
    UNION ALL
    SELECT DISTINCT record_key, place, coalesce(earlier_key, now_key), mixed
    FROM marked WHERE mixed
)
SELECT record_key, place, unit_key, mixed
FROM placed
WHERE place IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM placed AS told
    WHERE told.record_key = placed.record_key AND told.place IS NOT NULL
      AND told.unit_key IS NOT DISTINCT FROM placed.unit_key
)
ORDER BY ALL
"""


def freeze_links(
    sources: Sequence[Source],
    *,
    months: Sequence[str],
    released: Sequence[str] = (),
    vault: Vault,
    engine: Engine,
) -> None:
    """Write down whose the rows and calls are that a release is about to count.

    A row is known by its record and its place in it. What was written down before stays; a row that
    was anonymous may have got a name. A release that is refused afterwards leaves links that were
    never used, which does no harm: they are those of the files as they are.

    Args:
        sources: Every feed of the program.
        months: `YYYY-MM`, the months of the release.
        released: `YYYY-MM`, months of the fiscal year that earlier releases used.
        vault: Where coded records are, and where the result goes: `record_key`, `place` (NULL where
            the program does not say which person of the record a row is), `unit_key` (NULL where
            the row is anonymous), `mixed` (whether rows of several people have the same place).
        engine: Runs the SQL.

    Raises:
        ContractError: Links of an earlier release are missing, or a month was coded again after it
            was linked.
    """
    given = [source for source in sources if source.contract.clock]
    telling = [source for source in given if source.contract.person_id in source.given]
    for month in released:
        _require_frozen(telling, month=month, vault=vault)
        _require_numbering(given, month=month, vault=vault)
    for month in months:
        _require_linked(given, month=month, vault=vault)
    coded = [
        (source, month)
        for source in telling
        for month in months
        if coded_file(source, vault=vault, month=month).exists()
    ]
    for source, month in coded:
        _freeze(source, month=month, vault=vault, engine=engine)
    for month in months:
        _freeze_calls(month, vault=vault, engine=engine)
        numbering = {source.feed: read_numbering(source) for source in given}
        write_json(numbering, to=_numbering_file(vault, month=month))


def _require_frozen(telling: Sequence[Source], *, month: str, vault: Vault) -> None:
    """Refuse a fiscal year whose earlier releases used links that nobody can keep any more."""
    there = {file.stem for file in parquet_files(vault.table(FROZEN, month=month))}
    if odd := sorted(there ^ {source.feed for source in telling}):
        raise ContractError(
            f"The links that a release used of {month} and the feeds that tell participants do not "
            f"belong together: {odd}. Restore the newest backup of vault/, or give each feed its "
            "old name back until the fiscal year closes."
        )


def _require_numbering(given: Sequence[Source], *, month: str, vault: Vault) -> None:
    """Refuse a fiscal year in which numbers are read otherwise than a release read them."""
    file = _numbering_file(vault, month=month)
    used = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    now = {source.feed: read_numbering(source) for source in given}
    if odd := sorted(feed for feed in now if feed in used and now[feed] != used[feed]):
        raise ContractError(
            f"Feeds {odd} read their numbers otherwise than when a release used {month}, so "
            "nothing would be found again. Put numbering and alike in sources/ back until the "
            "fiscal year closes."
        )
    if not frozen_calls_file(vault, month=month).exists():
        raise ContractError(
            f"The calls that a release of {month} counted as somebody's are not written down any "
            "more. Restore the newest backup of vault/."
        )


def _numbering_file(vault: Vault, *, month: str) -> Path:
    return vault.table(FROZEN, month=month) / "numbering.json"


def read_numbering(source: Source) -> dict[str, list[str]]:
    """Say how a feed reads its numbers, in plain values that can be written down."""
    read = {name: numbers_of(source, name) for name in source.numbers}
    return {name: [one.numbering, *sorted(one.alike)] for name, one in read.items()}


def _require_linked(given: Sequence[Source], *, month: str, vault: Vault) -> None:
    """Refuse a month whose incidents were made of other records than those that are there."""
    check = vault.check(INCIDENTS, month=month)
    linked = json.loads(check.read_text(encoding="utf-8"))[LINKED_FILES] if check.exists() else {}
    there = find_made_of(given, vault=vault, month=month)
    if odd := sorted(name for name in there | linked if linked.get(name) != there.get(name)):
        raise ContractError(
            f"{', '.join(odd)}: coded again and not linked with {month}, so a release would count "
            "what it does not hold. Run those months again."
        )


def _freeze_calls(month: str, *, vault: Vault, engine: Engine) -> None:
    """Write down which calls are somebody's, so that none becomes a unit of its own later."""
    claimed, to = (file(vault, month=month) for file in (claimed_file, frozen_calls_file))
    if not claimed.exists():
        return
    with replacing(to) as part:
        engine.save(
            "SELECT DISTINCT call_key FROM claimed ORDER BY ALL",
            to=part,
            step=_STEP,
            about=f"calls of {month}",
            relations={"claimed": Stored((claimed,), CLAIMED_COLUMNS)},
        )


def _freeze(source: Source, *, month: str, vault: Vault, engine: Engine) -> None:
    coded, to = (file(source, vault=vault, month=month) for file in (coded_file, frozen_file))
    record, person = name_keys(source.contract)
    with replacing(to) as part:
        engine.save(
            _USED.format(record=record, person=person, place=quoted(PLACE)),
            to=part,
            step=_STEP,
            about=f"feed {source.feed!r}, {month}",
            relations={
                "coded": Stored((coded,), coded_columns(source.contract)),
                "frozen": Stored((to,) if to.exists() else (), COLUMNS),
            },
        )
