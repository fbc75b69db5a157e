"""Count chains of money that do not hold. The chain: contract -> source -> **rules** -> judge."""

from importlib.resources import files

from data_contracts.feed import Source
from data_contracts.spelling import fold_sql

_WORDS = {
    "reinvestment": "spending_kind_code",
    "certified": "spending_stage_code",
    "appropriated": "spending_stage_code",
    "spent": "spending_stage_code",
}


def write_chain(source: Source, *, refused: str) -> tuple[str, dict[str, str]]:
    """Write the SQL that counts reinvestments whose money cannot be followed.

    What a city certifies as saved is the only figure that reports call cashable; it may be set
    aside once and spent once. Without its line a reinvestment belongs to no chain at all.

    Args:
        source: A feed of table `spending`.
        refused: SQL condition on a record that is refused.

    Returns:
        An expression over `records`, and what its `$names` stand for.

    Source: data_contracts/spending.yaml.
    """
    conditions: dict[str, str] = {}
    values: dict[str, str] = {}
    for code, column in _WORDS.items():
        words = _words(source, column, code)
        bound = {f"{column}__{code}_{number:d}": word for number, word in enumerate(words)}
        among = ", ".join(f"${name}" for name in bound)
        word = fold_sql(f'"{column}"')
        conditions[code] = f"{word} IN ({among})" if bound else "FALSE"
        values |= bound
    text = files("data_contracts").joinpath("chain.sql").read_text(encoding="utf-8")
    return text.format(**conditions, refused=refused), values


def _words(source: Source, column: str, code: str) -> list[str]:
    """What the feed writes for a code."""
    found = source.column(column)
    if found:
        return [word for word, meant in found.codes.items() if meant == code]
    return [code] if source.constants.get(column) == code else []
