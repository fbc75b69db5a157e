"""Write what outsiders read: one CSV a table, the covariance, a data package that explains them.

The chain: measure -> **reconcile** -> card. Everything here is made of the public bytes.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from privacy.measurements import Measurements
from privacy.reconcile import INTERVAL, Estimate, Reconciled
from privacy.spec import Block, Spec, Table

COVARIANCE = "covariance.parquet"
PACKAGE = "datapackage.json"

_DECIMALS = 3
_NUMBERS = ("estimate", "sd", "low", "high")


def render_tables(measured: Measurements, reconciled: Mapping[str, Reconciled]) -> dict[str, bytes]:
    """Write the files of a release, without its measurements and its card.

    Args:
        measured: The public bytes of a release, read.
        reconciled: Its reconciled blocks.

    Returns:
        Content by path in the release's folder; the same input gives the same bytes.
    """
    files = {
        f"tables/{table.name}.csv": _csv(table, reconciled[block.name])
        for block in measured.spec.blocks
        for table in block.tables
    }
    files[COVARIANCE] = _covariance(reconciled)
    files[PACKAGE] = _package(measured, reconciled)
    return files


def _csv(table: Table, block: Reconciled) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([*table.dims, "statistic", *_NUMBERS, "mark", "cell"])
    for one in _of(table, block):
        figures = (one.estimate, one.sd, one.low, one.high)
        rows.writerow(
            [
                *one.number.cell,
                one.number.statistic,
                *(_figure(figure) for figure in figures),
                one.mark,
                one.place,
            ]
        )
    return text.getvalue().encode()


def _of(table: Table, block: Reconciled) -> list[Estimate]:
    return [one for one in block.estimates if one.number.table == table.name]


def _figure(value: float) -> str:
    """Write a figure to three decimals, never as minus zero."""
    return f"{round(value, _DECIMALS) + 0.0:.{_DECIMALS}f}"


def _covariance(reconciled: Mapping[str, Reconciled]) -> bytes:
    blocks, rows, columns, values = [], [], [], []
    for name, block in reconciled.items():
        row, column = np.triu_indices(len(block.covariance))
        blocks.append(np.full(len(row), name))
        rows.append(row)
        columns.append(column)
        values.append(block.covariance[row, column])
    table = pa.table(
        {
            "block": pa.array(np.concatenate(blocks)).dictionary_encode(),
            "row": pa.array(np.concatenate(rows), pa.int32()),
            "column": pa.array(np.concatenate(columns), pa.int32()),
            "value": pa.array(np.round(np.concatenate(values), _DECIMALS), pa.float64()),
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _package(measured: Measurements, reconciled: Mapping[str, Reconciled]) -> bytes:
    """Describe the release: a Frictionless data package, and our own part."""
    spec, facts = measured.spec, measured.facts
    package = {
        "name": spec.release.lower(),
        "title": f"{facts.program.name}, {spec.release}",
        "resources": [
            _resource(spec, table, facts.titles[table.name].get("en", table.name))
            for block in spec.blocks
            for table in block.tables
        ],
        "care_dividend": {
            "release": spec.release,
            "period": facts.period.model_dump(),
            "status": facts.status.value,
            "retrospective": facts.retrospective,
            "interval": INTERVAL,
            "program": facts.program.model_dump(),
            "blocks": {
                block.name: {
                    "rho": round(spec.block_rho(block), 9),
                    "clip": float(block.clip),
                    **facts.blocks[block.name].model_dump(),
                }
                for block in spec.blocks
            },
            "tables": {
                table.name: _describe(measured, block, table, reconciled[block.name])
                for block in spec.blocks
                for table in block.tables
            },
            "dimensions": {
                name: {
                    "title": dict(facts.dimensions[name].title),
                    "keys": axis.keys,
                    "labels": {one: list(to) for one, to in facts.dimensions[name].labels.items()},
                    "parent": axis.parent,
                    "parent_of": axis.parent_of or None,
                }
                for name, axis in spec.axes.items()
            },
        },
    }
    return (json.dumps(package, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _describe(measured: Measurements, block: Block, table: Table, fitted: Reconciled) -> object:
    measure = table.measure
    return {
        "block": block.name,
        "dims": table.dims,
        "statistics": table.shown,
        "measure": measure.column if measure else None,
        "range": measure.range if measure else None,
        "dropped": dict(table.drop),
        "title": dict(measured.facts.titles[table.name]),
        "sd_raw": round(measured.spec.raw_sd(table), _DECIMALS),
        "marks": dict(Counter(one.mark for one in _of(table, fitted))),
    }


def _resource(spec: Spec, table: Table, title: str) -> object:
    keys = [
        {"name": dim, "type": "string", "constraints": {"enum": list(spec.axes[dim].keys)}}
        for dim in table.dims
    ]
    return {
        "name": table.name,
        "title": title,
        "path": f"tables/{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                *keys,
                {"name": "statistic", "type": "string"},
                *({"name": name, "type": "number"} for name in _NUMBERS),
                {"name": "mark", "type": "string"},
                {"name": "cell", "type": "integer"},
            ],
            "primaryKey": [*table.dims, "statistic"],
        },
    }
