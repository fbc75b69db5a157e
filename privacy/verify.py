"""Check a published release with nothing but the public folder. The chain: card -> **verify**.

Everything is computed again: hashes, chain, cost by OpenDP's map, bounds, tables, card figures.
"""

import csv
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from privacy.card import make_card
from privacy.chain import (
    Anchor,
    Row,
    Verification,
    check_anchor,
    check_links,
    read_chain,
    write_chain,
)
from privacy.digest import digest
from privacy.errors import PrivacyError
from privacy.measure import MEASUREMENTS, price
from privacy.measurements import Measurements, read_measurements
from privacy.reconcile import reconcile
from privacy.tables import COVARIANCE, PACKAGE, render_tables

CARD = "card.json"
_FIGURES = (
    "cap",
    "if_met_anonymously",
    "if_served_n_years",
    "ledger",
    "outputs",
    "spec_sha256",
    "spent_before",
    "spent_here",
    "terms_sha256",
    "this_release",
)
_CLOSE = 2e-3  # two roundings to three decimals, on another machine


def verify_card(file: Path, *, anchor: Anchor | None = None) -> Verification:
    """Check a release by its card.

    Args:
        file: `public/releases/<release>/card.json` inside a copy of the public folder.
        anchor: A head of the chain that the city keeps elsewhere. Without it whoever holds the
            public folder could have written all of it anew, so the result says "not anchored".

    Returns:
        Each problem names the file that was changed.
    """
    folder, public = file.parent, file.parent.parent.parent
    try:
        rows = read_chain(public / "ledger.json")
    except PrivacyError as error:
        return Verification((str(error),), anchored=False)
    row = next((one for one in rows if one.release == folder.name), None)
    if row is None:
        problem = f"ledger.json has no release {folder.name!r}"
        return Verification((problem,), anchored=False)
    problems = [*_check_chain(public, rows, anchor), *_check_files(folder, row)]
    if not problems:
        problems += _check_meaning(folder, row, rows)
    anchored = anchor is not None and row.seq <= anchor.seq
    return Verification(tuple(problems), anchored=anchored and not problems)


def _check_chain(public: Path, rows: list[Row], anchor: Anchor | None) -> Iterator[str]:
    problems = check_links(rows)
    problems += check_anchor(rows, anchor) if anchor else []
    if not problems and (public / "ledger.json").read_bytes() != write_chain(rows):
        problems.append("it is not written as a ledger writes it")
    yield from (f"ledger.json: {problem}" for problem in problems)


def _check_files(folder: Path, row: Row) -> Iterator[str]:
    """Compare every file with its hash in the chain; pages beside them are not part of it."""
    for name, expected in row.outputs.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif digest(path.read_bytes()) != expected:
            yield f"{name} was changed"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there - set(row.outputs)):
        if not name.endswith(".html"):
            yield f"{name} is not part of the release"


def _check_meaning(folder: Path, row: Row, rows: list[Row]) -> Iterator[str]:
    """Compute again what the files say."""
    try:
        measured = read_measurements((folder / MEASUREMENTS).read_bytes())
        cost = price(measured.spec)
    except PrivacyError as error:
        yield str(error)
        return
    spec = measured.spec
    if (spec.release, spec.fiscal_year) != (row.release, row.fiscal_year):
        yield f"{MEASUREMENTS} is of another release"
    if any(block.bound_squared != block.clip_squared for block in spec.blocks):
        yield f"{MEASUREMENTS}: a bound is not its clip times its factors"
    if cost != row.nano_rho:
        yield f"ledger.json: {row.nano_rho} nano-rho were charged; OpenDP's map asks for {cost}"
    if measured.terms_sha256 != row.terms_sha256:
        yield f"{MEASUREMENTS} holds other terms than ledger.json names"
    yield from _check_tables(folder, measured)
    yield from _check_card(folder, measured, row, rows)


def _check_tables(folder: Path, measured: Measurements) -> Iterator[str]:
    """Make every table again; another machine may differ in the last digit, nothing else."""
    for name, fresh in render_tables(measured, reconcile(measured)).items():
        stored = (folder / name).read_bytes()
        if stored == fresh:
            continue
        same = {COVARIANCE: _same_covariance, PACKAGE: _same_json}.get(name, _same_table)
        if not same(stored, fresh):
            yield f"{name} does not follow from {MEASUREMENTS}"


def _same_table(stored: bytes, fresh: bytes) -> bool:
    pairs = zip(_cells(stored), _cells(fresh), strict=False)
    same_shape = len(_cells(stored)) == len(_cells(fresh))
    return same_shape and all(one == other or _close(one, other) for one, other in pairs)


def _cells(table: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(table.decode())) for cell in (*row, "")]


def _close(one: str, other: str) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=0, abs_tol=_CLOSE)
    except ValueError:
        return False


def _same_covariance(stored: bytes, fresh: bytes) -> bool:
    one, other = (pq.read_table(io.BytesIO(data)) for data in (stored, fresh))
    places = ["block", "row", "column"]
    if one.column_names != other.column_names or one.select(places) != other.select(places):
        return False
    values, again = (table.column("value").to_numpy() for table in (one, other))
    return bool(np.allclose(values, again, atol=_CLOSE))


def _same_json(stored: bytes, fresh: bytes) -> bool:
    return bool(json.loads(stored) == json.loads(fresh))


def _check_card(folder: Path, measured: Measurements, row: Row, rows: list[Row]) -> Iterator[str]:
    """Compare the card's figures with the ledger row; its sentences are held by its hash."""
    seat = row.model_copy(update={"outputs": {}, "link": ""})
    before = [one for one in rows[: row.seq - 1] if one.fiscal_year == row.fiscal_year]
    outputs = {name: (folder / name).read_bytes() for name in row.outputs if name != CARD}
    fresh = json.loads(
        make_card(
            measured, seat=seat, nano_spent=sum(one.nano_rho for one in before), outputs=outputs
        )
    )
    stored = json.loads((folder / CARD).read_bytes())
    for part in _FIGURES:
        if stored["ours"].get(part) != fresh["ours"][part]:
            yield f"{CARD}: {part} does not follow from ledger.json and {MEASUREMENTS}"
