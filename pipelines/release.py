"""Release a period. The assets: persons -> **plan -> measurements -> tables -> pages**.

`measurements` holds four steps of the chain (clip, count, charge, measure) in one, so that an exact
count is never on a disk; see docs/decisions/0001-exact-counts-never-touch-a-disk.md.
"""

from collections.abc import Callable, Iterable, Mapping

import dagster as dg

from data_contracts.period import PeriodKind
from pipelines.deidentify import private_incidents
from pipelines.directory import Directory
from pipelines.draw import (
    draw_release,
    gather_release_persons,
    plan_release,
    publish_pages,
    publish_release,
)
from pipelines.exact import exact_tables
from pipelines.guard import guarded
from pipelines.partitions import RELEASES
from pipelines.resources import ProgramDirectory
from privacy.policy import NANO

ADJECTIVE = {
    PeriodKind.QUARTER: "quarterly",
    PeriodKind.HALF: "half_yearly",
    PeriodKind.YEAR: "yearly",
}
PRIVATE, WALL, PUBLIC = "transforms", "privacy", "reports"
POOL = "vault"

Told = Mapping[str, float | int | str]
Dependency = dg.AssetsDefinition | dg.AssetDep


def plan(given: Directory, name: str) -> Told:
    """Cost, noise and marks of every table, from the policy alone; over budget is refused."""
    found = plan_release(given, name)
    return {
        "rho": found.spec.nano_rho / NANO,
        "numbers": found.spec.length,
        "terms_sha256": found.policy.terms_sha256,
    }


def persons(given: Directory, name: str) -> Told:
    """One row a person over the months of the period, where the policy counts persons."""
    gather_release_persons(given, name)
    return {}


def measurements(given: Directory, name: str) -> Told:
    """Noisy numbers of the period: drawn once, in one ledger row with what they cost."""
    drawn = draw_release(given, name)
    return {"ledger_row": drawn.row.seq, "replayed": str(drawn.replayed)}


def tables(given: Directory, name: str) -> Told:
    """Tables, covariance, card and chain in the public folder, as the ledger has them."""
    publish_release(given, name)
    return {}


def pages(given: Directory, _: str) -> Told:
    """The site, drawn from the public folder and the program's own decisions."""
    publish_pages(given)
    return {}


def _asset(
    kind: PeriodKind,
    work: Callable[[Directory, str], Told],
    *,
    group: str,
    after: Iterable[Dependency],
) -> dg.AssetsDefinition:
    """Make the asset of one step and one kind of release, behind the error gate."""
    step = work.__name__

    @dg.asset(
        name=f"{ADJECTIVE[kind]}_{step}",
        description=work.__doc__,
        partitions_def=RELEASES[kind],
        group_name=group,
        pool=POOL,
        deps=after,
    )
    def made(
        context: dg.AssetExecutionContext, program_directory: ProgramDirectory
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        given = program_directory.open()
        told = guarded(step, given, lambda: work(given, context.partition_key))
        return dg.MaterializeResult(metadata=dict(told))

    return made


def _assets_of(kind: PeriodKind) -> list[dg.AssetsDefinition]:
    """Make the assets of one kind of release, in run order."""
    months = dg.AssetDep(private_incidents, partition_mapping=dg.AllPartitionMapping())
    planned = _asset(kind, plan, group=WALL, after=())
    gathered = _asset(kind, persons, group=PRIVATE, after=(planned, months))
    measured = _asset(kind, measurements, group=WALL, after=(gathered,))
    published = _asset(kind, tables, group=PUBLIC, after=(measured,))
    drawn = _asset(kind, pages, group=PUBLIC, after=(published, exact_tables))
    return [planned, gathered, measured, published, drawn]


_BY_KIND = {kind: _assets_of(kind) for kind in PeriodKind}

release_assets = [asset for assets in _BY_KIND.values() for asset in assets]
release_jobs = [
    dg.define_asset_job(
        f"{ADJECTIVE[kind]}_release",
        selection=dg.AssetSelection.assets(*assets, exact_tables),
        description=f"Publish one {kind.value}: plan, persons, measure, tables, exact, pages.",
    )
    for kind, assets in _BY_KIND.items()
]
