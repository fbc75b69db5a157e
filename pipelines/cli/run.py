"""`care-dividend run`: take the months in, release periods, draw the site."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from data_contracts.errors import ContractError
from pipelines.cli.shell import (
    HERE,
    AnchorOption,
    InboxOption,
    ProgramOption,
    err,
    out,
    plain,
    refusals,
    show_lines,
)
from pipelines.guard import StepError
from pipelines.home import enter_home
from transforms.expressions import OPEN_DAYS
from transforms.vault import ALL

if TYPE_CHECKING:
    from pipelines.directory import Directory
    from pipelines.findings import Line


def run(
    period: Annotated[
        list[str] | None,
        typer.Option(
            "--period",
            help="A quarter, half or fiscal year: 2025-Q3, 2025-H1, FY2025; may be given again.  "
            "[default: every period that is over and not published]",
            show_default=False,
        ),
    ] = None,
    program: ProgramOption = HERE,
    inbox: InboxOption = None,
    anchor: AnchorOption = None,
) -> None:
    """Publish periods. A period that was published returns the stored bytes and spends nothing.

    Example: care-dividend run --program mycity --period 2025-Q3
    """
    with refusals():
        out.print(str(run_periods(program, period or (), inbox=inbox, anchor=anchor)))


def run_periods(
    program: Path, periods: Sequence[str], *, inbox: Path | None, anchor: str | None = None
) -> Path:
    """Run every job of some periods with a progress bar, and name the feeds that do not fit.

    Args:
        program: The program directory.
        periods: Names of periods; none means all that are over and not published.
        inbox: Folder of delivered files, where it is not the program's own.
        anchor: A head of the ledger that was kept elsewhere, or a file with it.

    Returns:
        The first page of the site.

    Raises:
        ContractError: Nothing is due.
        PrivacyError: The ledger lies behind the anchor; nothing was drawn.
    """
    from pipelines.configuration import require_configuration
    from pipelines.directory import Directory, open_directory
    from pipelines.run import unpublished

    require_configuration(Directory(path=program.resolve()))
    given = open_directory(program, inbox=inbox)
    enter_home(given.path, inbox=given.inbox)
    if anchor:
        given.require_ahead(anchor)
    _purge(given)
    names = tuple(dict.fromkeys(periods)) or unpublished(given)
    if not names:
        raise ContractError(
            "Every period that is over is published. Name one with --period to draw it again."
        )
    try:
        _run(given, names)
    finally:
        _purge(given)
    _tell(given, [ALL])
    for name in set(names) & set(given.waiting):
        err.print(
            f"[bold]{name}[/bold]: calls without a visit of its last {OPEN_DAYS} days are not in "
            "it, because the month after it is not in yet. A later yearly release has them; the "
            "pages say so."
        )
    for feed, said in given.verdicts.refusals().items():
        err.print(f"[bold]Not published:[/bold] {feed}. {plain(said)}")
    for feed, rules in given.verdicts.gaps().items():
        err.print(
            f"[bold]Not whole:[/bold] {feed}. Rows that break {', '.join(rules)} wait in "
            "vault/quarantine, and the published table lacks them. Mend the file and run again."
        )
    _say_anchor(given, asked=anchor is not None)
    return given.public / "index.html"


def _say_anchor(given: "Directory", *, asked: bool) -> None:
    """Say where the head of a real program's ledger is kept, or that it is kept nowhere else."""
    if given.may_invent:
        return
    outside, head = given.program.outside_anchor, str(given.ledger.head)
    if outside and outside.is_file() and outside.read_text(encoding="utf-8").strip() == head:
        return
    if outside or asked:
        err.print(f"Keep this line where this machine cannot write: {head}")
        return
    err.print(
        "[bold]No anchor is kept elsewhere,[/bold] so a restored backup or a second copy of this "
        "directory could draw again unseen. Name a file elsewhere as `anchor` in program.yaml, or "
        f"keep this line and pass it to the next run as --anchor: {head}"
    )


def _purge(given: "Directory") -> None:
    """Delete what is due; a vault that cannot be opened stops no release that is drawn already."""
    from pipelines.purge import purge_vault

    try:
        purge_vault(given)
    except StepError as error:
        err.print(f"[bold]Nothing was deleted.[/bold] {plain(str(error))}")


def _run(given: "Directory", names: Sequence[str]) -> None:
    import dagster as dg

    from pipelines.needs import unread_deliveries
    from pipelines.run import BlockedError, plan_stages, run_stage

    stages = plan_stages(given, names)
    for said in unread_deliveries(given):
        err.print(f"[bold]inbox[/bold]: {plain(said)}")
    months: Sequence[str] = tuple(
        stage.partition for stage in stages if stage.takes_in and not stage.beside
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        dg.DagsterInstance.get() as instance,
        Progress(
            *columns,
            TimeElapsedColumn(),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        ) as progress,
    ):
        task = progress.add_task("", total=len(stages))
        blocked: BlockedError | None = None
        for stage in stages:
            if not stage.takes_in and months:
                _require(given, months, blocked)
                months = ()
            progress.update(task, description=f"{stage.job.replace('_', ' ')} {stage.partition}")
            try:
                run_stage(given, stage, instance=instance)
            except BlockedError as error:  # what else is wrong is said at once, not a run later
                blocked = blocked if stage.beside else error
            except ContractError:
                if not stage.beside:
                    raise
            progress.advance(task)


def _require(given: "Directory", months: Sequence[str], blocked: Exception | None) -> None:
    """Say what was found in the months that a run took in, and stop before it costs anything."""
    from pipelines.findings import say_blocked

    lines = [line for line in _tell(given, months) if line.blocks]
    if lines:
        raise ContractError(say_blocked(lines))
    if blocked:
        raise blocked


def _tell(given: "Directory", months: Sequence[str]) -> "Sequence[Line]":
    from pipelines.findings import gather_findings, summarise

    lines = summarise(gather_findings(given, months, policy=given.policy))
    show_lines(lines, to=err)
    return lines
