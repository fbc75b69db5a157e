"""The code location: assets in run order, jobs, schedules. Nothing is read at import."""

import dagster as dg

from pipelines.deidentify import coded_records, private_incidents, stripped_records
from pipelines.exact import exact_tables
from pipelines.intake import judged_records, raw_records
from pipelines.io import NoValues
from pipelines.process import close_process
from pipelines.release import release_assets, release_jobs
from pipelines.resources import named_program
from pipelines.schedules import INTAKE, daily_schedule, monthly_schedule, purge_job

close_process()

defs = dg.Definitions(
    assets=[
        raw_records,
        judged_records,
        stripped_records,
        coded_records,
        private_incidents,
        exact_tables,
        *release_assets,
    ],
    jobs=[INTAKE, *release_jobs, purge_job],
    schedules=[monthly_schedule, daily_schedule],
    resources={"program_directory": named_program, "io_manager": NoValues()},
    executor=dg.in_process_executor,
)
