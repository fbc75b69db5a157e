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
from privacy.spec import Block, Table

COVARIANCE = "covariance.parquet"
PACKAGE = "datapackage.json"

LICENSE = {
    "name": "CC0-1.0",
    "title": "CC0 1.0 Universal, public domain",
    "path": "https://creativecommons.org/publicdomain/zero/1.0/",
}

_DECIMALS = 3
_NUMBERS = ("estimate", "sd", "low", "high")
_WORDS = {  # of the columns that every table has: title and description, English and Spanish
    "statistic": (
        ("Statistic", "count: how many records; sum: the sum of a measured column over them."),
        ("Estadística", "count: cuántos registros; sum: la suma de una columna medida en ellos."),
    ),
    "estimate": (
        ("Best estimate", "With noise, unbiased; it may be below zero. Add up cells, then read."),
        ("Mejor estimación", "Con ruido, sin sesgo; puede ser menor que cero. Sume y luego lea."),
    ),
    "sd": (
        ("Standard deviation of the noise", "In the unit of the estimate."),
        ("Desviación estándar del ruido", "En la unidad de la estimación."),
    ),
    "low": (
        ("Low end of the range", "The range holds the recorded figure 9 times in 10."),
        ("Extremo bajo del rango", "El rango contiene la cifra registrada 9 de cada 10 veces."),
    ),
    "high": (
        ("High end of the range", "The range holds the recorded figure 9 times in 10."),
        ("Extremo alto del rango", "El rango contiene la cifra registrada 9 de cada 10 veces."),
    ),
    "planned": (
        ("Planned size", "What the policy's public figures lead to; marks look at it alone."),
        (
            "Tamaño previsto",
            "Lo que dan las cifras públicas de la política; las marcas ven solo eso.",
        ),
    ),
    "mark": (
        (
            "Mark",
            (
                "use: quote it with its range; caution: quote the range; withheld: not expected to "
                "stand out from the noise, so pages do not read it alone. Set before it was drawn."
            ),
        ),
        (
            "Marca",
            (
                "use: cítela con su rango; caution: cite el rango; withheld: no se esperaba "
                "distinguirla del ruido, así que las páginas no la leen sola. Fijada de antemano."
            ),
        ),
    ),
    "cell": (
        ("Number of the cell", "Its row and column in covariance.parquet, within its block."),
        ("Número de la celda", "Su fila y columna en covariance.parquet, dentro de su bloque."),
    ),
}


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
    rows.writerow([*table.dims, "statistic", *_NUMBERS, "planned", "mark", "cell"])
    for one in _of(table, block):
        figures = (one.estimate, one.sd, one.low, one.high, one.planned)
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
        "licenses": [LICENSE],
        "resources": [
            _resource(measured, table) for block in spec.blocks for table in block.tables
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


def _field(name: str, kind: str) -> dict[str, object]:
    """Describe a column that every table has."""
    (title, description), (titulo, descripcion) = _WORDS[name]
    spanish = {"title": titulo, "description": descripcion}
    return {
        "name": name, "type": kind, "title": title, "description": description, "es": spanish,
    }  # fmt: skip


def _key(measured: Measurements, dim: str) -> dict[str, object]:
    """Describe a column that a table counts by: its title, and what each value means."""
    facts, keys = measured.facts.dimensions[dim], list(measured.spec.axes[dim].keys)
    said = {
        one: "; ".join(f"{key}: {label}" for key, label in zip(keys, labels, strict=True))
        for one, labels in facts.labels.items()
    }
    titles = dict(facts.title)
    return {
        "name": dim,
        "type": "string",
        "title": titles.get("en", dim),
        "description": said.get("en", ""),
        "es": {"title": titles.get("es", dim), "description": said.get("es", "")},
        "constraints": {"enum": keys},
    }


def _resource(measured: Measurements, table: Table) -> object:
    titles = measured.facts.titles[table.name]
    return {
        "name": table.name,
        "title": titles.get("en", table.name),
        "es": {"title": titles.get("es", table.name)},
        "path": f"tables/{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                *(_key(measured, dim) for dim in table.dims),
                _field("statistic", "string"),
                *(_field(name, "number") for name in (*_NUMBERS, "planned")),
                _field("mark", "string"),
                _field("cell", "integer"),
            ],
            "primaryKey": [*table.dims, "statistic"],
        },
    }
