"""Read what a program wrote down before it looked: which outcome, where, since when, which tests.

**designs** -> panel -> study -> report -> page
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data_contracts.codes import load_codes
from data_contracts.configuration import read_configuration
from data_contracts.errors import ContractError
from data_contracts.misfits import MisfitError, Place, Problem, not_known
from data_contracts.values import Day, Month, Truth, Whole, Words
from reports.errors import ReportError
from reports.impact.months import QUARTER, months_between

FILE = "impact.yaml"


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
    pre_months: Annotated[Whole, Field(ge=2 * QUARTER, le=120)] = 24
    placebo_outcomes: tuple[str, ...] = ()
    placebo_starts: tuple[Month, ...] = ()
    answered: Mapping[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if problems := [*self._odd_outcomes(), *self._odd_tests(), *self._odd_answers()]:
            raise MisfitError(*problems)
        return self

    def _odd_outcomes(self) -> Iterator[Problem]:
        known = load_codes("outcome").released
        named: list[tuple[Place, str]] = [(("outcome",), self.outcome)]
        named += [(("placebo_outcomes", n), one) for n, one in enumerate(self.placebo_outcomes)]
        for place, outcome in named:
            if outcome not in known:
                yield place, not_known("outcome", outcome, known)
        if self.outcome in self.placebo_outcomes:
            yield ("placebo_outcomes",), "the outcome itself is among them. Take it out."

    def _odd_tests(self) -> Iterator[Problem]:
        if both := sorted(set(self.treated) & set(self.comparison)):
            yield ("comparison",), f"areas {both} are treated as well. Keep each in one list."
        for number, month in enumerate(self.placebo_starts):
            early = months_between(month, self.start)
            if not QUARTER <= early <= self.pre_months - QUARTER:
                yield (
                    ("placebo_starts", number),
                    (
                        f"{month} must lie at least {QUARTER} months inside the {self.pre_months} "
                        f"months before {self.start}. Mend it, or pre_months."
                    ),
                )
        for field, said in (
            ("treated", self.treated),
            ("comparison", self.comparison),
            ("placebo_outcomes", self.placebo_outcomes),
            ("placebo_starts", self.placebo_starts),
        ):
            if len(set(said)) < len(said):
                yield (field,), "one is named twice. Keep one."

    def _odd_answers(self) -> Iterator[Problem]:
        for dim, keys in self.answered.items():
            if dim in {"area", "month"}:
                continue  # their keys are the program's own
            try:
                known = load_codes(dim).released
            except ContractError:
                yield ("answered", dim), "there is no such code list. Use one of the policy's dims."
                continue
            for number, key in enumerate(keys):
                if key not in known:
                    yield ("answered", dim, number), not_known("code", key, known)


class Designs(_Model):
    """All comparisons of a program, the first one leading; who decided them, and when.

    `example` marks a comparison that nobody decided; only a demo may use it.
    """

    example: Truth = False
    decided_on: Day
    decided_by: Words
    designs: tuple[Design, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [design.key for design in self.designs]
        if twice := [n for n, key in enumerate(keys) if key in keys[:n]]:
            raise MisfitError(*((("designs", n, "key"), "two designs have one key") for n in twice))
        return self

    @property
    def sha256(self) -> str:
        """Hash of everything that was decided, so that a later change shows."""
        terms = json.dumps(
            self.model_dump(mode="json", exclude={"example"}), sort_keys=True, ensure_ascii=False
        )
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
        document = read_configuration(file)
        return document.fit(Designs, also=document.twofold())
    except ContractError as error:
        raise ReportError(str(error)) from None
