"""Break the wall, one mistake at a time; each must be seen by the check it names.

The chain: broken -> **mutants** -> verdict. What each breaks, and who would be hurt:
docs/privacy/mutants.md. Mistakes of the private side are in pipelines/mutants.py.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from duckdb import DuckDBPyConnection

from privacy import count as counting
from privacy import measure, noise, plan, publish
from privacy.audit.broken import Mutant, replaced, standing_in
from privacy.audit.broken_clip import (
    bound_per_area,
    fan_out,
    no_bound,
    norms_as_floats,
    rounded_up,
    wrong_norm,
)
from privacy.audit.broken_noise import no_scale, one_draw, quieter
from privacy.chain import GENESIS, Row
from privacy.ledger import Debit, Ledger, Seat
from privacy.measurements import Measurements, write_measurements
from privacy.noise import Records
from privacy.plan import Plan
from privacy.records import Stored
from privacy.spec import CONTACTS, Block, Spec, Table
from privacy.sql import quote

STABILITY_INTERIM, STABILITY_YEAR = "stability of an interim release", "stability of the year"
NOISE, DEBITS, REPLAYS = "noise", "debits", "replays"

_LISTED_ONCE = "participants"  # the one-per-person table that nobody pays for


@contextmanager
def outside_its_block() -> Iterator[None]:
    """A count of participants stands beside the clipped tables, and the bound knows nothing of it.

    Source: docs/privacy/clip.md; hazard H1.
    """
    make, count_all = plan.make_plan, counting.count_cells

    def planned(*args: object, **named: object) -> Plan:
        real: Plan = make(*args, **named)  # type: ignore[arg-type]
        blocks = tuple(_with_participants(block) for block in real.spec.blocks)
        return replace(real, spec=real.spec.model_copy(update={"blocks": blocks}))

    def counted(spec: Spec, *, connection: DuckDBPyConnection, incidents: str) -> list[int]:
        clipped = spec.model_copy(update={"blocks": tuple(map(_clipped, spec.blocks))})
        vector = count_all(clipped, connection=connection, incidents=incidents)
        for series in spec.series():
            if series.table.name == _LISTED_ONCE:
                once = f"SELECT COUNT(DISTINCT unit_key) FROM {quote(incidents)}"  # noqa: S608
                ((units,),) = connection.execute(once).fetchall()
                vector.insert(series.start, units * series.table.factor * spec.whole)
        return vector

    with standing_in(make, planned), standing_in(count_all, counted):
        yield


def _with_participants(block: Block) -> Block:
    if block.name != CONTACTS:
        return block
    factor = max(table.factor for table in block.tables)
    added = Table(name=_LISTED_ONCE, dims=(), factor=factor)
    return block.model_copy(update={"tables": (*block.tables, added)})


def _clipped(block: Block) -> Block:
    tables = tuple(table for table in block.tables if table.name != _LISTED_ONCE)
    return block.model_copy(update={"tables": tables})


@contextmanager
def parallel() -> Iterator[None]:
    """Each block is given the whole budget, as if nobody were in two of them."""
    make = plan.make_plan

    def dearest(spec: Spec) -> int:
        return spec.whole**2 * max(block.bound_squared for block in spec.blocks)

    def planned(*args: object, **named: object) -> Plan:
        real: Plan = make(*args, **named)  # type: ignore[arg-type]
        scale = noise.calibrate(dearest(real.spec), nano_rho=real.spec.nano_rho)
        return replace(real, spec=real.spec.model_copy(update={"scale": scale}))

    with replaced(Spec, "bound_squared", property(dearest)), standing_in(make, planned):
        yield


@contextmanager
def publish_first() -> Iterator[None]:
    """Files go to the public folder before the ledger has charged for them."""
    real = vars(Ledger)["charge"]

    def charge(
        self: Ledger,
        debit: Debit,
        *,
        nano_cap: int,
        files: Callable[[Seat], Mapping[str, bytes]],
        **named: object,
    ) -> Stored:
        head = self.rows()[-1:]
        seat = Row(
            seq=1 + sum(row.seq for row in head),
            release=debit.release,
            fiscal_year=debit.fiscal_year,
            nano_rho=debit.nano_rho,
            terms_sha256=debit.terms_sha256,
            outputs={},
            previous=head[0].link if head else GENESIS,
            date=debit.date,
        )
        kept = files(Seat(seat, nano_spent=0))
        folder = self._public / "releases" / debit.release
        publish.write_release(folder, measure.Release(seat, kept, replayed=False))
        stored: Stored = real(self, debit, nano_cap=nano_cap, files=lambda _: kept, **named)
        return stored

    with replaced(Ledger, "charge", charge):
        yield


@contextmanager
def fresh_noise() -> Iterator[None]:
    """A release that is asked for again is drawn again, and only its cost is remembered."""
    real = measure.release

    def broken(planned: Plan, **named: object) -> measure.Release:
        first = real(planned, **named)  # type: ignore[arg-type]
        if not first.replayed:
            return first
        exact: Records = named["exact"]  # type: ignore[assignment]
        noisy = tuple(measure.draw(planned.spec, exact))
        known: Measurements = first.measured
        files = {
            **first.files,
            measure.MEASUREMENTS: write_measurements(replace(known, noisy=noisy)),
        }
        return replace(first, files=files)

    with standing_in(real, broken):
        yield


WALL = (
    Mutant("no bound", STABILITY_INTERIM, no_bound),
    Mutant("bound per area", STABILITY_INTERIM, bound_per_area),
    Mutant("wrong norm", STABILITY_INTERIM, wrong_norm),
    Mutant("norms in double, reordered", STABILITY_YEAR, norms_as_floats),
    Mutant("noise 25% small", NOISE, partial(quieter, 0.75)),
    Mutant("noise 10% small", NOISE, partial(quieter, 0.90)),
    Mutant("one draw for all cells", NOISE, one_draw),
    Mutant("join fan-out after the clip", STABILITY_INTERIM, fan_out),
    Mutant("weights rounded up", STABILITY_INTERIM, rounded_up),
    Mutant("one-per-person table outside its block", STABILITY_YEAR, outside_its_block),
    Mutant("blocks taken as parallel", STABILITY_YEAR, parallel),
    Mutant("scale 0", NOISE, no_scale),
    Mutant("debit after publish", DEBITS, publish_first),
    Mutant("replay with fresh noise", REPLAYS, fresh_noise),
)
