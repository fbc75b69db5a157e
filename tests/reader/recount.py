"""Work out measures from the published tables by another way than the reports do.

Only the CSV files of a release and the registry of measures are read, with pandas; the code lists
say which keys belong to a coarser one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

Where = Mapping[str, list[str]]


@dataclass(frozen=True)
class Tables:
    """The tables of one release, as anybody can download them."""

    folder: Path

    @cached_property
    def about(self) -> dict[str, dict[str, object]]:
        """Block and dimensions of every table."""
        package = json.loads((self.folder / "datapackage.json").read_text(encoding="utf-8"))
        found: dict[str, dict[str, object]] = package["care_dividend"]["tables"]
        return found

    @cached_property
    def parents(self) -> dict[str, tuple[str, dict[str, str]]]:
        """By coarser dimension: the finer one, and each of its keys in the coarser."""
        package = json.loads((self.folder / "datapackage.json").read_text(encoding="utf-8"))
        return {
            facts["parent"]: (name, dict(zip(facts["keys"], facts["parent_of"], strict=True)))
            for name, facts in package["care_dividend"]["dimensions"].items()
            if facts.get("parent")
        }

    def read(self, name: str) -> pd.DataFrame:
        """Counts of one table."""
        table = pd.read_csv(self.folder / "tables" / f"{name}.csv", dtype={"month": str})
        return table[table["statistic"] == "count"]

    def sum(self, block: str, where: Where) -> tuple[float, float] | None:
        """Add up the cells of the smallest table that tells them, with a bound on the sd."""
        for name in self._fitting(block, where):
            table = self.read(name)
            chosen = pd.Series(data=True, index=table.index)
            for dim, keys in where.items():
                column, values = self._column(name, dim)
                wanted = [key for key, coarse in values.items() if coarse in keys]
                if values and set(keys) - set(values.values()):
                    break
                if not values and set(keys) - set(table[column].astype(str)):
                    break
                chosen &= table[column].astype(str).isin(wanted or keys)
            else:
                cells = table[chosen]
                return float(cells["estimate"].sum()), float(cells["sd"].sum())
        return None

    def _fitting(self, block: str, where: Where) -> list[str]:
        names = [
            name
            for name, about in self.about.items()
            if about["block"] == block
            and not about.get("measure")
            and all(self._knows(name, dim) for dim in where)
            and (where or self._whole(name))
        ]
        return sorted(names, key=lambda name: (len(self.read(name)), name))

    def _dims(self, name: str) -> list[str]:
        found = self.about[name]["dims"]
        return list(found) if isinstance(found, list) else []

    def _knows(self, name: str, dim: str) -> bool:
        dims = self._dims(name)
        return dim in dims or (dim in self.parents and self.parents[dim][0] in dims)

    def _column(self, name: str, dim: str) -> tuple[str, dict[str, str]]:
        if dim in self._dims(name):
            return dim, {}
        return self.parents[dim]

    def _whole(self, name: str) -> bool:
        package = json.loads((self.folder / "datapackage.json").read_text(encoding="utf-8"))
        dimensions = package["care_dividend"]["dimensions"]
        table = self.read(name)
        return all(
            set(dimensions[dim]["keys"]) == set(table[dim].astype(str)) for dim in self._dims(name)
        )


def registry(root: Path) -> dict[str, list[dict[str, object]]]:
    """Headline values of every measure as its file defines them, by key."""
    found: dict[str, list[dict[str, object]]] = {}
    for file in sorted((root / "reports" / "metrics").glob("*.yaml")):
        for key, measure in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            found[key] = measure.get("values", [])
    return found


def shown_wholly(root: Path) -> dict[str, set[str]]:
    """Pages whose picture shows shares of one whole, with every value that the whole has."""
    found = {}
    for file in sorted((root / "reports" / "metrics").glob("*.yaml")):
        for key, measure in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            figure = measure.get("figure", {})
            codes = root / "data_contracts" / "codes" / f"{figure.get('by')}.yaml"
            if figure.get("show") == "share" and codes.is_file():
                values = yaml.safe_load(codes.read_text(encoding="utf-8"))["codes"]
                found[key.replace("_", "-")] = {
                    code for code, about in values.items() if about.get("released", True)
                }
    return found


def counted_as_shown(root: Path) -> dict[str, str]:
    """Pages whose first figure is a share by the one dimension that its picture shows."""
    found = {}
    for key, measure in _measures(root):
        values, figure = measure.get("values"), measure.get("figure", {})
        if not values or figure.get("show") != "share" or figure.get("among"):
            continue
        dims = {dim for where in values[0]["of"].values() for dim in where}
        under = {dim for where in values[0].get("among", {}).values() for dim in where}
        if dims == {figure["by"]} and not under:
            found[key.replace("_", "-")] = figure["by"]
    return found


def bases_of(root: Path) -> Iterator[tuple[str, str, str]]:
    """Of every share: the measure, what it says it is of, and what it is divided by."""
    for key, measure in _measures(root):
        for value in measure.get("values") or []:
            noun = re.search(r"of 100 (.+)", value.get("big", {}).get("en", ""))
            if value.get("kind") != "share" or not noun or noun[1] == "people":
                continue  # who the people are is said in the rest of the sentence
            among = value.get("among") or {block: {} for block in value["of"]}
            calls = bool(measure.get("calls"))
            yield key, noun[1], json.dumps([among, calls], sort_keys=True)


def _measures(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted((root / "reports" / "metrics").glob("*.yaml")):
        yield from yaml.safe_load(file.read_text(encoding="utf-8")).items()
