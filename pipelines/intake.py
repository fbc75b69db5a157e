"""Take a month in. The assets: **raw -> judged** -> stripped -> coded -> private_incidents."""

from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg

from data_contracts.contract import Severity
from data_contracts.feed import Source
from data_contracts.judge import Verdict
from pipelines.directory import Directory
from pipelines.guard import guarded
from pipelines.partitions import MONTHS
from pipelines.resources import ProgramDirectory
from pipelines.take_in import crosscheck, judge, land
from transforms.engine import Engine
from transforms.manifest import read_manifest
from transforms.vault import Vault

GROUP = "transforms"
POOL = "vault"  # one hand at a time in the vault

Step = Callable[[Source, Engine, Vault], None]


def for_each_feed(step: str, given: Directory, work: Step) -> None:
    """Do one step for every feed about people, behind the error gate.

    Args:
        step: Name of the step, for messages.
        given: The program directory.
        work: What to do with a feed.
    """

    def all_feeds() -> None:
        vault = given.vault
        with given.engine() as engine:
            for source in given.record_sources:
                work(source, engine, vault)

    guarded(step, given, all_feeds)


@dg.asset(
    partitions_def=MONTHS,
    group_name=GROUP,
    pool=POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "every_record_is_accounted_for",
            asset="raw_records",
            blocking=True,
            description="Accepted, refused and outside records of each file add up to all.",
        )
    ],
)
def raw_records(
    context: dg.AssetExecutionContext, program_directory: ProgramDirectory
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Every delivered record of the month as text, or in quarantine under a rule's name."""
    given = program_directory.open()

    def land_one(source: Source, engine: Engine, _: Vault) -> None:
        land(source, given, engine, month=context.partition_key)

    for_each_feed("land", given, land_one)
    odd = guarded("land", given, lambda: _unaccounted(given))
    return dg.MaterializeResult(
        check_results=[
            dg.AssetCheckResult(
                check_name="every_record_is_accounted_for",
                passed=not odd,
                metadata={"feeds_that_do_not_add_up": ", ".join(odd) or "none"},
            )
        ]
    )


@dg.asset(
    partitions_def=MONTHS,
    group_name=GROUP,
    pool=POOL,
    deps=[raw_records],
    check_specs=[
        dg.AssetCheckSpec(
            "contract_holds",
            asset="judged_records",
            blocking=True,
            description="No blocking rule of a data contract is broken; see vault/checks.",
        )
    ],
)
def judged_records(
    context: dg.AssetExecutionContext, program_directory: ProgramDirectory
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Records that the contract accepts; the others are in quarantine under a rule's name."""
    given, month = program_directory.open(), context.partition_key
    broken: list[str] = []
    warned: list[str] = []

    def judge_one(source: Source, engine: Engine, _: Vault) -> None:
        land(source, given, engine, month=month)  # a re-run from here judges what was mended since
        verdict = judge(source, given, engine, month=month)
        _keep(verdict, source, month=month, given=given)
        broken.extend(f"{source.feed}: {rule}" for rule in verdict.failed(Severity.BLOCK))
        warned.extend(f"{source.feed}: {rule}" for rule in verdict.failed(Severity.WARN))

    for_each_feed("judge", given, judge_one)
    if across := guarded("judge", given, lambda: _crosscheck(given, month=month)):
        broken.extend(f"calls and visits: {rule}" for rule in across.failed(Severity.BLOCK))
        warned.extend(f"calls and visits: {rule}" for rule in across.failed(Severity.WARN))
    return dg.MaterializeResult(
        check_results=[
            dg.AssetCheckResult(
                check_name="contract_holds",
                passed=not broken,
                metadata={
                    "blocking_rules_broken": ", ".join(broken) or "none",
                    "warnings": ", ".join(warned) or "none",
                },
            )
        ]
    )


def _crosscheck(given: Directory, *, month: str) -> Verdict | None:
    with given.engine() as engine:
        return crosscheck(given, engine, month=month)


def _keep(verdict: Verdict, source: Source, *, month: str, given: Directory) -> None:
    judged = datetime.now(UTC).isoformat(timespec="seconds")
    warned = [*verdict.failed(Severity.REFUSE), *verdict.failed(Severity.WARN)]
    given.verdicts.keep(
        month, source.feed, {"passed": verdict.passed, "warned": warned, "judged": judged}
    )


def _unaccounted(given: Directory) -> list[str]:
    vault = given.vault
    return [
        source.feed
        for source in given.record_sources
        if any(
            landing.accepted + landing.refused + landing.outside != landing.physical
            for landing in read_manifest(source, vault=vault).landings.values()
        )
    ]
