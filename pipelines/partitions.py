"""Partitions by the names people use: months to take in, quarters, halves and years to release."""

from datetime import date

import dagster as dg

from data_contracts.period import PeriodKind
from data_contracts.program import Program
from pipelines.calendar import months_so_far, periods_so_far

MONTHS = dg.DynamicPartitionsDefinition(name="months")
RELEASES = {
    PeriodKind.QUARTER: dg.DynamicPartitionsDefinition(name="quarters"),
    PeriodKind.HALF: dg.DynamicPartitionsDefinition(name="half_years"),
    PeriodKind.YEAR: dg.DynamicPartitionsDefinition(name="years"),
}


def add_partitions(instance: dg.DagsterInstance, program: Program, *, today: date) -> None:
    """Tell Dagster about every month and period that the program has reached.

    Args:
        instance: The program's own instance.
        program: Whose calendar counts.
        today: The day to count to.
    """
    instance.add_dynamic_partitions("months", list(months_so_far(program, today=today)))
    for kind in PeriodKind:
        names = [period.name for period in periods_so_far(program, kind, today=today)]
        if names:
            instance.add_dynamic_partitions(str(RELEASES[kind].name), names)
