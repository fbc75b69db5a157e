"""A year and its quarters, small enough to be fitted by brute force: three areas and twelve months.

Every release measures its tables with independent noise and publishes the least squares fit of a
joint table, area by month, which is never published itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.period import read_period
from reports.combination import Combination, Improved
from reports.estimate import USE_SD, Z90
from reports.released import Release, open_release, open_year

Vector = npt.NDArray[np.float64]
MONTHS = read_period("FY2019").months
AREAS = {"downtown": "urban", "lakeside": "urban", "uplands": "rural"}
KINDS = ("urban", "rural")
YEAR, QUARTERS = "FY2019", ("2019-Q1", "2019-Q2", "2019-Q3", "2019-Q4")
YEARLY = {"by_area": ("area",), "by_month": ("month",)}
QUARTERLY = {"by_kind": ("area_kind",), "monthly": ("month",)}
BLOCKS = ("contacts", "no_contact")
JOINT = list(product(AREAS, MONTHS))


@dataclass(frozen=True)
class Measured:
    """One block of one release: rows of its cells over the joint table, and noise by table."""

    tables: Mapping[str, tuple[str, ...]]
    months: tuple[str, ...]
    sd: float

    def keys(self, dim: str) -> tuple[str, ...]:
        """Keys of a dimension in this release."""
        return {"area": tuple(AREAS), "area_kind": KINDS, "month": self.months}[dim]

    @property
    def cells(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every published cell, in order."""
        return [
            (table, key)
            for table, dims in self.tables.items()
            for key in product(*(self.keys(dim) for dim in dims))
        ]

    @property
    def rows(self) -> Vector:
        """One row a cell: which joint cells it adds up."""
        return np.array(
            [
                [
                    month in self.months
                    and all(
                        key == {"area": area, "area_kind": AREAS[area], "month": month}[dim]
                        for dim, key in zip(self.tables[table], cell, strict=True)
                    )
                    for area, month in JOINT
                ]
                for table, cell in self.cells
            ],
            dtype=float,
        )

    @property
    def gain(self) -> Vector:
        """Turns raw cells into published ones."""
        rows = self.rows
        found: Vector = rows @ np.linalg.pinv(rows)
        return found


def design(name: str, *, sd: float = 20.0) -> Measured:
    """What a release of the small program measures."""
    months = read_period(name).months
    tables = YEARLY if name == YEAR else QUARTERLY
    return Measured(tables, months, sd if name == YEAR else 0.6 * sd)


def truth(*, total: float = 6000.0) -> Vector:
    """Joint counts; the rural area is small."""
    shares = np.outer([0.5, 0.4, 0.1], 1 + 0.3 * np.sin(np.arange(12))).ravel()
    found: Vector = total * shares / shares.sum()
    return found


def draw_all(rng: np.random.Generator, *, late: float = 0.0) -> dict[str, dict[str, Vector]]:
    """Draw raw cells of every release, by block; `late` records of the uplands miss the parts."""
    return {
        block: {
            name: (one := design(name)).rows @ _less(truth(), late if name != YEAR else 0.0)
            + rng.normal(0, one.sd, len(one.cells))
            for name in (YEAR, *QUARTERS)
        }
        for block in BLOCKS
    }


def _less(joint: Vector, late: float) -> Vector:
    return joint - late / len(MONTHS) * np.array([area == "uplands" for area, _ in JOINT])


def write_all(folder: Path, raw: Mapping[str, Mapping[str, Vector]]) -> None:
    """Write the year and its quarters."""
    for name in (YEAR, *QUARTERS):
        write_one(folder, name, {block: raw[block][name] for block in raw})


def write_one(folder: Path, name: str, raw: Mapping[str, Vector]) -> Path:
    """Write one release in the format of a public one, unrounded."""
    one, release = design(name), folder / name
    (release / "tables").mkdir(parents=True)
    noise = one.gain @ one.gain.T * one.sd**2
    rows, columns = np.triu_indices(len(noise))
    parts, tables = [], {}
    for block, values in raw.items():
        entries = {"block": block, "row": rows, "column": columns, "value": noise[rows, columns]}
        parts.append(pd.DataFrame(entries))
        _tables(release, block, one, one.gain @ values, np.sqrt(np.diag(noise)))
        for table, dims in one.tables.items():
            tables[f"{block}_{table}"] = _about(block, dims)
    if name == YEAR:
        parts.append(pd.DataFrame({"block": ["anchor"], "row": 0, "column": 0, "value": 2500.0}))
        frame = {
            "statistic": "count",
            "estimate": 6120.0,
            "sd": 50.0,
            "low": 6037.8,
            "high": 6202.2,
            "planned": 6100.0,
        }
        pd.DataFrame([{**frame, "mark": "use", "cell": 0}]).to_csv(
            release / "tables" / "contacts_total.csv", index=False
        )
        tables["contacts_total"] = _about("anchor", ())
    pd.concat(parts).to_parquet(release / "covariance.parquet", index=False)
    package = _package(name, one, tables)
    (release / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return release


def _about(block: str, dims: Sequence[str]) -> dict[str, object]:
    title = {"en": block, "es": block}
    return {"block": block, "dims": list(dims), "statistics": ["count"], "title": title}


def _tables(release: Path, block: str, one: Measured, values: Vector, sds: Vector) -> None:
    planned = one.rows @ truth()
    for table, dims in one.tables.items():
        at = [place for place, (name, _) in enumerate(one.cells) if name == table]
        frame = pd.DataFrame([one.cells[place][1] for place in at], columns=list(dims))
        sizes = planned[at] / sds[at]
        frame = frame.assign(
            statistic="count",
            estimate=values[at],
            sd=sds[at],
            low=np.clip(values[at] - Z90 * sds[at], 0, None),
            high=values[at] + Z90 * sds[at],
            planned=planned[at],
            mark=np.select([sizes >= USE_SD, sizes >= USE_SD / 2], ["use", "caution"], "withheld"),
            cell=at,
        )
        frame.to_csv(release / "tables" / f"{block}_{table}.csv", index=False)


def _package(name: str, one: Measured, tables: Mapping[str, object]) -> dict[str, object]:
    period = read_period(name)
    dims = {
        dim: {
            "title": {"en": dim, "es": dim},
            "keys": list(one.keys(dim)),
            "labels": {language: list(one.keys(dim)) for language in ("en", "es")},
            "parent": "area_kind" if dim == "area" else None,
            "parent_of": list(AREAS.values()) if dim == "area" else None,
        }
        for dim in {dim for dims in one.tables.values() for dim in dims}
    }
    facts = {
        "name": name,
        "kind": period.kind.value,
        "fiscal_year": period.fiscal_year,
        "months": list(period.months),
    }
    expected = len(period.months) * 500.0
    blocks = {block: {"expected": expected, "expected_clip_loss": None} for block in BLOCKS}
    about = {"release": name, "period": facts, "status": "SAMPLE", "blocks": blocks}
    return {"care_dividend": {**about, "tables": tables, "dimensions": dims}}


def open_all(folder: Path) -> tuple[Release, list[Release]]:
    """Open the year and its quarters, not combined."""
    return open_release(folder / YEAR), [open_release(folder / name) for name in QUARTERS]


def open_combined(folder: Path, *, within: float = 3.0) -> Release:
    """Open the year combined with its quarters."""
    return open_year(folder / YEAR, interim=[folder / name for name in QUARTERS], within=within)


def redrawn(release: Release, estimates: Mapping[str, Vector]) -> Release:
    """The same release with other values, as if it had been drawn again."""
    blocks = {
        block: Improved(values, noise, noise, release.promised[block], 0, ())
        for block, values in estimates.items()
        for noise in (release.noise[block],)
    }
    again = Combination((), blocks)
    return replace(release, combined=again, _own=release, _bent={})  # tables as they were read
