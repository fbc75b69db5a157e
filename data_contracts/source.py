"""Hold a feed against its contract. The chain: contract -> **source** -> rules -> judge."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.configuration import Document, read_configuration
from data_contracts.contract import Column, Role, Subject
from data_contracts.errors import ContractError
from data_contracts.feed import (
    Accepted,
    Format,
    Precision,
    Source,
    SourceColumn,
    is_left_over,
)
from data_contracts.forbidden import forbidden_kind, tells_of_participant
from data_contracts.misfits import Problem
from data_contracts.numbering import settle_numbering
from data_contracts.program import Program
from data_contracts.spelling import fold, tidy

__all__ = [
    "Accepted",
    "Format",
    "Precision",
    "Source",
    "SourceColumn",
    "check_header",
    "fold",
    "load_source",
    "load_sources",
    "provided_columns",
]


def load_sources(program: Program) -> tuple[Source, ...]:
    """Read every `sources/*.yaml` of a program.

    Args:
        program: Gives the directory, and the areas that places may name.

    Returns:
        The sources, in the order of their feeds' names; whose numbers are whose is settled.

    Raises:
        ContractError: There is none, one does not fit its contract, one that is published exactly
            would take records about people, or nothing says whose numbers are whose.
    """
    paths = _source_files(program)
    if not paths:
        raise ContractError(
            "The program has no sources. Write one file a feed in its folder sources/; "
            "examples/riverton/sources/ shows how."
        )
    sources = tuple(_load_each(paths, program))
    if shared := [one.feed for one in sources if _exact(one) and _takes_records(one, sources)]:
        raise ContractError(
            f"Feeds {shared} are published exactly, and their files are also those of a feed about "
            "people: their sums would be of people, without noise. Have the tables delivered in "
            "files of their own, and name those under files in sources/."
        )
    return settle_numbering(sources)


def _source_files(program: Program) -> list[Path]:
    """Find the source files; what lies beside them would never be read, so it is refused."""
    folder = program.path("sources")
    there = sorted(path for path in folder.glob("*") if not is_left_over(path.name))
    paths = [path for path in there if path.suffix == ".yaml" and path.name[0] != "."]
    if odd := [path.name for path in there if path not in paths or not path.is_file()]:
        raise ContractError(
            f"sources/ has {odd}, which are never read. A source is a file sources/<feed>.yaml: "
            "give them that ending and no dot before the name, or take them out of the folder."
        )
    return paths


def _load_each(paths: Sequence[Path], program: Program) -> list[Source]:
    """Read every file, and tell of all that do not fit."""
    found, problems = [], []
    for path in paths:
        try:
            found.append(load_source(path, program=program))
        except ContractError as error:
            problems.append(str(error))
    if problems:
        raise ContractError("\n".join(problems))
    return found


def load_source(path: Path, *, program: Program) -> Source:
    """Read one source file, and hold it against its contract.

    YAML is read as text only, so that Yes, No and NULL stay the words that people wrote.

    Args:
        path: A file `sources/<feed>.yaml`.
        program: Gives the areas that places may name; a table about nobody may also name those
            that the program is compared with.

    Returns:
        The source with its contract.

    Raises:
        ContractError: The file has another shape or does not fit the contract.
    """
    document = read_configuration(path, name=f"sources/{path.name}", words=True)
    source = document.fit(Source)
    beyond = program.comparison if source.contract.subject is Subject.NONE else ()
    areas = {area.code for area in (*program.areas, *beyond)}
    problems = [*_problems(source, areas), *_misnamed(source, path)]
    document.refuse(_placed(said, document) for said in problems)
    return source


def check_header(source: Source, header: Sequence[str]) -> list[str]:
    """Hold the first line of a file against its source.

    Args:
        source: What the feed should look like.
        header: Column names of the file, as written.

    Returns:
        The same columns under the names that the source has for them; a name that only looks like
        another, by its accents, marks or blanks, is that name.

    Raises:
        ContractError: A column is unknown, missing or there twice; it is named. A first line that
            shares less than half of the columns is no header, and nothing of it is quoted.
    """
    known = {_spelled(name): name for name in source.columns}
    named = [known.get(_spelled(name), name) for name in header]
    expected, found = set(source.columns), Counter(named)
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
    return named


def _spelled(name: str) -> str:
    return " ".join(tidy(name).split())


def provided_columns(sources: Sequence[Source]) -> Mapping[str, frozenset[str]]:
    """List what a program's feeds give of every table, and what can be made of that.

    A duration and a part of the day need times to the minute; what is made of a person's earlier
    records needs the number of the person.

    Args:
        sources: Every feed of the program.

    Returns:
        Contract columns by table; a table without a feed is not there.
    """
    found: dict[str, frozenset[str]] = {}
    for source in sources:
        table = source.contract.table
        found[table] = found.get(table, frozenset()) | _provided(source)
    return found


def _provided(source: Source) -> frozenset[str]:
    """Add to the columns of one feed those made of them, until no more can be made."""
    found: set[str] = set()
    more = {name for name in source.given if source.constants.get(name) != UNKNOWN}
    while more:
        found |= more
        more = {
            column.name
            for column in source.contract.columns
            if column.name not in found and column.derived and _can_make(column, source, found)
        }
    return frozenset(found)


def _can_make(column: Column, source: Source, found: set[str]) -> bool:
    feeding = [source.column(name) for name in column.parents]
    if column.between or column.hour_of:
        return all(one is not None and one.precision is Precision.MINUTE for one in feeding)
    if (column.days_since or column.after) and source.contract.person_id not in found:
        return False
    return found.issuperset(column.parents)


def _exact(source: Source) -> bool:
    """Whether what the feed gives becomes public without noise."""
    return source.contract.subject is not Subject.PARTICIPANT


def _takes_records(source: Source, sources: Sequence[Source]) -> bool:
    """Whether a feed names files that a feed about people names too."""
    month = "0000-00"
    return any(
        fnmatchcase(source.glob(month), other.glob(month))
        or fnmatchcase(other.glob(month), source.glob(month))
        for other in sources
        if not _exact(other)
    )


def _placed(said: str, document: Document) -> Problem:
    """Find where in the file a problem stands, from the field that it begins with."""
    columns, _ = document.spot(("columns",))
    for name in columns.inside or {}:
        if said.startswith(f"{name}: "):
            return ("columns", name), said.removeprefix(f"{name}: ")
    field, _, rest = said.partition(": ")
    if field.partition(".")[0] not in Source.model_fields:
        return (), said
    if field == "places":
        places, _ = document.spot(("places",))
        for word, spot in (places.inside or {}).items():
            if rest.endswith(f" {spot.text!r}"):
                return ("places", word), rest
    return tuple(field.split(".", 1)), rest


def _misnamed(source: Source, path: Path) -> list[str]:
    return [] if source.feed == path.stem else [f"feed: must be {path.stem!r}, the file's name"]


def _problems(source: Source, areas: set[str]) -> list[str]:
    """Say what does not fit, one phrase a problem."""
    roles = source.contract.roles
    fed = Counter(to for column in source.columns.values() for to in column.fed)
    problems = [f"columns: more than one goes to {to!r}" for to, n in fed.items() if n > 1]
    for name, column in source.columns.items():
        kind = forbidden_kind(name)
        if _exact(source) and column.fed and tells_of_participant(name):
            problems += [f"{name}: tells of a participant, and exact tables tell of none; drop it"]
        for to in column.fed:
            if to not in roles:
                problems += [f"{name}: {source.contract.table} has no column {to!r}"]
            elif kind and roles[to] is not Role.PLACE:
                problems += [f"{name}: must not be collected ({kind}); drop it"]
            else:
                target = source.contract.column(to)
                fits = _misfits(column.feeding(to), target, days=bool(source.contract.clock))
                problems += [f"{name}: {problem}" for problem in fits]
        if column.also and roles.get(column.to or "") not in {Role.CODE, Role.PLACE}:
            problems += [f"{name}: only what goes to a code or a place may feed more columns"]
    for name, value in source.constants.items():
        problems += [f"constants.{name}: {one}" for one in _constant(source, name, value, areas)]
    odd = sorted(set(source.places.values()) - areas - {UNKNOWN})
    problems += [f"places: program.yaml has no area {area!r}" for area in odd]
    if "{month}" in source.files and not source.contract.clock:
        problems += ["files: a table without a clock has no months; leave out {month}"]
    problems += _needless(source)
    return problems + _of_numbers(source) + _gaps(source)


def _of_numbers(source: Source) -> list[str]:
    """Say what is told of numbers that are none, or of people where there are none."""
    roles = source.contract.roles
    problems = [
        f"{name}: `alike` is for numbers of records and people"
        for name, column in source.columns.items()
        if column.alike is not None and roles.get(column.to or "") is not Role.IDENTIFIER
    ]
    if (source.placeholders or source.people) and source.contract.person_id not in source.given:
        problems += ["placeholders, people: the feed gives no client numbers"]
    return problems


def _needless(source: Source) -> list[str]:
    """Name what is accepted although nothing of that name can block, or be right."""
    checks = source.contract.promises
    may = {kind: check.final for check in checks for kind in check.blocking}
    told = sorted(kind for kind, final in may.items() if not final)
    return [
        f"accepted: {one.rule!r} is no rule that may be accepted for {source.contract.table}; "
        f"choose from {told}"
        for one in source.accepted
        if one.kind not in told
    ]


def _untold(column: SourceColumn, *, days: bool) -> list[str]:
    """Name what the format of a time does not tell, and a record would be misread without."""
    if lost := column.lacks(["year", "month", *(["day"] if days else [])]):
        said = f"the format has no {' and no '.join(lost)}, so records would be in another month"
        return [f"{said}; have the whole date in one column, and write %Y, %m and %d"]
    return []


def _misfits(column: SourceColumn, target: Column, *, days: bool) -> list[str]:
    """Compare how a column is read with the role of the contract column that it feeds."""
    problems = []
    if (target.role is Role.TIME) != (column.format is not None):
        problems += ["a time needs `format`, and nothing else has one"]
    elif column.format is not None:
        problems += _untold(column, days=days)
    if target.codes is None:
        return problems + (["codes and bands are for code columns"] if _coded(column) else [])
    known = load_codes(target.codes)
    if bool(column.codes) == column.bands:
        problems += [f"say either `codes:` or `bands: true` for {target.name!r}"]
    if column.bands and not known.bands:
        problems += [f"code list {target.codes!r} has no bands"]
    if target.required and UNKNOWN in column.codes.values():
        problems += [f"every record needs {target.name!r}; leave out what means 'unknown'"]
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
    if _exact(source) and name.startswith("n_"):
        return ["an exact count is delivered, not assumed: one a row would count the rows"]
    column = source.contract.column(name)
    allowed: set[str] = {
        Role.CODE: set(load_codes(column.codes).codes) if column.codes else set(),
        Role.PLACE: areas | {UNKNOWN},
        Role.MEASURE: {value} if value.isdecimal() else set(),
    }.get(column.role, set())
    hollow = column.required and value == UNKNOWN
    return (
        []
        if value in allowed and not hollow
        else [f"not a value that a {column.role} column can hold"]
    )


def _gaps(source: Source) -> list[str]:
    """Name what the contract needs and the source does not give."""
    contract, given = source.contract, source.given
    problems = [
        f"columns: none goes to {column.name!r}, which every record needs"
        for column in contract.columns
        if column.required and column.name not in given
    ]
    for name in contract.named(Role.PLACE):
        if contract.column(name).required and UNKNOWN in source.places.values():
            problems += [f"places: every record needs {name!r}; leave out what means 'unknown'"]
    if contract.person_id in given and contract.permission not in given:
        problems += [f"{contract.person_id!r} needs {contract.permission!r}: who may be linked?"]
    if any(contract.roles.get(to) is Role.PLACE for to in source.mapped) and not source.places:
        problems += ["places: list which area each place belongs to"]
    return problems
