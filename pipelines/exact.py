"""Publish what has no person in it. The asset: land -> judge -> **exact_tables** -> pages.

A feed that is late or does not fit stops nothing else: its table stays as it was last published,
the reports say what they lack, and whoever runs this reads the feed's name and where to mend it.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import dagster as dg

from data_contracts.contract import Severity
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from pipelines.directory import Directory
from pipelines.guard import guarded
from pipelines.resources import ProgramDirectory
from pipelines.take_in import judge, land
from transforms.engine import Engine
from transforms.publish import describe_exact, exact_file, publish_feed, refused_months
from transforms.vault import ALL


@dg.asset(
    group_name="transforms",
    pool="vault",
    check_specs=[
        dg.AssetCheckSpec(
            "every_exact_feed_is_published",
            asset="exact_tables",
            description="Every feed without a person in it was delivered and fits its contract.",
        )
    ],
)
def exact_tables(program_directory: ProgramDirectory) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Spending, staffing, outcomes and governance as delivered: exact, for no person is in them."""
    given = program_directory.open()
    odd = guarded("exact", given, lambda: publish_exact(given))
    return dg.MaterializeResult(
        check_results=[
            dg.AssetCheckResult(
                check_name="every_exact_feed_is_published",
                passed=not odd,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"feeds": ", ".join(odd) or "none"},
            )
        ]
    )


def publish_exact(given: Directory) -> Mapping[str, str]:
    """Take every feed along the exact road.

    Args:
        given: The program directory.

    Returns:
        For each feed whose table could not be published anew: what broke and where to mend it.

    Raises:
        ContractError: A contract may not take this road.
    """
    problems: dict[str, str] = {}
    with given.engine() as engine:
        for source in given.exact_sources:
            said, lacks, warned = "", tuple[str, ...](), tuple[str, ...]()
            try:
                lacks, warned = _take(source, given, engine)
            except ContractError as error:
                said = problems[source.feed] = str(error)
            given.verdicts.keep(
                ALL,
                source.feed,
                {
                    "passed": not said,
                    "warned": [*lacks, *warned],
                    "judged": datetime.now(UTC).isoformat(timespec="seconds"),
                    "said": said,
                    "lacks": list(lacks),
                },
            )
    describe_exact(
        given.public,
        program=given.program,
        sources=given.exact_sources,
        missing=_missing(given),
        incomplete=_incomplete(given, stopped=problems),
    )
    return problems


def _incomplete(given: Directory, *, stopped: Collection[str]) -> dict[str, list[str]]:
    """Name the months of which a published table lacks rows; one that stayed as it was has all."""
    found: dict[str, set[str]] = {}
    for source in given.exact_sources:
        if source.feed not in stopped and (months := refused_months(source, vault=given.vault)):
            found.setdefault(source.contract.table, set()).update(months)
    return {table: sorted(months) for table, months in found.items()}


def _take(
    source: Source, given: Directory, engine: Engine
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Land, judge and publish one feed; give back the rules that refuse rows, and that warn."""
    land(source, given, engine, month=ALL)
    verdict = judge(source, given, engine, month=ALL)
    if broken := verdict.failed(Severity.BLOCK):
        raise ContractError(
            f"Feed {source.feed!r} breaks {', '.join(broken)}, so its table stays as it was last "
            f"published. See vault/checks/{ALL}/{source.feed}.json for how often, mend the file "
            "and run again."
        )
    publish_feed(
        source, program=given.program, vault=given.vault, engine=engine, public=given.public
    )
    warned = verdict.failed(Severity.WARN)
    aside = tuple(rule for rule in warned if rule.endswith(".refused_rows"))
    return (*verdict.failed(Severity.REFUSE), *aside), tuple(
        rule for rule in warned if rule not in aside
    )


def _missing(given: Directory) -> dict[str, str]:
    """Say why a table that the program has a feed for is not public."""
    return {
        source.contract.table: "refused"
        if any(given.delivered.glob(source.files))
        else "not_delivered"
        for source in given.exact_sources
        if not exact_file(given.public, table=source.contract.table).is_file()
    }
