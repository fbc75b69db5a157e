"""`care-dividend plan`: how precise a release will be, before any record is read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pipelines.cli.shell import HERE, ProgramOption, out, refusals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.propose import Proposed
    from reports.plan.outlook import Outlook

MARKS = ("use", "caution", "withheld")


def plan(
    period: Annotated[
        str,
        typer.Option("--period", help="A quarter, half or fiscal year: 2025-Q3, 2025-H1, FY2025."),
    ],
    program: ProgramOption = HERE,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="DIR", help="Write the page for the board to this folder."),
    ] = None,
    optimise: Annotated[
        bool,
        typer.Option("--optimise", help="Propose shares, and show what they change. Writes none."),
    ] = False,
    importance: Annotated[
        Path | None,
        typer.Option("--importance", metavar="FILE", help="How much each table matters, for it."),
    ] = None,
) -> None:
    """Show what a release will cost and how precise it will be. No record is read.

    Example: care-dividend plan --program mycity --period FY2026 --html for-the-board
    """
    _check_options(html, importance, optimise=optimise)
    with refusals():
        from pipelines.directory import open_directory
        from pipelines.foresee import foresee, write_board_pages
        from pipelines.propose import propose

        given = open_directory(program)
        if optimise:
            _show_proposed(propose(given, period, importance=importance))
            return
        with out.status("Planning"):
            outlook = foresee(given, period)
        _show(outlook)
        if html:
            for file in write_board_pages(outlook, folder=html):
                out.print(f"[dim]wrote[/dim] {file}")


def _check_options(html: Path | None, importance: Path | None, *, optimise: bool) -> None:
    """Refuse options that would be passed over, and paths that cannot be what they name."""
    if importance and not optimise:
        raise typer.BadParameter("--importance needs --optimise.")
    if html and optimise:
        raise typer.BadParameter("--html does not go with --optimise; run one after the other.")
    if importance and not importance.exists():
        raise typer.BadParameter(f"--importance: there is no such file: {importance}")
    for folder in (html, *html.parents) if html else ():
        if folder.exists() and not folder.is_dir():
            raise typer.BadParameter(f"--html: {folder} is a file; name a folder.")


def _show(outlook: "Outlook") -> None:
    from reports.plan.sentence import board_sentence

    own, agenda = outlook.own, outlook.agenda
    out.print(
        f"[bold]{outlook.period.name}[/bold]: rho {own.release.rho:g} of {own.cap:g} a fiscal year "
        f"(epsilon {own.release.epsilon:.2f} at delta 1e-6); preset: {own.name or 'none'}"
    )
    out.print(f"terms {agenda.terms_sha256}")
    out.print(f"expected sizes: {outlook.earlier or 'public figures of privacy.yaml'}\n")
    out.print(board_sentence(outlook, language="en"))
    out.print(f"[dim]{board_sentence(outlook, language='es')}[/dim]")
    _show_headlines(outlook)
    _show_presets(outlook)
    _show_measures(outlook)
    _show_tables(outlook)
    _show_promise(outlook)
    _show_clip(outlook)


def _show_headlines(outlook: "Outlook") -> None:
    from reports.plan.rows import headline_rows, missing_headlines

    rows = headline_rows(outlook, language="en")
    joined, lifted = bool(outlook.parts), bool(outlook.forecast.lifted)
    names = ["expected", "90%", "95%"]
    names += ["with parts"] if joined else []
    names += ["to total"] if lifted else []
    cells = [
        [
            row.label,
            row.expected,
            row.at_90,
            row.at_95,
            *([row.with_parts] if joined else []),
            *([row.lifted] if lifted else []),
        ]
        for row in rows
    ]
    _print_table("Headlines", ["figure", *names], cells)
    if missing := missing_headlines(outlook, language="en"):
        out.print(f"no table for: {'; '.join(missing)}")
    if joined:
        out.print("[dim]with parts: 90%, the year combined with its quarters or halves (GLS)[/dim]")
    if lifted:
        out.print("[dim]to total: 90%, brought to the total that the anchor measures[/dim]")


def _show_presets(outlook: "Outlook") -> None:
    from reports.plan.picture import draw_ranges
    from reports.plan.rows import preset_rows

    names = [one.name or "this policy" for one in outlook.presets]
    rows: list[list[str]] = [
        [label, *cells] for label, cells in preset_rows(outlook, language="en")
    ]
    rows += [
        [row.label, *(bar.said for bar in row.bars)]
        for row in draw_ranges(outlook, language="en").rows
    ]
    total = ", brought to the total" if outlook.forecast.lifted else ""
    _print_table(f"Presets, 90% ranges{total}", ["", *names], rows)


def _show_measures(outlook: "Outlook") -> None:
    from reports.plan.rows import measure_names

    found = outlook.forecast
    counted = found.outcomes
    out.print(
        f"\n[bold]Measures[/bold]: {counted['use']} use, {counted['caution']} caution, "
        f"{counted['withheld']} withheld, {counted['lacking']} without a table in this release; "
        f"{found.n_accounts} more from accounts"
    )
    for mark in ("caution", "withheld"):
        names = [
            f"{name} (range shown)" if harm and mark == "withheld" else name
            for name, harm in measure_names(found.of(mark), language="en")
        ]
        if names:
            out.print(f"  {mark}: {'; '.join(names)}")


def _show_tables(outlook: "Outlook") -> None:
    from reports.plan.words import figure

    for block in outlook.forecast.cells:
        tables = [one for one in outlook.forecast.tables if one.block == block]
        rows = [
            [
                one.name if one.statistic == "count" else f"{one.name} ({one.statistic})",
                "" if one.sd is None else f"{one.sd:.1f}",
                "" if one.sd_rest is None else f"{one.sd_rest:.1f}",
                *(figure(size, language="en") for size in (one.middle, one.usable_from)),
                *(str(one.marks[mark]) for mark in MARKS),
            ]
            for one in tables
        ]
        _print_table(
            f"{block}: clip {outlook.clips[block]:g} records",
            ["table", "sd", "sd of rest", "expected cell", "use from", *MARKS],
            rows,
        )
    out.print(
        "[dim]sd: one standard deviation of the noise, the largest among the table's cells, after "
        "tables are made to agree.\nsd of rest: the same for a level that a table leaves out; it "
        "is the total less the others.\nexpected cell: the middle one by size; use from: the "
        "smallest that may be used.\nMarks count cells: use at 6 sd, caution at 3.[/dim]"
    )


def _show_promise(outlook: "Outlook") -> None:
    from reports.plan.promises import anonymous_rows, year_rows

    _print_table(
        "Somebody helped for several years; a coin guesses right 50 in 100",
        ["fiscal years", "best guesser right"],
        year_rows(outlook, language="en"),
    )
    met = "contacts" in outlook.clips
    _print_table(
        "Somebody met without a name" if met else "Somebody with several calls",
        ["met" if met else "calls", "this release", "all of a year"],
        anonymous_rows(outlook, language="en"),
    )


def _show_clip(outlook: "Outlook") -> None:
    from reports.plan.promises import loss_rows

    found = list(loss_rows(outlook, language="en"))
    out.print("\n[bold]The limit on one person[/bold], on made-up people")
    for one in found:
        out.print(f"  {one.title}: {one.lead}")
        if one.tables:
            out.print("  " + "; ".join(f"{title} {lost}" for title, lost in one.tables))
    if not found:
        out.print("  takes nothing")


def _show_proposed(found: "Proposed") -> None:
    from reports.plan.rows import headline_rows

    out.print("Proposed shares, from made-up people and what was called important.")
    out.print("[dim]Nothing is written. Paste what you want into privacy.yaml.[/dim]")
    before = {(one.name, one.statistic): one for one in found.now.forecast.tables}
    after = {(one.name, one.statistic): one for one in found.then.forecast.tables}
    for block, shares in found.shares.items():
        clip, proposed_clip = found.clips[block]
        rows = []
        for table, (share, proposed) in shares.items():
            old, new = before[table, "count"], after[table, "count"]
            rows.append(
                [
                    table,
                    f"{share:g}",
                    f"{proposed:g}",
                    _sd(old.sd, old.sd_rest),
                    _sd(new.sd, new.sd_rest),
                    " / ".join(str(old.marks[mark]) for mark in MARKS),
                    " / ".join(str(new.marks[mark]) for mark in MARKS),
                ]
            )
        _print_table(
            f"{block}: clip {clip}, proposed {proposed_clip}",
            ["table", "share", "proposed", "sd", "then", "use/caution/withheld", "then"],
            rows,
        )
    pairs = zip(
        headline_rows(found.now, language="en"),
        headline_rows(found.then, language="en"),
        strict=True,
    )
    _print_table(
        "Headlines, 90%",
        ["figure", "now", "then"],
        [[old.label, old.at_90, new.at_90] for old, new in pairs],
    )
    out.print("\n[bold]For privacy.yaml[/bold]")
    out.print(found.text, markup=False)


def _sd(own: float | None, rest: float | None) -> str:
    sd = own if own is not None else rest
    return "" if sd is None else f"{sd:.1f}"


def _print_table(title: str, names: "Sequence[str]", rows: "Iterable[Sequence[str]]") -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(names[0], no_wrap=names[0] == "table")
    for name in names[1:]:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*row)
    out.print(f"\n[bold]{title}[/bold]")
    out.print(table)
