"""Mirrors privacy/card.py and privacy/registry.py."""

import json
from pathlib import Path

import pytest

from data_contracts.period import read_period
from data_contracts.program import Custodian, CustodianKind
from privacy.chain import Anchor
from privacy.ledger import Ledger
from privacy.measure import Release, release
from privacy.plan import make_plan
from privacy.policy import Policy
from privacy.publish import export_chain, write_release
from privacy.verify import verify_card
from tests.privacy.published import Published, publish
from tests.privacy.riverton import YEAR, riverton_plan
from tests.privacy.small import AFTER, EVENTS, MISSED, PROGRAM, make_policy


def ours(published: Published) -> dict[str, object]:
    return dict(json.loads(published.card.read_text())["ours"])


def test_the_card_says_what_a_person_who_was_helped_wants_to_know(published: Published) -> None:
    card = ours(published)
    text = json.dumps(card, ensure_ascii=False)

    assert (card["status"], card["window"], card["cap"]) == ("SAMPLE", "FY2025", 0.36)
    assert (card["spent_before"], card["spent_here"]) == (0, 0.12)
    assert card["invariants"] == []
    assert card["retrospective"] is not None
    assert list(card["if_met_anonymously"]) == ["1", "10", "3", "5"]  # type: ignore[call-overload]
    for words in (
        "right at most 60 times in 100, with everything of the year at most 67",
        "a person behind n of them pays n times n of what one costs",
        "at most 2.5 incidents that fall in every table",
        "Smallville Care holds the vault",
        "board@smallville.example",
        "A court order can reach what the vault still holds",
        "enter the yearly release, which is the official figure",
        "Authority: a schedule",
        "not HIPAA Safe Harbor",
        "A name learnt later counts only from the next release",
        "a link that a release used is never taken back",
        "un vínculo que una publicación usó nunca se deshace",
    ):
        assert words in text


@pytest.fixture(scope="module")
def riverton(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Card of a year with every kind of block, drawn around zeros."""
    folder, plan = tmp_path_factory.mktemp("riverton"), riverton_plan(YEAR)
    ledger = Ledger(folder / "ledger", public=folder / "public")
    drawn = release(plan, ledger=ledger, exact=lambda: [0] * plan.spec.length, today=AFTER)
    write_release(folder / "public" / "releases" / YEAR, drawn)
    export_chain(folder / "public", ledger)
    card = folder / "public" / "releases" / YEAR / "card.json"
    assert verify_card(card).verdict == "consistent, not anchored"
    return dict(json.loads(card.read_text(encoding="utf-8")))


def test_the_card_names_every_unit_and_what_a_survey_response_may_cost(
    riverton: dict[str, object],
) -> None:
    """A participant, a lone incident, and a response with its own line inside the cap."""
    text = json.dumps(riverton, ensure_ascii=False)
    ours = riverton["ours"]
    assert isinstance(ours, dict)

    units = ours["units"]

    assert [unit["unit"] for unit in units] == ["participant", "incident", "survey response"]
    assert units[2]["rho"] == ours["blocks"]["surveys"]["rho"] == pytest.approx(0.0072, rel=0.01)
    assert "never linked to anybody and is a unit of its own, at most rho 0.0072" in text
    assert "each response is a unit of its own, with its own part of the budget" in text
    assert "cada respuesta es una unidad" in text


def test_the_card_says_of_every_block_what_its_limit_does(riverton: dict[str, object]) -> None:
    ours = riverton["ours"]
    assert isinstance(ours, dict)

    said = {name: block["clip_words"] for name, block in ours["blocks"].items()}

    assert list(said) == ["anchor", "contacts", "no_contact", "persons", "surveys"]
    assert "at most 4 incidents that fall in every table" in said["contacts"]["en"]
    assert "counts for at most 24 visits" in said["anchor"]["en"]
    assert "each participant counts once" in said["persons"]["en"]
    assert "never linked to a person or a visit" in said["surveys"]["en"]
    for words in said.values():
        assert words["es"] != words["en"]
        assert "{" not in words["es"] + words["en"]


def test_the_card_says_that_a_day_outlives_the_raw_files(published: Published) -> None:
    """See docs/decisions/0004: it is the one date that does."""
    words = json.loads(published.card.read_text())["ours"]["retention"]["words"]

    assert "the day of the last visit in a month" in words["en"]
    assert "el día de la última visita de un mes" in words["es"]


def test_the_card_says_what_deleting_waits_for(published: Published) -> None:
    """See docs/retention.md and decision 15."""
    words = json.loads(published.card.read_text())["ours"]["retention"]["words"]

    assert "30 days after they were made at the latest" in words["en"]
    assert "a más tardar, 30 días después" in words["es"]
    assert "once every release of that year is drawn or given up by name" in words["en"]
    assert "cuando cada publicación de ese año ya salió o el programa renunció" in words["es"]


def test_the_card_promises_no_withdrawal_but_what_happens(published: Published) -> None:
    """A row that is delivered again stays its participant's: tests/transforms/test_frozen.py."""
    words = json.loads(published.card.read_text())["ours"]["rights"]

    assert "If the program takes your visits out of the files" in words["en"]
    assert (
        "and the calls that led to them, what is released after that leaves you out" in words["en"]
    )
    assert "is not enough once a release has used it" in words["en"]
    assert "Si el programa quita sus visitas de los archivos" in words["es"]
    assert "no basta cuando una publicación ya la usó" in words["es"]
    assert not {"withdraw", "retirarse"} & {*words["en"].split(), *words["es"].split()}


def test_every_epsilon_of_the_card_includes_the_correction(riverton: dict[str, object]) -> None:
    ours = riverton["ours"]
    assert isinstance(ours, dict)

    assert (ours["cap"], ours["reserved_for_correction"]) == (0.38, 0.02)
    assert ours["if_served_n_years"]["1"]["epsilon"] == pytest.approx(4.47, abs=0.01)
    assert ours["if_met_anonymously"]["1"]["year"]["rho"] == 0.38


def test_anonymous_meetings_cost_their_number_squared(published: Published) -> None:
    table = json.loads(published.card.read_text())["ours"]["if_met_anonymously"]

    costs = {times: found["this_release"]["rho"] for times, found in table.items()}

    assert costs == {"1": 0.12, "3": 1.08, "5": 3.0, "10": 12.0}
    assert table["1"]["year"]["epsilon"] == pytest.approx(4.34, abs=0.01)


def test_every_sentence_of_the_card_is_in_both_languages(published: Published) -> None:
    def words(part: object) -> list[dict[str, str]]:
        if isinstance(part, dict):
            if set(part) & {"en", "es"}:
                return [part]
            return [found for value in part.values() for found in words(value)]
        if isinstance(part, list):
            return [found for value in part for found in words(value)]
        return []

    sentences = words(ours(published))

    assert len(sentences) > 15
    assert all(one["en"] and one["es"] and one["en"] != one["es"] for one in sentences)
    assert not any("{" in text for one in sentences for text in one.values())


def both_quarters(folder: Path) -> list[Release]:
    """Publish two quarters under one cap."""
    terms = make_policy().model_dump(mode="json")
    blocks = {"contacts": EVENTS, "no_contact": MISSED}
    terms["releases"]["quarter"] = {"rho": 0.06, "per_year": 4, "blocks": blocks}
    policy = Policy.model_validate(terms)
    ledger = Ledger(folder / "ledger", public=folder / "public")
    drawn = []
    for name in ("2025-Q1", "2025-Q2"):
        plan = make_plan(policy, program=PROGRAM, period=read_period(name))
        zeros = [0] * plan.spec.length
        drawn.append(release(plan, ledger=ledger, exact=zeros.copy, today=AFTER))
        write_release(folder / "public" / "releases" / name, drawn[-1])
    export_chain(folder / "public", ledger)
    return drawn


def test_the_second_release_of_a_year_knows_what_the_first_one_cost(tmp_path: Path) -> None:
    first, second = both_quarters(tmp_path)

    card = json.loads(second.files["card.json"])["ours"]

    assert (card["spent_before"], card["spent_here"]) == (0.06, 0.06)
    assert card["ledger"] == {"seq": 2, "previous": first.row.link, "date": AFTER.isoformat()}


def test_an_anchor_from_before_a_release_does_not_vouch_for_it(tmp_path: Path) -> None:
    first, second = both_quarters(tmp_path)
    older = Anchor(1, first.row.link)
    cards = [tmp_path / "public" / "releases" / one.name / "card.json" for one in (first, second)]

    verdicts = [verify_card(card, anchor=older).verdict for card in cards]

    assert verdicts == ["consistent and anchored", "consistent, not anchored"]


def test_the_card_is_made_of_the_row_and_the_terms_alone(
    tmp_path: Path, published: Published
) -> None:
    """Two programs with the same terms differ in noise, so in hashes, and in nothing else."""
    other = ours(publish(tmp_path))
    mine = ours(published)

    assert {key for key in mine if mine[key] != other[key]} == {"outputs"}


def test_calls_of_one_person_that_met_nobody_cost_their_number_squared(
    published: Published,
) -> None:
    """0.3 of a release of 0.12 is for such calls: n of them cost 0.084 and n x n of 0.036."""
    card = ours(published)
    table = card["if_calls_met_nobody"]
    assert isinstance(table, dict)

    costs = {int(times): found["this_release"]["rho"] for times, found in table.items()}
    year = {int(times): found["year"]["rho"] for times, found in table.items()}

    assert costs == pytest.approx({n: 0.084 + n**2 * 0.036 for n in (1, 3, 5, 10)}, rel=1e-3)
    assert year == pytest.approx({n: 0.36 - 0.036 + n**2 * 0.036 for n in (1, 3, 5, 10)}, rel=1e-3)


def test_a_statement_not_to_be_law_enforcement_is_on_the_card(tmp_path: Path) -> None:
    words = {
        "en": "A clinic in the old police station.",
        "es": "Una clínica en la vieja comisaría.",
    }
    clinic = Custodian(
        name="Old Police Station Clinic", kind=CustodianKind.OTHER, not_law_enforcement=words
    )
    plan = make_plan(
        make_policy(),
        program=PROGRAM.model_copy(update={"custodian": clinic}),
        period=read_period("FY2025"),
    )
    ledger = Ledger(tmp_path / "ledger", public=tmp_path / "public")

    drawn = release(plan, ledger=ledger, exact=lambda: [0] * plan.spec.length, today=AFTER)

    holder = json.loads(drawn.files["card.json"])["ours"]["holder"]
    assert "states why it is none: “A clinic in the old police station.”" in holder["en"]
    assert "declara por qué no es una: “Una clínica en la vieja comisaría.”" in holder["es"]
