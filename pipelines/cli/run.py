"""`care-dividend run`: take the months in, release a period, draw the site."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.cli.shell import HERE, InboxOption, ProgramOption, err, out, refusals
from pipelines.home import enter_home

if TYPE_CHECKING:
    from pipelines.directory import Directory


def run(
    period: Annotated[
        str,
        typer.Option("--period", help="A quarter, half or fiscal year: 2025-Q3, 2025-H1, FY2025."),
    ],
    program: ProgramOption = HERE,
    inbox: InboxOption = None,
) -> None:
    """Publish a period. The same period again returns the stored bytes and spends nothing.

    Example: care-dividend run --program mycity --period 2025-Q3
    """
    with refusals():
        out.print(str(run_period(program, period, inbox=inbox)))


def run_period(program: Path, period: str, *, inbox: Path | None) -> Path:
    """Run every job of a period with a progress bar.

    Args:
        program: The program directory.
        period: The period.
        inbox: Folder of delivered files, where it is not the program's own.

    Returns:
        The first page of the site.
    """
    from pipelines.directory import open_directory

    given = open_directory(program, inbox=inbox)
    enter_home(given.path, inbox=given.inbox)
    _run(given, period)
    return given.public / "index.html"


def _run(given: "Directory", period: str) -> None:
    import dagster as dg

    from pipelines.run import plan_stages, run_stage

    stages = plan_stages(given, period)
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
