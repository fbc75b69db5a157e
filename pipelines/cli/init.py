"""`care-dividend init`: make a program directory."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ContractError
from data_contracts.program import CustodianKind, load_program
from data_contracts.source import load_sources
from pipelines.cli.shell import out, refusals

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "riverton"
_NOT_OURS = shutil.ignore_patterns("program.yaml", "costs", "impact.yaml")  # invented figures
AREA = "center"
PROGRAM = """\
name: {name}
city: {city}
custodian: {{name: {custodian}, kind: {kind}}}   # who holds the vault; never law enforcement
time_zone: {zone}
fiscal_year_start: {start}        # month, 1 to 12
first_month: {first}
languages: [en, es]
contact: {contact}
areas:                      # every area of the program; residents from the newest public count
  - {{code: {area}, name: {city}, kind: urban, population: {population}}}
"""


def init(
    directory: Annotated[Path, typer.Argument(help="The new program directory.", metavar="DIR")],
    name: Annotated[str, typer.Option(help="Name of the program.", prompt=True)],
    city: Annotated[str, typer.Option(help="City or county.", prompt=True)],
    custodian: Annotated[str, typer.Option(help="Who holds the vault.", prompt=True)],
    contact: Annotated[str, typer.Option(help="Address that readers can write to.", prompt=True)],
    population: Annotated[int, typer.Option(help="Residents, from a public count.", prompt=True)],
    first_month: Annotated[str, typer.Option(help="First month of records, YYYY-MM.", prompt=True)],
    kind: Annotated[CustodianKind, typer.Option(help="Kind of custodian.")] = (
        CustodianKind.COMMUNITY_PROVIDER
    ),
    time_zone: Annotated[
        str, typer.Option(help="Time zone of the tz database.")
    ] = "America/Denver",
    fiscal_year_start: Annotated[int, typer.Option(help="First month of the fiscal year.")] = 1,
) -> None:
    """Make a program directory with sources, policy and measures to adapt.

    Example: care-dividend init mycity --name "Mycity Crisis Response" --city Mycity
    """
    with refusals():
        if directory.exists() and any(directory.iterdir()):
            raise ContractError(
                f"{directory.name!r} is not empty. Name a folder that does not exist yet."
            )
        draft = directory.with_name(f".{directory.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        try:
            shutil.copytree(EXAMPLE, draft, ignore=_NOT_OURS)
            (draft / "inbox").mkdir(exist_ok=True)
            _make_real(draft / "privacy.yaml")
            for source in sorted((draft / "sources").glob("*.yaml")):
                _place_in(source, city)
            text = PROGRAM.format(
                name=_quoted(name),
                city=_quoted(city),
                custodian=_quoted(custodian),
                kind=kind.value,
                zone=time_zone,
                start=fiscal_year_start,
                first=first_month,
                contact=_quoted(contact),
                area=AREA,
                population=population,
            )
            (draft / "program.yaml").write_text(text, encoding="utf-8")
            load_sources(load_program(draft))
            if directory.exists():
                directory.rmdir()
            draft.replace(directory)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        out.print(
            f"{directory}: adapt sources/ to your files and privacy.yaml to your board, then run\n"
            f"care-dividend check --program {directory} --inbox DELIVERIES"
        )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _make_real(policy: Path) -> None:
    """Take the leave to run unsigned away: records of real people need approvals."""
    lines = policy.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("synthetic:")]
    policy.write_text("".join(kept), encoding="utf-8")


def _place_in(source: Path, city: str) -> None:
    """Put the new program's only area where the example's places were, at the end of its file."""
    kept, had, places = source.read_text(encoding="utf-8").partition("\nplaces:\n")
    if had:
        unknown = "  Unknown: unknown\n" if "  Unknown: unknown" in places else ""
        text = f"{kept}{had}  {_quoted(city)}: {AREA}\n{unknown}"
        source.write_text(text, encoding="utf-8")
