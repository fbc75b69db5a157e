"""Hold everything that a program decided against itself, before a record is read or rho spent.

Every file is read, and every problem that can be found is told: one line each, with file, line and
cure. `check`, `run` and the release itself ask the same question.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from data_contracts.configuration import Document, read_configuration
from data_contracts.contract import load_contract
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.misfits import Problem, not_known
from data_contracts.program import Program
from data_contracts.source import provided_columns
from pipelines.directory import Directory
from pipelines.guard import SAFE
from pipelines.sample import borrowed
from privacy.policy import Policy
from privacy.terms import TablePolicy
from privacy.unknown import find_unknown
from reports.impact.designs import Designs, load_designs
from reports.metrics import Board, load_board
from reports.needs import columns_of, first_table
from reports.parameters import Parameters, load_parameters
from reports.savings.assumptions import known_names

Found = TypeVar("Found")

PROGRAM, PRIVACY, METRICS, IMPACT = "program.yaml", "privacy.yaml", "metrics.yaml", "impact.yaml"
_FILES = (PROGRAM, PRIVACY, METRICS, IMPACT)
_FOLDERS = ("sources", "costs", "inbox", "vault", "ledger", "public")
_AREAS = {"treated": "areas", "comparison": "comparison"}  # of a design, and of a program
_YAML = {".yaml", ".yml"}
_NOTES = {".md", ".txt", ".rst"}


def require_configuration(given: Directory) -> None:
    """Refuse a program whose files do not fit, naming all that is wrong.

    Args:
        given: The program directory; it may lack any file.

    Raises:
        ContractError: At least one problem; one line each.
    """
    if not (given.path / PROGRAM).is_file():
        _ = given.program  # says that this is no program directory
    problems: list[str] = []

    def attempt(load: Callable[[], Found]) -> Found | None:
        try:
            return load()
        except SAFE as error:
            problems.extend(str(error).split("\n"))
            return None

    program = attempt(lambda: given.program)
    problems.extend(_unread(given.path))
    sources = attempt(lambda: given.sources) if program else None
    policy = attempt(lambda: given.policy)
    board = attempt(lambda: load_board(given.decision(METRICS)))
    designs = attempt(lambda: load_designs(given.decision(IMPACT)))
    examples = policy is None or given.may_invent
    today = given.today if program else _latest()
    costs = attempt(lambda: load_parameters(given.decision("costs"), on=today, examples=examples))
    if program:
        problems.extend(_of_program(given, program))
        problems.extend(_of_policy(given, program, policy, sources))
        problems.extend(_of_designs(given, program, designs))
    if policy and not given.may_invent:
        problems.extend(borrowed(board, designs))
        problems.extend(_too_early(given, board, designs, costs))
    if problems:
        raise ContractError("\n".join(dict.fromkeys(problems)))


def _latest() -> date:
    """The last day that it can be anywhere: nothing was read or decided after it."""
    return datetime.now(UTC).date()


def _document(given: Directory, name: str) -> Document:
    return read_configuration(given.path / name, name=name)


def _unread(folder: Path) -> Iterator[str]:
    """Name files that look as if they decided something, and that nothing reads."""
    for path in sorted(folder.iterdir()):
        known = _FOLDERS if path.is_dir() else _FILES
        stem = path.name.lower() if path.is_dir() else f"{path.stem.lower()}.yaml"
        if path.name in known or path.name.startswith("."):
            continue
        if not path.is_dir() and path.suffix.lower() not in _YAML:
            continue
        if near := get_close_matches(stem, known, n=1, cutoff=0.8):
            yield f"{path.name} is never read. Is {near[0]!r} meant? Rename it, or take it away."
    costs = folder / "costs"
    names = {path.stem for path in costs.glob("*.yaml")}
    for path in sorted(costs.iterdir()) if costs.is_dir() else ():
        if path.name.startswith((".", "~")) or path.name.endswith("~") or path.suffix in _NOTES:
            continue
        if path.is_dir() or path.suffix != ".yaml":
            yield (
                f"costs/{path.name} is never read. An assumption is a file costs/<name>.yaml: "
                "rename it, or take it out of the folder."
            )
        elif path.stem not in known_names() and not _is_index(path, names):
            yield f"costs/{path.name}, line 1: {not_known('assumption', path.stem, known_names())}"


def _is_index(path: Path, names: set[str]) -> bool:
    """Whether another assumption rises with this one."""
    for name in names - {path.stem}:
        try:
            content = read_configuration(path.with_name(f"{name}.yaml")).content
        except ContractError:
            continue
        if content.get("inflated_by") == path.stem:
            return True
    return False


def _of_program(given: Directory, program: Program) -> Iterator[str]:
    if program.first_month > given.today.strftime("%Y-%m"):
        said = f"{program.first_month} has not begun. Mend the month, or wait for it."
        yield _document(given, PROGRAM).say((("first_month",), said))


def _of_policy(
    given: Directory, program: Program, policy: Policy | None, sources: Sequence[Source] | None
) -> Iterator[str]:
    if policy is None:
        return
    document = _document(given, PRIVACY)
    problems = list(find_unknown(policy, program=program))
    yield from map(document.say, problems)
    if sources is None or problems:
        return
    yield from _unfilled(document, policy, provided_columns(sources))


def _unfilled(
    document: Document, policy: Policy, provided: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """Name the tables that no feed can fill: they would be published as counts of nothing."""
    found: dict[str, list[str]] = {}
    for kind, release in policy.releases.items():
        for block, terms in release.blocks.items():
            for name, table in terms.tables.items():
                lacking = _lacking(block, table, provided)
                if lacking:
                    place = ("releases", kind.value, "blocks", block, "tables", name)
                    line = document.spot(place)[0].line
                    found.setdefault(lacking, []).append(f"{name} of {kind.value} (line {line})")
    if not found:
        return
    told = "; ".join(f"{lacking}: {', '.join(tables)}" for lacking, tables in found.items())
    said = (
        f"no source gives what these tables count: {told}. Map the columns in sources/, or delete "
        "the tables, and a block that has none left; then bring its shares back to 1."
    )
    yield document.say((("releases",), said))


def _lacking(block: str, table: TablePolicy, provided: Mapping[str, frozenset[str]]) -> str:
    """Say what a table needs and no feed gives; nothing where feeds can fill it."""
    if (first := first_table(block)) not in provided:
        return f"a feed of table {first}"
    said = []
    for wanted in (*table.dims, *([table.measure.column] if table.measure else [])):
        columns = {} if wanted == "month" else columns_of(block, wanted)
        if any(column in provided.get(one, ()) for one, column in columns.items()):
            continue
        for one, column in list(columns.items())[:1]:
            if one not in provided:
                said.append(f"a feed of table {one}")
            elif column in load_contract(one).roles:
                said.append(f"{column} of {one}")
            else:
                said.append(f"{column}, which is no column of {one}")
    return " and ".join(dict.fromkeys(said))


def _of_designs(given: Directory, program: Program, designs: Designs | None) -> Iterator[str]:
    """Refuse a comparison of areas that the program does not have."""
    known = {
        "treated": [area.code for area in program.areas],
        "comparison": [area.code for area in program.comparison],
    }
    for number, design in enumerate(designs.designs if designs else ()):
        chosen = {"treated": design.treated, "comparison": design.comparison}
        for field, codes in known.items():
            for place, area in enumerate(chosen[field]):
                if area not in codes:
                    wanted = f"area under {_AREAS[field]} of program.yaml"
                    said = (
                        not_known(wanted, area, codes)
                        if codes
                        else f"there is no {wanted}. Add it there, or take it out here."
                    )
                    at = ("designs", number, field, place)
                    yield _document(given, IMPACT).say((at, f"{area!r}: {said}"))


def _too_early(
    given: Directory, board: Board | None, designs: Designs | None, costs: Parameters | None
) -> Iterator[str]:
    """Refuse days that have not come: what was decided or read then is not known yet."""
    days: list[tuple[str, Problem, date | None]] = []
    said = "this day has not come. Mend it."
    if board:
        days += [(METRICS, (("decided_on",), said), board.decided_on)]
        days += [
            (METRICS, (("targets", key, "date"), said), target.set_on)
            for key, target in board.targets.items()
        ]
    if designs:
        days += [(IMPACT, (("decided_on",), said), designs.decided_on)]
    for name, one in costs.found.items() if costs else ():
        for place, source in one.sources:
            days += [(f"costs/{name}.yaml", ((*place, "retrieved"), said), source.retrieved)]
    latest = max(_latest(), given.today)
    for file, problem, day in days:
        if day and day > latest:
            yield _document(given, file).say(problem)
