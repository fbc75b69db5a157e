"""Run the jobs headless: the months of a period, then its release, in Dagster's own record."""

from dataclasses import dataclass

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError  # has no public name yet

from data_contracts.period import Period, PeriodKind, read_period
from pipelines.calendar import months_so_far
from pipelines.definitions import defs
from pipelines.directory import Directory
from pipelines.guard import StepError
from pipelines.partitions import MONTHS, RELEASES
from privacy.errors import PrivacyError
from privacy.policy import require_approved

RELEASE_JOBS = {
    PeriodKind.QUARTER: "quarterly_release",
    PeriodKind.HALF: "half_yearly_release",
    PeriodKind.YEAR: "yearly_release",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing a run does: a job for one partition."""

    job: str
    partition: str


def plan_stages(given: Directory, name: str) -> tuple[Stage, ...]:
    """List what a run of a period will do, refusing early what cannot end well.

    Args:
        given: The program directory.
        name: The period.

    Returns:
        Its months, then its release; the release alone where the ledger has it already.

    Raises:
        ContractError: The name is not a period.
        PrivacyError: The period is not over, the policy has no such release or is not approved.
    """
    program, policy = given.program, given.policy
    period = read_period(name, fiscal_year_start=program.fiscal_year_start)
    require_approved(policy, on=given.today)
    if period.kind not in policy.releases:
        raise PrivacyError(
            f"The policy has no {period.kind.value} release, so {name!r} cannot be published. "
            f"It has: {', '.join(kind.value for kind in policy.releases)}; see privacy.yaml."
        )
    release = Stage(RELEASE_JOBS[period.kind], period.name)
    if any(row.release == period.name for row in given.ledger.rows()):
        return (release,)
    _require_over(given, period)
    return (*(Stage("monthly_intake", month) for month in period.months), release)


def run_stage(given: Directory, stage: Stage, *, instance: dg.DagsterInstance) -> None:
    """Run one job for one partition.

    Args:
        given: The program directory.
        stage: The job and its partition.
        instance: Dagster's own record, in the program's directory.

    Raises:
        ContractError: What a step refused, in its own words.
        PrivacyError: Likewise.
        StepError: A blocking check failed, or a step met something unforeseen.
    """
    partitions = MONTHS if stage.job == "monthly_intake" else _releases(stage.job)
    instance.add_dynamic_partitions(str(partitions.name), [stage.partition])
    job = defs.resolve_job_def(stage.job)
    try:
        job.execute_in_process(
            instance=instance, partition_key=stage.partition, run_config=_configure(given)
        )
    except DagsterAssetCheckFailedError:
        raise StepError(
            f"{stage.partition} did not pass its checks, so nothing after them ran. "
            "See `care-dividend status --private` for the rules, mend the file and run again."
        ) from None


def _configure(given: Directory) -> dict[str, object]:
    """Name the program, and keep Dagster's own log off the screen."""
    program = {
        "directory": str(given.path),
        "inbox": str(given.inbox or ""),
        "day": given.day.isoformat() if given.day else "",
    }
    return {
        "resources": {"program_directory": {"config": program}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }


def _releases(job: str) -> dg.DynamicPartitionsDefinition:
    return next(RELEASES[kind] for kind, name in RELEASE_JOBS.items() if name == job)


def _require_over(given: Directory, period: Period) -> None:
    begun = months_so_far(given.program, today=given.today)
    if period.end > given.today or not set(period.months) <= set(begun):
        raise PrivacyError(
            f"{period.name!r} runs from {period.months[0]} to {period.months[-1]}; the program has "
            f"{begun[0]} to {begun[-1]}, and a period is released once it is over. "
            "Choose an earlier period, or mend first_month and last_month in program.yaml."
        )
