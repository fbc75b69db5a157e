"""`care-dividend ui`: open Dagster on this program, inside the trusted zone."""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.shell import HERE, InboxOption, ProgramOption, out, refusals
from pipelines.home import enter_home

if TYPE_CHECKING:
    from pipelines.directory import Directory


def ui(
    program: ProgramOption = HERE,
    inbox: InboxOption = None,
    port: Annotated[int, typer.Option(help="Port on this machine; 0 picks a free one.")] = 3000,
) -> None:
    """Open Dagster with this program's assets, partitions and schedules.

    It answers on this machine only, and only whoever opens the address that is printed here.

    Example: care-dividend ui --program demo
    """
    with refusals():
        from pipelines.directory import open_directory

        given = open_directory(program, inbox=inbox)
        home = enter_home(given.path, inbox=given.inbox)
        os.environ["PYTHONSAFEPATH"] = "1"  # nor do the children's children look in this folder
        _add_partitions(given)
        from pipelines.webserver import serve_program

        with suppress(KeyboardInterrupt):
            serve_program(home, port=port, announce=_announce)


def _announce(address: str) -> None:
    out.print(f"{address}  (Ctrl+C ends it)")
    sys.stdout.flush()


def _add_partitions(given: "Directory") -> None:
    import dagster as dg

    from pipelines.partitions import add_partitions

    with dg.DagsterInstance.get() as instance:
        add_partitions(instance, given.program, today=given.today)
