"""`care-dividend status`: where the program stands."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pipelines.cli.shell import HERE, ProgramOption, out, plain, refusals

if TYPE_CHECKING:
    from pipelines.standing import Standing


def status(
    program: ProgramOption = HERE,
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
    private: Annotated[
        bool, typer.Option("--private", help="With exact counts of records; keep them inside.")
    ] = False,
) -> None:
    """Show months and verdicts, releases, budget, and what is due for deletion.

    Example: care-dividend status --program mycity --private
    """
    with refusals():
        from pipelines.directory import open_directory
        from pipelines.standing import find_standing

        found = find_standing(open_directory(program), private=private)
        if as_json:
            out.print_json(json.dumps(found.as_json()))
        else:
            _show(found)


def _show(found: "Standing") -> None:
    out.print(f"[bold]{found.program}[/bold]  pages say {found.says}")
    _rows("Months", ("feed", "passed", "stopped", "not taken in", "warnings"), found.feeds)
    for line in found.unread:
        out.print(f"  [bold]inbox[/bold]: {plain(line)}")
    _rows("Releases", ("row", "release", "rho", "drawn"), found.releases)
    _rows("Budget, rho", ("fiscal year", "spent", "left", "for a correction", "cap"), found.budget)
    _rows("Due for deletion", ("fiscal year", "what"), found.due)
    title = "Keeps its coded records and key until these are released, or waived in program.yaml"
    _rows(title, ("fiscal year", "releases"), found.waiting)
    if found.files:
        out.print("\n[bold]Broken rules (private)[/bold]")
        for line in found.findings or ("none",):
            out.print(f"  {plain(line)}")
        header = ("feed", "file", "records", "accepted", "refused", "outside")
        _rows("Files (private)", header, found.files)


def _rows(title: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    out.print(f"\n[bold]{title}[/bold]")
    if not rows:
        out.print("none")
        return
    table = Table(*header, box=None, header_style="dim", pad_edge=False)
    for row in rows:
        table.add_row(*row)
    out.print(table)
