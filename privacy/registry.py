"""Describe a release as the OpenDP deployments registry asks for it, tier 3.

Field names and choices are those of the registry's own schema, of which `registry.schema.yaml` is a
copy with its source and licence; any other field would be refused there.
"""

import re

from privacy.chain import Row
from privacy.measurements import Measurements
from privacy.noise import DELTA, epsilon
from privacy.policy import NANO, Policy
from privacy.spec import SURVEYS

_DIGITS = 4


def describe(measured: Measurements, policy: Policy, *, seat: Row) -> dict[str, object]:
    """Fill in the registry's form.

    Args:
        measured: The public bytes of the release, read.
        policy: Its terms.
        seat: Its row of the chain.

    Returns:
        An entry of tier 3, status Draft.
    """
    program = measured.facts.program
    return {
        "url_slug": re.sub(r"[^a-z0-9]+", "_", f"{program.name} {seat.release}".lower()).strip("_"),
        "status": "Draft",
        "tier": 3,
        "deployment": {
            "basic": _basic(measured, seat),
            "dp_variant": {
                "variant_name": "Zero-concentrated DP",
                "data_domain": (
                    "Incidents of one program in one fiscal year: coded columns whose values come "
                    "from public lists, and measures clipped to public ranges."
                ),
                "unprotected_quantities": (
                    "None. Keys, clips, shares and expected sizes are public and come from no "
                    "record. Whether and when a release appears is not protected."
                ),
            },
            "privacy_loss": _privacy_loss(measured, policy, seat),
            "deployment_model": _model(measured, policy),
            "accounting": {
                "post_processing": (
                    "Generalised least squares makes the tables agree; no number is rounded up, "
                    "cut off at 0 or suppressed because of its value. Ranges end at 0."
                ),
                "composition": (
                    "Rho of the blocks of a release is added, and rho of the releases of a fiscal "
                    "year is added, in an append-only ledger that refuses to go above the cap."
                ),
            },
            "implementation": _implementation(measured),
            "administrative": {
                "sources": "The measurements, tables and ledger published beside this card.",
                "notes": f"Terms {seat.terms_sha256}.",
                "registry_authors": [program.custodian],
            },
        },
    }


def _basic(measured: Measurements, seat: Row) -> dict[str, object]:
    program, period = measured.facts.program, measured.facts.period
    return {
        "name": f"{program.name}, {seat.release}",
        "data_curators": [program.custodian],
        "description": (
            f"Noisy counts and sums of a non-police crisis program, {period.months[0]} to "
            f"{period.months[-1]}: {len(measured.facts.titles)} tables."
        ),
        "intended_use": "Cost savings, impact and quality of service of the program.",
        "data_product_type": "Summary statistics",
        "data_product_region": program.city,
        "publication_date": seat.date,
        "data_product_sector": "Healthcare",
    }


def _privacy_loss(measured: Measurements, policy: Policy, seat: Row) -> dict[str, object]:
    rho = seat.nano_rho / NANO
    surveys = "".join(
        " A survey response is never linked to anybody and is a unit of its own, at most rho "
        f"{measured.spec.block_rho(block):.2g} a response."
        for block in measured.spec.blocks
        if block.name == SURVEYS
    )
    return {
        "privacy_unit": "participant and fiscal year",
        "privacy_unit_details": (
            "Two data sets are adjacent if one holds all rows of one more unit. A unit is one "
            "participant with all their incidents of one fiscal year; an incident with no known "
            "participant is a unit of its own, so m unlinked incidents of one person cost at most "
            f"m^2 times rho.{surveys} Costs of the blocks of a release are added."
        ),
        "privacy_parameters": {
            "rho": round(rho, 9),
            "epsilon": round(epsilon(rho), _DIGITS),
            "delta": DELTA,
        },
        "privacy_parameters_details": (
            f"Of this release. All releases of a fiscal year together cost at most rho "
            f"{policy.cap_rho}, which is epsilon {epsilon(float(policy.cap_rho)):.2f} at the same "
            "delta."
        ),
    }


def _model(measured: Measurements, policy: Policy) -> dict[str, object]:
    program = measured.facts.program
    calendar = ", ".join(f"{one.per_year} {kind.value}" for kind, one in policy.releases.items())
    return {
        "model_name": "Central",
        "model_name_details": f"{program.custodian} holds the records and runs the release.",
        "actors": (
            f"{program.custodian} (trusted with the records), the advisory board (approves the "
            "terms, sees no record), readers (see what is published, police among them)."
        ),
        "release_type": "Many releases",
        "release_type_details": (
            f"Fixed calendar a fiscal year: {calendar}. The budget begins anew each fiscal year; "
            "pseudonyms do not last longer."
        ),
        "data_source_type": "Dynamic",
        "data_source_type_details": "Records arrive monthly; late ones enter the yearly release.",
        "access_type": "Non-interactive",
        "access_type_details": "Nobody can query the records; there is no row-level export.",
    }


def _implementation(measured: Measurements) -> dict[str, object]:
    return {
        "preprocessing_and_hyperparameter_tuning": (
            "Identifiers, times and places become keyed units, bands and areas before counting. "
            "Clips, shares and keys come from public figures or made-up records, never from the "
            "records of the release."
        ),
        "mechanisms": (
            f"Discrete Gaussian on one vector of {measured.spec.length} whole numbers (i64), "
            f"OpenDP {measured.facts.opendp}; OpenDP's privacy map decides the cost. Each unit has "
            "one weight, so that its joint influence on a block is bounded in L2; norms and "
            "weights are whole numbers. Noise is drawn once and stored with the debit."
        ),
        "justification": (
            "One participant can be in many tables; a joint bound lets all tables describe the "
            "same weighted records at less noise than a cap on rows. Tests remove every unit in "
            "turn, draw the noise thousands of times, and break the mechanism on purpose."
        ),
    }
