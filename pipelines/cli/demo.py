"""`care-dividend demo`: a synthetic program, from raw records to a published site."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ContractError
from pipelines.cli.run import run_period
from pipelines.cli.shell import err, out, refusals

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "riverton"
PERIOD = "FY2025"
SEED = 2025


def demo(
    directory: Annotated[
        Path, typer.Argument(help="Where the program is made.", metavar="DIR")
    ] = Path("demo"),
) -> None:
    """Make Riverton, a program about nobody; take its year in; publish it; print the site's path.

    Example: care-dividend demo riverton
    """
    with refusals():
        err.print("Riverton is synthetic: every record is invented, and none is about a person.")
        _make(directory)
        site = run_period(directory, PERIOD, inbox=None)
        err.print(f"Look at it: care-dividend serve --program {directory}")
        out.print(str(site))


def _make(directory: Path) -> None:
    """Copy the program and write its deliveries; a program that is there already is kept."""
    from data_contracts.period import read_period
    from data_contracts.synthetic import write_inbox

    if (directory / "program.yaml").is_file():
        return
    if directory.exists() and any(directory.iterdir()):
        raise ContractError(
            f"{directory.name!r} has files of something else. Name another folder: "
            "care-dividend demo DIR."
        )
    draft = directory.with_name(f".{directory.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(EXAMPLE, draft)
    write_inbox(draft / "inbox", seed=SEED, months=read_period(PERIOD).months)
    draft.replace(directory)
