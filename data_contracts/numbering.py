"""Settle which feeds number things together. The chain: contract -> **source** -> rules -> judge.

The call 1001 of one line is not the call 1001 of another, and the client 7 of one provider not the
client 7 of another, unless somebody says so: merging two people is as bad as splitting one. Why:
docs/decisions/0012-a-number-is-its-feeds-own.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from data_contracts.errors import ContractError
from data_contracts.feed import Source, number_kind
from data_contracts.identifiers import Fold


def settle_numbering(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Give every column of numbers the numbering that it belongs to.

    Numbers of records are their feed's own. A reference belongs to the numbering of the one feed it
    can mean. Client numbers that several feeds give are the same people or not: each must say.

    Args:
        sources: Every feed of a program.

    Returns:
        The same feeds; `numbering` names one for every column of numbers, and what one feed says
        under `alike` holds for all that share its numbering.

    Raises:
        ContractError: A feed does not say what only the program can know; the key is named.
    """
    problems = [one for source in sources for one in _problems(source, sources)]
    if problems:
        raise ContractError(" ".join(problems))
    return _share_alike([_settle(source, sources) for source in sources])


def shares_numbers(source: Source, other: Source, name: str) -> bool:
    """Whether two feeds of one table number the same things together.

    Args:
        source: A feed whose numbering is settled.
        other: Another one.
        name: Column of numbers of their table.
    """
    return (
        source.feed != other.feed
        and source.contract.table == other.contract.table
        and name in source.numbers
        and name in other.numbers
        and source.numbered_by(name) == other.numbered_by(name)
    )


def _settle(source: Source, sources: Sequence[Source]) -> Source:
    settled = {number_kind(name): _numbering(source, name, sources) for name in source.numbers}
    return source.model_copy(update={"numbering": settled})


def _share_alike(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Read the numbers of one numbering in one way, or a reference would not find its record."""
    said: dict[tuple[str, str], dict[frozenset[Fold], str]] = {}
    for source in sources:
        for name in source.numbers:
            column = source.column(name)
            if column is not None and column.alike is not None:
                ways = said.setdefault((number_kind(name), source.numbered_by(name)), {})
                ways.setdefault(frozenset(column.alike), source.feed)
    for (kind, numbering), ways in said.items():
        if len(ways) > 1:
            raise ContractError(
                f"Feeds {sorted(ways.values())} share the numbering {numbering!r} of {kind!r} and "
                "say different things under `alike`. Say the same in each file of sources/."
            )
    only = {key: tuple(sorted(next(iter(ways)))) for key, ways in said.items()}
    return tuple(_read_alike(source, only) for source in sources)


def _read_alike(source: Source, only: Mapping[tuple[str, str], tuple[Fold, ...]]) -> Source:
    columns = dict(source.columns)
    for name in source.numbers:
        key = (number_kind(name), source.numbered_by(name))
        if name in source.mapped and key in only:
            delivered = source.mapped[name]
            columns[delivered] = columns[delivered].model_copy(update={"alike": only[key]})
    return source.model_copy(update={"columns": columns})


def _numbering(source: Source, name: str, sources: Sequence[Source]) -> str:
    said = source.numbering.get(number_kind(name))
    meant = _meant(source, name, sources)
    return said or (meant[0] if len(meant) == 1 else source.feed)


def _meant(source: Source, name: str, sources: Sequence[Source]) -> list[str]:
    """Numberings of the feeds that a reference may mean; none where it is no reference."""
    table, _, there = (source.contract.column(name).references or "").partition(".")
    kind = number_kind(there)
    feeds = [one for one in sources if one.contract.table == table and there in one.numbers]
    return sorted({one.numbering.get(kind, one.feed) for one in feeds})


def _problems(source: Source, sources: Sequence[Source]) -> Iterator[str]:
    file = f"sources/{source.feed}.yaml"
    kinds = {number_kind(name): name for name in source.numbers}
    for kind in sorted(set(source.numbering) - set(kinds)):
        yield (
            f"{file}: numbering.{kind} is said of numbers that the feed does not give; it gives "
            f"{sorted(kinds)}. Mend the key."
        )
    for kind, name in kinds.items():
        said, meant = source.numbering.get(kind), _meant(source, name, sources)
        if len(meant) > 1 and said is None:
            yield (
                f"{file}: several feeds number their records of {kind!r} apart: {meant}. Write "
                f"`numbering: {{{kind}: {meant[0]}}}` if this feed names those of {meant[0]!r}; "
                f"or, if no number is given out twice, one name under numbering.{kind} in all."
            )
        elif meant and said is not None and said not in meant:
            yield (
                f"{file}: numbering.{kind} is {said!r}, but the feeds it can mean have {meant}. "
                "Mend it, or nothing is ever found."
            )
    if source.contract.person_id in source.numbers:
        yield from _unsaid_people(source, sources)


def _unsaid_people(source: Source, sources: Iterable[Source]) -> Iterator[str]:
    """Ask whose client numbers are the same people's, where several feeds give them."""
    kind = number_kind(source.contract.person_id or "")
    giving = [one.feed for one in sources if one.contract.person_id in one.numbers]
    if len(giving) > 1 and kind not in source.numbering:
        yield (
            f"sources/{source.feed}.yaml: client numbers come from {giving}, and nothing says "
            f"whether one number is one person in all of them. Write `numbering: {{{kind}: NAME}}`:"
            " the same NAME in feeds whose numbers are the same people, another where they are not."
        )
