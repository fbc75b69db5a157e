"""`care-dividend card`: check a published release on any machine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.shell import out, refusals

app = typer.Typer(help="The privacy card of a release.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The privacy card of a release."""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="card.json inside a copy of the public folder.")],
    anchor: Annotated[
        str | None,
        typer.Option(
            help="A head kept elsewhere: the line of ledger/anchor.txt, or a file with it."
        ),
    ] = None,
) -> None:
    """Compute a release again from the public folder alone; name every file that does not fit.

    Example: care-dividend card verify public/releases/FY2025/card.json
    """
    with refusals():
        from data_contracts.errors import ContractError
        from privacy.chain import read_anchor
        from privacy.verify import verify_card

        if not file.is_file():
            raise ContractError(
                f"There is no card {file.name!r} there. Name public/releases/<release>/card.json."
            )
        found = verify_card(file.resolve(), anchor=read_anchor(anchor) if anchor else None)
        out.print(found.verdict)
        if not found.ok:
            sys.exit(1)
