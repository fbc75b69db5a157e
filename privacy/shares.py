"""Say from public figures how large each key of a dimension is: marks are made of nothing else.

The chain: policy -> **plan** -> clip -> count -> charge -> measure.
"""

from collections.abc import Iterator, Mapping

from data_contracts.codes import code_lists, load_codes
from data_contracts.dimension import Dimension, dimension
from data_contracts.errors import ContractError
from data_contracts.period import Period
from data_contracts.program import Program
from privacy.errors import PrivacyError
from privacy.policy import BlockPolicy

Shares = Mapping[str, float]


def public_shares(
    name: str, terms: BlockPolicy, *, program: Program, period: Period
) -> dict[str, Shares]:
    """Collect the public share of every key, for all dimensions of which it is known.

    A dimension has the shares that the policy's profile gives, or the sums of those of a finer
    dimension below it; areas without a profile go by residents, months are equal.

    Args:
        name: Name of the block.
        terms: The policy's words on it.
        program: Gives the residents of each area.
        period: Gives the months.

    Returns:
        Share by key, by dimension; a dimension that is not there has no public figure.

    Raises:
        PrivacyError: The profile names a dimension without a code list, or a key that it has not.
    """
    profile = {dim: _of_now(dim, shares) for dim, shares in terms.profile.items()}
    found: dict[str, Shares] = dict(profile)
    for finest, shares in profile.items():
        for dim, summed in _sum_up(name, finest, shares, program=program, period=period):
            found.setdefault(dim, summed)
    everyone = sum(area.population for area in program.areas)
    for dim in ("area", "area_kind"):
        residents: dict[str, float] = {}
        for area in program.areas:
            key = area.code if dim == "area" else area.kind.value
            residents[key] = residents.get(key, 0) + area.population / everyone
        found.setdefault(dim, residents)
    found.setdefault("month", dict.fromkeys(period.months, 1 / len(period.months)))
    return found


def _of_now(dim: str, shares: Shares) -> Shares:
    """Read a profile that was approved when the list had wider bands."""
    return load_codes(dim).divide(shares) if dim in code_lists() else shares


def _sum_up(
    block: str, dim: str, shares: Shares, *, program: Program, period: Period
) -> Iterator[tuple[str, Shares]]:
    """Add the shares of a dimension up to the coarser ones above it, nearest first."""
    at = _look_up(block, dim, program=program, period=period)
    if wrong := sorted(set(shares) - set(at.keys)):
        raise PrivacyError(
            f"Block {block!r} has public shares of {dim!r} for {wrong}; its keys are "
            f"{list(at.keys)}. Mend `profile` in privacy.yaml."
        )
    while at.parent:
        summed: dict[str, float] = {}
        for key, above in zip(at.keys, at.parent_of, strict=True):
            summed[above] = summed.get(above, 0) + shares.get(key, 0)
        yield at.parent, summed
        shares, at = summed, _look_up(block, at.parent, program=program, period=period)


def _look_up(block: str, dim: str, *, program: Program, period: Period) -> Dimension:
    try:
        return dimension(dim, program=program, period=period)
    except ContractError:
        raise PrivacyError(
            f"Block {block!r} has public shares of {dim!r}, which has no code list. Mend its "
            f"`profile` in privacy.yaml, or add data_contracts/codes/{dim}.yaml."
        ) from None
