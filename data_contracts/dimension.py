"""Give every column of a table its public keys: they come from lists, never from records."""

from collections.abc import Mapping
from dataclasses import dataclass

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.period import Period
from data_contracts.program import Program


@dataclass(frozen=True, slots=True)
class Dimension:
    """One column that a released table counts by.

    `column` is its column in `private_incidents`; `keys` the values in order; `labels` what they
    mean, by language; `parent` the coarser dimension and `parent_of` each key's value in it.
    """

    name: str
    column: str
    keys: tuple[str, ...]
    titles: Mapping[str, str]
    labels: Mapping[str, tuple[str, ...]]
    parent: str | None = None
    parent_of: tuple[str, ...] = ()


_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio"
    " julio agosto septiembre octubre noviembre diciembre",
}


def dimension(name: str, *, program: Program, period: Period) -> Dimension:
    """Look up a dimension: `month`, `area`, or any code list.

    Args:
        name: Name of the dimension, as policies write it.
        program: Gives the areas.
        period: Gives the months.

    Returns:
        The dimension with its keys in the order in which pages show them.

    Raises:
        ContractError: There is no such code list.
    """
    if name == "month":
        return _month(period)
    if name == "area":
        return _area(program)
    codes = load_codes(name)
    keys = codes.released
    return Dimension(
        name=name,
        column=f"{name}_code",
        keys=keys,
        titles=codes.title,
        labels={
            "en": tuple(codes.codes[key].en for key in keys),
            "es": tuple(codes.codes[key].es for key in keys),
        },
        parent=codes.parent,
        parent_of=tuple(codes.codes[key].parent or UNKNOWN for key in keys) if codes.parent else (),
    )


def _month(period: Period) -> Dimension:
    def label(language: str, month: str) -> str:
        return f"{_MONTHS[language].split()[int(month[5:]) - 1]} {month[:4]}"

    return Dimension(
        name="month",
        column="month",
        keys=period.months,
        titles={"en": "Month", "es": "Mes"},
        labels={one: tuple(label(one, month) for month in period.months) for one in _MONTHS},
    )


def _area(program: Program) -> Dimension:
    names = tuple(area.name for area in program.areas)
    return Dimension(
        name="area",
        column="area_code",
        keys=(*(area.code for area in program.areas), UNKNOWN),
        titles={"en": "Area", "es": "Zona"},
        labels={"en": (*names, "Not recorded"), "es": (*names, "No registrada")},
        parent="area_kind",
        parent_of=(*(area.kind.value for area in program.areas), UNKNOWN),
    )
