"""Release a period. The assets: private_incidents -> **plan -> measurements -> tables -> pages**.

`measurements` holds four steps of the chain (clip, count, charge, measure) in one, so that an exact
count is never on a disk; see docs/decisions/0001-exact-counts-never-touch-a-disk.md.
"""

import dagster as dg

from data_contracts.period import PeriodKind
from pipelines.deidentify import private_incidents
from pipelines.draw import draw_release, plan_release, publish_pages, publish_release
from pipelines.guard import guarded
from pipelines.partitions import RELEASES
from pipelines.resources import ProgramDirectory
from privacy.policy import NANO

ADJECTIVE = {
    PeriodKind.QUARTER: "quarterly",
    PeriodKind.HALF: "half_yearly",
    PeriodKind.YEAR: "yearly",
}
WALL, PUBLIC = "privacy", "reports"
POOL = "vault"


def _plan(kind: PeriodKind) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"{ADJECTIVE[kind]}_plan",
        partitions_def=RELEASES[kind],
        group_name=WALL,
        pool=POOL,
    )
    def plan(
        context: dg.AssetExecutionContext, program_directory: ProgramDirectory
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """Cost, noise and marks of every table, from the policy alone; over budget is refused."""
        given = program_directory.open()
        found = guarded("plan", given, lambda: plan_release(given, context.partition_key))
        return dg.MaterializeResult(
            metadata={
                "rho": found.spec.nano_rho / NANO,
                "numbers": found.spec.length,
                "terms_sha256": found.policy.terms_sha256,
            }
        )

    return plan


def _measurements(kind: PeriodKind, plan: dg.AssetsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"{ADJECTIVE[kind]}_measurements",
        partitions_def=RELEASES[kind],
        group_name=WALL,
        pool=POOL,
        deps=[
            plan,
            dg.AssetDep(private_incidents, partition_mapping=dg.AllPartitionMapping()),
        ],
    )
    def measurements(
        context: dg.AssetExecutionContext, program_directory: ProgramDirectory
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """Noisy numbers of the period: drawn once, in one ledger row with what they cost."""
        given = program_directory.open()
        drawn = guarded("measure", given, lambda: draw_release(given, context.partition_key))
        return dg.MaterializeResult(
            metadata={"ledger_row": drawn.row.seq, "replayed": drawn.replayed}
        )

    return measurements


def _tables(kind: PeriodKind, measurements: dg.AssetsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"{ADJECTIVE[kind]}_tables",
        partitions_def=RELEASES[kind],
        group_name=PUBLIC,
        pool=POOL,
        deps=[measurements],
    )
    def tables(context: dg.AssetExecutionContext, program_directory: ProgramDirectory) -> None:
        """Tables, covariance, card and chain in the public folder, as the ledger has them."""
        given = program_directory.open()
        guarded("publish", given, lambda: publish_release(given, context.partition_key))

    return tables


def _pages(kind: PeriodKind, tables: dg.AssetsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"{ADJECTIVE[kind]}_pages",
        partitions_def=RELEASES[kind],
        group_name=PUBLIC,
        pool=POOL,
        deps=[tables],
    )
    def pages(program_directory: ProgramDirectory) -> None:
        """The site, drawn from the public folder alone."""
        given = program_directory.open()
        guarded("pages", given, lambda: publish_pages(given))

    return pages


def _assets_of(kind: PeriodKind) -> list[dg.AssetsDefinition]:
    """Make the four assets of one kind of release."""
    plan = _plan(kind)
    measurements = _measurements(kind, plan)
    tables = _tables(kind, measurements)
    return [plan, measurements, tables, _pages(kind, tables)]


_BY_KIND = {kind: _assets_of(kind) for kind in PeriodKind}

release_assets = [asset for assets in _BY_KIND.values() for asset in assets]
release_jobs = [
    dg.define_asset_job(
        f"{ADJECTIVE[kind]}_release",
        selection=dg.AssetSelection.assets(*assets),
        description=f"Publish one {kind.value}: plan, measure, tables, pages.",
    )
    for kind, assets in _BY_KIND.items()
]
