"""Draw coded incidents for any policy: as many as it expects, from public shares alone.

No record is ever read. What joins one person's contacts (how often, where, for what, when) is the
law of `shares.yaml`, by which Riverton is drawn too; everything else is the policy's own figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.synthetic.characterise import (
    MONTH,
    CodedBlock,
    Dimensions,
    Rows,
    Writer,
    spell,
    uncover,
)
from data_contracts.synthetic.meet import deal_visits
from data_contracts.synthetic.pace import MONTHS, Generator, open_stream, pick_evenly
from data_contracts.synthetic.shares import load_shares

__all__ = ["CodedBlock", "draw_coded"]

CONTACTS, PERSONS, ANCHOR = "contacts", "persons", "anchor"  # blocks about the same people
KNOWN, BAND = "known_or_anonymous", "contacts_band"  # what follows from who was met how often

_DAYS = 365

Months = Mapping[int, str]


def draw_coded(
    blocks: Mapping[str, CodedBlock], *, dimensions: Dimensions, months: Sequence[str], seed: int
) -> pa.Table:
    """Draw the coded incidents of a period, as `link` and `persons` would write them.

    A quarter is what a year's people leave in its months, so that somebody met nine times a year
    is met two or three times in it; its contacts are those of the year drawn with the same seed.

    Args:
        blocks: What is known of each block, by `block_code`. `persons` has a row for everybody met
            in `contacts`, whatever its `rows`; `anchor` counts the rows of `contacts` again.
        dimensions: Every dimension in `blocks`, and the coarser ones above it.
        months: The months, `YYYY-MM`, at most a year.
        seed: Draws other people.

    Returns:
        `unit_key`, `block_code`, `month`, and the columns of dimensions and measures: one row a
        contact, a person, or a call or response that is a unit of its own. A column is NULL in a
        block that does not count by it.

    Source: data_contracts/synthetic/shares.yaml: `times_met`, `met` and `permission`.
    """
    named = {int(month[5:]) - 1: month for month in months}
    a_year = round(blocks[CONTACTS].rows * MONTHS / len(months)) if CONTACTS in blocks else 0
    met = _meet(a_year, open_stream(seed, crc32(CONTACTS.encode())))
    here = np.isin(met.month, list(named))
    first, parts = met.n, []
    for name, block in blocks.items():
        writer = Writer(name, block, dimensions, seed, alike=name == CONTACTS)
        if name == CONTACTS:
            parts.append(_table(name, met, writer.draw(met), named).filter(pa.array(here)))
        elif name == PERSONS and CONTACTS in blocks:
            parts.append(_gather(writer, met.kept(here), named))
        elif name != ANCHOR:
            rows = _list(block, writer.stream(MONTH), named)
            own = replace(rows, who=rows.who + first)
            parts.append(_table(name, own, writer.draw(rows), named))
            first += rows.n
    return pa.concat_tables(parts, promote_options="default")


def _meet(n: int, rng: Generator) -> Rows:
    """Draw whom a year meets, and when: many of one person's contacts fall close together."""
    shares = load_shares()
    known = shares.permission["known"]
    linked = (1 - shares.met.without_number) * known["linked"] / sum(known.values())
    numbered = deal_visits(rng, round(n * linked), shares)
    n_known = int(numbered.max(initial=-1)) + 1
    people = n_known + n - len(numbered)
    who = np.concatenate([numbered, np.arange(n_known, people)])
    bad_time = (rng.random(people) * _DAYS)[who]
    near = bad_time + rng.laplace(0, shares.met.soon_days, n)
    day = np.where(rng.random(n) < shares.met.soon, near, rng.random(n) * _DAYS) % _DAYS
    month = np.minimum((day * MONTHS / _DAYS).astype(np.int64), MONTHS - 1)
    return Rows(who, month, people, n_known)


def _list(block: CodedBlock, rng: Generator, named: Months) -> Rows:
    """List rows that are units of their own."""
    weights = np.array([block.shares.get(MONTH, {}).get(month, 0.0) for month in named.values()])
    at = pick_evenly(rng, weights if weights.any() else np.ones(len(named)), block.rows)
    return Rows(np.arange(block.rows), np.array(list(named))[at], block.rows, 0)


def _gather(writer: Writer, met: Rows, named: Months) -> pa.Table:
    """Gather one row a person; of somebody without a number nothing else is known."""
    who, times = np.unique(met.who, return_counts=True)
    month = np.zeros(met.n, dtype=np.int64)
    np.maximum.at(month, met.who, met.month)
    rows = replace(met, who=who, month=month[who])
    nobody = who >= met.n_known
    hidden = float(np.mean(nobody)) if len(who) else 0.0
    shares = {dim: uncover(one, hidden) for dim, one in writer.block.shares.items()}
    drawn = replace(writer, block=replace(writer.block, shares=shares)).draw(rows)
    if BAND in writer.block.dims:
        bands = load_codes(BAND).bands
        band = np.searchsorted(list(bands.values()), times, side="right") - 1
        drawn[writer.dimensions[BAND].column] = spell(tuple(bands), band)
    columns = {
        name: pc.if_else(pa.array(nobody), UNKNOWN, values)
        if values.type == pa.string()
        else values
        for name, values in drawn.items()
    }
    if KNOWN in writer.block.dims:
        columns[writer.dimensions[KNOWN].column] = spell(("known", "anonymous"), nobody.astype(int))
    return _table(writer.name, rows, columns, named)


def _table(name: str, rows: Rows, columns: Mapping[str, pa.Array], named: Months) -> pa.Table:
    return pa.table(
        {
            "unit_key": pa.array(rows.who, pa.int64()),
            "block_code": spell((name,), np.zeros(len(rows.who), dtype=np.int64)),
            "month": spell([named.get(month) for month in range(MONTHS)], rows.month),
            **columns,
        }
    )
