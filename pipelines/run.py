"""Run the jobs headless: the months of some periods, then their releases, in Dagster's record."""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError  # has no public name yet

from data_contracts.period import Period, PeriodKind, next_month
from pipelines.calendar import find_period, months_so_far, periods_so_far
from pipelines.configuration import require_configuration
from pipelines.definitions import defs
from pipelines.directory import Directory
from pipelines.draw import require_room
from pipelines.guard import StepError
from pipelines.partitions import MONTHS, RELEASES
from pipelines.purge import drawn_releases
from pipelines.resources import NamedProgram
from privacy.errors import PrivacyError
from privacy.policy import require_approved

INTAKE = "monthly_intake"
RELEASE_JOBS = {
    PeriodKind.QUARTER: "quarterly_release",
    PeriodKind.HALF: "half_yearly_release",
    PeriodKind.YEAR: "yearly_release",
}


class BlockedError(StepError):
    """A month did not pass its checks; other months can still be taken in."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing a run does: a job for one partition.

    `last` is false for a release that another follows: what belongs to the whole site, its pages
    and the exact tables, is left to that one. `beside` is true for the month after a period: it is
    taken in where it can be, because its visits may name calls of the last days, and stops nothing.
    """

    job: str
    partition: str
    last: bool = True
    beside: bool = False

    @property
    def takes_in(self) -> bool:
        """Whether it takes a month in, and releases nothing."""
        return self.job == INTAKE


def plan_stages(given: Directory, names: Sequence[str]) -> tuple[Stage, ...]:
    """List what a run of some periods will do, refusing early what cannot end well.

    Args:
        given: The program directory.
        names: The periods, in the order of their releases.

    Returns:
        Their months, each once, those after them, then their releases; no months for a release that
        the ledger has already. The site is drawn once, after the last.

    Raises:
        ContractError: A name is not a period.
        PrivacyError: A period is not over, the policy has no such release or is not approved.
        BudgetError: A fiscal year cannot pay for the releases together.
        ReportError: What the program decided of its reports does not fit.
        ParameterError: One of its assumptions does not.
    """
    require_configuration(given)
    require_approved(given.policy, on=given.today)
    months = sorted({month for name in names for month in _months_to_take_in(given, name)})
    require_room(given, names)  # before a month is taken in: no record is opened for nothing
    releases = [
        Stage(RELEASE_JOBS[_period(given, name).kind], name, last=name == names[-1])
        for name in names
    ]
    beside = sorted({one for name in names for one in _month_after(given, name)} - set(months))
    return (
        *(Stage(INTAKE, month) for month in months),
        *(Stage(INTAKE, month, beside=True) for month in beside),
        *releases,
    )


def _month_after(given: Directory, name: str) -> tuple[str, ...]:
    """Find the month after a period that is taken in, if visits of it were delivered."""
    months = _months_to_take_in(given, name)
    after = next_month(months[-1]) if months else ""
    naming = [one for one in given.record_sources if one.contract.table == "encounters"]
    calls = any(one.contract.table == "calls" for one in given.record_sources)
    if not calls or not naming or after not in months_so_far(given.program, today=given.today):
        return ()
    delivered = (any(given.delivered.glob(source.glob(after))) for source in naming)
    return (after,) if all(delivered) else ()


def unpublished(given: Directory) -> tuple[str, ...]:
    """List the periods of the calendar that are over, not waived and not in the ledger.

    Args:
        given: The program directory.

    Returns:
        Names of periods, oldest first; a year follows its last quarter.
    """
    drawn, waived = drawn_releases(given), given.program.waived
    periods = [
        period
        for kind in given.policy.releases
        for period in periods_so_far(given.program, kind, today=given.today)
        if period.name not in drawn and period.name not in waived
    ]
    periods.sort(key=lambda period: (period.end, -period.start.toordinal()))
    return tuple(period.name for period in periods)


def _months_to_take_in(given: Directory, name: str) -> tuple[str, ...]:
    policy, period = given.policy, _period(given, name)
    if period.kind not in policy.releases:
        raise PrivacyError(
            f"The policy has no {period.kind.value} release, so {name!r} cannot be published. "
            f"It has: {', '.join(kind.value for kind in policy.releases)}; see privacy.yaml."
        )
    if any(row.release == period.name for row in given.ledger.rows()):
        return ()
    if period.name in given.program.waived:
        raise PrivacyError(
            f"{period.name!r} is waived in program.yaml, so that its records may go. Take it out "
            "of waived to release it, if its fiscal year still has its key."
        )
    _require_over(given, period)
    return period.months


def run_stage(given: Directory, stage: Stage, *, instance: dg.DagsterInstance) -> None:
    """Run one job for one partition.

    Args:
        given: The program directory.
        stage: The job and its partition.
        instance: Dagster's own record, in the program's directory.

    Raises:
        ContractError: What a step refused, in its own words.
        PrivacyError: Likewise.
        BlockedError: A blocking check failed.
        StepError: A step met something unforeseen.
    """
    partitions = MONTHS if stage.takes_in else _releases(stage.job)
    instance.add_dynamic_partitions(str(partitions.name), [stage.partition])
    job = defs.resolve_job_def(stage.job)
    if not stage.last:  # before the program is handed over, which a subset of a job refuses
        job = job.get_subset(asset_selection=_of_the_release(job))
    try:
        job.execute_in_process(
            instance=instance,
            partition_key=stage.partition,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            resources={"program_directory": NamedProgram(given)},
        )
    except DagsterAssetCheckFailedError:
        raise BlockedError(
            f"{stage.partition} did not pass its checks, so nothing after them ran. "
            "See `care-dividend status --private` for the rules, mend the file and run again."
        ) from None


def _of_the_release(job: dg.JobDefinition) -> set[dg.AssetKey]:
    """Choose the assets that are this release's own."""
    keys = job.asset_layer.executable_asset_keys
    shared = ("exact_tables", "_pages")
    return {key for key in keys if not key.to_user_string().endswith(shared)}


def _period(given: Directory, name: str) -> Period:
    return find_period(name, program=given.program)


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
