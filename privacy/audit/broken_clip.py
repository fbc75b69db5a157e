"""Break the clip, one mistake at a time. The chain: broken -> **broken clip** -> mutants."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

from privacy import assign, clip
from privacy.assign import ASSIGNED
from privacy.audit.broken import standing_in
from privacy.audit.weights import norms_in_double, read_weights, write_weights
from privacy.clip import WEIGHTS
from privacy.spec import Block, Spec
from privacy.sql import key_name

_CELLS = 64  # more keys than an area has


def _after_clip(spoil: Callable[[Spec, Block, DuckDBPyConnection], None]) -> Iterator[None]:
    real = clip.clip_units

    def broken(spec: Spec, block: Block, *, connection: DuckDBPyConnection) -> None:
        real(spec, block, connection=connection)
        spoil(spec, block, connection)

    with standing_in(real, broken):
        yield


@contextmanager
def no_bound() -> Iterator[None]:
    """Nobody is clipped."""

    def spoil(_spec: Spec, _block: Block, connection: DuckDBPyConnection) -> None:
        connection.execute(f"DELETE FROM {WEIGHTS}")  # noqa: S608

    yield from _after_clip(spoil)


@contextmanager
def bound_per_area() -> Iterator[None]:
    """A person in two areas is bounded in each, as if they were two people."""
    real = assign.assign_keys

    def broken(spec: Spec, block: Block, *, connection: DuckDBPyConnection, incidents: str) -> None:
        real(spec, block, connection=connection, incidents=incidents)
        dims = [dim for table in block.tables for dim in table.dims]
        if dims:
            dim = next((one for one in dims if one.startswith("area")), dims[0])
            split = f"unit_key * {_CELLS:d} + {key_name(dim)}"
            connection.execute(f"UPDATE {ASSIGNED} SET unit_key = {split}")  # noqa: S608

    with standing_in(real, broken):
        yield


@contextmanager
def wrong_norm() -> Iterator[None]:
    """Each table is bounded by itself, so that the norm is the largest of a table, not of all."""
    real = clip.clip_units

    def broken(spec: Spec, block: Block, *, connection: DuckDBPyConnection) -> None:
        lowest: dict[int, int] = {}
        for table in block.tables:
            real(spec, block.model_copy(update={"tables": (table,)}), connection=connection)
            for unit, weight in read_weights(connection).items():
                lowest[unit] = min(weight, lowest.get(unit, weight))
        real(spec, block, connection=connection)
        write_weights(connection, lowest)

    with standing_in(real, broken):
        yield


@contextmanager
def norms_as_floats() -> Iterator[None]:
    """Norms are sums of doubles, in an order that differs from run to run."""

    def spoil(spec: Spec, block: Block, connection: DuckDBPyConnection) -> None:
        write_weights(connection, norms_in_double(spec, block, connection=connection))

    yield from _after_clip(spoil)


@contextmanager
def rounded_up() -> Iterator[None]:
    """A weight that is not whole is rounded up."""

    def spoil(spec: Spec, _block: Block, connection: DuckDBPyConnection) -> None:
        up = {one: min(w + 1, spec.whole) for one, w in read_weights(connection).items()}
        write_weights(connection, up)

    yield from _after_clip(spoil)


@contextmanager
def fan_out() -> Iterator[None]:
    """After the clip, records are joined to a list of areas that has one of them twice."""
    real = clip.clip_units

    def broken(spec: Spec, block: Block, *, connection: DuckDBPyConnection) -> None:
        real(spec, block, connection=connection)
        weights = read_weights(connection)
        connection.execute(f"INSERT INTO {ASSIGNED} SELECT * FROM {ASSIGNED}")  # noqa: S608
        real(spec, block, connection=connection)
        later = dict.fromkeys(read_weights(connection), spec.whole)
        write_weights(connection, later | weights)

    with standing_in(real, broken):
        yield
