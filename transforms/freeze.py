"""Write down the links that a release is about to use. The chain: ... -> link -> **freeze**.

`frozen.py` keeps later deliveries from taking them back.
"""

import json
from collections.abc import Sequence

from data_contracts.errors import ContractError
from data_contracts.feed import Source
from transforms.code import coded_columns, coded_file
from transforms.engine import Engine, Stored, quoted
from transforms.frozen import COLUMNS, FROZEN, PLACE, frozen_file, name_keys
from transforms.link import INCIDENTS, LINKED_FILES
from transforms.parse import digest
from transforms.vault import Vault, parquet_files, replacing

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
    """Write down whose the rows are that a release is about to count.

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


def _require_frozen(telling: Sequence[Source], *, month: str, vault: Vault) -> None:
    """Refuse a fiscal year whose earlier releases used links that nobody can keep any more."""
    there = {file.stem for file in parquet_files(vault.table(FROZEN, month=month))}
    if odd := sorted(there ^ {source.feed for source in telling}):
        raise ContractError(
            f"The links that a release used of {month} and the feeds that tell participants do not "
            f"belong together: {odd}. Restore the newest backup of vault/, or give each feed its "
            "old name back until the fiscal year closes."
        )


def _require_linked(given: Sequence[Source], *, month: str, vault: Vault) -> None:
    """Refuse a month whose incidents were made of other records than those that are there."""
    check = vault.check(INCIDENTS, month=month)
    linked = json.loads(check.read_text(encoding="utf-8"))[LINKED_FILES] if check.exists() else {}
    for source in given:
        coded = coded_file(source, vault=vault, month=month)
        if coded.exists() and linked.get(source.feed) != digest(coded):
            raise ContractError(
                f"Feed {source.feed!r} of {month} was coded again and not linked, so a release "
                "would count what it does not hold. Run that month again."
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
