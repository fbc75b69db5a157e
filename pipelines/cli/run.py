"""`care-dividend run`: take the months in, release periods, draw the site."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.cli.shell import HERE, InboxOption, ProgramOption, err, out, plain, refusals
from pipelines.home import enter_home

if TYPE_CHECKING:
    from pipelines.directory import Directory


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
) -> None:
    """Publish periods. A period that was published returns the stored bytes and spends nothing.

    Example: care-dividend run --program mycity --period 2025-Q3
    """
    with refusals():
        out.print(str(run_periods(program, period or (), inbox=inbox)))


def run_periods(program: Path, periods: Sequence[str], *, inbox: Path | None) -> Path:
    """Run every job of some periods with a progress bar, and name the feeds that do not fit.

    Args:
        program: The program directory.
        periods: Names of periods; none means all that are over and not published.
        inbox: Folder of delivered files, where it is not the program's own.

    Returns:
        The first page of the site.

    Raises:
        ContractError: Nothing is due.
    """
    from data_contracts.errors import ContractError
    from pipelines.directory import open_directory
    from pipelines.run import unpublished

    given = open_directory(program, inbox=inbox)
    enter_home(given.path, inbox=given.inbox)
    names = tuple(dict.fromkeys(periods)) or unpublished(given)
    if not names:
        raise ContractError(
            "Every period that is over is published. Name one with --period to draw it again."
        )
    _run(given, names)
    for feed, said in given.verdicts.refusals().items():
        err.print(f"[bold]Not published:[/bold] {feed}. {plain(said)}")
    for feed, rules in given.verdicts.gaps().items():
        err.print(
            f"[bold]Not whole:[/bold] {feed}. Rows that break {', '.join(rules)} wait in "
            "vault/quarantine, and the published table lacks them. Mend the file and run again."
        )
    return given.public / "index.html"


def _run(given: "Directory", names: Sequence[str]) -> None:
    import dagster as dg

    from pipelines.run import plan_stages, run_stage

    stages = plan_stages(given, names)
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
        for stage in stages:
            progress.update(task, description=f"{stage.job.replace('_', ' ')} {stage.partition}")
            run_stage(given, stage, instance=instance)
            progress.advance(task)
