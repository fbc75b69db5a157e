"""`care-dividend ledger`: check the chain of releases."""

import sys

import typer

from pipelines.cli.shell import HERE, AnchorOption, ProgramOption, out, plain, refusals

app = typer.Typer(help="The chain of releases.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The chain of releases."""


@app.command()
def verify(
    program: ProgramOption = HERE,
    anchor: AnchorOption = None,
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
            if anchor:
                given.require_ahead(anchor)
            out.print("0 releases: nothing was published yet.")
            return
        ledger = given.ledger
        found, rows = ledger.verify(anchor=read_anchor(anchor) if anchor else None), ledger.chain()
        releases = sum(row.is_release for row in rows)
        out.print(f"{releases} releases, {plain(found.verdict)}")
        for row in rows:
            what = f"rho {row.nano_rho / NANO:g}" if row.is_release else f"on {row.date}"
            out.print(f"  {row.seq}  {row.release}  {what}  {row.link}")
        for note in found.notes:
            out.print(f"Note: {plain(note)}")
        if not found.ok:
            sys.exit(1)
