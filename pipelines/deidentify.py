"""Take the person out. The assets: raw -> judged -> **stripped -> coded -> private_incidents**."""

import dagster as dg

from data_contracts.feed import Source
from pipelines.guard import guarded
from pipelines.intake import GROUP, POOL, for_each_feed, judged_records
from pipelines.partitions import MONTHS
from pipelines.resources import ProgramDirectory
from transforms.code import code_feed
from transforms.engine import Engine
from transforms.link import link_incidents
from transforms.strip import strip_feed
from transforms.vault import Vault


@dg.asset(partitions_def=MONTHS, group_name=GROUP, pool=POOL, deps=[judged_records])
def stripped_records(
    context: dg.AssetExecutionContext, program_directory: ProgramDirectory
) -> None:
    """Accepted records without identifiers: ids are keyed integers, texts are gone."""
    given, month = program_directory.open(), context.partition_key

    def strip(source: Source, engine: Engine, vault: Vault) -> None:
        strip_feed(source, program=given.program, month=month, vault=vault, engine=engine)

    for_each_feed("strip", given, strip)


@dg.asset(partitions_def=MONTHS, group_name=GROUP, pool=POOL, deps=[stripped_records])
def coded_records(context: dg.AssetExecutionContext, program_directory: ProgramDirectory) -> None:
    """Codes, bands and clipped minutes; no date, clock or place is left."""
    given, month = program_directory.open(), context.partition_key

    def code(source: Source, engine: Engine, vault: Vault) -> None:
        code_feed(
            source,
            program=given.program,
            month=month,
            vault=vault,
            engine=engine,
            sources=given.record_sources,
        )

    for_each_feed("code", given, code)


@dg.asset(partitions_def=MONTHS, group_name=GROUP, pool=POOL, deps=[coded_records])
def private_incidents(
    context: dg.AssetExecutionContext, program_directory: ProgramDirectory
) -> None:
    """One row for each incident and person, sorted by the unit that is protected."""
    given = program_directory.open()

    def link() -> None:
        with given.engine() as engine:
            link_incidents(
                given.record_sources,
                program=given.program,
                month=context.partition_key,
                vault=given.vault,
                engine=engine,
                today=given.today,
            )

    guarded("link", given, link)
