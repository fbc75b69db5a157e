"""The schedules: a month is taken in on the fifth of the next; every day, what is due goes."""

import dagster as dg

from data_contracts.period import next_month
from pipelines.deidentify import private_incidents
from pipelines.intake import POOL
from pipelines.partitions import add_partitions
from pipelines.purge import purge_vault
from pipelines.resources import ProgramDirectory

INTAKE = dg.define_asset_job(
    "monthly_intake",
    selection=dg.AssetSelection.assets(private_incidents).upstream(),
    description="Take one month in: land, judge, strip, code, link.",
)


@dg.schedule(
    job=INTAKE,
    cron_schedule="0 6 5 * *",
    description="On the fifth of every month at six: the month that has ended.",
)
def monthly_schedule(
    context: dg.ScheduleEvaluationContext, program_directory: ProgramDirectory
) -> dg.RunRequest | dg.SkipReason:
    """Ask for the month that has ended."""
    given = program_directory.open()
    ended = next_month(context.scheduled_execution_time.strftime("%Y-%m"), steps=-1)
    if given.program.last_month and ended > given.program.last_month:
        return dg.SkipReason(f"The program ended with {given.program.last_month}.")
    add_partitions(context.instance, given.program, today=given.today)
    return dg.RunRequest(run_key=ended, partition_key=ended)


@dg.op(name="purge", pool=POOL)
def purge_op(program_directory: ProgramDirectory) -> None:
    """Delete what the policy says is due."""
    purge_vault(program_directory.open())


@dg.job(name="daily_purge", description="Delete what the policy says is due, and say so in public.")
def purge_job() -> None:
    """Delete what is due."""
    purge_op()


daily_schedule = dg.ScheduleDefinition(
    name="daily_schedule",
    job=purge_job,
    cron_schedule="30 3 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every day at half past three: what retention says is due goes, asked or not.",
)
