"""Wire the wall: what a release needs from the program, the vault, the ledger and the site."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from data_contracts.errors import ContractError
from data_contracts.period import Period, PeriodKind, read_period
from data_contracts.program import Area
from pipelines.calendar import find_period, periods_so_far
from pipelines.configuration import require_configuration
from pipelines.directory import Directory
from pipelines.findings import require_sound
from pipelines.process import open_to_readers
from privacy import budget
from privacy.chain import Row
from privacy.count import count_cells
from privacy.errors import PrivacyError
from privacy.files import write_whole
from privacy.ledger import Ledger
from privacy.marks import Sizes, read_sizes
from privacy.measure import Release, debit_of, load_release, register_terms, release
from privacy.plan import Plan, make_plan
from privacy.publish import (
    drawn_from,
    export_chain,
    hash_files,
    listed_files,
    seal_site,
    write_release,
)
from reports.exact import open_exact
from reports.program_facts import AcceptedFacts, AreaFacts, CoverageFacts, ProgramFacts
from reports.site.build import build_site
from reports.site.redraw import SiteInputs, state_inputs
from transforms.engine import Engine
from transforms.exact import write_public
from transforms.freeze import freeze_links
from transforms.frozen import FROZEN
from transforms.land import require_unchanged
from transforms.link import calls_wait, incident_file
from transforms.persons import gather_persons, persons_file
from transforms.vault import ALL

ACCEPTED = "accepted.json"
INCIDENTS = "private_incidents"
PERSONS = "persons"
DRAWING = "drawing.json"  # months whose links are being written down for a release
RETENTION = "retention.json"  # what was deleted; grows after the pages are drawn
NO_CONTACT = "no_contact"


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
    _require_room(given, plan)
    return plan


def require_room(given: Directory, names: Sequence[str]) -> None:
    """Refuse releases that their fiscal years cannot pay for together; no record is read.

    Args:
        given: The program directory.
        names: The periods, in the order in which they will be drawn.

    Raises:
        PrivacyError: One was drawn under other terms.
        BudgetError: A fiscal year has not enough left for all of them.
    """
    require_known_links(given)
    ahead: dict[str, int] = {}
    for name in names:
        plan = _plan(given, name)
        year = plan.spec.fiscal_year
        ahead[year] = ahead.get(year, 0) + _require_room(given, plan, nano_ahead=ahead.get(year, 0))


def require_known_links(given: Directory) -> None:
    """Refuse to draw what may have been drawn already, as far as ledger and vault can tell.

    Before a release is drawn, its links are written down in the vault. So links of a month of
    which no release is known, and none was being drawn, tell of a ledger that was lost, rolled
    back or exchanged: drawing again would be a second noise for the same records.

    Args:
        given: The program directory.

    Raises:
        PrivacyError: The vault knows more than the ledger.
    """
    ledger = given.ledger if given.has_ledger else None
    drawn = (
        {row.release: _months_of(ledger, row.release) for row in ledger.rows()} if ledger else {}
    )
    _require_same_years(given, drawn)
    linked = {folder.name.removeprefix("month=") for folder in _frozen(given).glob("month=*")}
    known = {month for months in drawn.values() for month in months}
    if odd := sorted(linked - known - set(_being_drawn(given))):
        raise PrivacyError(
            f"The vault has the links that a release of {', '.join(odd)} used, and the ledger has "
            "no such release: it was lost, rolled back or belongs to another vault, and a second "
            "draw would have other noise. Restore the newest backup of ledger/."
        )


def _months_of(ledger: Ledger, release: str) -> tuple[str, ...]:
    """Months that a stored release counted."""
    return tuple(json.loads(ledger.load(release).spec).get("months", ()))


def _require_same_years(given: Directory, drawn: Mapping[str, Sequence[str]]) -> None:
    """Refuse a fiscal year that begins elsewhere than when a release was drawn.

    The same months would have another name, and could be drawn and paid for again. A release may
    have counted fewer months than its name has, where a source covers no more.
    """
    begins = given.program.fiscal_year_start
    for name, months in drawn.items():
        if not set(months) <= set(read_period(name, fiscal_year_start=begins).months):
            raise PrivacyError(
                f"Release {name!r} was drawn of {months[0]} to {months[-1]}, and with "
                f"fiscal_year_start {begins} that name has other months: the same records could be "
                "drawn again under another name. Put fiscal_year_start in program.yaml back."
            )


def _frozen(given: Directory) -> Path:
    return given.path / "vault" / "coded" / FROZEN


def _being_drawn(given: Directory) -> tuple[str, ...]:
    """Months whose links may be those of a draw that somebody interrupted before its row."""
    note = given.path / "vault" / DRAWING
    return tuple(json.loads(note.read_text(encoding="utf-8"))) if note.is_file() else ()


def _require_room(given: Directory, plan: Plan, *, nano_ahead: int = 0) -> int:
    """Refuse a release that the year cannot pay for; say what it will cost, 0 if it was drawn."""
    debit = debit_of(plan, today=given.today)
    if not given.has_ledger:  # planning begins none
        budget.require_room(debit, nano_spent=nano_ahead, cap=budget.Cap(plan.nano_cap))
        return debit.nano_rho
    ledger = given.ledger
    if ledger.find(plan.release, terms_sha256=debit.terms_sha256, spec=debit.spec) is not None:
        return 0
    ledger.require_room(debit, nano_cap=plan.nano_cap, nano_ahead=nano_ahead)
    return debit.nano_rho


def gather_release_persons(given: Directory, name: str) -> None:
    """Gather one row a person for a release that counts persons and is not drawn yet.

    Args:
        given: The program directory.
        name: The period.

    Raises:
        ContractError: A month of the period did not pass its checks.
    """
    plan = _plan(given, name)
    if _is_drawn(given, plan) or not _counts(plan, PERSONS):
        return
    _require_months(given, plan)
    with given.engine() as engine:
        gather_persons(plan.period.months, vault=given.vault, engine=engine)


def draw_release(given: Directory, name: str) -> Release:
    """Draw a release, or take it from the ledger where it was drawn before.

    Args:
        given: The program directory.
        name: The period.

    Returns:
        The release as committed.

    Raises:
        ContractError: A month of the period did not pass its checks, or a file of the program does
            not fit.
        PrivacyError: What the wall refuses.
    """
    plan = _plan(given, name)
    if not _is_drawn(given, plan):
        require_known_links(given)
        require_configuration(given)
        _require_months(given, plan)  # before the wall, which tells no reason of the private side
        require_unchanged(
            given.record_sources,
            months=plan.period.months,
            vault=given.vault,
            inbox=given.delivered,
        )

    def exact() -> list[int]:
        with given.engine() as engine:
            try:
                files = _make_ready(given, plan, engine)
            except ContractError as error:
                raise PrivacyError(str(error)) from None  # the wall lets no other one out
            engine.connection.from_parquet(
                [str(file) for file in files], hive_partitioning=False, union_by_name=True
            ).create_view(INCIDENTS)
            return count_cells(plan.spec, connection=engine.connection, incidents=INCIDENTS)

    drawn = release(plan, ledger=given.ledger, exact=exact, today=given.today)
    if not drawn.replayed:
        (given.path / "vault" / DRAWING).unlink(missing_ok=True)  # its row has the months now
    return drawn


def _make_ready(given: Directory, plan: Plan, engine: Engine) -> list[Path]:
    """Write down the links that the release uses, and find the files that it counts."""
    vault, months = given.vault, plan.period.months
    begun = sorted({*_being_drawn(given), *months})
    write_whole(given.path / "vault" / DRAWING, json.dumps(begun).encode())
    freeze_links(
        given.record_sources,
        months=months,
        released=_released_months(given, plan),
        vault=vault,
        engine=engine,
    )
    waits = calls_wait(vault, month=months[-1]) and _counts(plan, NO_CONTACT)
    given.note_waiting(plan.release, month=months[-1] if waits else "")
    files = [incident_file(vault, month=one) for one in months]
    if _counts(plan, PERSONS):
        gather_persons(months, vault=vault, engine=engine)  # of the links as they are now
        files.append(persons_file(vault, months=months))
    return files


def _released_months(given: Directory, plan: Plan) -> tuple[str, ...]:
    """Months of the fiscal year that releases have counted before."""
    ledger, year = given.ledger, plan.spec.fiscal_year
    drawn = (row.release for row in ledger.rows() if row.fiscal_year == year)
    return tuple(sorted({month for release in drawn for month in _months_of(ledger, release)}))


def register_policy(given: Directory) -> Row:
    """Write the approved terms and today into the chain, and publish them.

    Args:
        given: The program directory.

    Returns:
        The row that has the terms; an older one where they are the last ones there.

    Raises:
        PrivacyError: The terms are not approved, or the ledger refuses.
    """
    ledger = given.ledger
    row = register_terms(given.policy, ledger=ledger, today=given.today)
    export_chain(given.public, ledger)
    open_to_readers(given.public)
    return row


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
    open_to_readers(given.public)


def publish_pages(given: Directory) -> None:
    """Draw the site, and bind every file of it to the chain.

    Args:
        given: The program directory.
    """
    _write_accepted(given)
    inputs = SiteInputs(
        program=state_program(given),
        metrics=given.decision("metrics.yaml"),
        impact=given.decision("impact.yaml"),
        costs=given.decision("costs"),
        examples=given.may_invent,
    )
    retention = given.public / RETENTION
    if not retention.is_file():
        write_whole(retention, b"[]\n")  # nothing was deleted yet; pages lead to it from now on
    drawn = build_site(given.public, **inputs._asdict())
    exact = open_exact(given.public)
    tables = [f"exact/{name}.csv" for name in exact.about]
    seal_site(
        given.public,
        given.ledger,
        files=hash_files(given.public, [*drawn, *tables, *_others(given.public)]),
        drawn=state_inputs(inputs),
        date=given.today.isoformat(),
    )
    open_to_readers(given.public)


def _others(public: Path) -> list[str]:
    """What stands in the public folder beside releases, pages and exact tables."""
    names = (RETENTION, ACCEPTED, "exact/datapackage.json")
    return [name for name in names if (public / name).is_file()]


def seal_again(given: Directory) -> None:
    """Bind the site to the chain again after `retention.json` grew.

    Every other file keeps the hash that it was published with: a page that somebody changed since
    does not become right by this.

    Args:
        given: The program directory; without a site, nothing is done.
    """
    files = listed_files(given.public)
    if files:
        seal_site(
            given.public,
            given.ledger,
            files=files | hash_files(given.public, [RETENTION]),
            drawn=drawn_from(given.public),
            date=given.today.isoformat(),
        )
    open_to_readers(given.public)


def state_program(given: Directory) -> ProgramFacts:
    """Say what pages may tell of the program.

    Args:
        given: The program directory.

    Returns:
        Plain values; the calendar holds the periods that are over and have a release planned.
    """
    program, sources = given.program, given.sources
    unbounded = {one.contract.table for one in sources if not one.coverage}
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
        areas=_state_areas(program.areas),
        languages=program.languages,
        calendar=tuple(calendar),
        fiscal_year_start=program.fiscal_year_start,
        about=program.about,
        comparison=_state_areas(program.comparison),
        coverage=tuple(
            CoverageFacts(
                one.coverage.first,
                one.coverage.last,
                one.coverage.why,
                "" if one.contract.table in unbounded else one.contract.table,
            )
            for one in sources
            if one.coverage
        ),
        accepted=state_accepted(given),
        waiting=given.waiting,
    )


def state_accepted(given: Directory) -> tuple[AcceptedFacts, ...]:
    """Say what the program says of records that a check would have stopped.

    It depends on the source files alone: whether the rule is broken, no reader learns.

    Args:
        given: The program directory.

    Returns:
        In the order of feeds, as their source files have it.
    """
    return tuple(
        AcceptedFacts(
            source.contract.table, "" if one.month == ALL else one.month, one.rule, one.because
        )
        for source in given.sources
        for one in source.accepted
    )


def _write_accepted(given: Directory) -> None:
    """Publish the same for a machine, beside the releases; no file where there is nothing."""
    file = given.public / ACCEPTED
    said = [asdict(one) for one in state_accepted(given)]
    if said:
        write_public(file, json.dumps(said, ensure_ascii=False, indent=1) + "\n")
    else:
        file.unlink(missing_ok=True)


def _state_areas(areas: Iterable[Area]) -> tuple[AreaFacts, ...]:
    return tuple(AreaFacts(one.code, one.name, one.kind.value, one.population) for one in areas)


def _plan(given: Directory, name: str) -> Plan:
    program = given.program
    period = find_period(name, program=program)
    return make_plan(given.policy, program=program, period=period, earlier=_earlier(given, period))


def _is_drawn(given: Directory, plan: Plan) -> bool:
    return any(row.release == plan.release for row in given.ledger.rows())


def _counts(plan: Plan, block: str) -> bool:
    return any(one.name == block for one in plan.spec.blocks)


def _require_months(given: Directory, plan: Plan) -> None:
    feeds = [source.feed for source in given.record_sources]
    given.verdicts.require(plan.period.months, feeds)
    require_sound(given, plan.period.months)


def earlier_release(given: Directory, period: Period) -> Path | None:
    """Find the last published release of the same kind before a period; its sizes make marks.

    Args:
        given: The program directory.
        period: The period to plan.

    Returns:
        Its folder; nothing where none is published, so that public sizes are taken.
    """
    folders = given.public / "releases"
    published = [
        one
        for one in _periods_before(given, period.kind, period)
        if (folders / one.name / "datapackage.json").is_file()
    ]
    return folders / published[-1].name if published else None


def _earlier(given: Directory, period: Period) -> Sizes | None:
    """Published sizes of the last release of the same kind before this one, for marks."""
    folder = earlier_release(given, period)
    return read_sizes(folder) if folder else None


def _periods_before(given: Directory, kind: PeriodKind, period: Period) -> list[Period]:
    found = periods_so_far(given.program, kind, today=given.today)
    return [one for one in found if one.end <= period.start]
