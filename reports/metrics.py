"""Read the registry of measures, and what a program's board decided about each.

**metrics** -> estimate -> figures -> page
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data_contracts.codes import load_codes
from data_contracts.configuration import parse_configuration, read_configuration
from data_contracts.errors import ContractError
from data_contracts.misfits import Problem, not_known
from data_contracts.values import Day, Number, Truth, Words
from reports.errors import ReportError
from reports.needs import Needs, needs_of_blocks, needs_of_table

Chosen = Mapping[str, tuple[str, ...]]
Blocks = Mapping[str, Chosen]
Kind = Literal["total", "share", "ratio", "rate", "mean", "quantile"]
Unit = Literal["visits", "calls", "people", "answers", "minutes", "years"]
AccountKind = Literal["requests", "seats", "terms", "pay", "people", "bands", "hours"]
Family = Literal[
    "reach", "need", "timeliness", "choice", "harm_reduction", "police", "outcome",
    "voice", "workforce", "oversight",
]  # fmt: skip
FAMILIES: tuple[Family, ...] = get_args(Family)
CONTACTS = "contacts"
SHARES = 100.0  # what pages tell shares of


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Value(_Model):
    """One headline figure of a measure, and the words around it.

    `of` and `among` choose cells by block and dimension: numerator and denominator. A block with
    nothing chosen means all of its records; no `among` means all records of the blocks in `of`.
    `dim` and `part` say which bands and which part of them a quantile reads, `measure` the summed
    column of a mean, `leans` which way the figure is off where visits are bounded and nothing
    measured what the bound took. `hidden` says what is not there when the figure is withheld.
    """

    kind: Kind
    of: Blocks = Field(min_length=1)
    among: Blocks = {}
    dim: str | None = None
    part: float = 0.5
    measure: str | None = None
    leans: Literal["low", "high"] | None = None
    big: Words
    rest: Words
    hidden: Words | None = None

    @property
    def under(self) -> Blocks:
        """Denominator: `among`, or all records of the blocks counted."""
        return self.among or {block: {} for block in self.of}

    @property
    def block(self) -> str:
        """Block of the records that the figure is about."""
        return next(iter(self.of))

    @property
    def lifted(self) -> bool:
        """Whether bounded visits stand beside something that is not bounded as they are."""
        blocks = {*self.of, *self.under}
        whole = self.kind in {"total", "rate"} or len(blocks) > 1
        return CONTACTS in blocks and whole

    def dims(self, block: str) -> frozenset[str]:
        """Dimensions by which the figure counts a block."""
        chosen = {*self.of.get(block, {}), *self.among.get(block, {})}
        return frozenset(chosen | ({self.dim} if self.dim else set()))


class Figure(_Model):
    """The picture of a measure: one dimension, its values in order or side by side.

    `each` repeats the measure's first figure for every value of the dimension. `of` names the
    blocks that are counted, the first figure's where nothing is said; `only` leaves values out of
    the picture, `where` records that are not asked about; `among` is another denominator than the
    first figure's.
    """

    by: str
    style: Literal["time", "rows"]
    show: Literal["count", "share", "each"]
    of: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    where: Chosen = {}
    among: Blocks = {}
    title: Words | None = None
    about: Words


class Told(_Model):
    """What a reader is told of any measure. `neutral` may never get a target."""

    key: str
    code: str
    family: Family
    name: Words
    neutral: bool = False
    why: Words
    shows: Words
    how: Words
    not_shown: Words = Field(alias="not")

    @property
    def page(self) -> str:
        """Name of its page, without the ending."""
        return self.key.replace("_", "-")


class Measure(Told):
    """One measure of quality, estimated from released tables.

    `harm` and the values in `harms` always show their range; `groups` are the dimensions by which
    the first figure is compared; `lead` measures answer first. Of the visits, measures of `calls`
    count only those that stand for a call, where the release tells which: a visit with two people
    is one call, and one that nobody called for is none.
    """

    values: tuple[Value, ...] = Field(min_length=1)
    unit: Unit = "visits"
    calls: bool = False
    figure: Figure
    groups: tuple[str, ...] = ()
    harm: bool = False
    harms: tuple[str, ...] = ()
    lead: bool = False

    @property
    def shown_blocks(self) -> tuple[str, ...]:
        """Blocks that the picture counts."""
        return self.figure.of or tuple(self.values[0].of)


class Account(Told):
    """One measure read from the accounts: exact, without noise and without a range.

    `table` is the contract, `items` the codes of governance that it reads; `big` and `rest` are
    the sentence of its first figure.
    """

    account: AccountKind
    table: Literal["governance", "staffing"]
    items: tuple[str, ...] = ()
    big: Words
    rest: Words


class Target(_Model):
    """What the board wants a measure's first figure to reach, in the unit of the page."""

    at_least: Number | None = None
    at_most: Number | None = None
    set_on: Day | None = Field(default=None, alias="date")

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a target has either at_least or at_most")
        return self

    @property
    def end(self) -> tuple[str, float]:
        """The field that is given, and its value."""
        if self.at_least is not None:
            return "at_least", self.at_least
        return "at_most", self.at_most or 0.0


class Decision(_Model):
    """What the board said of one measure."""

    decision: Literal["approved", "rejected"]
    reason: Words | None = None


class Board(_Model):
    """A program's `metrics.yaml`: who decides, what was decided, which targets were set.

    `example` marks decisions that nobody took; only a demo may use them.
    """

    example: Truth = False
    decided_by: Words | None = None
    decided_on: Day | None = None
    measures: Mapping[str, Decision] = {}
    targets: Mapping[str, Target] = {}

    @property
    def asked(self) -> bool:
        """Whether anybody decided anything."""
        return bool(self.measures)


NOT_ASKED = Board()


@cache
def known_measures() -> Mapping[str, Measure | Account]:
    """Read `reports/metrics/*.yaml`, one file a family.

    Returns:
        Measures and accounts by key, in the order in which pages show them.

    Raises:
        ReportError: Two files have the same key, or an entry stands in another family's file.
    """
    found: dict[str, Measure | Account] = {}
    for family in FAMILIES:
        file = files("reports").joinpath("metrics", f"{family}.yaml")
        name = f"reports/metrics/{family}.yaml"
        for key, about in parse_configuration(file.read_bytes(), name=name).content.items():
            if key in found:
                raise ReportError(f"{name} repeats {key!r}. Rename it.")
            fields = dict(about) if isinstance(about, Mapping) else {}
            kind = Account if "account" in fields else Measure
            found[key] = kind.model_validate({"key": key, "family": family, **fields})
    return found


@cache
def load_registry() -> Mapping[str, Measure]:
    """Measures that are estimated from released tables, by key, in the order of pages."""
    return {key: one for key, one in known_measures().items() if isinstance(one, Measure)}


@cache
def load_accounts() -> Mapping[str, Account]:
    """Measures that are read from the accounts, by key, in the order of pages."""
    return {key: one for key, one in known_measures().items() if isinstance(one, Account)}


def load_board(file: Path | None) -> Board:
    """Read what a program's board decided.

    Args:
        file: The program's `metrics.yaml`; nothing where no board was asked yet.

    Returns:
        Decisions and targets.

    Raises:
        ReportError: The file is missing or has another shape, names a measure that the registry
            does not know, or sets a target for a neutral measure.
    """
    if file is None:
        return NOT_ASKED
    if not file.is_file():
        raise ReportError("metrics.yaml is missing. Write one, as in examples/riverton.")
    try:
        document = read_configuration(file)
        board = document.fit(Board, also=document.twofold())
        document.refuse([*_unknown_measures(board), *_odd_targets(board)])
    except ContractError as error:
        raise ReportError(str(error)) from None
    return board


def _unknown_measures(board: Board) -> Iterator[Problem]:
    known = known_measures()
    for field, keys in (("measures", board.measures), ("targets", board.targets)):
        for key in keys:
            if key not in known:
                yield (field, key), not_known("measure", key, known)


def _odd_targets(board: Board) -> Iterator[Problem]:
    """Find targets that may not be, or that no figure of their measure could reach or miss."""
    for key, target in board.targets.items():
        measure, said = known_measures().get(key), board.measures.get(key)
        if measure is None:
            continue
        field, value = target.end
        if not isinstance(measure, Measure) or not may_have_target(measure):
            yield (
                ("targets", key),
                (
                    "this measure may have no target: saying no is a right, harm is reviewed case "
                    "by case, and accounts are judged as they are. Take it out."
                ),
            )
        elif odd := _beyond(measure, target):
            yield ("targets", key, field), f"{odd}; got {value:g}."
        if said and said.decision == "rejected":
            yield ("targets", key), "the board rejected this measure. Take the target out."


def _beyond(measure: Measure, target: Target) -> str:
    """Say what a target of this measure should be, where it is outside the measure's scale."""
    first, (field, value) = measure.values[0], target.end
    if first.kind == "share":
        if 0 < value < 1 or (field, value) == ("at_least", 1):
            return f"a share is told of 100. Write {100 * value:g} if that is meant"
        low, high = ("more than 0", "to 100") if field == "at_least" else ("0", "to less than 100")
        inside = 0 < value <= SHARES if field == "at_least" else 0 <= value < SHARES
        return "" if inside else f"a share of 100 is expected, {low} {high}"
    if first.kind in {"quantile", "mean"} and first.dim:
        last = max(load_codes(first.dim).bands.values())
        odd = f"{measure.unit} from more than 0 to {last} are expected; above it nothing is told"
        return "" if 0 < value <= last else f"{odd} apart"
    if first.kind == "total" and not value.is_integer():
        return f"a whole number of {measure.unit} is expected"
    return "" if value > 0 else f"a number of {measure.unit} above 0 is expected"


def may_have_target(measure: Measure | Account) -> bool:
    """Whether a board may set a target: never for what is neutral, a harm, or an account."""
    return isinstance(measure, Measure) and not (measure.neutral or measure.harm)


def needs(measure: Measure | Account) -> Needs:
    """List the contract columns that a measure is made of.

    Args:
        measure: From the registry.

    Returns:
        Columns by contract table; what every record of a table has is left out.
    """
    if isinstance(measure, Account):
        return needs_of_table(measure.account, measure.table)
    figure = measure.figure
    wanted = {block: {figure.by, *figure.where} for block in measure.shown_blocks}
    for value in measure.values:
        for block in {*value.of, *value.under}:
            wanted.setdefault(block, set()).update(value.dims(block))
            if value.measure and block == value.block:
                wanted[block].add(value.measure)
    return needs_of_blocks(wanted)


def unsourced(
    board: Board, provided: Mapping[str, frozenset[str]]
) -> list[tuple[str, str, frozenset[str]]]:
    """List the approved measures that no feed can fill: to map in `sources/`, or to take out.

    Args:
        board: What was approved.
        provided: Columns that the feeds give or that can be made from them, by contract table.

    Returns:
        Key of the measure, contract table, and the columns that no feed gives; one entry a table.
    """
    found = []
    for key, said in board.measures.items():
        if said.decision != "approved":
            continue
        for table, columns in needs(known_measures()[key]).items():
            missing = columns - provided.get(table, frozenset())
            if missing or table not in provided:
                found.append((key, table, frozenset(missing)))
    return found
