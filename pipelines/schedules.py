"""The one schedule: on the fifth of a month, take the month before in."""

import dagster as dg

from data_contracts.period import next_month
from pipelines.deidentify import private_incidents
from pipelines.partitions import add_partitions
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
