"""Say what a release promises, beside the release. The chain: measure -> reconcile -> **card**.

The card is made of the ledger row and the terms, never typed. Part `registry` is an entry of the
OpenDP deployments registry; part `ours` is what a person who was helped may want to know.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files as resources

import yaml
from pydantic import BaseModel

from privacy.chain import Row
from privacy.digest import digest
from privacy.measurements import Measurements
from privacy.noise import DELTA, at_most, epsilon, right_guesses
from privacy.policy import NANO, Policy
from privacy.reconcile import INTERVAL
from privacy.registry import describe
from privacy.spec import CONTACTS, NO_CONTACT, SURVEYS, Block, Spec

Words = dict[str, str]

CARD_VERSION = 2
_YEARS = (1, 3, 5)
_TIMES = (1, 3, 5, 10)
_DIGITS = 4


class _Texts(BaseModel):
    status: Mapping[str, Words]
    blocks: Mapping[str, Words]
    sentences: Mapping[str, Words]
    limits: list[Words]


def make_card(
    measured: Measurements,
    *,
    seat: Row,
    nano_spent: int,
    outputs: Mapping[str, bytes],
    nano_cap: int | None = None,
) -> bytes:
    """Write the privacy card of a release.

    Args:
        measured: The public bytes of the release, read.
        seat: Its row of the chain, still without outputs and link.
        nano_spent: What the fiscal year had spent before, in nano-rho.
        outputs: Every other file of the release.
        nano_cap: Lowest cap that was stated for the fiscal year before, in nano-rho; the year is
            held to it where the terms allow more.

    Returns:
        `card.json`: the same release gives the same bytes.
    """
    policy = Policy.model_validate_json(measured.terms)
    if nano_cap is not None:
        held = min(policy.cap_rho, Decimal(nano_cap) / NANO)
        policy = policy.model_copy(update={"cap_rho": held})
    card = {
        "card_version": CARD_VERSION,
        "release_id": seat.release,
        "supersedes": None,
        "registry": describe(measured, policy, seat=seat),
        "ours": {
            **_standing(measured, policy),
            **_loss(seat, policy, measured.spec, nano_spent=nano_spent),
            **_promise(measured, policy),
            "ledger": {"seq": seat.seq, "previous": seat.previous, "date": seat.date},
            "outputs": [
                {"file": name, "sha256": digest(outputs[name])} for name in sorted(outputs)
            ],
            "terms_sha256": seat.terms_sha256,
            "spec_sha256": measured.spec.sha256,
            "opendp": measured.facts.opendp,
        },
    }
    return (json.dumps(card, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _standing(measured: Measurements, policy: Policy) -> dict[str, object]:
    """Who stands behind the release, and who judged it."""
    facts = measured.facts
    return {
        "status": facts.status.value,
        "status_words": _texts().status[facts.status.value],
        "retrospective": _say("retrospective") if facts.retrospective else None,
        "approved_on": facts.approved_on.isoformat() if facts.approved_on else None,
        "registered_on": facts.registered_on.isoformat() if facts.registered_on else None,
        "window": facts.period.fiscal_year,
        "months": facts.period.months,
        "deid_basis": policy.deid_basis,
        "expert": policy.expert.model_dump(mode="json"),
        "custodian": facts.program.custodian,
        "contact": facts.program.contact,
    }


@dataclass(frozen=True)
class _Missed:
    """What one call that met nobody costs: in this release, and in those of a year by kind."""

    here: float
    each: float
    planned: float

    def more_in_a_year(self, times: int) -> float:
        """What so many calls of one person may cost above the cap, which has room for one."""
        return max(0.0, times**2 * self.each - self.planned)


def _missed(spec: Spec, policy: Policy) -> _Missed:
    """Find the cost of calls that met nobody; each is in one release of every kind."""
    parts = [
        (release.per_year, float(release.rho) * release.blocks[NO_CONTACT].split)
        for release in policy.releases.values()
        if NO_CONTACT in release.blocks
    ]
    return _Missed(
        here=sum(spec.block_rho(block) for block in spec.blocks if block.name == NO_CONTACT),
        each=sum(rho for _, rho in parts),
        planned=sum(count * rho for count, rho in parts),
    )


def _loss(seat: Row, policy: Policy, spec: Spec, *, nano_spent: int) -> dict[str, object]:
    """What the release costs a participant, in every form that readers ask for."""
    here, cap, missed = seat.nano_rho / NANO, float(policy.cap_rho), _missed(spec, policy)
    return {
        "delta": DELTA,
        "spent_before": nano_spent / NANO,
        "spent_here": here,
        "cap": cap,
        "reserved_for_correction": float(policy.correction_rho),
        "this_release": _figures(here),
        "if_served_n_years": {str(years): _figures(cap * years) for years in _YEARS},
        "if_met_anonymously": {
            str(times): {
                "this_release": _figures(here * times**2),
                "year": _figures(cap * times**2),
            }
            for times in _TIMES
        },
        "if_calls_met_nobody": {
            str(times): {
                "this_release": _figures(here + missed.here * (times**2 - 1)),
                "year": _figures(cap + missed.more_in_a_year(times)),
            }
            for times in (_TIMES if missed.here else ())
        },
        "guesses": _join(
            _say("guesses", release=_of_100(here), year=_of_100(cap)), _say("exception")
        ),
        "multi_key_note": _say("anonymous", m=_TIMES[-1]),
    }


def _promise(measured: Measurements, policy: Policy) -> dict[str, object]:
    """What is bounded, drawn, kept and deleted, in words."""
    facts, spec = measured.facts, measured.spec
    return {
        "units": list(_units(spec)),
        "unit_words": _unit_words(spec),
        "blocks": {
            block.name: {
                "rho": round(spec.block_rho(block), 9),
                "clip": float(block.clip),
                "clip_words": _clip(measured, block),
                "sd": {table.name: float(f"{spec.raw_sd(table):.4g}") for table in block.tables},
            }
            for block in spec.blocks
        },
        "noise": _say("noise", opendp=facts.opendp),
        "interval": INTERVAL,
        "interval_words": _say("interval"),
        "marks": _say("marks"),
        "invariants": [],
        "late_rows_policy": _say("late"),
        "retention": {
            **policy.retention.model_dump(),
            "words": _say(
                "retention",
                raw=policy.retention.raw_days,
                coded=policy.retention.coded_days,
                authority=policy.retention.authority,
            ),
        },
        "holder": _holder(measured),
        "rights": _say("rights", contact=facts.program.contact),
        "court_order": _say("court"),
        "known_limits": _texts().limits,
    }


def _holder(measured: Measurements) -> Words:
    """Say who holds the vault, and what they state where their name could mislead."""
    program = measured.facts.program
    holds = _say("holder", custodian=program.custodian)
    if not program.not_law_enforcement:
        return holds
    stated = _texts().sentences["stated"]
    return {
        language: f"{holds[language]} {words.format(custodian=program.custodian)} "
        f"\u201c{program.not_law_enforcement[language].strip()}\u201d"
        for language, words in stated.items()
    }


def _units(spec: Spec) -> Iterator[dict[str, object]]:
    """List what is added or removed: a participant, a lone incident, a survey response."""
    yield {"unit": "participant", "adjacency": "add/remove one unit"}
    yield {"unit": "incident", "applies_to": "incidents with no known participant"}
    for block in spec.blocks:
        if block.name == SURVEYS:
            yield {
                "unit": "survey response",
                "applies_to": "responses, which are never linked to anybody",
                "rho": round(spec.block_rho(block), 9),
            }


def _unit_words(spec: Spec) -> Words:
    names = {block.name for block in spec.blocks}
    said = [
        "unit",
        *(["surveys"] if SURVEYS in names else []),
        *(["added"] if len(names) > 1 else []),
    ]
    return _join(*(_say(name) for name in said))


def _clip(measured: Measurements, block: Block) -> Words:
    """Say what the clip does, and how much it should remove."""
    loss = measured.facts.blocks[block.name].expected_clip_loss
    if block.name == CONTACTS and loss == 0:
        return _say("alone")
    bounded = {
        language: words.format(clip=f"{float(block.clip):g}")
        for language, words in _texts().blocks[block.name].items()
    }
    return _join(bounded, _say("loss", percent=f"{100 * loss:.2g}")) if loss else bounded


def _figures(rho: float) -> dict[str, float]:
    """Rho, the epsilon that OpenDP makes of it, and how often the best guesser is right."""
    return {
        "rho": round(rho, 9),
        "epsilon": round(epsilon(rho), _DIGITS),
        "right_guesses": at_most(right_guesses(rho), places=_DIGITS),
    }


def _of_100(rho: float) -> int:
    """Times in 100 that the best guesser can be right."""
    return int(at_most(100 * right_guesses(rho)))


def _say(name: str, **figures: object) -> Words:
    """Fill figures into a sentence, in every language."""
    sentence = _texts().sentences[name]
    return {language: words.format(**figures) for language, words in sentence.items()}


def _join(*sentences: Words) -> Words:
    return {language: " ".join(one[language] for one in sentences) for language in sentences[0]}


@cache
def _texts() -> _Texts:
    file = resources("privacy").joinpath("card.yaml")
    return _Texts.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
