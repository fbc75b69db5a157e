"""Take an outsider's frame of incidents. The chain: **records** -> draw.

It must be made up: a frame that carries the mark of a vault, or columns of pseudonyms, is refused.
"""

from collections.abc import Iterable, Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.errors import ContractError
from data_contracts.vault_mark import VAULT_MARK
from privacy.audit.frames import INCIDENT, PARTICIPANT
from privacy.errors import PrivacyError
from privacy.spec import CONTACTS, SURVEYS, Axis, Spec

ALWAYS = (PARTICIPANT, "block_code", "month")
BLOCKS = (CONTACTS, "no_contact", "persons", SURVEYS)  # what a row may be counted in
_PSEUDONYM = "_key"
_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


def take_incidents(incidents: pd.DataFrame | pa.Table, spec: Spec) -> pa.Table:
    """Turn incidents into a frame of the audit, or refuse them.

    Args:
        incidents: One row an incident and person: `participant` (any id; null or blank where
            nobody is known), `block_code`, `month` (`YYYY-MM`), a column for every dimension of
            the policy's tables (`area` or `area_code`) and for every measure; `incident` where
            several rows without a participant are one incident. A coarser dimension may be left
            out where the finer one is there.
        spec: What the release measures.

    Returns:
        A frame; see `privacy.audit.frames`. Values that are no public key stay as they are: the
        count takes them for unknown.

    Raises:
        PrivacyError: The frame comes from a vault, has pseudonyms, lacks a column, or mixes kinds
            of values in one.
    """
    require_made_up(incidents)
    table = _as_table(incidents)
    columns = {name: _take(table, name) for name in ALWAYS}
    columns["month"] = _months(table)
    if INCIDENT in table.column_names:
        columns[INCIDENT] = _blank_as_null(_text(table[INCIDENT], INCIDENT))
    columns[PARTICIPANT] = _blank_as_null(columns[PARTICIPANT])
    _require_counted(columns, spec)
    for axis in _finest_first(spec):
        columns[axis.column] = _dimension(table, axis, spec, columns)
    for block in spec.blocks:
        for one in block.tables:
            if one.measure:
                columns[one.measure.column] = _amount(table, one.measure.column)
    return pa.table(columns)


def require_made_up(incidents: pd.DataFrame | pa.Table) -> None:
    """Refuse a frame that comes from a vault, by its mark or its pseudonyms.

    Args:
        incidents: The frame, as an outsider gives it.

    Raises:
        PrivacyError: It carries the mark, or has a column of pseudonyms; or it is no frame.
    """
    if isinstance(incidents, pa.Table):
        names = incidents.column_names
        marks = [bytes(text) for pair in (incidents.schema.metadata or {}).items() for text in pair]
        marked = any(VAULT_MARK.encode() in text for text in marks)
    elif isinstance(incidents, pd.DataFrame):
        names = [str(name) for name in [*incidents.columns, *incidents.index.names]]
        marked = VAULT_MARK in incidents.attrs
    else:
        raise PrivacyError(
            f"Incidents must be a pandas DataFrame or a pyarrow Table; got "
            f"{type(incidents).__name__}. Pass made-up records in one of the two."
        )
    if marked:
        raise PrivacyError(
            "These incidents come from a vault: they carry its mark. Real records are released "
            "with `care-dividend run`, once, and are never drawn from here; pass made-up ones."
        )
    if keys := sorted(name for name in names if name.lower().endswith(_PSEUDONYM)):
        raise PrivacyError(
            f"These incidents have columns of pseudonyms {keys}, as only a vault's records do. "
            "Pass made-up records, with any id in `participant`."
        )


def _require_counted(columns: dict[str, pa.ChunkedArray], spec: Spec) -> None:
    """Refuse what no table would count: an attack on it would find nothing, and prove nothing."""
    allowed = sorted(BLOCKS)
    if not pc.all(pc.is_in(columns["block_code"], pa.array(allowed)), min_count=0).as_py():
        raise PrivacyError(
            f"Column 'block_code' has values other than {allowed}, which nothing counts. "
            "Write one of them in every row."
        )
    months = columns["month"]
    if len(months) and not pc.any(pc.is_in(months, pa.array(spec.months))).as_py():
        raise PrivacyError(
            f"No incident is in {spec.months[0]} to {spec.months[-1]}, the months of "
            f"{spec.release!r}. Name their own period, or mend column 'month'."
        )


def months_of(incidents: pd.DataFrame | pa.Table) -> tuple[str, ...]:
    """List the months of made-up incidents, in order.

    Raises:
        PrivacyError: There is no column `month`, or it mixes kinds of values.
    """
    table = _as_table(incidents)
    return tuple(sorted(month for month in pc.unique(_months(table)).to_pylist() if month))


def _months(table: pa.Table) -> pa.ChunkedArray:
    months = _take(table, "month")
    if not pc.all(pc.match_substring_regex(months, _MONTH), min_count=0).as_py():
        raise PrivacyError(
            "Column 'month' has values that are no month. Write every one as YYYY-MM, in texts."
        )
    return months


def _as_table(incidents: pd.DataFrame | pa.Table) -> pa.Table:
    if isinstance(incidents, pa.Table):
        return incidents
    kept = {}
    for name in incidents.columns:
        try:
            kept[str(name)] = pa.array(incidents[name], from_pandas=True)
        except (pa.ArrowException, ValueError, TypeError):
            raise PrivacyError(
                f"Column {str(name)!r} mixes kinds of values. Give it texts, or whole numbers."
            ) from None
    return pa.table(kept)


def _take(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise PrivacyError(
            f"The incidents have no column {name!r}; expected {', '.join(ALWAYS)} and a column for "
            "every dimension of the policy's tables. Add it to the frame."
        )
    return _text(table[name], name)


def _text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Write values as texts; numbers that were widened to floats by a missing one are whole."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), None, column)
            column = column.cast(pa.int64())
        return column.cast(pa.string())
    except pa.ArrowException:
        raise PrivacyError(
            f"Column {name!r} is of type {column.type}, which cannot be read as texts. "
            "Give it texts, or whole numbers."
        ) from None


def _blank_as_null(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Take a blank for nobody known: grouped as one person, strangers would share one limit."""
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)


def _dimension(
    table: pa.Table, axis: Axis, spec: Spec, columns: dict[str, pa.ChunkedArray]
) -> pa.ChunkedArray:
    for name in (axis.column, axis.name):
        if name in table.column_names:
            return _text(table[name], name)
    finer = [
        (columns[one.column], dict(zip(one.keys, one.parent_of, strict=True)))
        for one in spec.axes.values()
        if one.parent == axis.name
    ]
    finer += [(table[name], above) for name, above in _finer_lists(table, axis)]
    if finer:
        column, above = finer[0]
        keys = [above.get(key) for key in column.to_pylist()]
        return pa.chunked_array([pa.array(keys, pa.string())])
    raise PrivacyError(
        f"The incidents have no column {axis.column!r} (or {axis.name!r}), which the policy's "
        "tables count by. Add it to the frame."
    )


def _finer_lists(table: pa.Table, axis: Axis) -> Iterator[tuple[str, dict[str, str]]]:
    """Find columns of code lists whose codes lie in a dimension, with where each code lies."""
    for name in filter(str.isidentifier, table.column_names):
        try:
            codes = load_codes(name.removesuffix("_code"))
        except ContractError:
            continue
        if codes.parent == axis.name:
            yield name, {key: one.parent or UNKNOWN for key, one in codes.codes.items()}


def _amount(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise PrivacyError(
            f"The incidents have no column {name!r}, which a table of the policy adds up. "
            "Add it to the frame; null where it was not taken."
        )
    try:
        return table[name].cast(pa.int64())
    except pa.ArrowException:
        raise PrivacyError(
            f"Column {name!r} must hold whole numbers; it is of type {table[name].type}. "
            "Round it, or clear what is no number."
        ) from None


def _finest_first(spec: Spec) -> Iterable[Axis]:
    left = list(spec.axes.values())
    while left:
        above = {axis.parent for axis in left}
        yield from (axis for axis in left if axis.name not in above)
        left = [axis for axis in left if axis.name in above]
