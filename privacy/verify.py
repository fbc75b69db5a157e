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

from privacy.budget import check_years
from privacy.card import make_card
from privacy.chain import (
    SITE,
    TERMS,
    TERMS_FILE,
    Anchor,
    Row,
    Verification,
    check_anchor,
    check_links,
    cover,
    read_chain,
    terms_in_force,
    write_chain,
)
from privacy.digest import digest
from privacy.errors import PrivacyError
from privacy.measure import MEASUREMENTS, price
from privacy.measurements import Measurements, read_measurements
from privacy.publish import MANIFEST, listed_files, terms_path
from privacy.reconcile import reconcile
from privacy.records import CARD, read_cap
from privacy.tables import COVARIANCE, PACKAGE, render_tables

_FIGURES = (
    "cap",
    "if_calls_met_nobody",
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
_SINCE_2 = {"if_calls_met_nobody"}  # parts that cards of version 1 do not have
_LAST_DIGIT = 1.01e-4
_CLOSE = 2e-3  # two roundings to three decimals, on another machine


def verify_card(file: Path, *, anchor: Anchor | None = None) -> Verification:
    """Check a release by its card, and every other file of the public folder that it stands in.

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
    row = next((one for one in rows if one.is_release and one.release == folder.name), None)
    if row is None:
        problem = f"ledger.json has no release {folder.name!r}"
        return Verification((problem,), anchored=False)
    chain = [*_check_chain(public, rows, anchor)]
    problems = [*chain, *_check_files(folder, row)]
    if not problems:
        problems += _check_meaning(folder, row, rows)
    if not chain:
        problems += _check_rest(public, row, rows)
    released = [one for one in rows if one.is_release]
    years = check_years(released, _stated(public, released))
    anchored = anchor is not None and row.seq <= anchor.seq
    return Verification(
        (*problems, *(f"ledger.json: {one}" for one in years.problems)),
        anchored=anchored and not problems,
        notes=years.notes,
        uncovered=_uncovered(row, rows, anchor) if anchor else "",
    )


def verify_site(public: Path, *, anchor: Anchor | None = None) -> Verification:
    """Check every release of a public folder by its card, and every other file in it.

    Args:
        public: A copy of the public folder.
        anchor: A head of the chain that the city keeps elsewhere.

    Returns:
        Each problem names the release or the file that was changed.
    """
    try:
        rows = read_chain(public / "ledger.json")
    except PrivacyError as error:
        return Verification((str(error),), anchored=False)
    found = [
        verify_card(public / "releases" / row.release / CARD, anchor=anchor)
        for row in rows
        if row.is_release
    ]
    if not found:
        return Verification(("ledger.json has no release",), anchored=False)
    return Verification(
        tuple(dict.fromkeys(problem for one in found for problem in one.problems)),
        anchored=anchor is not None and all(not one.problems for one in found),
        notes=tuple(dict.fromkeys(note for one in found for note in one.notes)),
        uncovered=cover(rows, anchor) if anchor else "",
    )


def _check_chain(public: Path, rows: list[Row], anchor: Anchor | None) -> Iterator[str]:
    problems = check_links(rows)
    problems += check_anchor(rows, anchor) if anchor else []
    if not problems and (public / "ledger.json").read_bytes() != write_chain(rows):
        problems.append("it is not written as a ledger writes it")
    yield from (f"ledger.json: {problem}" for problem in problems)


def _check_files(folder: Path, row: Row) -> Iterator[str]:
    """Compare every file of a release with its hash in the chain."""
    for name, expected in row.outputs.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif digest(path.read_bytes()) != expected:
            yield f"{name} was changed"


def _check_rest(public: Path, row: Row, rows: list[Row]) -> Iterator[str]:
    """Compare every other file that a reader may see; what nobody listed is refused."""
    try:
        listed = _listed(public, rows)
    except PrivacyError as error:
        yield str(error)
        return
    own = f"releases/{row.release}/"
    for path, expected in listed.items():
        if path.startswith(own) and path.removeprefix(own) in row.outputs:
            continue  # said by its own name already
        if not (public / path).is_file():
            yield f"{path} is missing"
        elif digest((public / path).read_bytes()) != expected:
            yield f"{path} was changed"
    for path in _files_below(public):
        if (public / path).is_symlink():
            yield f"{path} is a link, and what stands behind it may change"
        elif path not in listed and path != "ledger.json":
            short = path.removeprefix(own)
            yield f"{short} is not part of the {'release' if short != path else 'site'}"


def _listed(public: Path, rows: list[Row]) -> dict[str, str]:
    """Hash of every file that a row of the chain vouches for, or the list that a row vouches for.

    Raises:
        PrivacyError: `site.json` is not a list.
    """
    listed: dict[str, str] = {}
    if site := _last_site(rows):
        listed = {**listed_files(public), MANIFEST: site.outputs.get(MANIFEST, "")}
    for row in rows:
        if row.is_release:
            listed |= {f"releases/{row.release}/{name}": h for name, h in row.outputs.items()}
        elif row.kind == TERMS:
            listed[terms_path(row)] = row.terms_sha256
    return listed


def _files_below(public: Path) -> Iterator[str]:
    """Every file of a public folder, links too; a folder of another release is not left out."""
    for path in sorted(public.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(public).as_posix()


def _last_site(rows: list[Row]) -> Row | None:
    return next((row for row in reversed(rows) if row.kind == SITE), None)


def _uncovered(row: Row, rows: list[Row], anchor: Anchor) -> str:
    """Say what an anchor that reaches the release does not reach: pages drawn after it."""
    site = _last_site(rows)
    if site is None or site.seq <= anchor.seq or row.seq > anchor.seq:
        return ""
    return (
        f"the anchor covers this release (row {row.seq}) and says nothing of the pages and exact "
        f"tables, whose list is row {site.seq}, which came later"
    )


def _stated(public: Path, rows: list[Row]) -> list[tuple[Row, int]]:
    """Read the caps that cards of releases, and rows of terms, state; the chain has their hash."""
    found = []
    for row in rows:
        name = CARD if row.is_release else TERMS_FILE
        file = public / (f"releases/{row.release}/{CARD}" if row.is_release else terms_path(row))
        data = file.read_bytes() if file.is_file() else b""
        if digest(data) == row.outputs.get(name) and (cap := read_cap({name: data})) is not None:
            found.append((row, cap))
    return found


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
    if not measured.facts.retrospective and _registered(measured, row, rows) is None:
        yield (
            f"{MEASUREMENTS} says that its terms were in the ledger before its period began; "
            "ledger.json has no such row"
        )
    yield from _check_tables(folder, measured)
    yield from _check_card(folder, measured, row, rows)


def _registered(measured: Measurements, row: Row, rows: list[Row]) -> Row | None:
    """Find the row of the chain by which a release is not retrospective.

    Releases of before such rows were kept know no day of them; their dates are those of approvals.
    """
    if measured.facts.registered_on is None and measured.facts.approved_on is not None:
        return row
    found = terms_in_force(rows[: row.seq - 1], f"{measured.facts.period.months[0]}-01")
    if found is None or found.terms_sha256 != row.terms_sha256:
        return None
    return found if found.date == str(measured.facts.registered_on) else None


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
    public, before = folder.parent.parent, rows[: row.seq - 1]
    year = [one for one in before if one.is_release and one.fiscal_year == row.fiscal_year]
    terms = terms_in_force(before, measured.facts.period.year_start)
    stated = _stated(public, [*year, *([terms] if terms else [])])
    fresh = json.loads(
        make_card(
            measured,
            seat=row.model_copy(update={"outputs": {}, "link": ""}),
            nano_spent=sum(one.nano_rho for one in year),
            outputs={name: (folder / name).read_bytes() for name in row.outputs if name != CARD},
            nano_cap=min((nano for _, nano in stated), default=None),
        )
    )
    stored = json.loads((folder / CARD).read_bytes())
    first = stored.get("card_version") == 1  # rounded its guesses, and lacked some figures
    for part in _FIGURES:
        told, right = stored["ours"].get(part), fresh["ours"][part]
        if first and (part in _SINCE_2 or _nearly(told, right)):
            continue
        if told != right:
            yield f"{CARD}: {part} does not follow from ledger.json and {MEASUREMENTS}"


def _nearly(told: object, right: object) -> bool:
    """Whether figures are the same but for the last of the four digits of a chance."""
    if isinstance(told, dict) and isinstance(right, dict):
        return told.keys() == right.keys() and all(_nearly(told[key], right[key]) for key in told)
    if isinstance(told, float) and isinstance(right, float):
        return math.isclose(told, right, rel_tol=0, abs_tol=_LAST_DIGIT)
    return told == right
