"""Recall what came before each contact of a known person.

The chain: land -> judge -> strip -> **code** -> link; it is the part of `code` that looks at a
person's earlier records. What is kept for it, and for how long, is in
docs/decisions/0004-one-day-a-person-is-kept.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from data_contracts.contract import Contract
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.period import fiscal_year_of, read_period
from data_contracts.program import Program
from data_contracts.spelling import fold_sql
from transforms.columns import Columns
from transforms.engine import Engine, Relation, Stored, Value, quoted, read_sql
from transforms.identity import key_of
from transforms.retention import RECENT, months_in_need, reach_days
from transforms.strip import stripped_file
from transforms.vault import Vault, replacing

EARLIER = {
    "of_person": "BIGINT",
    "of_record": "BIGINT",
    "came_first": "BOOLEAN",
    "days_since": "INTEGER",
    "had_before": "BOOLEAN",
}

_STEP = "recall"
_TABLE = "raw_earlier"  # no date in it, but keys of records; goes with the other raw tables


def recalls(source: Source) -> bool:
    """Whether a feed tells persons apart, and its contract asks what came before."""
    asked = any(column.days_since or column.after for column in source.contract.columns)
    return asked and source.contract.person_id in source.given


def recall_contacts(
    source: Source,
    sources: Sequence[Source],
    coded: Sequence[tuple[str, Stored]],
    *,
    program: Program,
    month: str,
    vault: Vault,
    engine: Engine,
) -> Stored:
    """Say for each contact of a known person whether, and how long ago, they were met before.

    Only the person's own records decide: those of this month in any feed of the table, and those
    of the year's earlier months, whose clocks are gone. Of the latter the last day a month is kept
    in `raw_recent_contacts`, as long as a later contact may lie within its reach.

    Args:
        source: The feed that is being coded.
        sources: Every feed of the program; those of the same table hold the person's other records.
        coded: The year's earlier months, each with its coded records, if it has any.
        program: Gives the fiscal year.
        month: `YYYY-MM`.
        vault: Where stripped records are, and where the result goes.
        engine: Runs `recall.sql`.

    Returns:
        One row a known person and contact: `of_person`, `of_record`, `came_first`, `days_since`
        (NULL where nobody knows or nothing came before), `had_before` (NULL where nobody knows).

    Raises:
        ContractError: A feed of the table is not stripped for the month.
    """
    told = _Told(source.contract, vault=vault, month=month)
    feeds = [one for one in sources if one.contract.table == told.contract.table]
    relations = told.relations(feeds, coded)
    written = told.written(feeds)
    values: dict[str, Value] = {
        "gap": max((one for one, stored in coded if not stored.paths), default=""),
        "reach": told.reach,
        "long_ago": reach_days() + 1,
    }
    about = f"feed {source.feed!r}, {month}"

    def save(result: str, to: Path) -> None:
        with replacing(to) as part:
            engine.save(
                read_sql(_STEP).format(**written.sql, result=quoted(result)),
                to=part,
                step=_STEP,
                about=about,
                values={**values, **written.values},
                relations=relations,
            )

    to = vault.table(f"{_TABLE}_{told.contract.table}", month=month) / "earlier.parquet"
    save("earlier", to)
    if len(months_in_need(month, program=program)) > 1:
        save("last_days", told.recent_file(month))
    return Stored((to,), EARLIER)


def months_before(month: str, *, program: Program) -> tuple[str, ...]:
    """List the months of the fiscal year that lie before a month, since the program began."""
    year = fiscal_year_of(month, fiscal_year_start=program.fiscal_year_start)
    months = read_period(year, fiscal_year_start=program.fiscal_year_start).months
    return tuple(one for one in months if program.first_month <= one < month)


@dataclass(frozen=True, slots=True)
class _Told:
    """What `recall.sql` is told about one month of a table."""

    contract: Contract
    vault: Vault
    month: str

    @property
    def person(self) -> str:
        return key_of(self.contract.person_id or "")

    @property
    def reach(self) -> str:
        """Month of the first day that still counts on the first day of this one."""
        first = date.fromisoformat(f"{self.month}-01") - timedelta(days=reach_days())
        return f"{first:%Y-%m}"

    def recent_file(self, month: str) -> Path:
        """File with the last day of each person in a month."""
        return self.vault.table(RECENT, month=month) / f"{self.contract.table}.parquet"

    def relations(
        self, feeds: Sequence[Source], coded: Sequence[tuple[str, Stored]]
    ) -> dict[str, Relation]:
        """Find the tables that `recall.sql` reads."""
        stripped = {
            one.feed: stripped_file(one, vault=self.vault, month=self.month) for one in feeds
        }
        if late := sorted(feed for feed, file in stripped.items() if not file.exists()):
            raise ContractError(
                f"Feeds {late} are not stripped for {self.month}, and a person's records may be in "
                "any of them. Run land, judge and strip of every feed first."
            )
        recent = [self.recent_file(month) for month, _ in coded if month >= self.reach]
        found: dict[str, Relation] = {
            f"feed_{n:d}": Stored((file,), {}) for n, file in enumerate(stripped.values())
        }
        found["recent"] = Stored(
            tuple(file for file in recent if file.exists()),
            {self.person: "BIGINT", "last_day": "DATE"},
        )
        columns = {
            self.person: "BIGINT",
            "month": "VARCHAR",
            **dict.fromkeys(self._after, "VARCHAR"),
        }
        found["coded"] = Stored(tuple(file for _, one in coded for file in one.paths), columns)
        return found

    def written(self, feeds: Sequence[Source]) -> Columns:
        """Write what `recall.sql` leaves open."""
        values = {f"said_{name}": code for name, code in self._after.items()}
        had = " OR ".join(f"{quoted(name)} = $said_{name}" for name in self._after)
        contacts = []
        for n, source in enumerate(feeds):
            told = self._had(source, n)
            values |= told.values
            contacts.append(self._contacts(source, n, had=told.sql["had"]))
        sql = {
            "contacts": "\n    UNION ALL\n    ".join(contacts),
            "person": quoted(self.person),
            "had": had or "false",
        }
        return Columns(sql=sql, values=values)

    @property
    def _after(self) -> dict[str, str]:
        """Codes to look for in earlier records, by column."""
        return {
            name: code for one in self.contract.columns for name, code in (one.after or {}).items()
        }

    def _contacts(self, source: Source, n: int, *, had: str) -> str:
        known = self.contract.person_id in source.given
        person = quoted(self.person) if known else "CAST(NULL AS BIGINT)"
        record, clock = key_of(self.contract.record_id), f"{self.contract.clock}__local"
        return (
            f"SELECT {person} AS person, {quoted(record)} AS record, "  # noqa: S608
            f"{quoted(clock)} AS met_at, {had} AS had FROM feed_{n:d}"
        )

    def _had(self, source: Source, n: int) -> Columns:
        """Write whether a stripped record has one of the codes, in the feed's own words."""
        values: dict[str, str] = {}
        told = []
        for name, code in self._after.items():
            found = enumerate(_words(source, name, code))
            words = {f"word_{n:d}_{name}_{k:d}": word for k, word in found}
            if words:
                among = ", ".join(f"${one}" for one in words)
                told.append(f"coalesce({fold_sql(quoted(name))} IN ({among}), false)")
            values |= words
        return Columns(sql={"had": " OR ".join(told) or "false"}, values=values)


def _words(source: Source, name: str, code: str) -> Iterator[str]:
    """List the words of a feed that mean a code."""
    column = source.column(name)
    if source.constants.get(name) == code:
        yield code
    elif column is not None:
        yield from (word for word, meant in column.codes.items() if meant == code)
