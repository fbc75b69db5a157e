"""Hold a feed against its contract. The chain: contract -> **source** -> rules -> judge."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Column, Role
from data_contracts.errors import ContractError, explain
from data_contracts.feed import Format, Precision, Source, SourceColumn, fold
from data_contracts.forbidden import forbidden_kind
from data_contracts.program import Program

__all__ = [
    "Format",
    "Precision",
    "Source",
    "SourceColumn",
    "check_header",
    "fold",
    "load_source",
    "load_sources",
]


def load_sources(program: Program) -> tuple[Source, ...]:
    """Read every `sources/*.yaml` of a program.

    Args:
        program: Gives the directory, and the areas that places may name.

    Returns:
        The sources, in the order of their feeds' names.

    Raises:
        ContractError: There is none, or one does not fit its contract.
    """
    paths = sorted(program.path("sources").glob("*.yaml"))
    if not paths:
        raise ContractError(
            "The program has no sources. Write one file a feed in its folder sources/; "
            "examples/riverton/sources/ shows how."
        )
    return tuple(load_source(path, program=program) for path in paths)


def load_source(path: Path, *, program: Program) -> Source:
    """Read one source file, and hold it against its contract.

    YAML is read as text only, so that Yes, No and NULL stay the words that people wrote.

    Args:
        path: A file `sources/<feed>.yaml`.
        program: Gives the areas that places may name.

    Returns:
        The source with its contract.

    Raises:
        ContractError: The file has another shape or does not fit the contract.
    """
    file = f"sources/{path.name}"
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        source = Source.model_validate(found)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ContractError(f"{file} is not readable YAML in UTF-8. Mend the file.") from None
    except ValidationError as error:
        raise ContractError(explain(file, error)) from None
    areas = {area.code for area in program.areas}
    if problems := [*_problems(source, areas), *_misnamed(source, path)]:
        raise ContractError(f"{file} does not fit. {'; '.join(problems)}.")
    return source


def check_header(source: Source, header: Sequence[str]) -> None:
    """Hold the first line of a file against its source.

    Args:
        source: What the feed should look like.
        header: Column names of the file, as written.

    Raises:
        ContractError: A column is unknown, missing or there twice; it is named. A first line that
            shares less than half of the columns is no header, and nothing of it is quoted.
    """
    expected, found = set(source.columns), Counter(header)
    if 2 * len(expected & set(found)) < len(expected):
        raise ContractError(
            f"A file of feed {source.feed!r} does not begin with its header: {len(expected)} "
            f"columns expected, {len(expected & set(found))} of them found. Mend the file, or "
            f"format and columns in sources/{source.feed}.yaml."
        )
    told = {
        "unknown": sorted(set(found) - expected),
        "missing": sorted(expected - set(found)),
        "there twice": sorted(name for name, times in found.items() if times > 1),
    }
    if problems := [f"{what}: {names}" for what, names in told.items() if names]:
        raise ContractError(
            f"A file of feed {source.feed!r} has other columns than its source. "
            f"{'; '.join(problems)}. List every column in sources/{source.feed}.yaml, "
            "or mend the file."
        )


def _misnamed(source: Source, path: Path) -> list[str]:
    return [] if source.feed == path.stem else [f"feed: must be {path.stem!r}, the file's name"]


def _problems(source: Source, areas: set[str]) -> list[str]:
    """Say what does not fit, one phrase a problem."""
    roles, twice = source.contract.roles, Counter(one.to for one in source.columns.values())
    problems = [f"columns: more than one goes to {to!r}" for to, n in twice.items() if to and n > 1]
    for name, column in source.columns.items():
        kind = forbidden_kind(name)
        if column.to is None:
            continue
        if column.to not in roles:
            problems += [f"{name}: {source.contract.table} has no column {column.to!r}"]
        elif kind and roles[column.to] is not Role.PLACE:
            problems += [f"{name}: must not be collected ({kind}); drop it"]
        else:
            fits = _misfits(column, source.contract.column(column.to))
            problems += [f"{name}: {problem}" for problem in fits]
    for name, value in source.constants.items():
        problems += [f"constants.{name}: {one}" for one in _constant(source, name, value, areas)]
    odd = sorted(set(source.places.values()) - areas - {UNKNOWN})
    problems += [f"places: program.yaml has no area {area!r}" for area in odd]
    return problems + _gaps(source)


def _misfits(column: SourceColumn, target: Column) -> list[str]:
    """Compare how a column is read with the role of the contract column that it feeds."""
    problems = []
    if (target.role is Role.TIME) != (column.format is not None):
        problems += ["a time needs `format`, and nothing else has one"]
    if target.codes is None:
        return problems + (["codes and bands are for code columns"] if _coded(column) else [])
    known = load_codes(target.codes)
    if bool(column.codes) == column.bands:
        problems += [f"say either `codes:` or `bands: true` for {target.name!r}"]
    if column.bands and not known.bands:
        problems += [f"code list {target.codes!r} has no bands"]
    odd = sorted(set(column.codes.values()) - set(known.codes))
    return problems + [f"code list {target.codes!r} has no code {code!r}" for code in odd]


def _coded(column: SourceColumn) -> bool:
    return bool(column.codes) or column.bands


def _constant(source: Source, name: str, value: str, areas: set[str]) -> list[str]:
    """Check one constant: a code of its list, an area of the program, or a whole number."""
    if name not in source.contract.roles:
        return [f"{source.contract.table} has no such column"]
    if name in source.mapped:
        return ["a column of the feed gives it already"]
    column = source.contract.column(name)
    allowed: set[str] = {
        Role.CODE: set(load_codes(column.codes).codes) if column.codes else set(),
        Role.PLACE: areas | {UNKNOWN},
        Role.MEASURE: {value} if value.isdecimal() else set(),
    }.get(column.role, set())
    return [] if value in allowed else [f"not a value that a {column.role} column can hold"]


def _gaps(source: Source) -> list[str]:
    """Name what the contract needs and the source does not give."""
    contract, given = source.contract, source.given
    problems = [
        f"columns: none goes to {column.name!r}, which every record needs"
        for column in contract.columns
        if column.required and column.name not in source.mapped
    ]
    if contract.person_id in given and contract.permission not in given:
        problems += [f"{contract.person_id!r} needs {contract.permission!r}: who may be linked?"]
    if any(contract.roles.get(to) is Role.PLACE for to in source.mapped) and not source.places:
        problems += ["places: list which area each place belongs to"]
    return problems
