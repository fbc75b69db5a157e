"""`care-dividend plan`: how precise a release will be, before any record is read."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pipelines.cli.shell import HERE, ProgramOption, out, refusals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from privacy.marks import PlannedNumber
    from privacy.plan import Plan
    from privacy.spec import Cell
    from privacy.spec import Table as Counted


def plan(
    period: Annotated[
        str,
        typer.Option("--period", help="A quarter, half or fiscal year: 2025-Q3, 2025-H1, FY2025."),
    ],
    program: ProgramOption = HERE,
) -> None:
    """Show cost, noise and marks of every table of a period. No record is read.

    Example: care-dividend plan --program mycity --period FY2026
    """
    with refusals():
        from pipelines.directory import open_directory
        from pipelines.draw import plan_release

        given = open_directory(program)
        _show(plan_release(given, period))


def _show(found: "Plan") -> None:
    from privacy.noise import epsilon
    from privacy.policy import NANO

    rho = found.spec.nano_rho / NANO
    out.print(
        f"{found.release}: rho {rho:g} of {float(found.policy.cap_rho):g} a fiscal year "
        f"(epsilon {epsilon(rho):.2f} at delta 1e-6), {found.spec.length} numbers"
    )
    out.print(f"terms {found.policy.terms_sha256}")
    for block in found.spec.blocks:
        out.print(
            f"\n{block.name}: clip {block.clip} records, rho {found.spec.block_rho(block):.4g}"
        )
        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("table")
        for title in ("sd", "sd of rest", "use", "caution", "withheld"):
            table.add_column(title, justify="right")
        for one in block.tables:
            for statistic in one.shown:
                cells = [
                    number
                    for number in found.numbers[block.name]
                    if number.number.table == one.name and number.number.statistic == statistic
                ]
                left_out = [cell for cell in cells if _is_left_out(one, cell.number.cell)]
                marks = [cell.mark.value for cell in cells]
                name = one.name if statistic == "count" else f"{one.name} ({statistic})"
                counts = (str(marks.count(mark)) for mark in ("use", "caution", "withheld"))
                own = [cell for cell in cells if cell not in left_out]
                table.add_row(name, _largest_sd(own), _largest_sd(left_out), *counts)
        out.print(table)
    out.print(
        "\nsd: largest random amount to expect in a number, one standard deviation, after tables "
        "are made to agree.\n"
        "sd of rest: the same for a level that a table leaves out; it is the total less the others."
        "\nMarks count cells, from public sizes: use at 6 sd, caution at 3."
    )


def _is_left_out(table: "Counted", cell: "Cell") -> bool:
    return any(key in table.drop.get(dim, ()) for dim, key in zip(table.dims, cell, strict=True))


def _largest_sd(cells: "Sequence[PlannedNumber]") -> str:
    return f"{max(cell.sd for cell in cells):.1f}" if cells else ""
