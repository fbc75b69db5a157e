"""Mirrors privacy/audit/draw.py. Means are compared within 7 sd: a chance of 1e-10 a number."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import yaml

from data_contracts.period import read_period
from data_contracts.program import load_program
from privacy import audit
from privacy.audit.draw import CellName, cells, draw
from privacy.errors import PrivacyError
from privacy.plan import make_plan
from privacy.policy import Policy
from reports.errors import ReportError
from reports.released import open_release
from tests.privacy.riverton import RIVERTON, riverton_policy
from tests.privacy.small import PROGRAM, make_policy, one_block, plan_year

DRAWS = 200
ROWS: list[dict[str, Any]] = [
    {"participant": "ana", "area": "north", "call_type": "overdose"},
    {"participant": "ben", "area": "south", "call_type": "welfare_check"},
    {"participant": None, "area": "hills", "call_type": "overdose"},
    {"participant": None, "area": "hills", "call_type": "nonsense"},
]
REST = {
    "block_code": "contacts",
    "month": "2025-05",
    "naloxone": "given",
    "housing": "housed",
    "path": "unknown",
    "onscene_min": 20,
}


def frame(rows: list[dict[str, Any]] | None = None) -> pd.DataFrame:
    return pd.DataFrame([{**REST, **row} for row in rows or ROWS])


def means(
    incidents: pd.DataFrame | pa.Table, policy: Policy | None = None
) -> dict[CellName, float]:
    policy = policy or make_policy()
    drawn = draw(policy, incidents, DRAWS, program=PROGRAM)
    names = cells(policy, program=PROGRAM, period="FY2025")
    return dict(zip(names, drawn.mean(axis=0), strict=True))


def tolerance(table: str) -> float:
    spec = plan_year().spec
    found = next(one for block in spec.blocks for one in block.tables if one.name == table)
    return 7 * spec.raw_sd(found) / math.sqrt(DRAWS)


def test_it_is_exported_for_outsiders() -> None:
    assert audit.draw is draw
    assert audit.cells is cells


def test_draws_are_a_plain_array_of_the_planned_cells() -> None:
    drawn = draw(make_policy(), frame(), 3, program=PROGRAM)

    assert type(drawn) is np.ndarray
    assert drawn.dtype == np.float64
    assert drawn.shape == (3, plan_year().spec.length)
    assert len(np.unique(drawn)) == drawn.size


def test_names_stand_in_the_order_of_the_spec() -> None:
    names = cells(make_policy(), program=PROGRAM, period="FY2025")

    spec = plan_year().spec
    assert len(set(names)) == len(names) == spec.length
    assert names[0] == CellName(
        "contacts", "area_group", "count", spec.grid(spec.blocks[0].tables[0])[0]
    )
    assert {name.statistic for name in names if name.table == "onscene"} == {"rest", "sum"}


def test_a_draw_is_the_clipped_count_with_the_noise_of_the_release() -> None:
    often = frame([*ROWS, *[{"participant": "ana", "area": "north", "call_type": "overdose"}] * 49])

    found = means(often)

    kinds = {name.cell: value for name, value in found.items() if name.table == "kind"}
    assert kinds["urban",] == pytest.approx(2.5 + 1, abs=tolerance("kind"))
    assert kinds["rural",] == pytest.approx(2, abs=tolerance("kind"))


def test_the_spread_of_draws_is_the_planned_one() -> None:
    """The sd of 200 draws x 28 cells is known to 1%; 7 times that is 7%."""
    spec = plan_year().spec
    table = spec.blocks[0].tables[0]

    drawn = draw(make_policy(), frame(), DRAWS, program=PROGRAM)

    size = len(spec.grid(table))
    own = drawn[:, :size] - drawn[:, :size].mean(axis=0)
    assert math.sqrt((own**2).sum() / (size * (DRAWS - 1))) == pytest.approx(
        spec.raw_sd(table), rel=0.07
    )


def test_nobody_known_is_never_one_person() -> None:
    strangers = frame([{"participant": None, "area": "north", "call_type": "overdose"}] * 40)
    blank = strangers.assign(participant=" ")

    for incidents in (strangers, blank):
        kinds = {
            name.cell: value for name, value in means(incidents).items() if name.table == "kind"
        }
        assert kinds["urban",] == pytest.approx(40, abs=tolerance("kind"))


def test_people_without_a_name_at_one_incident_are_one_unit() -> None:
    crowd = frame([{"participant": None, "area": "north", "call_type": "overdose"}] * 40)

    kinds = {
        name.cell: value
        for name, value in means(crowd.assign(incident="one")).items()
        if name.table == "kind"
    }

    assert kinds["urban",] == pytest.approx(2.5, abs=tolerance("kind"))


def test_values_outside_the_public_keys_are_unknown() -> None:
    types = {name.cell: value for name, value in means(frame()).items() if name.table == "types"}

    assert types["unknown",] == pytest.approx(1, abs=tolerance("types"))


@pytest.mark.parametrize(
    "ids", [[1, 1, None, None], [1.0, 1.0, math.nan, math.nan], ["a", "a", None, None]]
)
def test_any_id_serves(ids: list[object]) -> None:
    """Eight rows of one person count as 2.5; eight people would count as 8."""
    incidents = frame([{**row, "participant": one} for one, row in zip(ids, ROWS, strict=True)] * 4)

    kinds = {name.cell: value for name, value in means(incidents).items() if name.table == "kind"}

    assert sum(kinds.values()) < 8 + 4 + 2 * tolerance("kind")


def test_frames_of_pandas_and_arrow_and_both_styles_of_columns_are_the_same() -> None:
    styles = [
        frame(),
        pa.Table.from_pandas(frame()),
        frame().rename(columns={"area": "area_code", "call_type": "call_type_code"}),
        frame().astype({"area": "category"}),
    ]

    found = [np.array([*means(one).values()]) for one in styles]

    spec = plan_year().spec
    sds = np.array([spec.raw_sd(s.table) for s in spec.series() for _ in s.cells])
    for one in found[1:]:
        assert np.abs((one - found[0]) / sds).max() < 7 * math.sqrt(2 / DRAWS)


def test_a_policy_is_read_from_its_file_with_the_program_beside_it(tmp_path: Path) -> None:
    for name in ("privacy.yaml", "program.yaml"):
        (tmp_path / name).write_bytes((RIVERTON / name).read_bytes())
    names = cells(tmp_path / "privacy.yaml", period="2025-Q3")
    spec = make_plan(
        riverton_policy(), program=load_program(RIVERTON), period=read_period("2025-Q3")
    ).spec
    columns = {axis.column: ["unknown"] for axis in spec.axes.values()}
    incidents = pd.DataFrame(
        {**columns, "participant": ["a"], "block_code": ["contacts"], "month": ["2025-08"]}
    )

    drawn = draw(str(tmp_path / "privacy.yaml"), incidents, 2)

    assert drawn.shape == (2, len(names)) == (2, spec.length)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["privacy.yaml", "program.yaml"]


def test_the_shortest_release_that_holds_all_months_is_drawn() -> None:
    terms = one_block({"months": {"dims": ["month"], "share": 1}}).model_dump(mode="json")
    terms["releases"]["quarter"] = {**terms["releases"]["year"], "rho": "0.06", "per_year": 4}
    policy = Policy.model_validate(terms)
    row = {"participant": "a", "block_code": "contacts"}

    shapes = [
        draw(policy, pd.DataFrame([{**row, "month": one} for one in months]), 1, program=PROGRAM)
        for months in (["2025-04", "2025-06"], ["2025-03", "2025-04"])
    ]

    assert [one.shape for one in shapes] == [(1, 3), (1, 12)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"draws": 0}, "at least 1; got 0"),
        ({"draws": 2.5}, "whole number"),
        ({"program": None}, "Pass `program`"),
        ({"period": "2025-Q9"}, "not a period"),
        ({"period": "2025-Q1"}, "no quarter release"),
        ({"incidents": frame().assign(month="2025-5")}, "YYYY-MM"),
        ({"incidents": frame().assign(month=["2024-12", *["2025-01"] * 3])}, "one fiscal"),
        ({"incidents": frame().drop(columns="participant")}, "no column 'participant'"),
        ({"incidents": frame().drop(columns="naloxone")}, "no column 'naloxone_code'"),
        ({"incidents": frame().drop(columns="onscene_min")}, "no column 'onscene_min'"),
        ({"incidents": frame().assign(onscene_min="long")}, "whole numbers"),
        ({"incidents": frame().assign(participant=["a", 1, 2, 3])}, "mixes kinds"),
        ({"incidents": [1, 2]}, "DataFrame"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change: dict[str, Any], message: str) -> None:
    given = {
        "policy": make_policy(),
        "incidents": frame(),
        "draws": 1,
        "program": PROGRAM,
        **change,
    }

    with pytest.raises(PrivacyError, match=message):
        draw(**given)


def test_no_report_accepts_a_draw(tmp_path: Path) -> None:
    """A page is made of a release's folder: its package, its card and its measurements."""
    drawn = draw(make_policy(), frame(), 2, program=PROGRAM)
    folder = tmp_path / "public" / "releases" / "FY2025"
    (folder / "tables").mkdir(parents=True)
    pd.DataFrame(drawn).to_csv(folder / "tables" / "kind.csv")
    pd.DataFrame(drawn).rename(columns=str).to_parquet(folder / "measurements.parquet")
    (folder / "datapackage.json").write_text(json.dumps({"name": "FY2025"}), encoding="utf-8")

    with pytest.raises(ReportError):
        open_release(folder)
    with pytest.raises((TypeError, ReportError)):
        open_release(drawn)  # type: ignore[arg-type]


def test_the_message_of_a_bad_program_file_says_where_to_mend(tmp_path: Path) -> None:
    terms = yaml.safe_load((RIVERTON / "privacy.yaml").read_text(encoding="utf-8"))
    (tmp_path / "privacy.yaml").write_text(yaml.safe_dump(terms), encoding="utf-8")

    with pytest.raises(PrivacyError, match=r"has no program\.yaml"):
        cells(tmp_path)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("block_code", "contact", r"'block_code' has values other than \['contacts'"),
        ("month", "2024-05", "No incident is in 2025-01 to 2025-12, the months of 'FY2025'"),
    ],
)
def test_what_nothing_would_count_is_refused(column: str, value: str, said: str) -> None:
    """An attack on it would find nothing, whatever the engine does."""
    incidents = frame([{**ROWS[0], column: value}])

    with pytest.raises(PrivacyError, match=said):
        draw(make_policy(), incidents, 2, program=PROGRAM, period="FY2025")
