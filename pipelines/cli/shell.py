"""What every command shares: its options, its screen, and how a refusal is said."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipelines.guard import SAFE, StepError

if TYPE_CHECKING:
    from pipelines.findings import Line
    from privacy.chain import Verification

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ProgramOption = Annotated[
    Path, typer.Option("--program", metavar="DIR", help="The program directory.", show_default=".")
]
InboxOption = Annotated[
    Path | None,
    typer.Option("--inbox", metavar="DIR", help="Delivered files.  [default: <program>/inbox]"),
]
AnchorOption = Annotated[
    str | None,
    typer.Option(help="A head kept elsewhere: the line of ledger/anchor.txt, or a file with it."),
]

HERE = Path()


@contextmanager
def refusals() -> Iterator[None]:
    """Say a refusal, one line a problem, and leave with exit code 1.

    Yields:
        Nothing; the command's work goes inside.
    """
    try:
        yield
    except (*SAFE, StepError) as error:
        first, *others = str(error).split("\n")
        if others:
            err.print(f"[bold]Refused.[/bold] {1 + len(others)} problems, one a line.")
            for said in (first, *others):
                err.print(plain(said))
        else:
            err.print(f"[bold]Refused.[/bold] {plain(first)}")
        sys.exit(1)


def show_lines(lines: Sequence["Line"], *, to: Console) -> None:
    """Write what was found, one line a rule, what blocks in bold; the same for every command."""
    for line in lines:
        said = plain(str(line))
        to.print(f"  [bold]{said}[/bold]" if line.blocks else f"  {said}")


def say(found: "Verification") -> None:
    """Print what a check found, one finding a line, and leave with 1 where something is wrong."""
    for problem in found.problems:
        out.print(plain(problem))
    if found.ok:
        out.print(plain(found.verdict))
    for note in found.notes:
        out.print(f"Note: {plain(note)}")
    if not found.ok:
        sys.exit(1)


def plain(text: str) -> str:
    """Write a sentence in one line, its brackets as they are."""
    return " ".join(text.split()).replace("[", r"\[")
