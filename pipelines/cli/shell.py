"""What every command shares: its options, its screen, and how a refusal is said."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.guard import SAFE, StepError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ProgramOption = Annotated[
    Path, typer.Option("--program", metavar="DIR", help="The program directory.", show_default=".")
]
InboxOption = Annotated[
    Path | None,
    typer.Option("--inbox", metavar="DIR", help="Delivered files.  [default: <program>/inbox]"),
]

HERE = Path()


@contextmanager
def refusals() -> Iterator[None]:
    """Say a refusal in one line and leave with exit code 1.

    Yields:
        Nothing; the command's work goes inside.
    """
    try:
        yield
    except (*SAFE, StepError) as error:
        err.print(f"[bold]Refused.[/bold] {plain(str(error))}")
        sys.exit(1)


def plain(text: str) -> str:
    """Write a sentence in one line, its brackets as they are."""
    return " ".join(text.split()).replace("[", r"\[")
