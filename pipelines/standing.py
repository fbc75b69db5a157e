"""Say where a program stands: months, releases, budget, deletions; counts only where asked for."""

from dataclasses import asdict, dataclass
from math import inf

from pipelines.calendar import months_so_far
from pipelines.directory import Directory
from pipelines.findings import gather_findings, summarise
from pipelines.needs import unread_deliveries
from pipelines.purge import find_due, waiting_releases
from pipelines.verdicts import Entry
from privacy.errors import PrivacyError
from privacy.policy import NANO, Policy, require_approved
from transforms.manifest import read_manifest
from transforms.vault import ALL

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """One screen; every list is rows of text.

    `files` holds exact counts and is for inside; so do `findings`, with how often a rule is broken.
    `unread` names delivered files that no source reads.
    """

    program: str
    says: str
    feeds: Rows
    releases: Rows
    budget: Rows
    due: Rows
    waiting: Rows
    files: Rows
    findings: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The same for a machine."""
        return asdict(self)


def find_standing(given: Directory, *, private: bool) -> Standing:
    """Look at a program without changing anything.

    Args:
        given: The program directory.
        private: With exact counts of delivered records.

    Returns:
        Where it stands today.

    Raises:
        ContractError: The program directory does not fit.
        PrivacyError: The policy or the ledger does not fit.
    """
    program, policy = given.program, given.policy
    chain = given.ledger.chain() if given.has_ledger else []
    rows = [row for row in chain if row.is_release]
    years = dict.fromkeys(row.fiscal_year for row in rows)
    return Standing(
        program=program.name,
        says=_says(given),
        feeds=_feeds(given),
        releases=tuple(
            (str(row.seq), row.release, f"{row.nano_rho / NANO:g}", row.date) for row in rows
        ),
        budget=tuple(
            _budget(
                year,
                sum(row.nano_rho for row in rows if row.fiscal_year == year),
                policy,
                stated=given.ledger.stated_cap(year),
            )
            for year in years
        ),
        due=tuple((item.fiscal_year, item.kind.value) for item in find_due(given)),
        waiting=tuple((year, ", ".join(names)) for year, names in waiting_releases(given).items()),
        files=_files(given) if private else (),
        findings=_findings(given) if private else (),
        unread=unread_deliveries(given),
    )


def _says(given: Directory) -> str:
    try:
        return require_approved(given.policy, on=given.today).value
    except PrivacyError as error:
        return f"nothing yet: {error}"


def _feeds(given: Directory) -> Rows:
    record = given.verdicts.read()
    months = months_so_far(given.program, today=given.today)
    rows = []
    for source in given.record_sources:
        entries = [
            record[month][source.feed] for month in months if source.feed in record.get(month, {})
        ]
        passed = sum(entry["passed"] for entry in entries)
        warned = sorted({rule for entry in entries for rule in entry["warned"]})
        counts = (passed, len(entries) - passed, len(months) - len(entries))
        rows.append((source.feed, *map(str, counts), ", ".join(warned)))
    whole = record.get(ALL, {})
    rows += [_whole(source.feed, whole.get(source.feed)) for source in given.exact_sources]
    return tuple(rows)


def _whole(feed: str, entry: Entry | None) -> tuple[str, ...]:
    """One row for a feed that is one table: passed, stopped or not taken in, once."""
    if entry is None:
        return (feed, "0", "0", "1", "")
    passed = int(entry["passed"])
    said = entry.get("said", "")
    return (feed, str(passed), str(1 - passed), "0", said or ", ".join(entry["warned"]))


def _findings(given: Directory) -> tuple[str, ...]:
    """The lines of `check` and `run`, of every month that was judged."""
    months = (*months_so_far(given.program, today=given.today), ALL)
    return tuple(map(str, summarise(gather_findings(given, months, policy=given.policy))))


def _budget(year: str, nano_spent: int, policy: Policy, *, stated: int | None) -> tuple[str, ...]:
    """Spent, left to ordinary releases, set aside for a correction, and the cap, in rho.

    The year is held to the lowest cap that a card of it stated.
    """
    spent, aside = nano_spent / NANO, float(policy.correction_rho)
    cap = min(float(policy.cap_rho), stated / NANO if stated is not None else inf)
    left = round(max(0.0, min(float(policy.cap_rho) - aside, cap) - spent), 9)
    return (year, *(f"{rho:g}" for rho in (spent, left, aside, cap)))


def _files(given: Directory) -> Rows:
    vault = given.vault
    return tuple(
        (source.feed, one.file, *map(str, (one.physical, one.accepted, one.refused, one.outside)))
        for source in given.sources
        for one in read_manifest(source, vault=vault).landings.values()
    )
