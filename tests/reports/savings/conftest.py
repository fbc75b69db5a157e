"""One year and one quarter of an invented city, its accounts, and Riverton's assumptions."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from reports.exact import Exact, open_exact
from reports.parameters import Parameters, load_parameters
from reports.program_facts import ProgramFacts
from reports.released import Release, open_release
from reports.savings.report import Savings, estimate_savings
from tests.reports.sample_release import Plan, write_release

COSTS = Path(__file__).parents[3] / "examples" / "riverton" / "costs"
YEAR: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "contacts": {
        "contacts_type": ("call_type",),
        "contacts_month": ("month",),
        "disposition_area": ("disposition", "area_kind"),
        "police": ("police",),
        "naloxone": ("naloxone",),
    },
    "no_contact": {
        "path_district": ("path", "area"),
        "path_calltype": ("path", "call_type"),
        "nc_month": ("month",),
        "nc_police_area": ("police", "area_kind"),
    },
    "anchor": {"contacts_total": ()},
}
QUARTER: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "contacts": {
        "contacts_area_type": ("area_kind", "call_group"),
        "contacts_month": ("month",),
        "disposition": ("disposition",),
        "police": ("police",),
        "naloxone": ("naloxone",),
    },
    "no_contact": {
        "path_area": ("path", "area_kind"),
        "path_type": ("path", "call_group"),
        "nc_month": ("month",),
        "nc_police": ("police",),
    },
}
COLUMNS = (
    "month", "budget_year", "spending_kind_code", "spending_stage_code", "fund_code",
    "department_code", "recipient_kind_code", "cost_item_code", "amount_usd",
)  # fmt: skip
ITEMS = {"wages": 0.6, "benefits": 0.2, "supplies": 0.05, "vehicles": 0.15}
CHAIN = (
    ("certified", "police", "unknown", 240_000.0),
    ("appropriated", "crisis_program", "harm_reduction_provider", 180_000.0),
    ("spent", "crisis_program", "peer_run", 90_000.0),
    ("spent", "crisis_program", "harm_reduction_provider", 60_000.0),
)


def spending(year: int = 2025, cost: float = 3_600_000.0) -> pd.DataFrame:
    """Twelve months of program cost, start-up money two years before, and one chain."""
    rows: list[tuple[object, ...]] = [
        (
            f"{year}-{month:02d}", year, "program_cost", "spent", "general_fund",
            "crisis_program", "unknown", item, round(cost * share / 12, 2),
        )
        for month in range(1, 13)
        for item, share in ITEMS.items()
    ]  # fmt: skip
    rows += [
        (f"{year}-01", year, "program_cost", "budgeted", "general_fund", "crisis_program",
         "unknown", "other", cost * 1.1),
        (f"{year - 2}-02", year - 2, "start_up", "spent", "general_fund", "crisis_program",
         "unknown", "start_up", 825_000.0),
    ]  # fmt: skip
    rows += [
        (f"{year}-09", year, "reinvestment", stage, "general_fund", department, recipient,
         "wages", amount)
        for stage, department, recipient, amount in CHAIN
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_exact(
    public: Path, table: pd.DataFrame | None, missing: Mapping[str, str] | None = None
) -> Exact:
    """Write `exact/` as the private side does, and open it."""
    folder = public / "exact"
    folder.mkdir(parents=True, exist_ok=True)
    resources, tables = [], {}
    if table is not None:
        table.to_csv(folder / "spending.csv", index=False)
        kinds = dict.fromkeys(table.columns, "string")
        kinds |= {"budget_year": "number", "amount_usd": "number"}
        fields = [{"name": name, "type": kinds[name]} for name in table.columns]
        resources = [{"name": "spending", "path": "spending.csv", "schema": {"fields": fields}}]
        tables = {"spending": {"subject": "none", "title": {"en": "Spending", "es": "Gastos"}}}
    about = {"tables": tables, "missing": dict(missing or {})}
    package = {"name": "exact", "resources": resources, "care_dividend": about}
    (folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
    return open_exact(public)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public folder with a year, a quarter and the accounts; read, never written."""
    public = tmp_path_factory.mktemp("city") / "public"
    sizes = {"contacts": 15_600.0, "no_contact": 44_000.0, "anchor": 16_000.0}
    write_release(public / "releases", "FY2025", Plan(sizes=sizes, sd=12.0, tables=YEAR))
    sizes = {"contacts": 3_900.0, "no_contact": 11_000.0}
    write_release(public / "releases", "2025-Q3", Plan(sizes=sizes, sd=10.0, tables=QUARTER))
    write_exact(public, spending())
    return public


@pytest.fixture(scope="session")
def year(city: Path) -> Release:
    return open_release(city / "releases" / "FY2025")


@pytest.fixture(scope="session")
def quarter(city: Path) -> Release:
    return open_release(city / "releases" / "2025-Q3")


@pytest.fixture(scope="session")
def parameters() -> Parameters:
    found = load_parameters(COSTS, on=date(2025, 1, 1), examples=True)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def savings(year: Release, city: Path, program: ProgramFacts, parameters: Parameters) -> Savings:
    """The report of the year, estimated once."""
    return estimate_savings(year, program=program, parameters=parameters, exact=open_exact(city))


@pytest.fixture(scope="session")
def savings_quarter(
    quarter: Release, city: Path, program: ProgramFacts, parameters: Parameters
) -> Savings:
    """The report of the quarter, estimated once."""
    return estimate_savings(quarter, program=program, parameters=parameters, exact=open_exact(city))
