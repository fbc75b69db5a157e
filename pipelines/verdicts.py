"""Our own record of which months passed their checks: feeds and verdicts, never a count."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NotRequired, TypedDict

from data_contracts.errors import ContractError
from transforms.vault import ALL, PRIVATE_FILE, PRIVATE_FOLDER


class Entry(TypedDict):
    """Verdict on one feed in one month; `warned` names rules, `said` is what was refused.

    `lacks` names the rules by which rows of a whole table are in quarantine, and not in the table.
    """

    passed: bool
    warned: list[str]
    judged: str
    said: NotRequired[str]
    lacks: NotRequired[list[str]]


class Verdicts:
    """`ledger/verdicts.json`: a release asks it; Dagster's own record is no interface."""

    def __init__(self, file: Path) -> None:
        """Remember where the record is; nothing is read yet."""
        self._file = file

    def read(self) -> dict[str, dict[str, Entry]]:
        """Return month -> feed -> verdict.

        Raises:
            ContractError: The file is not what we wrote.
        """
        if not self._file.is_file():
            return {}
        try:
            found: dict[str, dict[str, Entry]] = json.loads(self._file.read_text(encoding="utf-8"))
        except json.JSONDecodeError:
            raise ContractError(
                "ledger/verdicts.json is not readable. Delete it and run the intake again."
            ) from None
        return found

    def keep(self, month: str, feed: str, entry: Entry) -> None:
        """Write one verdict, replacing an earlier one of the same month and feed.

        The file is the owner's only: what broke, and when, is not for everybody.
        """
        record = self.read()
        record.setdefault(month, {})[feed] = entry
        self._file.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=PRIVATE_FILE)
        fresh.write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")
        fresh.replace(self._file)

    def require(self, months: Iterable[str], feeds: Iterable[str]) -> None:
        """Refuse a release of which a month is missing or did not pass.

        Args:
            months: Every month of the period.
            feeds: Every feed of the program.

        Raises:
            ContractError: Names the months and feeds.
        """
        record = self.read()
        wanted = tuple(feeds)
        lacking = [
            f"{feed} {month}"
            for month in months
            for feed in wanted
            if not record.get(month, {}).get(feed, {"passed": False})["passed"]
        ]
        if lacking:
            raise ContractError(
                f"Not every month passed its checks; lacking {', '.join(lacking)}. "
                "See `care-dividend status`, mend the file and run the intake of that month again."
            )

    def refusals(self) -> dict[str, str]:
        """Name the whole tables that could not be published, and say why."""
        entries = self.read().get(ALL, {})
        return {feed: said for feed, entry in entries.items() if (said := entry.get("said", ""))}

    def gaps(self) -> dict[str, list[str]]:
        """Name the whole tables that are published without some rows, and by which rules."""
        entries = self.read().get(ALL, {})
        return {feed: rules for feed, entry in entries.items() if (rules := entry.get("lacks", []))}
