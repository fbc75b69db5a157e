"""Write an invented public release: tables that agree with one another, and their covariance."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.dimension import Dimension, dimension
from data_contracts.period import Period, read_period
from data_contracts.program import Area, AreaKind, Custodian, CustodianKind, Program
from reports.released import Release

Vector = npt.NDArray[np.float64]
Z90 = 1.6448536269514722
PROGRAM = Program(
    name="Riverton crisis teams",
    city="Riverton",
    custodian=Custodian(name="Riverton Care", kind=CustodianKind.COMMUNITY_PROVIDER),
    time_zone="America/Phoenix",
    first_month="2015-01",
    contact="board@example.org",
    areas=(
        Area(code="downtown", name="Downtown", kind=AreaKind.URBAN, population=90_000),
        Area(code="lakeside", name="Lakeside", kind=AreaKind.SUBURBAN, population=60_000),
        Area(code="uplands", name="Uplands", kind=AreaKind.RURAL, population=12_000),
    ),
)
SHARES: Mapping[str, Mapping[str, float]] = {
    "naloxone": {"given": 0.62, "not_given": 0.3, "unknown": 0.08},
    "housing": {"housed": 0.55, "unhoused": 0.31, "declined": 0.002, "unknown": 0.138},
    "time_of_day": {"morning": 0.19, "afternoon": 0.3, "evening": 0.3, "overnight": 0.2},
    "referral": {"not_offered": 0.3, "declined": 0.28, "accepted": 0.3, "connected": 0.1},
    "police": {"none": 0.95, "with_team": 0.02, "backup_requested": 0.004, "unknown": 0.02},
    "area_kind": {"urban": 0.7, "suburban": 0.25, "rural": 0.045, "unknown": 0.005},
    "disposition": {
        "resolved": 0.6, "community_site": 0.12, "emergency_department": 0.14, "declined": 0.1,
        "involuntary_hold": 0.004, "arrest": 0.001, "unknown": 0.03,
    },
    "path": {
        "not_triaged": 0.3, "not_eligible": 0.25, "unserved_hours": 0.1, "unserved_no_unit": 0.09,
        "cancelled_on_way": 0.1, "not_found": 0.1,
    },
    "response_band": {
        "under_10": 0.13, "10_to_14": 0.13, "15_to_19": 0.12, "20_to_29": 0.24, "30_to_44": 0.18,
        "45_to_59": 0.08, "60_to_89": 0.05, "90_plus": 0.02, "unknown": 0.05,
    },
    "hospital": {
        "none": 0.86, "emergency_department": 0.12, "involuntary_hold": 0.01, "unknown": 0.01,
    },
    "overdose": {"yes": 0.1, "no": 0.85, "unknown": 0.05},
    "known_or_anonymous": {"known": 0.6, "anonymous": 0.4},
}  # fmt: skip
ALL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "contacts": {
        "visits_month": ("month",), "naloxone": ("naloxone",), "age_band": ("age_band",),
        "housing": ("housing",), "gender": ("gender",), "time_of_day": ("time_of_day",),
        "referral": ("referral",), "police": ("police",), "disposition": ("disposition",),
        "response_area": ("response_band", "area_kind"), "naloxone_area": ("naloxone", "area_kind"),
        "contacts_source": ("source",), "contacts_group": ("area_kind", "call_group"),
        "police_area": ("police", "area_kind"),
    },
    "no_contact": {
        "path_area": ("path", "area_kind"), "path_group": ("path", "call_group"),
        "nc_month": ("month",), "nc_source": ("source",), "nc_police": ("police", "area_kind"),
    },
}  # fmt: skip
YEARLY: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "contacts": {
        **ALL["contacts"], "contacts_area": ("area",), "responder": ("responder",),
        "onscene": ("onscene_band",), "dispatch_delay": ("dispatch_band",),
        "travel": ("travel_band",), "disposition_area": ("disposition", "area_kind"),
        "referral_area": ("referral", "area_kind"), "consent": ("consent",),
        "followup": ("followup",), "kits": ("kits_band",), "supplies": ("supplies",),
        "overdose": ("overdose", "police_any", "followup_72h"),
        "hospital_race": ("hospital", "race"),
    },
    "no_contact": {**ALL["no_contact"], "path_district": ("path", "area")},
    "persons": {
        one: (dim,) for one, dim in {
            "persons_race": "race", "persons_age": "age_band", "persons_language": "language",
            "persons_housing": "housing", "contacts_band": "contacts_band",
            "repeat_30_90": "repeat_30_90", "after_declining": "after_declining",
            "known_or_anonymous": "known_or_anonymous",
        }.items()
    },
    "surveys": {
        one: (one,)
        for one in ("satisfaction", "felt_safe", "respected", "had_choice", "main_theme")
    },
    "anchor": {"contacts_total": ()},
}  # fmt: skip
LOSS = 0.022  # of visits, that the limit of the contacts block is expected to take


@dataclass(frozen=True)
class Plan:
    """What to invent: sizes by block, raw noise of a cell, tables by block, and the labels."""

    seed: int = 7
    status: str = "SAMPLE"
    sizes: Mapping[str, float] = field(
        default_factory=lambda: {"contacts": 1400.0, "no_contact": 3000.0}
    )
    sd: float = 11.0
    tables: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=lambda: ALL)
    prefix: str = ""


def yearly(*, seed: int = 7) -> Plan:
    """Every block that a yearly release has; the anchor counts what the limit of visits took."""
    sizes = {"contacts": 15_650.0, "no_contact": 44_000.0, "persons": 9_000.0, "surveys": 1_800.0}
    return Plan(seed=seed, sd=24.0, sizes={**sizes, "anchor": 16_000.0}, tables=YEARLY)


def quarterly(*, seed: int = 7) -> Plan:
    """What a quarter of the same program has."""
    return Plan(seed=seed, sd=16.0, sizes={"contacts": 3_910.0, "no_contact": 11_000.0})


def chances(found: Dimension) -> Vector:
    """Share of each key: as listed above, or falling slowly along the list."""
    listed = SHARES.get(found.name)
    if listed is None:
        raw = np.array([1 / (3 + number) for number, _ in enumerate(found.keys)])
    else:
        raw = np.array([listed.get(key, 0.0005) for key in found.keys])
    shares: Vector = raw / raw.sum()
    return shares


def agree(
    noisy: Vector, owners: list[str], variances: Vector
) -> tuple[Vector, npt.NDArray[np.float64]]:
    """Make all tables of a block have one total, by generalised least squares."""
    names = list(dict.fromkeys(owners))
    rows = [
        [float(owner == name) - float(owner == names[0]) for owner in owners] for name in names[1:]
    ]
    noise = np.diag(variances)
    if not rows:
        return noisy, noise
    rule = np.array(rows)
    gain = noise @ rule.T @ np.linalg.inv(rule @ noise @ rule.T)
    return noisy - gain @ rule @ noisy, noise - gain @ rule @ noise


def write_release(folder: Path, name: str = "FY2019", plan: Plan | None = None) -> Path:
    """Write `folder/<name>` in the format of a public release, with noise drawn from a seed."""
    plan, period = plan or Plan(), read_period(name)
    rng = np.random.default_rng([plan.seed, period.start.toordinal()])
    release = folder / name
    (release / "tables").mkdir(parents=True)
    dims = {
        one: dimension(one, program=PROGRAM, period=period)
        for tables in plan.tables.values() for names in tables.values() for one in names
    }  # fmt: skip
    covariances = []
    for block, tables in plan.tables.items():
        grids = {table: list(product(*(dims[d].keys for d in by))) for table, by in tables.items()}
        shares = [product(*(chances(dims[dim]) for dim in by)) for by in tables.values()]
        truth = plan.sizes[block] * np.array([np.prod(cell) for grid in shares for cell in grid])
        owners = [table for table, grid in grids.items() for _ in grid]
        noisy = np.round(rng.poisson(truth) + rng.normal(0, plan.sd, len(truth)))
        values, matrix = agree(noisy, owners, np.full(len(truth), plan.sd**2))
        write_tables(release, tables, grids, (values, np.sqrt(np.diag(matrix)), truth))
        upper = np.triu_indices(len(truth))
        covariances.append(
            pd.DataFrame(
                {"block": block, "row": upper[0], "column": upper[1], "value": matrix[upper]}
            )
        )
    pd.concat(covariances).to_parquet(release / "covariance.parquet", index=False)
    (release / "measurements.parquet").write_bytes(b"PAR1 stands in for the stored bytes")
    (release / "datapackage.json").write_text(json.dumps(package(period, plan, dims)), "utf-8")
    (release / "card.json").write_text(json.dumps(card(period)), "utf-8")
    return release


def write_tables(
    release: Path,
    tables: Mapping[str, tuple[str, ...]],
    grids: Mapping[str, list[tuple[str, ...]]],
    cells: tuple[Vector, Vector, Vector],
) -> None:
    """Write one CSV a table; marks look at the invented truth, never at the noisy value."""
    start = 0
    for table, grid in grids.items():
        values, sds, truth = (part[start : start + len(grid)] for part in cells)
        frame = pd.DataFrame(grid, columns=list(tables[table]))
        frame["statistic"] = "count"
        frame["estimate"], frame["sd"] = values.round(3), sds.round(3)
        frame["low"] = (values - Z90 * sds).clip(min=0).round(3)
        frame["high"] = (values.clip(min=0) + Z90 * sds).round(3)
        frame["planned"] = truth.round(3)
        frame["mark"] = np.select(
            [truth >= 6 * sds, truth >= 3 * sds], ["use", "caution"], "withheld"
        )
        frame["cell"] = range(start, start + len(grid))
        frame.to_csv(release / "tables" / f"{table}.csv", index=False)
        start += len(grid)


def package(period: Period, plan: Plan, dims: Mapping[str, Dimension]) -> dict[str, object]:
    """Describe the release as `datapackage.json` does."""
    about = {
        one: {
            "title": dict(found.titles),
            "keys": list(found.keys),
            "labels": {
                language: [plan.prefix + label for label in labels]
                for language, labels in found.labels.items()
            },
            "parent": found.parent,
            "parent_of": list(found.parent_of),
        }
        for one, found in dims.items()
    }
    tables = {
        table: {
            "block": block, "dims": list(by), "statistics": ["count"], "measure": None,
            "range": None, "title": {"en": table, "es": table}, "sd_raw": plan.sd, "marks": {},
        }
        for block, names in plan.tables.items() for table, by in names.items()
    }  # fmt: skip
    facts = {
        "name": period.name, "kind": period.kind.value, "fiscal_year": period.fiscal_year,
        "months": list(period.months),
    }  # fmt: skip
    return {
        "name": period.name.lower(),
        "resources": [{"name": table, "path": f"tables/{table}.csv"} for table in tables],
        "care_dividend": {
            "release": period.name, "period": facts, "status": plan.status, "retrospective": False,
            "interval": 0.9,
            "blocks": {
                block: {"expected": size, "expected_clip_loss": LOSS * (block == "contacts")}
                for block, size in plan.sizes.items()
            },
            "tables": tables, "dimensions": about,
        },
    }  # fmt: skip


def card(period: Period) -> dict[str, object]:
    """Write what a privacy card holds."""
    return {
        "card_version": 1,
        "release_id": period.name,
        "registry": {
            "name": "Riverton crisis teams",
            "privacy_loss": {
                "privacy_unit": "participant",
                "privacy_parameters": {"rho": 0.12, "epsilon": 2.4, "delta": 1e-6},
            },
            "publication_date": "2020-02-20",
        },
        "ours": {
            "units": [{"unit": "participant", "adjacency": "add/remove one unit"}],
            "blocks": {"contacts": 0.096, "no_contact": 0.024},
            "spent_before": 0.0,
            "spent_here": 0.12,
            "cap": 0.36,
            "invariants": [],
            "ledger": {"seq": 1, "head": "0" * 64},
            "terms_sha256": "1" * 64,
            "expert": {"name": "", "date": None, "expires": None},
            "known_limits": ["People met very often count for less."],
        },
    }


def without_loss(release: Release) -> Release:
    """The same release under a policy that does not say what its limit takes."""
    unknown = {"expected_clip_loss": None}
    blocks = {name: one.model_copy(update=unknown) for name, one in release.package.blocks.items()}
    return replace(release, package=release.package.model_copy(update={"blocks": blocks}))
