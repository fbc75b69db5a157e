"""`care-dividend ledger`: check the chain of releases."""

import sys
from typing import Annotated

import typer

from pipelines.cli.shell import HERE, ProgramOption, out, refusals

app = typer.Typer(help="The chain of releases.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The chain of releases."""


@app.command()
def verify(
    program: ProgramOption = HERE,
    anchor: Annotated[
        str | None,
        typer.Option(
            help="A head kept elsewhere: the line of ledger/anchor.txt, or a file with it."
        ),
    ] = None,
) -> None:
    """Recompute every link, signature and stored byte; name the row that does not fit.

    Example: care-dividend ledger verify --program mycity --anchor anchor-of-the-city.txt
    """
    with refusals():
        from pipelines.directory import open_directory
        from privacy.chain import read_anchor
        from privacy.policy import NANO

        given = open_directory(program)
        if not given.has_ledger:
            out.print("0 releases: nothing was published yet.")
            return
        found = given.ledger.verify(anchor=read_anchor(anchor) if anchor else None)
        rows = given.ledger.rows()
        out.print(f"{len(rows)} releases, {found.verdict}")
        for row in rows:
            out.print(f"  {row.seq}  {row.release}  rho {row.nano_rho / NANO:g}  {row.link}")
        if not found.ok:
            sys.exit(1)
