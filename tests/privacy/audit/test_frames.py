"""Mirrors privacy/audit/frames.py."""

import pyarrow as pa

from privacy.audit.frames import Bodies, give_keys, make_crowd, make_frame
from tests.privacy.riverton import QUARTERS, riverton_plan
from tests.privacy.small import make_policy, plan_year


def keys_of(participants: list[str | None], incidents: list[str | None] | None = None) -> list[int]:
    columns = {"participant": pa.array(participants, pa.string())}
    if incidents is not None:
        columns["incident"] = pa.array(incidents, pa.string())
    keys: list[int] = give_keys(pa.table(columns))["unit_key"].to_pylist()
    return keys


def test_a_person_is_one_unit_over_all_their_incidents() -> None:
    keys = keys_of(["a", "b", "a"], ["1", "2", "3"])

    assert keys[0] == keys[2] != keys[1]


def test_rows_of_nobody_known_are_never_grouped_but_by_their_incident() -> None:
    keys = keys_of([None, None, None, "1", None], ["1", "2", "1", None, None])

    assert keys[0] == keys[2]
    assert len(set(keys)) == 4


def test_a_person_and_an_incident_of_one_name_are_two_units() -> None:
    keys = keys_of(["7", None], ["x", "7"])

    assert keys[0] != keys[1]


def test_without_incidents_every_row_of_nobody_known_is_a_unit() -> None:
    keys = keys_of([None, None, "a", "a"])

    assert len(set(keys)) == 3


def test_a_body_falls_in_every_table_and_its_coarser_keys_follow() -> None:
    spec = riverton_plan(QUARTERS[0]).spec
    made = Bodies(spec)

    bodies = [made.at(place) for place in range(30)]

    for block in spec.blocks:
        for table in block.tables:
            for dim, levels in table.drop.items():
                assert not {body[spec.axes[dim].column] for body in bodies} & set(levels)
    for axis in spec.axes.values():
        if axis.parent:
            above = dict(zip(axis.keys, axis.parent_of, strict=True))
            column = spec.axes[axis.parent].column
            assert all(body[column] == above[str(body[axis.column])] for body in bodies)


def test_another_area_takes_its_kind_along() -> None:
    made = Bodies(plan_year().spec)

    moved = made.moved(made.at(0), dim="area", key="hills")

    assert (moved["area_code"], moved["area_kind_code"]) == ("hills", "rural")
    assert {**moved, "area_code": "north", "area_kind_code": "urban"} == made.at(0)


def test_measures_are_in_full() -> None:
    assert Bodies(plan_year().spec).at(3)["onscene_min"] == 60


def test_rows_stand_in_every_block_that_has_rows_of_its_own() -> None:
    """The anchor counts those of `contacts` again."""
    total = {"split": 0.5, "clip": 24, "expected": 9, "tables": {"all": {"dims": [], "share": 1}}}
    kinds = {"kinds": {"dims": ["call_type"], "share": 1}}
    some = {"split": 0.5, "clip": 2, "expected": 9, "tables": kinds}
    spec = plan_year(make_policy({"contacts": some, "anchor": total})).spec

    frame = make_frame(spec, [Bodies(spec).at(0)] * 2, participant="a")

    assert frame["block_code"].to_pylist() == ["contacts"] * 2


def test_people_in_the_crowd_say_the_same_as_others() -> None:
    crowd = make_crowd(plan_year().spec)

    said = crowd.drop_columns(["participant", "incident"]).to_pylist()
    people = crowd["participant"].to_pylist()
    by_row: dict[str, set[str | None]] = {}
    for row, person in zip(said, people, strict=True):
        by_row.setdefault(str(row), set()).add(person)
    assert max(len(found) for found in by_row.values()) > 10
    assert None in people
    assert crowd.equals(make_crowd(plan_year().spec))
