"""Open the exact tables of a program. **exact** -> estimate -> page.

They hold no participant, so nothing in them is noisy: spending, staffing, outcomes, governance.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_contracts.errors import explain
from reports.errors import ReportError
from reports.numbers import Language, month_name
from reports.texts import Texts

FOLDER = "exact"
ANY_MONTH = "all"  # of a refused row that shows none

Words = Mapping[Literal["en", "es"], str]
_COUNT = re.compile("[0-9]+")


class ExactFacts(BaseModel):
    """One table: whether it is about staff or about nobody, and what a row of it is."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    subject: Literal["staff", "none"]
    title: Words


class _Field(BaseModel):
    name: str
    type: str


class _Schema(BaseModel):
    fields: tuple[_Field, ...]


class _Resource(BaseModel):
    name: str
    table_schema: _Schema = Field(alias="schema")


class _Facts(BaseModel):
    tables: Mapping[str, ExactFacts]
    missing: Mapping[str, Literal["not_delivered", "refused"]] = {}
    incomplete: Mapping[str, tuple[str, ...]] = {}


class _Package(BaseModel):
    resources: tuple[_Resource, ...]
    care_dividend: _Facts


@dataclass(frozen=True, slots=True)
class Exact:
    """The exact tables that are public.

    `about` says what each is; `missing` which ones a feed should have given, and why they are not
    there: `not_delivered` or `refused`. A program without such feeds has neither. `incomplete` says
    of which months, `YYYY-MM`, a table lacks rows that were refused; `all` where nobody can tell.
    """

    folder: Path
    about: Mapping[str, ExactFacts] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    incomplete: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def lacks(self, name: str, *, since: str = "", until: str) -> tuple[str, ...]:
        """Name the months in which rows of a table were refused, so that its sums are not whole.

        Args:
            name: `spending`, `staffing`, `outcomes` or `governance`.
            since: First month that is looked at, `YYYY-MM`; empty for all up to `until`.
            until: Last month.

        Returns:
            `YYYY-MM` in order; `all` where nobody can tell the month of a refused row.
        """
        return tuple(
            month
            for month in self.incomplete.get(name, ())
            if month == ANY_MONTH or since <= month <= until
        )

    def table(self, name: str) -> pd.DataFrame | None:
        """Read one table.

        Args:
            name: `spending`, `staffing`, `outcomes` or `governance`.

        Returns:
            Its rows as published: months (`YYYY-MM`), codes and counts of people are text, empty
            where there is nothing; other measures are numbers, NaN where there is none. None where
            the table is not public.

        Raises:
            ReportError: The package lists the table, and its file is missing or does not fit.
        """
        if name not in self.about:
            return None
        file, kinds = self.folder / f"{name}.csv", self.columns.get(name, {})
        if not file.is_file():
            raise ReportError(f"exact/datapackage.json lists {name}.csv; the file is missing.")
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        if list(frame.columns) != list(kinds):
            raise ReportError(
                f"exact/{name}.csv has columns {list(frame.columns)}; its package says "
                f"{list(kinds)}. Publish it again."
            )
        try:
            for column in (one for one, kind in kinds.items() if kind == "number"):
                frame[column] = frame[column].where(frame[column] != "").astype(float)
        except ValueError:
            raise ReportError(
                f"exact/{name}.csv: column {column!r} is not all numbers. Publish it again."
            ) from None
        return frame


def open_exact(public: Path) -> Exact:
    """Open the exact tables below a public folder.

    >>> open_exact(Path("no/such/program/public")).table("spending") is None
    True

    Args:
        public: The public folder.

    Returns:
        The tables, read when asked for; none where the program publishes none.

    Raises:
        ReportError: `datapackage.json` has another shape, or there are tables without one.
    """
    folder = public / FOLDER
    file = folder / "datapackage.json"
    if not file.is_file():
        if any(folder.glob("*.csv")):
            raise ReportError("Folder exact/ has no datapackage.json. Publish it again.")
        return Exact(folder)
    try:
        package = _Package(**json.loads(file.read_text(encoding="utf-8")))
    except (ValidationError, TypeError) as error:
        raise ReportError(explain("exact/datapackage.json", error)) from None
    except json.JSONDecodeError:
        raise ReportError("exact/datapackage.json is not JSON. Publish it again.") from None
    columns = {
        one.name: {column.name: column.type for column in one.table_schema.fields}
        for one in package.resources
    }
    facts = package.care_dividend
    return Exact(folder, facts.tables, facts.missing, columns, facts.incomplete)


def not_whole(months: Sequence[str], *, language: Language) -> str:
    """Say of which months rows of a table were refused.

    >>> not_whole(("2025-03", "all"), language="en")
    'Not whole: rows of March 2025 and rows that show no month were refused.'
    """
    t = Texts(language)
    named = [
        t("not_whole_undated") if one == ANY_MONTH else
        t("not_whole_month", month=month_name(one, language=language))
        for one in months
    ]  # fmt: skip
    first, last = ", ".join(named[:-1]), named[-1]
    return t("not_whole", rows=t("and_join", first=first, last=last) if first else last)


def people(value: str) -> int | None:
    """Read a count of people; None where it is not told, because they are few or nobody counted.

    >>> people("24"), people("fewer than 10"), people("")
    (24, None, None)
    """
    return int(value) if _COUNT.fullmatch(value) else None
