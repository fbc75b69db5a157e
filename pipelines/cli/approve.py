"""`care-dividend approve`: write what was approved, and when, where nobody can date it back."""

import typer

from pipelines.cli.shell import HERE, ProgramOption, out, refusals

app = typer.Typer(help="What was approved, in the ledger.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """What was approved, in the ledger."""


@app.command()
def policy(program: ProgramOption = HERE) -> None:
    """Register the approved terms of privacy.yaml as a row of the ledger; it costs nothing.

    Periods that begin after that day are published under terms that were there before; the card
    of any other period says "retrospective". The same terms again change nothing.

    Example: care-dividend approve policy --program mycity
    """
    with refusals():
        from pipelines.directory import open_directory
        from pipelines.draw import register_policy

        given = open_directory(program)
        row = register_policy(given)
        out.print(
            f"Terms {row.terms_sha256[:12]} are row {row.seq} of the ledger since {row.date}. "
            "Periods that begin after that day are not retrospective."
        )
        out.print(f"Keep this line where this machine cannot write: {given.ledger.head}")
