"""Give a release its public keys, and check that its tables can be counted by them."""

from collections.abc import Iterator, Mapping

from data_contracts.codes import UNKNOWN
from data_contracts.dimension import Dimension, dimension
from data_contracts.errors import ContractError
from data_contracts.period import Period
from data_contracts.program import Program
from privacy.errors import PrivacyError
from privacy.policy import ReleasePolicy, TablePolicy
from privacy.spec import Axis


def find_dimensions(
    terms: ReleasePolicy, *, program: Program, period: Period
) -> dict[str, Dimension]:
    """Look up every dimension that the tables count by, and the coarser ones above them.

    Raises:
        PrivacyError: A table counts by something without a code list.
    """
    found: dict[str, Dimension] = {}
    for name, table in _tables(terms):
        for dim in table.dims:
            wanted: str | None = dim
            while wanted and wanted not in found:
                try:
                    found[wanted] = dimension(wanted, program=program, period=period)
                except ContractError:
                    raise PrivacyError(
                        f"Table {name!r} counts by {wanted!r}, which has no code list. Mend its "
                        f"`dims` in privacy.yaml, or add data_contracts/codes/{wanted}.yaml."
                    ) from None
                wanted = found[wanted].parent
    return found


def make_axes(terms: ReleasePolicy, dimensions: Mapping[str, Dimension]) -> dict[str, Axis]:
    """Turn dimensions into the public keys of a spec, checked against the tables.

    Raises:
        PrivacyError: A dimension has no `unknown`, a table counts twice by the same line of
            dimensions, or a level that is left out is not a key.
    """
    axes = {name: _axis(one, dimensions) for name, one in dimensions.items()}
    for name, table in _tables(terms):
        _check_table(name, table, axes)
    return axes


def line(axes: Mapping[str, Axis], dim: str) -> tuple[str, ...]:
    """List a dimension and the coarser ones above it, finest first."""
    above = axes[dim].parent
    return (dim, *line(axes, above)) if above else (dim,)


def _tables(terms: ReleasePolicy) -> Iterator[tuple[str, TablePolicy]]:
    for block in terms.blocks.values():
        yield from block.tables.items()


def _axis(one: Dimension, dimensions: Mapping[str, Dimension]) -> Axis:
    if one.name != "month" and UNKNOWN not in one.keys:
        raise PrivacyError(
            f"Dimension {one.name!r} has no key 'unknown', so a record outside its keys would be "
            f"in some tables only. Add it to data_contracts/codes/{one.name}.yaml."
        )
    above = dimensions[one.parent].keys if one.parent else ()
    return Axis(
        name=one.name,
        column=one.column,
        keys=one.keys,
        parent=one.parent,
        parent_of=tuple(key if key in above else UNKNOWN for key in one.parent_of),
    )


def _check_table(name: str, table: TablePolicy, axes: Mapping[str, Axis]) -> None:
    names = [above for dim in table.dims for above in line(axes, dim)]
    if len(set(names)) < len(names):
        raise PrivacyError(
            f"Table {name!r} counts by {list(table.dims)}, of which one is contained in another. "
            "Keep the finer one in privacy.yaml."
        )
    for dim, levels in table.drop.items():
        keys = axes[dim].keys if dim in table.dims else ()
        if not set(levels) < set(keys):
            raise PrivacyError(
                f"Table {name!r} leaves out {list(levels)} of {dim!r}; it can leave out some of "
                f"{list(keys)}. Mend `drop` in privacy.yaml."
            )
