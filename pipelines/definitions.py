"""The code location: assets in run order, jobs, the schedule. Nothing is read at import."""

import dagster as dg

from pipelines.deidentify import coded_records, private_incidents, stripped_records
from pipelines.exact import exact_tables
from pipelines.intake import judged_records, raw_records
from pipelines.io import NoValues
from pipelines.process import close_process
from pipelines.release import release_assets, release_jobs
from pipelines.resources import from_environment
from pipelines.schedules import INTAKE, monthly_schedule

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
    jobs=[INTAKE, *release_jobs],
    schedules=[monthly_schedule],
    resources={"program_directory": from_environment(), "io_manager": NoValues()},
    executor=dg.in_process_executor,
)
