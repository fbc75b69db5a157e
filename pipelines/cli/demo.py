"""`care-dividend demo`: a synthetic program, from raw records to three published reports."""

import re
import shutil
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ContractError
from pipelines.cli.run import run_periods
from pipelines.cli.shell import err, out, refusals

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "riverton"
LAST_YEAR, MOST_YEARS = 2025, 3
SEED = 2025


def demo(
    directory: Annotated[
        Path, typer.Argument(help="Where the program is made.", metavar="DIR")
    ] = Path("demo"),
    years: Annotated[
        int, typer.Option(help="Fiscal years of records, ending with 2025.", min=1, max=MOST_YEARS)
    ] = 1,
) -> None:
    """Make Riverton, a program about nobody; take its years in; publish; print the site's path.

    Example: care-dividend demo riverton --years 3
    """
    with refusals():
        from pipelines.directory import open_directory
        from pipelines.draw import register_policy

        err.print("Riverton is synthetic: every record is invented, and none is about a person.")
        _make(directory, years=years)
        terms = register_policy(open_directory(directory))
        err.print(f"Its terms are row {terms.seq} of the ledger since {terms.date}.")
        site = run_periods(directory, periods_of(years), inbox=None)
        err.print(f"Look at it: care-dividend serve --program {directory}")
        out.print(str(site))


def periods_of(years: int) -> tuple[str, ...]:
    """List the releases of the last years: four quarters, then the year.

    >>> periods_of(1)
    ('2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4', 'FY2025')
    """
    return tuple(
        name
        for year in range(LAST_YEAR - years + 1, LAST_YEAR + 1)
        for name in (*(f"{year}-Q{quarter}" for quarter in (1, 2, 3, 4)), f"FY{year}")
    )


def _make(directory: Path, *, years: int) -> None:
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
    months = [
        month
        for name in periods_of(years)
        if name.startswith("FY")
        for month in read_period(name).months
    ]
    draft = directory.with_name(f".{directory.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(EXAMPLE, draft)
    _begin_with(draft / "program.yaml", months[0])
    write_inbox(draft / "inbox", seed=SEED, months=months)
    draft.replace(directory)


def _begin_with(file: Path, month: str) -> None:
    """Let the program's records begin with the first month that the demo draws."""
    text = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(r"^first_month:.*$", f"first_month: {month}", text, flags=re.MULTILINE),
        encoding="utf-8",
    )
