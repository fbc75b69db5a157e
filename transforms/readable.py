"""Refuse a delivery that nobody could read. The chain: land -> **readable** -> judge -> strip.

`land` puts a record whose clock cannot be read into quarantine before it has a month, so `judge`
never sees it: without this step a file in another date format would pass for an empty month.
"""

from data_contracts.errors import ContractError
from data_contracts.feed import Source
from transforms.manifest import Landing, read_manifest
from transforms.vault import Vault

_LOOKS = {
    "serial": "They look like days as a spreadsheet counts them; have the column saved as text.",
    "epoch": "They look like seconds since 1970; have the column written as a date and a time.",
}
_RULE = "refused"  # its tolerance is the promise of a contract, for both steps


def require_readable(source: Source, *, month: str, vault: Vault) -> None:
    """Refuse a month of a feed whose files were mostly put aside as they were landed.

    Records outside the months of the program are no sign of a broken file and do not count.

    Args:
        source: The feed.
        month: `YYYY-MM`, or `all` where the table has no clock.
        vault: Where it was landed.

    Raises:
        ContractError: Names the file, and where to mend it; the file may be delivered again.
    """
    limits = [rule.tolerance for rule in source.contract.rules if rule.kind == _RULE]
    landings = read_manifest(source, vault=vault).of_month(month)
    for limit in limits:
        for landing in landings:
            if landing.refused > _allowed(landing, limit):
                raise ContractError(_say(landing, source, limit=limit))


def _allowed(landing: Landing, limit: float) -> int:
    return int(limit * landing.physical / 100)


def _say(landing: Landing, source: Source, *, limit: float) -> str:
    clock, feed = source.contract.clock, source.feed
    looks = f" {_LOOKS[landing.looks]}" if landing.looks else ""
    broken = f"{clock}.unreadable or fields" if clock else "fields"
    return (
        f"File {landing.file!r} of feed {feed!r} breaks {broken} in more than {limit:g} of 100 "
        f"records, so {'its month' if clock else 'the table'} would mislead; they wait in "
        f"vault/quarantine.{looks} Mend the file, or format and columns in sources/{feed}.yaml."
    )
