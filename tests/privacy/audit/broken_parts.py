"""Mechanisms with a mistake, to see that the audit finds it."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from privacy.audit.membership import Mechanism
from privacy.spec import Spec


def _text(column: pa.ChunkedArray) -> list[str]:
    return [str(value) for value in column.to_pylist()]


class NoBound(Mechanism):
    """Every row is taken for a unit of its own."""

    def exact(self, records: pa.Table) -> list[int]:
        rows = pa.array([str(place) for place in range(records.num_rows)])
        return super().exact(_with(records, "participant", rows))


class BoundPerArea(Mechanism):
    """Somebody met in two areas is taken for two people."""

    def exact(self, records: pa.Table) -> list[int]:
        whose = zip(records["participant"].to_pylist(), _text(records["area_code"]), strict=True)
        people = [f"{who} in {where}" if who else None for who, where in whose]
        return super().exact(_with(records, "participant", pa.array(people, pa.string())))


class NullsUnbounded(Mechanism):
    """Rows of nobody known are not limited, also those of one incident."""

    def exact(self, records: pa.Table) -> list[int]:
        nothing = pa.nulls(records.num_rows, pa.string())
        return super().exact(_with(records, "incident", nothing))


class Quiet(Mechanism):
    """The noise is a quarter too small."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec.model_copy(update={"scale": 0.75 * spec.scale}))


class OneDraw(Mechanism):
    """All cells of a release share one draw."""

    def noisy(self, exact: list[int], draws: int) -> NDArray[np.int64]:
        return super().noisy([0], draws) + np.array(exact, dtype=np.int64)


def _with(records: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return records.set_column(records.column_names.index(name), name, column)
