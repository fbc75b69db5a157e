"""Read what a release says about itself. **datapackage** -> released -> estimate -> page."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_contracts.errors import explain
from data_contracts.period import Period, PeriodKind
from reports.errors import ReportError

Words = Mapping[Literal["en", "es"], str]


class TableFacts(BaseModel):
    """One table: which block measured it, what its rows count by, which levels it left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    block: str
    dims: tuple[str, ...]
    statistics: tuple[str, ...] = ("count",)
    measure: str | None = None
    range: int | None = None
    dropped: Mapping[str, tuple[str, ...]] = {}
    title: Words


class DimensionFacts(BaseModel):
    """One dimension: its keys in order and what they mean."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: Words
    keys: tuple[str, ...]
    labels: Mapping[Literal["en", "es"], tuple[str, ...]]
    parent: str | None = None
    parent_of: tuple[str, ...] | None = None

    def label(self, key: str, *, language: Literal["en", "es"]) -> str:
        """What a key means to a reader."""
        return self.labels[language][self.keys.index(key)]


class BlockFacts(BaseModel):
    """One block: how many records the policy expected in it, and which part its clip removes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    expected: float = 0.0
    expected_clip_loss: float | None = None


class _PeriodFacts(BaseModel):
    name: str
    kind: PeriodKind
    fiscal_year: str
    months: tuple[str, ...]


class Package(BaseModel):
    """The `care_dividend` part of `datapackage.json`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    release: str
    period_facts: _PeriodFacts = Field(alias="period")
    status: Literal["SAMPLE", "EXERCISE", "DRAFT", "FINAL"]
    retrospective: bool = False
    blocks: Mapping[str, BlockFacts] = {}
    tables: Mapping[str, TableFacts]
    dimensions: Mapping[str, DimensionFacts]

    @property
    def period(self) -> Period:
        """Months that the release covers."""
        facts = self.period_facts
        return Period(facts.name, facts.kind, facts.fiscal_year, facts.months)


def read_package(folder: Path) -> Package:
    """Read `datapackage.json` of a release.

    Args:
        folder: One folder of `public/releases/`.

    Returns:
        What the release says about itself.

    Raises:
        ReportError: The file is missing or has another shape.
    """
    file = folder / "datapackage.json"
    if not file.is_file():
        raise ReportError(f"Release {folder.name!r} has no datapackage.json. Publish it again.")
    try:
        return Package(**json.loads(file.read_text(encoding="utf-8"))["care_dividend"])
    except (ValidationError, TypeError) as error:
        raise ReportError(explain(f"{folder.name}/datapackage.json", error)) from None
    except (json.JSONDecodeError, KeyError):
        raise ReportError(
            f"Release {folder.name!r}: datapackage.json lacks care_dividend. Publish it again."
        ) from None
