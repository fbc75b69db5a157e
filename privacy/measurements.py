"""Write and read `measurements.parquet`: the noisy numbers, and all one needs to understand them.

Whoever has these bytes has the spec, the terms and the facts of the release, so that every other
public file can be made again from them.
"""

import io
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from privacy.digest import canonical, digest
from privacy.errors import PrivacyError
from privacy.facts import Facts
from privacy.spec import Spec

_SPEC, _TERMS, _FACTS = b"care_dividend.spec", b"care_dividend.terms", b"care_dividend.facts"


@dataclass(frozen=True)
class Measurements:
    """A release as drawn: `noisy` in the order of `spec.series()`."""

    spec: Spec
    terms: str
    facts: Facts
    noisy: tuple[int, ...]

    @property
    def terms_sha256(self) -> str:
        """Hash that approvals and the ledger name."""
        return digest(self.terms.encode())


def write_measurements(measured: Measurements) -> bytes:
    """Write the bytes that the ledger keeps and the public gets.

    Returns:
        A Parquet file, one row a drawn number: `block`, `table`, `statistic`, `cell` (its place in
        the table's grid of counted levels), `noisy`, `factor` (noisy / factor is the raw estimate).
    """
    rows = [
        (series.block.name, series.table.name, series.statistic, cell, series.table.factor)
        for series in measured.spec.series()
        for cell in range(len(series.cells))
    ]
    block, table, statistic, cell, factor = zip(*rows, strict=True)
    whole = measured.spec.whole
    columns = pa.table(
        {
            "block": pa.array(block, pa.string()),
            "table": pa.array(table, pa.string()),
            "statistic": pa.array(statistic, pa.string()),
            "cell": pa.array(cell, pa.int32()),
            "noisy": pa.array(measured.noisy, pa.int64()),
            "factor": pa.array([one * whole for one in factor], pa.int64()),
        }
    ).replace_schema_metadata(
        {
            _SPEC: measured.spec.text,
            _TERMS: measured.terms,
            _FACTS: canonical(measured.facts.model_dump(mode="json")),
        }
    )
    buffer = io.BytesIO()
    pq.write_table(columns, buffer)
    return buffer.getvalue()


def read_measurements(data: bytes) -> Measurements:
    """Read the public bytes of a release.

    Raises:
        PrivacyError: The bytes are not those of a release.
    """
    try:
        table = pq.read_table(io.BytesIO(data))
        metadata = table.schema.metadata or {}
        measured = Measurements(
            spec=Spec.model_validate_json(metadata[_SPEC]),
            terms=metadata[_TERMS].decode(),
            facts=Facts.model_validate_json(metadata[_FACTS]),
            noisy=tuple(table.column("noisy").to_pylist()),
        )
    except (pa.ArrowException, OSError, KeyError, UnicodeDecodeError, ValidationError):
        raise PrivacyError(
            "measurements.parquet is not readable as a release. Take it again from its publisher."
        ) from None
    if len(measured.noisy) != measured.spec.length:
        raise PrivacyError(
            f"measurements.parquet has {len(measured.noisy)} numbers; its spec has "
            f"{measured.spec.length}. Take it again from its publisher."
        )
    return measured


def raw_estimates(measured: Measurements) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Divide every noisy number by its factor: unbiased, before tables are reconciled."""
    whole = measured.spec.whole
    factors = [
        series.table.factor * whole for series in measured.spec.series() for _ in series.cells
    ]
    return np.array(measured.noisy, dtype=np.float64) / np.array(factors, dtype=np.float64)
