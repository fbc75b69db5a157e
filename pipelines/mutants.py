"""Break the private side, one mistake at a time, and count how many of all mistakes are seen.

The chain: made-up feeds -> private checks -> **mutants**. Mistakes of the wall itself are in
privacy/audit/mutants.py; what each breaks, and who would be hurt: docs/privacy/mutants.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import TypedDict, Unpack

import duckdb
import pyarrow.parquet as pq

from data_contracts.feed import Source
from data_contracts.period import Period
from data_contracts.program import Program
from pipelines.private_checks import PRIVATE, WINDOW, private_checks
from pipelines.whole_people import KINDS, PEOPLE, check_whole_people
from privacy.audit.broken import Check, Mutant, Trial, standing_in, try_mutant
from privacy.audit.checks import Sizes, wall_checks
from privacy.audit.mutants import WALL
from privacy.audit.verdict import Finding
from privacy.policy import Policy
from transforms import frozen, link
from transforms.code import coded_file
from transforms.engine import Engine, read_sql
from transforms.vault import Vault

_ENCOUNTERS = "encounters"
_UNLESS_NAMED = "AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.call_key = calls.call_key)"


class _Linked(TypedDict):
    """What linking a month is given besides feeds, month and vault."""

    program: Program
    engine: Engine
    today: date


def nobody_is_bounded() -> AbstractContextManager[None]:
    """Each row of an incident of unknown people is a unit of its own, so nothing bounds them."""
    return _after_link(
        "SELECT * REPLACE (CASE WHEN known_or_anonymous_code = 'anonymous' "
        "THEN -row_number() OVER () ELSE unit_key END AS unit_key) FROM rows_of_month"
    )


def alike_is_the_same() -> AbstractContextManager[None]:
    """Rows that differ in nothing but the person are taken for one that was delivered twice."""
    return _after_link(
        "SELECT MIN(unit_key) AS unit_key, * EXCLUDE (unit_key) FROM rows_of_month GROUP BY ALL"
    )


@contextmanager
def first_is_found_anew() -> Iterator[None]:
    """An incident counts once, at the first of those who are in it now; when they go, the next."""
    real = link.link_incidents

    def broken(
        sources: Sequence[Source], *, month: str, vault: Vault, **named: Unpack[_Linked]
    ) -> None:
        for source in sources:
            if source.contract.table == _ENCOUNTERS:
                _rewrite(
                    coded_file(source, vault=vault, month=month),
                    "SELECT * FROM rows_of_month QUALIFY participant_key IS NULL OR row_number() "
                    "OVER (PARTITION BY encounter_key ORDER BY person_order) = 1",
                )
        real(sources, month=month, vault=vault, **named)

    with standing_in(real, broken):
        yield


def link_is_taken_back() -> AbstractContextManager[None]:
    """What a release used is not kept: a correction takes a person's records off them."""

    def forget(stripped: Path, *, source: Source, month: str, vault: Vault, engine: Engine) -> None:
        del stripped, source, month, vault, engine

    return standing_in(frozen.keep_links, forget)


@contextmanager
def named_calls_alone() -> Iterator[None]:
    """A call that met nobody by its own words is a unit of its own, even where a visit names it."""
    real = read_sql

    def broken(step: str) -> str:
        text = real(step)
        if step == "link" and _UNLESS_NAMED not in text:
            raise LookupError("link.sql has not what this breaks; mend the mutant.")
        return text.replace(_UNLESS_NAMED, "") if step == "link" else text

    with standing_in(real, broken):
        yield


PRIVATE_SIDE = (
    Mutant("null ids unbounded", PRIVATE, nobody_is_bounded),
    Mutant("dedup across people", PRIVATE, alike_is_the_same),
    Mutant("first-listed person recomputed", PRIVATE, first_is_found_anew),
    Mutant("unit key re-linked after a release", WINDOW, link_is_taken_back),
    Mutant("named calls counted by themselves", PEOPLE, named_calls_alone),
)
MUTANTS = (*WALL, *PRIVATE_SIDE)


def all_checks(
    policy: Policy,
    program: Program,
    *,
    interim: Period,
    year: Period,
    sources: Sequence[Source],
    sizes: Sizes,
) -> Mapping[str, Check]:
    """Name every check that a mutant must fail, each a function of a seed.

    Args:
        policy: The policy under audit.
        program: Gives the areas.
        interim: A period with the smaller of the policy's releases, such as a quarter.
        year: The fiscal year that holds it.
        sources: The feeds of the program.
        sizes: How much is tried.
    """
    wall = wall_checks(policy, program, interim=interim, year=year, sizes=sizes)
    private = private_checks(policy, program, interim=interim, year=year, sources=sources)

    def people(seed: int) -> Finding:
        return check_whole_people(
            policy, program, interim=interim, year=year, removals=2 * len(KINDS), seed=seed
        )

    return {**wall, **private, PEOPLE: people}


def hunt(checks: Mapping[str, Check], *, seeds: Sequence[int]) -> Iterator[Trial]:
    """Try every mutant once a seed.

    Args:
        checks: See `all_checks`; every one of them passes where nothing is broken.
        seeds: For the made-up records of each run; noise is fresh each time.

    Yields:
        What its check said of each mutant, as soon as it is known.
    """
    for mutant in MUTANTS:
        for seed in seeds:
            yield try_mutant(mutant, checks[mutant.check], seed=seed)


@contextmanager
def _after_link(query: str) -> Iterator[None]:
    """Spoil what the real code has linked."""
    real = link.link_incidents

    def broken(
        sources: Sequence[Source], *, month: str, vault: Vault, **named: Unpack[_Linked]
    ) -> None:
        real(sources, month=month, vault=vault, **named)
        _rewrite(link.incident_file(vault, month=month), query)

    with standing_in(real, broken):
        yield


def _rewrite(file: Path, query: str) -> None:
    """Put the result of a query in the place of a file of made-up records."""
    rows = pq.read_table(file, partitioning=None)
    with duckdb.connect(config={"threads": 1}) as engine:
        engine.register("rows_of_month", rows)
        spoilt = engine.sql(query).to_arrow_table()
    pq.write_table(spoilt.select(rows.column_names).cast(rows.schema), file)
