"""`care-dividend purge`: delete what the policy says is due, and say so in public."""

import json
from collections.abc import Sequence
from pathlib import Path
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
    "key": "key of the pseudonyms",
}


def purge(
    program: ProgramOption = HERE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is due, and delete nothing.")
    ] = False,
) -> None:
    """Delete copies in the vault that are due. Delivered files are never touched.

    Example: care-dividend purge --program mycity --dry-run
    """
    with refusals():
        from pipelines.directory import open_directory
        from pipelines.draw import seal_again
        from pipelines.guard import guarded
        from transforms import retention

        given = open_directory(program)
        rules = given.policy.retention
        act = retention.due if dry_run else retention.purge
        items = guarded(
            "purge",
            given,
            lambda: act(
                given.vault,
                program=given.program,
                today=given.today,
                raw_days=rules.raw_days,
                coded_days=rules.coded_days,
            ),
        )
        if not dry_run:
            record(items, given.public / "retention.json")
            if items:
                seal_again(given)
        _show(items, done=not dry_run)


def record(items: "Sequence[Destruction]", file: Path) -> None:
    """Add what was deleted to the public record.

    Args:
        items: What was deleted.
        file: `public/retention.json`.
    """
    if not items:
        return
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    known += [item.public() for item in items]
    fresh.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    fresh.replace(file)


def _show(items: "Sequence[Destruction]", *, done: bool) -> None:
    if not items:
        out.print("Nothing is due.")
        return
    table = Table("fiscal year", "deleted" if done else "due", box=None, header_style="bold")
    for item in items:
        table.add_row(item.fiscal_year, WORDS[item.kind.value])
    out.print(table)
    if done:
        out.print("Recorded in public/retention.json. Delivered files were not touched.")
