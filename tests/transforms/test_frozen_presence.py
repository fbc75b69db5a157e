"""A participant's presence moves no other unit's row, whatever later deliveries say of a record."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from data_contracts.errors import ContractError
from tests.transforms.town import MONTH, Town
from transforms.code import coded_file
from transforms.freeze import freeze_links
from transforms.frozen import frozen_file, keep_links
from transforms.link import INCIDENTS, LINKED_FILES
from transforms.parse import digest
from transforms.vault import write_json

Place = tuple[int, int | None]  # a record, and which person of it
Delivery = dict[Place, int | None]  # whose each row is
PEOPLE = (1, 2, 3)
DELIVERIES = st.booleans().flatmap(
    lambda places: st.lists(
        st.dictionaries(
            st.tuples(st.just(1), st.sampled_from([None, 1, 2] if places else [None])),
            st.sampled_from([None, *PEOPLE]),
        ),
        min_size=2,
        max_size=3,
    )
)


def owners(rounds: Sequence[Delivery]) -> list[Delivery]:
    """Whose each row is by the rule: the first participant known at its place, or as delivered."""
    known: Delivery = {}
    found: list[Delivery] = []
    for delivery in rounds:
        places = {place for _, place in known}
        turned = len(known) == len(delivery) == 1 and None in places | {
            place for _, place in delivery
        }
        only = next(iter(known.values())) if turned else None
        now = {place: known.get(place) or only or unit for place, unit in delivery.items()}
        known |= {place: unit for place, unit in now.items() if known.get(place) is None}
        told = {unit for (_, place), unit in known.items() if place is not None}
        known = {
            (record, place): unit
            for (record, place), unit in known.items()
            if place is not None or unit not in told
        }
        found.append(now)
    return found


def release(town: Town, rounds: Sequence[Delivery]) -> list[Delivery] | None:
    """Deliver a month over and over, each time before a release; nothing if one is refused."""
    source, found = town.source("visits"), list[Delivery]()
    frozen_file(source, vault=town.vault, month=MONTH).unlink(missing_ok=True)
    file = coded_file(source, vault=town.vault, month=MONTH)
    file.parent.mkdir(parents=True, exist_ok=True)
    names = ("encounter_key", "person_order", "participant_key")
    schema = pa.schema(list(zip(names, (pa.int64(), pa.int32(), pa.int64()), strict=True)))
    for delivery in rounds:
        rows = [dict(zip(names, (*one, unit), strict=True)) for one, unit in delivery.items()]
        pq.write_table(pa.Table.from_pylist(rows, schema), file)
        try:
            keep_links(file, source=source, month=MONTH, vault=town.vault, engine=town.engine)
            linked = {LINKED_FILES: {source.feed: digest(file)}}
            write_json(linked, to=town.vault.check(INCIDENTS, month=MONTH))
            freeze_links([source], months=[MONTH], vault=town.vault, engine=town.engine)
        except ContractError:
            return None
        told = (tuple(row[name] for name in names) for row in pq.read_table(file).to_pylist())
        found.append({(record, place): unit for record, place, unit in told})
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rounds=DELIVERIES, who=st.sampled_from(PEOPLE))
@example(rounds=[{(1, None): 1}, {(1, 1): 2, (1, 2): None}], who=1)
@example(rounds=[{(1, 1): 1, (1, 2): 2}, {(1, 1): 2, (1, 2): None}], who=1)
@example(rounds=[{(1, 1): 1, (1, 2): 2}, {(1, None): None}], who=1)
@example(rounds=[{(1, 1): 1, (1, 2): 2}, {(1, None): 2, (1, 2): None}], who=1)
def test_stability_one_participants_presence_moves_no_other_units_row(
    ordered: Town, rounds: list[Delivery], who: int
) -> None:
    whose = owners(rounds)
    without = [
        {place: unit for place, unit in delivery.items() if owner[place] != who}
        for delivery, owner in zip(rounds, whose, strict=True)
    ]

    whole, rest = release(ordered, rounds), release(ordered, without)

    event("refused" if whole is None or rest is None else "released")
    assert whole in (None, whose)
    assert rest is not None or whole is None
    if whole and rest:
        others = [{at: one for at, one in now.items() if one != who} for now in whole]
        assert others == rest
