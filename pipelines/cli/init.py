"""`care-dividend init`: make a program directory."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import ContractError
from data_contracts.program import CustodianKind, load_program
from data_contracts.source import load_sources, provided_columns
from pipelines.cli.shell import out, refusals
from privacy.drafting.draft import draft_policy
from privacy.drafting.presets import Calendar, Preset, Size, calendar_of, size_of
from reports.metrics import known_measures, needs

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "riverton"
_WIDE = 24  # of a measure's name in a draft
_OURS = "sources"  # the one thing of the example that shows a shape and decides nothing
AREA = "center"
METRICS = """\
# Nobody has decided yet. The advisory board of the program decides which measures pages show and
# which targets they are held against; until it has, pages show every measure that the tables of
# privacy.yaml allow, without targets, and say that no board was asked.
#
# When the board has met, write who decided and when, take `{}` and the marks # of the lines that it
# approved away, and say of those that it rejected why:
#
# decided_by: {en: "The advisory board of ...", es: "El consejo asesor de ..."}
# decided_on: 2025-01-31
#   veteran:
#     decision: rejected
#     reason: {en: "...", es: "..."}
# targets:                    # a share is told of 100, a time in minutes
#   response_time: {at_most: 30, date: 2025-01-31}
measures: {}
# Measures that the sources of this folder can fill:
"""
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


ContactsOption = Annotated[
    int, typer.Option(help="Visits to expect in a year, from posts and hours.", prompt=True)
]
CallsOption = Annotated[
    int, typer.Option(help="Calls for service to expect in a year, as published.", prompt=True)
]
SizeOption = Annotated[
    Size | None,
    typer.Option(help="Tables and clips.  [default: small under 6,000 visits, large from 50,000]"),
]
PresetOption = Annotated[
    Preset, typer.Option(help="Most that a person may cost a year: rho 0.18, 0.36 or 0.72.")
]
CalendarOption = Annotated[
    Calendar | None,
    typer.Option(help="Parts and a year, or only a year.  [default: year under 1,500 visits]"),
]
ReasonOption = Annotated[str, typer.Option(help="The board's reason, needed above `standard`.")]
AuthorityOption = Annotated[
    str, typer.Option(help="Records schedule that allows the retention, once it is known.")
]


def init(
    directory: Annotated[Path, typer.Argument(help="The new program directory.", metavar="DIR")],
    name: Annotated[str, typer.Option(help="Name of the program.", prompt=True)],
    city: Annotated[str, typer.Option(help="City or county.", prompt=True)],
    custodian: Annotated[str, typer.Option(help="Who holds the vault.", prompt=True)],
    contact: Annotated[str, typer.Option(help="Address that readers can write to.", prompt=True)],
    population: Annotated[int, typer.Option(help="Residents, from a public count.", prompt=True)],
    first_month: Annotated[str, typer.Option(help="First month of records, YYYY-MM.", prompt=True)],
    contacts: ContactsOption,
    calls: CallsOption,
    size: SizeOption = None,
    preset: PresetOption = Preset.STANDARD,
    calendar: CalendarOption = None,
    reason: ReasonOption = "",
    authority: AuthorityOption = "",
    kind: Annotated[CustodianKind, typer.Option(help="Kind of custodian.")] = (
        CustodianKind.COMMUNITY_PROVIDER
    ),
    time_zone: Annotated[
        str, typer.Option(help="Time zone of the tz database.")
    ] = "America/Denver",
    fiscal_year_start: Annotated[int, typer.Option(help="First month of the fiscal year.")] = 1,
) -> None:
    """Make a program directory with sources, policy and measures to adapt.

    Example: care-dividend init mycity --size medium --preset standard --contacts 16000
    """
    with refusals():
        _require_reason(preset, reason)
        size = size or size_of(contacts)
        policy = draft_policy(
            size,
            preset,
            contacts=contacts,
            calls=calls,
            calendar=calendar or calendar_of(contacts),
            reason=reason,
            authority=authority,
        )
        program = PROGRAM.format(
            name=_quoted(name),
            city=_quoted(city),
            custodian=_quoted(custodian),
            contact=_quoted(contact),
            kind=kind.value,
            zone=time_zone,
            start=fiscal_year_start,
            first=first_month,
            area=AREA,
            population=population,
        )
        _make(directory, program=program, policy=policy, city=city)
        out.print(
            f"{directory}: privacy.yaml is the default of a {size} program, preset {preset}.\n"
            "metrics.yaml says what your board has to decide; nobody has yet.\n"
            "costs/ is your budget office's to write: docs/your-program.md says how.\n"
            "Adapt sources/ to your files, then run\n"
            f"care-dividend plan --program {directory} --period PERIOD   # what it will show\n"
            f"care-dividend check --program {directory} --inbox DELIVERIES"
        )


def _require_reason(preset: Preset, reason: str) -> None:
    if preset is Preset.OPEN and not reason.strip():
        raise ContractError(
            "Preset 'open' is above `standard`, so the board must say why. "
            'Pass --reason "...", or choose another preset.'
        )


def _make(directory: Path, *, program: str, policy: str, city: str) -> None:
    """Write the whole directory aside, and put it in place once it can be read."""
    if directory.exists() and any(directory.iterdir()):
        raise ContractError(
            f"{directory.name!r} is not empty. Name a folder that does not exist yet."
        )
    draft = directory.with_name(f".{directory.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        shutil.copytree(EXAMPLE / _OURS, draft / _OURS)
        (draft / "inbox").mkdir()
        (draft / "privacy.yaml").write_text(policy, encoding="utf-8")
        (draft / "program.yaml").write_text(program, encoding="utf-8")
        for source in sorted((draft / "sources").glob("*.yaml")):
            _place_in(source, city)
        sources = load_sources(load_program(draft))
        metrics = _draft_metrics(provided_columns(sources))
        (draft / "metrics.yaml").write_text(metrics, encoding="utf-8")
        if directory.exists():
            directory.rmdir()
        draft.replace(directory)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _draft_metrics(provided: Mapping[str, frozenset[str]]) -> str:
    """Write a `metrics.yaml` in which nobody has decided anything, with what could be decided."""
    choices = [
        f"#   {key}: {{decision: approved}}{'':<{_WIDE - len(key)}}# {one.name['en']}"
        for key, one in known_measures().items()
        if all(
            table in provided and columns <= provided[table]
            for table, columns in needs(one).items()
        )
    ]
    return METRICS + "\n".join(choices) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _place_in(source: Path, city: str) -> None:
    """Put the new program's only area where the example's places were, at the end of its file.

    A public source of the example's figures is invented, and goes.
    """
    whole = re.sub(r"(?m)^public_source:.*\n(?: +.*\n)+", "", source.read_text(encoding="utf-8"))
    kept, had, places = whole.partition("\nplaces:\n")
    if had:
        unknown = "  Unknown: unknown\n" if "  Unknown: unknown" in places else ""
        whole = f"{kept}{had}  {_quoted(city)}: {AREA}\n{unknown}"
    source.write_text(whole, encoding="utf-8")
