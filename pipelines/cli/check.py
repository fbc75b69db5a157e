"""`care-dividend check`: hold program, policy and delivered files against their promises."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from pipelines.cli.shell import (
    HERE,
    InboxOption,
    ProgramOption,
    err,
    out,
    plain,
    refusals,
    show_lines,
)

if TYPE_CHECKING:
    from pipelines.directory import Directory
    from pipelines.findings import Line


def check(
    program: ProgramOption = HERE,
    inbox: InboxOption = None,
    month: Annotated[
        str | None, typer.Option(help="Only this month, YYYY-MM.  [default: every delivered one]")
    ] = None,
) -> None:
    """Say by column and rule what does not fit; nothing is kept, spent or published.

    Example: care-dividend check --program mycity --inbox deliveries
    """
    with refusals():
        from pipelines.calendar import months_so_far
        from pipelines.configuration import require_configuration
        from pipelines.directory import Directory, open_directory
        from pipelines.findings import summarise
        from pipelines.guard import guarded
        from pipelines.needs import missing_sources, unread_deliveries
        from pipelines.rehearse import delivered_months, late_feeds, rehearse, rehearse_exact

        require_configuration(Directory(path=program.resolve()))
        given = open_directory(program, inbox=inbox)
        _show_configuration(given)
        months: tuple[str, ...] = (month,) if month else ()
        late: Mapping[str, tuple[str, ...]] = {}
        if not months:
            begun = months_so_far(given.program, today=given.today)
            months, late = delivered_months(given, begun), late_feeds(given, begun)
        found = guarded("check", given, lambda: rehearse(given, months, progress=_progress))
        whole, refused = guarded("check", given, lambda: rehearse_exact(given))
        lines = summarise((*found, *whole))
        _show(lines, months)
        for said in unread_deliveries(given):
            out.print(f"[bold]inbox[/bold]: {plain(said)}")
        for one, feeds in late.items():
            out.print(
                f"[bold]{', '.join(feeds)}[/bold]: {one} is not delivered yet, and no period with "
                "it is released before. Deliver it, or mend files in sources/."
            )
        for feed, said in refused.items():
            out.print(f"[bold]{feed}[/bold]: {plain(said)} Until then reports say what they lack.")
        for said in missing_sources(given):
            out.print(f"[bold]metrics.yaml[/bold]: {plain(said)}")
        blocked = any(line.blocks for line in lines)
        _conclude(given, blocked=blocked, late=bool(late))
    if blocked:
        sys.exit(1)


def _conclude(given: "Directory", *, blocked: bool, late: bool) -> None:
    from privacy.policy import require_approved

    status = require_approved(given.policy, on=given.today)
    if blocked:
        out.print(
            "A blocking rule is broken: what it concerns is not released until it is mended, or "
            "somebody says under accepted in its source file that it is right."
        )
    elif late:
        out.print(f"Once every month is there, pages of a release will say {status.value}.")
    else:
        out.print(f"Nothing stands in the way of a release; its pages will say {status.value}.")


def _progress(months: Iterable[str]) -> Iterable[str]:
    return track(
        list(months),
        "Reading what was delivered",
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def _show_configuration(given: "Directory") -> None:
    program, sources = given.program, given.sources
    out.print(f"program.yaml  {program.name}: {len(program.areas)} areas, {len(sources)} feeds")
    for source in sources:
        dropped = sum(column.drop is not None for column in source.columns.values())
        out.print(
            f"sources/{source.feed}.yaml  {len(source.columns)} columns for table "
            f"{source.contract.table}: {len(source.columns) - dropped} mapped, "
            f"{dropped} dropped with a reason"
        )
        if source.coverage:
            span = f"{source.coverage.first} to {source.coverage.last}"
            out.print(f"  covers {span} only: {plain(source.coverage.why['en'])}")
    out.print(f"privacy.yaml  terms {given.policy.terms_sha256}")
    if missing := _missing_approval(given):
        out.print(f"  {plain(missing)}")


def _missing_approval(given: "Directory") -> str:
    """Say it before the files are read: signing takes a board longer than mapping."""
    from privacy.errors import PrivacyError
    from privacy.policy import require_approved

    try:
        require_approved(given.policy, on=given.today)
    except PrivacyError as error:
        return str(error)
    return ""


def _show(lines: "Sequence[Line]", months: Sequence[str]) -> None:
    span = months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
    if not lines:
        out.print(f"{span}: every rule of every contract holds.")
        return
    out.print(f"{span}: these rules are broken in at least one month.")
    show_lines(lines, to=out)
    out.print("How many records, and which: vault/checks and vault/quarantine after a run.")
