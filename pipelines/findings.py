"""Say what was found about delivered months: one answer for `check`, `run` and `status`.

A month is judged once, by itself; what follows from it beside other months is made here, from the
verdicts that the vault keeps, each time that somebody asks.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from data_contracts.completeness import Month, compare_months, hold_against_plan
from data_contracts.contract import Contract, Role
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.judge import Finding, Verdict, is_accepted, read_verdict
from data_contracts.period import PeriodKind, next_month
from data_contracts.program import Program
from pipelines.directory import Directory
from privacy.policy import Policy
from transforms.crosscheck import crosschecked
from transforms.vault import ALL

FOLLOWS = {
    "block": "blocks",
    "refuse": "puts records into quarantine in",
    "warn": "warns of",
    "accepted": "is accepted for",
}

_MOSTLY = "mostly_"
_OF_VALUES = {
    *("unreadable", "unmapped", "outside", "reference"),
    *("order", "day_long", "instant", "midnight", "same_minute", "same_value", "twelve_hours"),
}
_ONE_IN = (2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 30, 50, 100)
_MOST = ((1, 1), (9, 10), (4, 5), (3, 4), (2, 3), (3, 5))
_NEARLY = 0.005  # of 1; what rounds to all of them


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found in one month of a feed; `meaning` is what the contract says of it."""

    feed: str
    month: str
    finding: Finding
    meaning: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line for a steward: a broken rule of a feed, in which months, how often, and its meaning.

    `share` is rounded to a word or two; exact counts stay in `vault/checks`.
    """

    feed: str
    rule: str
    follows: str
    months: tuple[str, ...]
    share: str
    meaning: str

    @property
    def blocks(self) -> bool:
        """Whether nothing of these months is released before it is mended or accepted."""
        return self.follows == "block"

    def __str__(self) -> str:
        """Write it as the screen shows it."""
        when = "" if self.months == (ALL,) else f" {name_months(self.months)}"
        follows = FOLLOWS[self.follows] if when else FOLLOWS[self.follows].partition(" of")[0]
        share = f": {self.share}" if self.share else ""
        return f"{self.feed}: {self.rule} {follows}{when}{share}. {self.meaning}"


def gather_findings(
    given: Directory, months: Iterable[str], *, policy: Policy, beside: Directory | None = None
) -> tuple[Found, ...]:
    """Gather the broken rules of some months of every feed.

    Args:
        given: The program directory, with its vault.
        months: `YYYY-MM`; `all` for feeds that are one whole table.
        policy: Says by which columns tables count.
        beside: Another directory, whose vault knows months that this one does not.

    Returns:
        What was found, accepted or not, by feed, month and rule.
    """
    wanted = tuple(months)
    found: list[Found] = []
    for source in given.sources:
        known = _known(source, given, beside)
        held = {
            month: _hold(source, verdict, given=given, month=month)
            for month, verdict in known.items()
            if month != ALL
        }
        used = _counted_columns(source, policy)
        for month in wanted:
            if month not in known:
                continue
            findings = known[month].findings
            across = given.vault.check(crosschecked(source), month=month)
            if across.is_file():
                findings += read_verdict(across).findings
            if month != ALL:
                findings += compare_months(
                    source, held, of=month, used=used, starts=given.program.fiscal_year_start
                )
                findings += _planned(source, given, policy, month=month, beside=beside)
            found += _broken(source, _without_echo(findings), month=month)
    return tuple(found)


def summarise(found: Iterable[Found]) -> tuple[Line, ...]:
    """Write one line for each rule of a feed that is broken alike, the gravest first.

    A rule that warns says nothing beside its own that blocks.

    Args:
        found: What was found.

    Returns:
        The lines.
    """
    groups: dict[tuple[str, str, str], list[Found]] = {}
    for one in found:
        key = (one.feed, one.finding.rule, one.finding.follows)
        groups.setdefault(key, []).append(one)
    told = {
        (one.feed, one.month, one.finding.rule.replace(_MOSTLY, ""))
        for several in groups.values()
        for one in several
        if f".{_MOSTLY}" in one.finding.rule
    }
    lines = []
    for (feed, rule, follows), several in groups.items():
        left = [one for one in several if (feed, one.month, rule) not in told]
        if left:
            worst = max(left, key=lambda one: one.finding.found / max(one.finding.of, 1))
            lines.append(
                Line(
                    feed=feed,
                    rule=rule,
                    follows=follows,
                    months=tuple(sorted(one.month for one in left)),
                    share=tell_share(worst.finding),
                    meaning=worst.meaning,
                )
            )
    order = list(FOLLOWS)
    return tuple(sorted(lines, key=lambda one: (order.index(one.follows), one.feed, one.rule)))


def require_sound(given: Directory, months: Collection[str]) -> None:
    """Refuse a release of months in which a blocking rule is broken that nobody accepted.

    Args:
        given: The program directory.
        months: Months of the release.

    Raises:
        ContractError: Names feeds, rules and months, and where to mend it.
    """
    lines = summarise(gather_findings(given, months, policy=given.policy))
    if broken := [line for line in lines if line.blocks]:
        raise ContractError(say_blocked(broken))


def say_blocked(lines: Sequence[Line]) -> str:
    """Say in one sentence what stops a release; no share and no count, for Dagster keeps it."""
    said = "; ".join(f"{one.feed}: {one.rule} in {name_months(one.months)}" for one in lines)
    files = sorted({f"sources/{one.feed}.yaml" for one in lines})
    return (
        f"Blocking rules are broken, and nothing that holds these months is released: {said}. "
        f"See `care-dividend status --private`; mend the files, or say under accepted in "
        f"{' and '.join(files)} by month and rule why they are right."
    )


def name_months(months: Sequence[str]) -> str:
    """Write months in order, those that follow each other as one span.

    >>> name_months(["2025-01", "2025-02", "2025-03", "2025-06"])
    '2025-01 to 2025-03, 2025-06'
    """
    spans: list[list[str]] = []
    for month in months:
        if spans and month != ALL and next_month(spans[-1][-1]) == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    return ", ".join(f"{one[0]} to {one[-1]}" if one[1:] else one[0] for one in spans)


def tell_share(finding: Finding) -> str:
    """Say in which share a rule is broken, rounded to a word or two.

    >>> from data_contracts.contract import Severity
    >>> def tell(rule, found, of):
    ...     return tell_share(Finding(rule, Severity.WARN, False, 0, found, of))
    >>> tell("area.unmapped", 29, 200), tell("calls.refused", 1, 900)
    ('about 1 in 7 values', 'fewer than 1 in 100 records')
    >>> tell("calls.fewer", 140, 200), tell("calls.more", 400, 200)
    ('about 2 in 3 fewer records than usual', 'about 3 times the usual number of records')
    """
    kind = finding.rule.rpartition(".")[2].removeprefix(_MOSTLY)
    if kind in {"empty", "chain"} or not finding.of or not finding.found:
        return ""
    part = finding.found / finding.of
    if kind in {"fewer", "below_plan"}:
        than = "usual" if kind == "fewer" else "planned"
        if part >= _MOST[1][0] / _MOST[1][1]:
            return f"hardly any of the records that are {than}"
        return f"{_part(part)} fewer records than {than}"
    if kind == "more":
        return (
            f"about {1 + part:.0f} times the usual number of records"
            if part >= 1
            else f"{_part(part)} more records than usual"
        )
    if kind in {"emptier", "fuller"}:
        return f"{_part(part)} records {'less' if kind == 'emptier' else 'more'} have it than usual"
    return f"{_part(part)} {'values' if kind in _OF_VALUES else 'records'}"


def _part(part: float) -> str:
    """Write a part of 1 as a common fraction."""
    if part >= 1 - _NEARLY:
        return "all"
    if part < 1 / _ONE_IN[-1] - _NEARLY:
        return f"fewer than 1 in {_ONE_IN[-1]}"
    common = [*_MOST, *((1, n) for n in _ONE_IN), (2, 5)]
    n, of = min(common, key=lambda one: abs(one[0] / one[1] - part))
    return f"about {n} in {of}" if n < of else "nearly all"


def _planned(
    source: Source, given: Directory, policy: Policy, *, month: str, beside: Directory | None
) -> tuple[Finding, ...]:
    """Hold a month of a table, all its feeds together, against what the policy expects of it."""
    expected = _expected(policy, source.contract.table)
    feeds = [one for one in given.sources if one.contract.table == source.contract.table]
    if expected is None or feeds[0].feed != source.feed:
        return ()
    months: dict[str, Month] = {}
    for one in feeds:
        for when, verdict in _known(one, given, beside).items():
            rows = verdict.rows + (months[when].rows if when in months else 0)
            months[when] = Month(month=when, days=1, rows=rows)
    starts = given.program.fiscal_year_start
    return hold_against_plan(source, months, of=month, expected=expected, starts=starts)


def _expected(policy: Policy, table: str) -> float | None:
    """Records a month of a table that the policy expects, from its shortest release."""
    blocks = {"encounters": "contacts", "surveys": "surveys"}
    for kind, length in ((PeriodKind.QUARTER, 3), (PeriodKind.HALF, 6), (PeriodKind.YEAR, 12)):
        release = policy.releases.get(kind)
        block = release.blocks.get(blocks.get(table, "")) if release else None
        if block:
            return block.expected / length
    return None


def _without_echo(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Leave out what another broken rule says better: why a column says less, that rows are few."""
    fell = any(one.rule.endswith(".fewer") and not one.passed for one in findings)
    why = {
        one.rule.partition(".")[0]
        for one in findings
        if f".{_MOSTLY}" in one.rule and not one.passed
    }
    for one in findings:
        subject, _, kind = one.rule.partition(".")
        echo = kind in {"emptier", "fuller"} and subject in why
        if not echo and not (fell and kind == "below_plan"):
            yield one


def _broken(source: Source, findings: Iterable[Finding], *, month: str) -> Iterator[Found]:
    """Keep what is broken; a month that was accepted after it was judged is accepted."""
    accepted = source.accepts(month)
    meanings = {check.kind: check.en for check in source.contract.promises}
    for one in findings:
        if not one.passed:
            kind = one.rule.rpartition(".")[2].removeprefix(_MOSTLY)
            blocks = replace(one, accepted=False).blocks
            right = blocks and is_accepted(one.rule, accepted)
            yield Found(source.feed, month, replace(one, accepted=right), meanings.get(kind, ""))


def _known(source: Source, given: Directory, beside: Directory | None) -> dict[str, Verdict]:
    """Read what is known of a feed; what another vault knows counts where this one is silent."""
    return (_verdicts(source, beside) if beside else {}) | _verdicts(source, given)


def _verdicts(source: Source, given: Directory) -> dict[str, Verdict]:
    """Read what the vault knows of a feed, by month."""
    folder = given.vault.path("checks")
    return {
        file.parent.name: read_verdict(file)
        for file in sorted(folder.glob(f"*/{source.feed}.json"))
    }


def _hold(source: Source, verdict: Verdict, *, given: Directory, month: str) -> Month:
    return Month(
        month=month,
        days=covered_days(source, program=given.program, month=month, today=given.today),
        rows=verdict.rows,
        kept=verdict.kept,
        told=verdict.told,
        accepted=source.accepts(month),
    )


def covered_days(source: Source, *, program: Program, month: str, today: date) -> int:
    """Count the days of a month that a feed covers and that are over or have begun.

    Args:
        source: The feed, and what it covers.
        program: Gives first and last month.
        month: `YYYY-MM`.
        today: The last day that there can be.

    Returns:
        Days; 0 for a month outside.
    """
    first = date.fromisoformat(f"{month}-01")
    last = first + timedelta(days=monthrange(first.year, first.month)[1] - 1)
    if not program.first_month <= month <= (program.last_month or month):
        return 0
    if source.coverage:
        first, last = max(first, source.coverage.first), min(last, source.coverage.last)
    return max(0, (min(last, today) - first).days + 1)


def _counted_columns(source: Source, policy: Policy) -> tuple[str, ...]:
    """Columns that a feed gives and by which a table counts, with those that tell units apart."""
    contract = source.contract
    found = {name for name in contract.named(Role.IDENTIFIER) if name != contract.record_id}
    for release in policy.releases.values():
        for block in release.blocks.values():
            for table in block.tables.values():
                for dim in table.dims:
                    found |= _feeding(contract, dim, given=source.mapped)
    return tuple(name for name in source.mapped if name in found)


def _feeding(contract: Contract, dim: str, *, given: Collection[str]) -> set[str]:
    """Columns of a feed that decide a dimension of a table."""
    name = {"area": "area", "area_kind": "area"}.get(dim, f"{dim}_code")
    found, open_names = set[str](), [name] if name in contract.roles else []
    while open_names:
        one = open_names.pop()
        if one in given:
            found.add(one)
        else:
            open_names += contract.column(one).parents
    return found
