"""Write invented exact tables, as they are published beside the releases."""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd


def write_exact(
    public: Path, *, year: int = 2019, missing: Mapping[str, str] | None = None
) -> Path:
    """Write the exact tables of a year as they are published, with a staff of two kinds of post."""
    months, staff, items = [f"{year}-{month:02d}" for month in range(1, 13)], [], []
    for month in months:
        staff += [
            (month, "peer_specialist", 24.0, "22", "fewer than 10", 1650.0, 1500.0, 36.5, 41.0,
             38.2, "75_plus"),
            (month, "supervisor", 4.0, "fewer than 10", "fewer than 10", 276.0, None, 52.0, 62.0,
             38.2, ""),
        ]  # fmt: skip
    for month in months[2::3]:
        items += [
            (month, "law_enforcement_requests", "received", 4.0),
            (month, "law_enforcement_requests", "refused", 3.0),
            (month, "law_enforcement_requests", "narrowed", 1.0),
            (month, "complaints", "received", 9.0), (month, "complaints", "upheld", 3.0),
            (month, "board_seats", "filled", 12.0), (month, "board_seats", "vacant", 1.0),
            (month, "board_meetings", "held", 3.0),
            (month, "health_insurance", "same_as_city", 28.0),
            (month, "retirement", "less_than_city", 28.0),
            (month, "degree_required", "required", 4.0),
            (month, "degree_required", "not_required", 24.0),
        ]  # fmt: skip
    named: dict[str, tuple[list[str], list[tuple[object, ...]]]] = {
        "staffing": (
            ["month", "post_code", "n_posts", "n_people", "n_left", "scheduled_hours",
             "staffed_hours", "pay_low_usd_per_hour", "pay_high_usd_per_hour",
             "living_wage_usd_per_hour", "lived_experience_band_code"], list(staff)),
        "governance": (
            ["month", "governance_item_code", "governance_outcome_code", "n_items"], list(items)),
    }  # fmt: skip
    gone = missing or {}
    kept = {name: table for name, table in named.items() if name not in gone}
    (public / "exact").mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in kept.items():
        pd.DataFrame(rows, columns=columns).to_csv(public / "exact" / f"{name}.csv", index=False)
    texts = {"month", "n_people", "n_left"}
    package = {
        "resources": [
            {"name": name, "schema": {"fields": [
                {"name": one, "type": "string" if one in texts or one.endswith("_code")
                 else "number"} for one in columns]}}
            for name, (columns, _) in kept.items()
        ],
        "care_dividend": {
            "tables": {
                name: {"subject": "staff" if name == "staffing" else "none",
                       "title": {"en": name, "es": name}} for name in kept
            },
            "missing": dict(gone),
        },
    }  # fmt: skip
    (public / "exact" / "datapackage.json").write_text(json.dumps(package), "utf-8")
    return public
