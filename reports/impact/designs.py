"""Read what a program wrote down before it looked: which outcome, where, since when, which tests.

**designs** -> panel -> study -> report -> page
"""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data_contracts.codes import load_codes
from data_contracts.errors import explain
from reports.errors import ReportError
from reports.impact.months import QUARTER, months_between

FILE = "impact.yaml"
Words = Mapping[Literal["en", "es"], str]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Design(_Model):
    """One comparison, as it was decided.

    `title` names what is counted, in the middle of a sentence. `treated` and `comparison` are
    areas of program.yaml (all of them where the list is empty). `answered` says which visits of
    the release could have had this effect, by dimension; all where it is empty.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    why: Words | None = None
    outcome: str
    start: Month
    treated: tuple[str, ...] = ()
    comparison: tuple[str, ...] = ()
    pre_months: int = Field(default=24, ge=2 * QUARTER, le=120)
    placebo_outcomes: tuple[str, ...] = ()
    placebo_starts: tuple[Month, ...] = ()
    answered: Mapping[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        known = load_codes("outcome").released
        if unknown := sorted({self.outcome, *self.placebo_outcomes} - set(known)):
            raise ValueError(f"outcomes {unknown} do not exist; choose from {list(known)}")
        if self.outcome in self.placebo_outcomes:
            raise ValueError("placebo_outcomes holds the outcome itself")
        if both := sorted(set(self.treated) & set(self.comparison)):
            raise ValueError(f"areas {both} are both treated and comparison")
        for month in self.placebo_starts:
            early = months_between(month, self.start)
            if not QUARTER <= early <= self.pre_months - QUARTER:
                raise ValueError(
                    f"placebo_starts {month} must lie at least {QUARTER} months inside the "
                    f"{self.pre_months} months before {self.start}"
                )
        if missing := {"en", "es"} - set(self.title):
            raise ValueError(f"title lacks {sorted(missing)}")
        return self


class Designs(_Model):
    """All comparisons of a program, the first one leading; who decided them, and when."""

    decided_on: date
    decided_by: Words
    designs: tuple[Design, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [design.key for design in self.designs]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"two designs are called {twice}")
        return self

    @property
    def sha256(self) -> str:
        """Hash of everything that was decided, so that a later change shows."""
        terms = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return sha256(terms.encode()).hexdigest()


def load_designs(file: Path | None) -> Designs | None:
    """Read a program's `impact.yaml`.

    Args:
        file: The file; nothing where the program has not written one.

    Returns:
        The designs, or nothing.

    Raises:
        ReportError: The file is missing or does not fit; the message names its field.
    """
    if file is None:
        return None
    if not file.is_file():
        raise ReportError(f"{FILE} is missing. Write one, as in examples/riverton.")
    try:
        return Designs(**yaml.safe_load(file.read_text(encoding="utf-8")))
    except (ValidationError, TypeError) as error:
        raise ReportError(explain(FILE, error)) from None
    except yaml.YAMLError:
        raise ReportError(f"{FILE} is not readable YAML. Mend the file.") from None
