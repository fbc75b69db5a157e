"""Mirrors privacy/fit.py and privacy/consistency.py: against brute force over the joint table."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from privacy.fit import Number, fit_block
from privacy.spec import Axis, Block, Measure, Spec, Table

Matrix = NDArray[np.float64]

AXES = {
    "area": Axis(
        name="area",
        column="area_code",
        keys=("n", "s", "h", "unknown"),
        parent="kind",
        parent_of=("urban", "urban", "rural", "unknown"),
    ),
    "kind": Axis(name="kind", column="kind_code", keys=("urban", "rural", "unknown")),
    "type": Axis(
        name="type",
        column="type_code",
        keys=("a", "b", "c", "unknown"),
        parent="group",
        parent_of=("g", "g", "o", "unknown"),
    ),
    "group": Axis(name="group", column="group_code", keys=("g", "o", "unknown")),
    "event": Axis(name="event", column="event_code", keys=("yes", "no", "unknown")),
    "month": Axis(name="month", column="month", keys=("m1", "m2", "m3")),
}
FINEST = ("area", "type", "event", "month")
MINUTES = Measure(column="minutes", range=60)


def table(name: str, *dims: str, factor: int = 100, **more: object) -> Table:
    return Table.model_validate({"name": name, "dims": dims, "factor": factor, **more})


def spec_of(*tables: Table) -> Spec:
    block = Block(name="contacts", clip="1", bound_squared=1, tables=tables)
    return Spec(
        release="FY2025",
        fiscal_year="FY2025",
        months=(),
        nano_rho=1,
        scale=2.0**16 * 1000,
        axes=AXES,
        blocks=(block,),
    )


def key_of(finest: dict[str, str], dim: str) -> str:
    """Key that a cell of the joint table has in a dimension or a coarser one."""
    for name, own in finest.items():
        at = AXES[name]
        if name == dim:
            return own
        if at.parent == dim:
            return at.parent_of[at.keys.index(own)]
    raise KeyError(dim)


def sum_up(spec: Spec, one: Table, *, dropped: bool) -> Matrix:
    """Matrix from the joint table over the finest dimensions to a table's cells."""
    place = {cell: row for row, cell in enumerate(spec.grid(one, dropped=dropped))}
    joint = list(product(*(AXES[dim].keys for dim in FINEST)))
    matrix = np.zeros((len(place), len(joint)))
    for column, cell in enumerate(joint):
        finest = dict(zip(FINEST, cell, strict=True))
        key = tuple(key_of(finest, dim) for dim in one.dims)
        if key in place:
            matrix[place[key], column] = 1
    return matrix


def brute_force(spec: Spec, tables: tuple[Table, ...]) -> tuple[list[Number], Matrix, Matrix]:
    """Least squares on the joint table itself: numbers that are determined, gain, covariance."""
    design = np.concatenate([sum_up(spec, one, dropped=False) for one in tables])
    sds = np.concatenate([np.full(len(spec.grid(one)), spec.raw_sd(one)) for one in tables])
    wanted = np.concatenate([sum_up(spec, one, dropped=True) for one in tables])
    inverse = np.linalg.pinv(design / sds[:, None], rcond=1e-10)
    reachable = np.abs(wanted @ (np.eye(len(inverse)) - inverse @ (design / sds[:, None]))).max(1)
    numbers = [
        Number(one.name, cell, "count") for one in tables for cell in spec.grid(one, dropped=True)
    ]
    known = np.flatnonzero(reachable < 1e-8)
    half = wanted[known] @ inverse
    return [numbers[place] for place in known], half / sds, half @ half.T


WORKLOADS = {
    "one table": (table("t", "event"),),
    "a total": (table("all"), table("t", "month", factor=300)),
    "two that share a total": (table("t", "event"), table("u", "month", factor=170)),
    "a table and its margin": (table("t", "event", "month"), table("u", "month", factor=250)),
    "nested in one dimension": (table("t", "area", "event"), table("u", "kind", factor=140)),
    "nested both ways": (
        table("t", "area", "group"),
        table("u", "kind", "type", factor=130),
        table("v", "event", factor=410),
    ),
    "a level left out and found again": (
        table("t", "event", drop={"event": ["no"]}, factor=333),
        table("u", "month"),
    ),
    "a level left out by area": (
        table("t", "event", "kind", drop={"event": ["no"]}, factor=333),
        table("u", "area", "group"),
        table("v", "event", drop={"event": ["no"]}, factor=900),
    ),
    "a level left out and never found": (table("t", "event", drop={"event": ["no"]}),),
    "two levels left out": (
        table("t", "type", drop={"type": ["a", "c"]}),
        table("u", "month", factor=200),
    ),
    "a chain of three": (
        table("t", "area", "event"),
        table("u", "event", "month", drop={"event": ["yes"]}, factor=222),
        table("v", "month", "type", factor=444),
    ),
}


@pytest.mark.parametrize("tables", WORKLOADS.values(), ids=WORKLOADS)
def test_the_fit_is_that_of_the_joint_table(tables: tuple[Table, ...]) -> None:
    """Same numbers determined, same estimates for any noise, same covariance."""
    spec = spec_of(*tables)

    found = fit_block(spec, spec.blocks[0])

    numbers, gain, covariance = brute_force(spec, tables)
    assert list(found.numbers) == numbers
    np.testing.assert_allclose(found.gain, gain, atol=1e-9)
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-7, atol=1e-7)


def test_what_is_left_out_is_known_only_with_the_help_of_another_table() -> None:
    alone = spec_of(table("t", "event", drop={"event": ["no"]}))
    helped = spec_of(table("t", "event", drop={"event": ["no"]}), table("u", "month"))

    cells = [
        {number.cell for number in fit_block(spec, spec.blocks[0]).numbers if number.table == "t"}
        for spec in (alone, helped)
    ]

    assert cells == [{("yes",), ("unknown",)}, {("yes",), ("no",), ("unknown",)}]


def test_consistent_tables_are_left_as_they_are() -> None:
    """Without noise every estimate is the truth: the fit is unbiased."""
    tables = WORKLOADS["nested both ways"]
    spec = spec_of(*tables)
    joint = np.arange(4 * 4 * 3 * 3, dtype=np.float64) % 17
    exact = np.concatenate([sum_up(spec, one, dropped=False) @ joint for one in tables])

    fitted = fit_block(spec, spec.blocks[0])

    np.testing.assert_allclose(fitted.gain @ exact, exact, atol=1e-8)


def test_reconciling_never_adds_noise_and_makes_tables_agree() -> None:
    tables = WORKLOADS["a level left out by area"]
    spec = spec_of(*tables)
    fitted = fit_block(spec, spec.blocks[0])
    noisy = np.random.default_rng(5).normal(100, 40, fitted.gain.shape[1])
    estimate = dict(zip(fitted.numbers, fitted.gain @ noisy, strict=True))
    sds = dict(zip(fitted.numbers, np.sqrt(np.diag(fitted.covariance)), strict=True))

    for one in tables:
        for cell in spec.grid(one):
            assert sds[Number(one.name, cell, "count")] <= spec.raw_sd(one) * (1 + 1e-12)
    for key in AXES["event"].keys:
        by_kind = [estimate[Number("t", (key, kind), "count")] for kind in AXES["kind"].keys]
        assert sum(by_kind) == pytest.approx(estimate[Number("v", (key,), "count")])


def test_a_measure_gives_counts_and_sums_of_the_records_that_have_it() -> None:
    """`rest` and `sum` are two copies of one system; count is their sum over the range."""
    both = (table("m", "kind", measure=MINUTES), table("n", "area", measure=MINUTES, factor=140))
    spec = spec_of(*both, table("t", "kind"))

    fitted = fit_block(spec, spec.blocks[0])

    plain = spec_of(table("m", "kind"), table("n", "area", factor=140))
    numbers, gain, covariance = brute_force(plain, plain.blocks[0].tables)
    place = {number: row for row, number in enumerate(fitted.numbers)}
    count = [place[one] for one in numbers]
    total = [place[one._replace(statistic="sum")] for one in numbers]
    of_count, of_sum = (fitted.covariance[np.ix_(rows, rows)] for rows in (count, total))
    np.testing.assert_allclose(of_sum, covariance, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(of_count, 2 * covariance / 60**2, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(
        fitted.covariance[np.ix_(count, total)], covariance / 60, rtol=1e-7, atol=1e-8
    )
    assert gain.shape[0] == len(count)


def test_a_measure_says_nothing_about_tables_of_all_records() -> None:
    """A record without the measure is in one and not in the other, so they share no total."""
    spec = spec_of(table("m", "kind", measure=MINUTES), table("t", "kind"))

    fitted = fit_block(spec, spec.blocks[0])

    rows = [row for row, number in enumerate(fitted.numbers) if number.table == "m"]
    rest = [row for row in range(len(fitted.numbers)) if row not in rows]
    assert np.all(fitted.covariance[np.ix_(rows, rest)] == 0)


def test_the_same_plan_is_fitted_to_the_same_bytes() -> None:
    spec = spec_of(*WORKLOADS["a chain of three"])

    one, two = (fit_block(spec, spec.blocks[0]) for _ in range(2))

    assert one.gain.tobytes() == two.gain.tobytes()
    assert one.covariance.tobytes() == two.covariance.tobytes()
