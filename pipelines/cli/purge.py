"""`care-dividend purge`: delete what the policy says is due, and say so in public."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pipelines.cli.shell import HERE, ProgramOption, out, refusals

if TYPE_CHECKING:
    from transforms.retention import Destruction

WORDS = {
    "raw": "copies of delivered files",
    "quarantine": "refused records",
    "errors": "details of errors",
    "coded": "coded records",
    "checks": "exact counts of records",
    "key": "key of the pseudonyms",
}


def purge(
    program: ProgramOption = HERE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is due, and delete nothing.")
    ] = False,
) -> None:
    """Delete copies in the vault that are due. Delivered files are never touched.

    Every `run` does this too, before and after, and Dagster once a day while it is open.

    Example: care-dividend purge --program mycity --dry-run
    """
    with refusals():
        from pipelines.directory import open_directory
        from pipelines.purge import find_due, purge_vault, waiting_releases

        given = open_directory(program)
        _show(find_due(given) if dry_run else purge_vault(given, at_once=True), done=not dry_run)
        for year, names in waiting_releases(given).items():
            out.print(waits(year, names))


def waits(year: str, names: Sequence[str]) -> str:
    """Say what keeps a fiscal year's coded records and key, and how to let them go."""
    return (
        f"{year} keeps its coded records and its key for {', '.join(names)}. "
        f"Release with care-dividend run --period {names[0]}, or name it under waived in "
        "program.yaml with the reason."
    )


def _show(items: "Sequence[Destruction]", *, done: bool) -> None:
    if not items:
        out.print("Nothing is due.")
        return
    table = Table("fiscal year", "deleted" if done else "due", box=None, header_style="bold")
    for item in items:
        table.add_row(item.fiscal_year, WORDS[item.kind.value])
    out.print(table)
    if done:
        out.print("Delivered files were not touched; docs/retention.md lists what is left.")
