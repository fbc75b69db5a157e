"""Read the registry of measures, and what a program's board decided about each.

**metrics** -> estimate -> figures -> page
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_contracts.errors import explain
from reports.errors import ReportError

Words = Mapping[Literal["en", "es"], str]
Chosen = Mapping[str, tuple[str, ...]]
Kind = Literal["total", "share", "rate", "mean", "quantile"]
Family = Literal[
    "reach", "timeliness", "need", "choice", "harm_reduction", "police", "outcome"
]  # fmt: skip


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Value(_Model):
    """One headline figure of a measure, and the words around it.

    `of` and `among` choose cells by dimension (numerator and denominator; nothing means all),
    `plus` adds all records of other blocks to the denominator, `dim` and `part` say which bands
    and which part of them a quantile reads, `measure` the summed column of a mean. `hidden` says
    what is not there when the figure is withheld; otherwise the measure's name does.
    """

    kind: Kind
    of: Chosen = {}
    among: Chosen = {}
    plus: tuple[str, ...] = ()
    dim: str | None = None
    part: float = 0.5
    measure: str | None = None
    big: Words
    rest: Words
    hidden: Words | None = None

    @property
    def dims(self) -> frozenset[str]:
        """Dimensions that the figure counts by."""
        return frozenset({*self.of, *self.among, *([self.dim] if self.dim else [])})


class Figure(_Model):
    """The picture of a measure: one dimension, its values in order or side by side.

    `only` leaves values out of the picture, `among` out of the denominator as well.
    """

    by: str
    style: Literal["time", "rows"]
    show: Literal["count", "share", "rate", "mean"]
    only: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    title: Words | None = None
    about: Words


class Measure(_Model):
    """One measure of quality, and everything a reader is told about it.

    `neutral` may never get a target; `harm` and the values in `harms` always show their range.
    """

    key: str
    code: str
    family: Family
    name: Words
    block: str
    values: tuple[Value, ...] = Field(min_length=1)
    unit: str | None = None
    figure: Figure
    groups: tuple[str, ...] = ()
    neutral: bool = False
    harm: bool = False
    harms: tuple[str, ...] = ()
    lead: bool = False
    why: Words
    shows: Words
    how: Words
    not_shown: Words = Field(alias="not")


class Target(_Model):
    """What the board wants a measure's first figure to reach, in the unit of the page."""

    at_least: float | None = None
    at_most: float | None = None
    set_on: date | None = Field(default=None, alias="date")


class Decision(_Model):
    """What the board said of one measure."""

    decision: Literal["approved", "rejected"]
    reason: Words | None = None


class Board(_Model):
    """A program's `metrics.yaml`: who decides, what was decided, which targets were set."""

    decided_by: Words | None = None
    decided_on: date | None = None
    measures: Mapping[str, Decision] = {}
    targets: Mapping[str, Target] = {}
    asked: bool = True


NOT_ASKED = Board(asked=False)


@cache
def load_registry() -> Mapping[str, Measure]:
    """Read `reports/metrics.yaml`.

    Returns:
        Measures by key, in the order in which pages show them.
    """
    text = files("reports").joinpath("metrics.yaml").read_text(encoding="utf-8")
    return {key: Measure(key=key, **about) for key, about in yaml.safe_load(text).items()}


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
        board = Board(**yaml.safe_load(file.read_text(encoding="utf-8")))
    except (ValidationError, TypeError) as error:
        raise ReportError(explain("metrics.yaml", error)) from None
    except yaml.YAMLError:
        raise ReportError("metrics.yaml is not readable YAML. Mend the file.") from None
    known = load_registry()
    if unknown := sorted({*board.measures, *board.targets} - set(known)):
        raise ReportError(
            f"metrics.yaml names measures that do not exist: {unknown}. Choose from {list(known)}."
        )
    if barred := sorted(key for key in board.targets if known[key].neutral or known[key].harm):
        raise ReportError(
            f"metrics.yaml sets a target for {barred}, which may have none: saying no is a right, "
            "and harm is reviewed case by case. Take the target out."
        )
    return board
