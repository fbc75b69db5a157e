"""Write down the links that a release is about to use. The chain: ... -> link -> **freeze**.

`frozen.py` keeps later deliveries from taking them back.
"""

from collections.abc import Sequence
from pathlib import Path

from data_contracts.errors import ContractError
from data_contracts.feed import Source
from transforms.code import coded_columns, coded_file
from transforms.engine import Engine, Stored, quoted
from transforms.frozen import COLUMNS, PLACE, frozen_file, name_keys
from transforms.link import incident_file
from transforms.vault import Vault, replacing

_USED = """
WITH used AS (
    SELECT {record} AS record_key, {place} AS place, {person} AS unit_key, count(*) AS times
    FROM coded WHERE {person} IS NOT NULL GROUP BY {record}, {place}, {person}
    UNION ALL
    SELECT record_key, place, unit_key, times FROM frozen
)
SELECT record_key, place, unit_key, max(times) AS times
FROM used GROUP BY record_key, place, unit_key ORDER BY ALL
"""


def freeze_links(
    sources: Sequence[Source], *, months: Sequence[str], vault: Vault, engine: Engine
) -> None:
    """Write down which records a release is about to count under a participant.

    What was written down before stays. A release that is refused afterwards leaves links that were
    never used, which does no harm: they are those of the files as they are.

    Args:
        sources: Every feed of the program.
        months: `YYYY-MM`, the months of the release.
        vault: Where coded records are, and where the result goes: `record_key`, `place` (NULL where
            the program does not say which person of the record a row is), `unit_key`, `times`.
        engine: Runs the SQL.

    Raises:
        ContractError: A month was coded again after it was linked, so that the release would count
            other links than these.
    """
    for source in sources:
        if not source.contract.clock or source.contract.person_id not in source.given:
            continue
        for month in months:
            _require_linked(source, month=month, vault=vault)
            _freeze(source, month=month, vault=vault, engine=engine)


def _require_linked(source: Source, *, month: str, vault: Vault) -> None:
    """Refuse a month whose incidents are older than the records they were made of."""
    coded, linked = coded_file(source, vault=vault, month=month), incident_file(vault, month=month)
    if coded.exists() and linked.exists() and _written(coded) > _written(linked):
        raise ContractError(
            f"Feed {source.feed!r} of {month} was coded again and not linked, so a release would "
            "count what it does not hold. Run that month again."
        )


def _written(file: Path) -> int:
    return file.stat().st_mtime_ns


def _freeze(source: Source, *, month: str, vault: Vault, engine: Engine) -> None:
    coded, to = (file(source, vault=vault, month=month) for file in (coded_file, frozen_file))
    if not coded.exists():
        return
    record, person = name_keys(source.contract)
    with replacing(to) as part:
        engine.save(
            _USED.format(record=record, person=person, place=quoted(PLACE)),
            to=part,
            step="freeze",
            about=f"feed {source.feed!r}, {month}",
            relations={
                "coded": Stored((coded,), coded_columns(source.contract)),
                "frozen": Stored((to,) if to.exists() else (), COLUMNS),
            },
        )
