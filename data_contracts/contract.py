"""Read a data contract. The chain: **contract** -> source -> rules -> judge.

A contract is ODCS v3.1 YAML; what the standard has no word for is in its customProperties.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Self

from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaProperty,
    Team,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data_contracts.codes import load_codes
from data_contracts.configuration import parse_configuration
from data_contracts.errors import ContractError, explain

__all__ = [
    "Check",
    "Column",
    "Contract",
    "ContractError",
    "Role",
    "Severity",
    "Subject",
    "contract_tables",
    "load_contract",
    "read_contract",
]


class Role(StrEnum):
    """What a column is for; it decides how far the column may travel."""

    IDENTIFIER = "identifier"
    CODE = "code"
    MEASURE = "measure"
    TIME = "time"
    PLACE = "place"


class Subject(StrEnum):
    """Whom a table is about; only `none` may become public without noise."""

    PARTICIPANT = "participant"
    STAFF = "staff"
    NONE = "none"


class Severity(StrEnum):
    """What a broken rule does: refuse that record, warn the steward, or block the month."""

    REFUSE = "refuse"
    WARN = "warn"
    BLOCK = "block"


class Check(BaseModel):
    """One quality promise of a table; `rules.py` writes its SQL for every column it concerns.

    `tolerance` is in violations per 100 of what the promise is about: records, or the values of a
    column; more than that breaks it. Above `block_above` per 100 a second rule, `mostly_<kind>`,
    blocks, but never for `few` or less. `same` are the columns by which records look like one;
    `final` is true where nobody can say that a broken promise is right.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    severity: Severity
    tolerance: Annotated[float, Field(ge=0, le=100)] = 0
    block_above: Annotated[float | None, Field(ge=0, le=100)] = None
    few: Annotated[int, Field(ge=0)] = 2
    same: tuple[str, ...] = ()
    final: bool = False
    en: str
    es: str

    @property
    def blocking(self) -> tuple[str, ...]:
        """Kinds of the rules with which it may block."""
        own = (self.kind,) if self.severity is Severity.BLOCK else ()
        return own if self.block_above is None else (*own, f"mostly_{self.kind}")


class Implied(BaseModel):
    """What one code says of another: where `by` has one of `codes`, that is the code.

    It takes the place of the codes in `over` only, which say less.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    codes: Mapping[str, str]
    over: tuple[str, ...]


class _Delivery(Check):
    """A promise about files; `clock` is true where it needs records that have a month."""

    clock: bool = False


class _Deliveries(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    checks: tuple[_Delivery, ...]


class Column(BaseModel):
    """One column of a table, under its contract name.

    `codes` names its code list; `range` bounds a measure to [0, range]; `between` makes a
    measure, in minutes, of two times; `band_of` makes a code of a measure by the list's bounds,
    `hour_of` of a time's hour; `parent_of` makes a code of a finer one; `implied` says what another
    code tells of this one; `person_of` makes a code of the number of a call and of which person of
    a record the row is; `absent` is the code when
    there is nothing to measure, because the later of two times was never reached or nothing came
    before; `references` names a column of another table; `personal` is true for a fact about the
    person, kept only with their permission.

    `range` is also where a privacy unit's influence ends: a number up to `most` is moved to it, and
    one above `most`, or below zero, is no number anybody meant. Without `most` that is the range.

    `people` is true for a measure that counts people; `holds_for` names the count of the people of
    whom the column tells something: where they are few, it is not told. `health_by` names the code
    column that says whether a measure counts what tells of people's health: where it does, few are
    not counted out either.

    Two make a code of the same person's earlier records of the fiscal year: `days_since` of the
    days since the last one, by this time; `after` says whether one had any of these codes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    role: Role
    en: str
    es: str
    required: bool = False
    codes: str | None = None
    unit: str | None = None
    range: Annotated[int | None, Field(gt=0)] = None
    most: Annotated[int | None, Field(gt=0)] = None
    between: tuple[str, str] | None = None
    band_of: str | None = None
    hour_of: str | None = None
    parent_of: str | None = None
    implied: Implied | None = None
    person_of: tuple[str, str] | None = None
    absent: str | None = None
    references: str | None = None
    personal: bool = False
    days_since: str | None = None
    after: Mapping[str, str] | None = None
    people: bool = False
    holds_for: str | None = None
    health_by: str | None = None

    @property
    def highest(self) -> int | None:
        """Highest number that a record may mean, of a measure or of what falls into bands."""
        if self.codes:
            return load_codes(self.codes).most
        return self.most or self.range

    @property
    def derived(self) -> bool:
        """Whether it can be made from other columns when a feed does not give it."""
        return bool(self.parents)

    @property
    def parents(self) -> tuple[str, ...]:
        """Columns it is made from."""
        one = self.band_of or self.hour_of or self.parent_of or self.days_since
        one = one or (self.person_of[0] if self.person_of else None)
        return self.between or ((one,) if one else tuple(self.after or ()))

    @model_validator(mode="after")
    def _fits_its_role(self) -> Self:
        if (self.role is Role.CODE) != (self.codes is not None):
            raise ValueError(f"column {self.name!r}: role code and property codes go together")
        if (self.role is Role.MEASURE) != (self.range is not None):
            raise ValueError(f"column {self.name!r}: role measure and property range go together")
        if self.most is not None and self.most < (self.range or self.most + 1):
            raise ValueError(f"column {self.name!r}: most is less than its range")
        if self.people and self.role is not Role.MEASURE:
            raise ValueError(f"column {self.name!r}: only a measure counts people")
        known = load_codes(self.codes).codes if self.codes else {}
        if self.absent is not None and self.absent not in known:
            raise ValueError(f"column {self.name!r}: absent is not a code of list {self.codes!r}")
        implied = {*self.implied.codes.values(), *self.implied.over} if self.implied else set()
        if odd := sorted(implied - set(known)):
            raise ValueError(f"column {self.name!r}: implied has {odd}, not of list {self.codes!r}")
        return self


class Contract(BaseModel):
    """Promise about one table.

    `record_id` and `person_id` are the numbers of a record and of a person; `key` the columns that
    together tell records apart; `clock` is the time column that gives a record its month, empty
    where the table has none; `permission` is the code column that says whether a record may be
    linked to a person. `deliveries` are promises about whole files, the same for every table.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    subject: Subject
    owner: str
    en: str
    es: str
    record_id: str
    key: tuple[str, ...]
    person_id: str | None = None
    clock: str = ""
    permission: str | None = None
    columns: tuple[Column, ...]
    rules: tuple[Check, ...] = ()
    deliveries: tuple[Check, ...] = ()

    @property
    def promises(self) -> tuple[Check, ...]:
        """Every check: of its records, and of how its files are delivered."""
        return (*self.rules, *self.deliveries)

    @property
    def roles(self) -> Mapping[str, Role]:
        """Role of every column, by name."""
        return {column.name: column.role for column in self.columns}

    def column(self, name: str) -> Column:
        """Look a column up by name.

        Raises:
            ContractError: The table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise ContractError(
            f"Table {self.table!r} has no column {name!r}. "
            f"Its columns are in data_contracts/{self.table}.yaml."
        )

    def named(self, role: Role) -> tuple[str, ...]:
        """Names of the columns that have this role, in order."""
        return tuple(column.name for column in self.columns if column.role is role)

    @model_validator(mode="after")
    def _names_its_columns(self) -> Self:
        roles = self.roles
        wanted: list[tuple[str | None, Role | None]] = [(name, None) for name in self.key]
        wanted += [(name, None) for check in self.rules for name in check.same]
        wanted += [(self.record_id, None), (self.person_id, Role.IDENTIFIER)]
        wanted += [(self.clock or None, Role.TIME), (self.permission, Role.CODE)]
        for column in self.columns:
            wanted += [(name, Role.TIME) for name in column.between or ()]
            wanted += [(column.band_of, Role.MEASURE), (column.hour_of, Role.TIME)]
            wanted += [(column.parent_of, Role.CODE), (column.days_since, Role.TIME)]
            wanted += [(name, Role.CODE) for name in column.after or ()]
            wanted += [(column.holds_for, Role.MEASURE), (column.health_by, Role.CODE)]
            wanted += [(column.implied.by if column.implied else None, Role.CODE)]
            kinds = (Role.IDENTIFIER, Role.MEASURE)
            wanted += list(zip(column.person_of or (), kinds, strict=False))
        for name, role in wanted:
            if name is not None and (name not in roles or role not in (None, roles[name])):
                raise ValueError(f"there is no column {name!r} of role {role or 'any'}")
        counting = {None, *(column.name for column in self.columns if column.people)}
        if odd := [column.holds_for for column in self.columns if column.holds_for not in counting]:
            raise ValueError(f"holds_for names {odd[0]!r}, which does not count people")
        return self


@cache
def load_contract(table: str) -> Contract:
    """Read the contract of one table.

    Args:
        table: One of `contract_tables()`.

    Returns:
        The contract, its columns in file order.

    Raises:
        ContractError: There is no such contract, or its file has another shape.
    """
    file = files("data_contracts").joinpath(f"{table}.yaml")
    if not file.is_file():
        raise ContractError(
            f"There is no contract {table!r}. Add data_contracts/{table}.yaml, or mend the name."
        )
    return read_contract(file.read_text(encoding="utf-8"), file=f"data_contracts/{table}.yaml")


@cache
def contract_tables() -> tuple[str, ...]:
    """Names of the tables that have a contract, in the order of their names."""
    found = (file for file in files("data_contracts").iterdir() if file.name.endswith(".yaml"))
    texts = {file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8") for file in found}
    return tuple(sorted(name for name, text in texts.items() if text.startswith("apiVersion:")))


def read_contract(text: str, *, file: str) -> Contract:
    """Turn the text of an ODCS file into a contract.

    Args:
        text: YAML in the shape of ODCS v3.1, with one table.
        file: Name to use in messages.

    Returns:
        The contract.

    Raises:
        ContractError: The text is not ODCS, or one of our properties is missing or wrong.
    """
    try:
        document = parse_configuration(text.encode(), name=file)
        whole = OpenDataContractStandard.model_validate(document.content)
        table = (whole.schema_ or [])[0]
        ours = _ours(whole.customProperties) | _ours(table.customProperties)
        return Contract.model_validate(
            {
                "table": table.name,
                "owner": whole.team.name if isinstance(whole.team, Team) else None,
                "en": table.description,
                "columns": [_column(one) for one in table.properties or ()],
                "rules": [_check(one) for one in table.quality or ()],
                "deliveries": _deliveries(clock=bool(ours.get("clock"))),
                **ours,
            }
        )
    except (ValidationError, TypeError, IndexError) as error:
        raise ContractError(explain(file, error)) from None


def _deliveries(*, clock: bool) -> list[dict[str, object]]:
    """Read what every table promises of its files; some of it only where records have a month."""
    file = files("data_contracts").joinpath("delivery.yaml")
    document = parse_configuration(file.read_bytes(), name="data_contracts/delivery.yaml")
    found = document.fit(_Deliveries).checks
    return [one.model_dump(exclude={"clock"}) for one in found if clock or not one.clock]


def _column(found: SchemaProperty) -> dict[str, object]:
    return {
        "name": found.name,
        "en": found.description,
        "required": bool(found.required),
        "references": next((one.to for one in found.relationships or ()), None),
        **_ours(found.customProperties),
    }


def _check(found: DataQuality) -> dict[str, object]:
    return {
        "kind": found.implementation,
        "severity": found.severity,
        "en": found.description,
        **_ours(found.customProperties),
    }


def _ours(properties: Iterable[CustomProperty] | None) -> dict[str, object]:
    return {one.property or "": one.value for one in properties or ()}
