"""Wire the wall: what a release needs from the program, the vault, the ledger and the site."""

from data_contracts.period import Period, PeriodKind, read_period
from pipelines.calendar import periods_so_far
from pipelines.directory import Directory
from privacy.count import count_cells
from privacy.ledger import Debit
from privacy.marks import Sizes, read_sizes
from privacy.measure import Release, load_release, price, release
from privacy.plan import Plan, make_plan
from privacy.publish import export_chain, write_release
from reports.program_facts import AreaFacts, ProgramFacts
from reports.site.build import build_site
from transforms.link import incident_file

INCIDENTS = "private_incidents"


def plan_release(given: Directory, name: str) -> Plan:
    """Plan the release of a period; no record is read.

    Args:
        given: The program directory.
        name: The period.

    Returns:
        The plan.

    Raises:
        PrivacyError: The policy has no such release, or cannot pay for it.
        BudgetError: The fiscal year has not enough left.
    """
    plan = _plan(given, name)
    ledger, terms = given.ledger, plan.policy.terms_sha256
    if ledger.find(plan.release, terms_sha256=terms, spec=plan.spec.text) is None:
        debit = Debit(
            release=plan.release,
            fiscal_year=plan.spec.fiscal_year,
            nano_rho=price(plan.spec),
            terms_sha256=terms,
            spec=plan.spec.text,
            date=given.today.isoformat(),
        )
        ledger.require_room(debit, nano_cap=plan.nano_cap)
    return plan


def draw_release(given: Directory, name: str) -> Release:
    """Draw a release, or take it from the ledger where it was drawn before.

    Args:
        given: The program directory.
        name: The period.

    Returns:
        The release as committed.

    Raises:
        ContractError: A month of the period did not pass its checks.
        PrivacyError: What the wall refuses.
    """
    plan = _plan(given, name)

    def exact() -> list[int]:
        given.verdicts.require(plan.period.months, [source.feed for source in given.sources])
        files = [str(incident_file(given.vault, month=one)) for one in plan.period.months]
        with given.engine() as engine:
            engine.connection.from_parquet(files, hive_partitioning=False).create_view(INCIDENTS)
            return count_cells(plan.spec, connection=engine.connection, incidents=INCIDENTS)

    return release(plan, ledger=given.ledger, exact=exact, today=given.today)


def publish_release(given: Directory, name: str) -> None:
    """Copy a release from the ledger to the public folder, and the chain with it.

    Args:
        given: The program directory.
        name: The period.

    Raises:
        PrivacyError: The ledger does not have it.
    """
    drawn = load_release(given.ledger, name)
    write_release(given.public / "releases" / drawn.name, drawn)
    export_chain(given.public, given.ledger)


def publish_pages(given: Directory) -> None:
    """Draw the site.

    Args:
        given: The program directory.
    """
    metrics = given.path / "metrics.yaml"
    build_site(
        given.public, program=state_program(given), metrics=metrics if metrics.is_file() else None
    )


def state_program(given: Directory) -> ProgramFacts:
    """Say what pages may tell of the program.

    Args:
        given: The program directory.

    Returns:
        Plain values; the calendar holds the periods that are over and have a release planned.
    """
    program = given.program
    calendar = [
        period.name
        for kind in given.policy.releases
        for period in periods_so_far(program, kind, today=given.today)
    ]
    return ProgramFacts(
        name=program.name,
        city=program.city,
        contact=program.contact,
        custodian=program.custodian.name,
        areas=tuple(
            AreaFacts(area.code, area.name, area.kind.value, area.population)
            for area in program.areas
        ),
        languages=program.languages,
        calendar=tuple(calendar),
        fiscal_year_start=program.fiscal_year_start,
        about=program.about,
    )


def _plan(given: Directory, name: str) -> Plan:
    program = given.program
    period = read_period(name, fiscal_year_start=program.fiscal_year_start)
    return make_plan(given.policy, program=program, period=period, earlier=_earlier(given, period))


def _earlier(given: Directory, period: Period) -> Sizes | None:
    """Published sizes of the last release of the same kind before this one, for marks."""
    folders = given.public / "releases"
    published = [
        one
        for one in _periods_before(given, period.kind, period)
        if (folders / one.name / "datapackage.json").is_file()
    ]
    return read_sizes(folders / published[-1].name) if published else None


def _periods_before(given: Directory, kind: PeriodKind, period: Period) -> list[Period]:
    found = periods_so_far(given.program, kind, today=given.today)
    return [one for one in found if one.end <= period.start]
