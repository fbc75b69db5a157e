"""`care-dividend ui`: open Dagster on this program, inside the trusted zone."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.shell import HERE, InboxOption, ProgramOption, out, refusals
from pipelines.home import enter_home

if TYPE_CHECKING:
    from pipelines.directory import Directory

LOOPBACK = "127.0.0.1"


def ui(
    program: ProgramOption = HERE,
    inbox: InboxOption = None,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000,
) -> None:
    """Open Dagster with this program's assets, partitions and schedule, on loopback only.

    Example: care-dividend ui --program demo
    """
    with refusals():
        from pipelines.directory import open_directory

        given = open_directory(program, inbox=inbox)
        enter_home(given.path, inbox=given.inbox)
        _add_partitions(given)
        out.print(f"http://{LOOPBACK}:{port}/  (Ctrl+C ends it)")
        sys.stdout.flush()
        dagster = [sys.executable, "-m", "dagster", "dev", "-m", "pipelines.definitions"]
        os.execv(sys.executable, [*dagster, "-h", LOOPBACK, "-p", str(port)])  # noqa: S606


def _add_partitions(given: "Directory") -> None:
    import dagster as dg

    from pipelines.partitions import add_partitions

    with dg.DagsterInstance.get() as instance:
        add_partitions(instance, given.program, today=given.today)
