"""Mirrors privacy/measure.py and privacy/measurements.py."""

import datetime as dt
import traceback
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

import privacy.measure
from data_contracts.period import read_period
from privacy.count import count_cells
from privacy.errors import BudgetError, PrivacyError
from privacy.ledger import Ledger
from privacy.measure import MEASUREMENTS, load_release, price, release
from privacy.measurements import read_measurements
from privacy.plan import Plan, make_plan
from privacy.policy import Policy
from tests.privacy.small import AFTER, PROGRAM, Incident, folders, hold, make_policy, plan_year


def open_ledger(tmp_path: Path) -> Ledger:
    directory, public = folders(tmp_path)
    return Ledger(directory, public=public)


def nothing(plan: Plan) -> Callable[[], list[int]]:
    """The exact vector of no incident at all."""
    return lambda: [0] * plan.spec.length


def never() -> list[int]:
    raise AssertionError("a record was read")


def unsigned(policy: Policy) -> Policy:
    return policy.model_copy(update={"synthetic": False})


def test_a_month_is_paid_for_by_one_fiscal_year(tmp_path: Path) -> None:
    """A fiscal year that begins elsewhere would put half a year's people under a second cap."""
    ledger = open_ledger(tmp_path)
    release(plan_year(), ledger=ledger, exact=nothing(plan_year()), today=AFTER)
    moved = make_plan(
        make_policy(), program=PROGRAM, period=read_period("FY2026", fiscal_year_start=7)
    )
    next_year = make_plan(make_policy(), program=PROGRAM, period=read_period("FY2026"))

    with pytest.raises(PrivacyError, match=r"'FY2026' of FY2026 has 2025-07, .*'FY2025' of FY2025"):
        release(moved, ledger=ledger, exact=never, today=dt.date(2027, 1, 15))
    release(next_year, ledger=ledger, exact=nothing(next_year), today=dt.date(2027, 1, 15))

    assert [row.release for row in ledger.rows()] == ["FY2025", "FY2026"]


def test_a_release_is_drawn_once_and_then_only_repeated(
    tmp_path: Path, engine: DuckDBPyConnection
) -> None:
    """Twice gives the same bytes, one row and one link; the second time nothing is counted."""
    plan, ledger = plan_year(), open_ledger(tmp_path)
    hold(engine, [Incident(unit % 60) for unit in range(200)])

    def exact() -> list[int]:
        return count_cells(plan.spec, connection=engine, incidents="private_incidents")

    first = release(plan, ledger=ledger, exact=exact, today=AFTER)
    again = release(plan, ledger=ledger, exact=never, today=AFTER + dt.timedelta(days=90))

    assert (first.replayed, again.replayed) == (False, True)
    assert again.files == first.files == load_release(ledger, "FY2025").files
    assert [row.link for row in ledger.rows()] == [first.row.link] == [again.row.link]
    assert first.row.nano_rho == 120_000_000
    assert first.row.date == "2026-01-15"


def test_what_is_drawn_is_noise_around_the_exact_numbers(
    tmp_path: Path, engine: DuckDBPyConnection
) -> None:
    """All numbers lie within 7 sd, and they are not the exact ones."""
    plan, ledger = plan_year(), open_ledger(tmp_path)
    hold(engine, [Incident(unit) for unit in range(5000)])
    exact = count_cells(plan.spec, connection=engine, incidents="private_incidents")

    noisy = release(plan, ledger=ledger, exact=lambda: exact, today=AFTER).measured.noisy

    assert all(abs(a - b) < 7 * plan.spec.scale for a, b in zip(noisy, exact, strict=True))
    assert all(a != b for a, b in zip(noisy, exact, strict=True))


def test_the_exact_numbers_are_in_no_file_of_the_program(tmp_path: Path) -> None:
    """A vector of one telltale number: neither its text nor its bytes are written anywhere."""
    plan, ledger = plan_year(), open_ledger(tmp_path)
    telltale = 777_000_777_000_777

    release(plan, ledger=ledger, exact=lambda: [telltale] * plan.spec.length, today=AFTER)

    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert len(written) > 10_000
    assert str(telltale).encode() not in written
    assert telltale.to_bytes(8, "little") not in written


def test_the_public_bytes_carry_the_spec_and_the_terms(tmp_path: Path) -> None:
    plan, ledger = plan_year(), open_ledger(tmp_path)

    drawn = release(plan, ledger=ledger, exact=nothing(plan), today=AFTER)

    measured = read_measurements(drawn.files[MEASUREMENTS])
    assert measured.spec.text == plan.spec.text
    assert measured.terms_sha256 == drawn.row.terms_sha256 == plan.policy.terms_sha256
    assert len(measured.noisy) == plan.spec.length


def test_over_budget_is_refused_before_a_record_is_read(tmp_path: Path) -> None:
    directory, public = folders(tmp_path)
    tight = plan_year(make_policy().model_copy(update={"correction_rho": Decimal("0.25")}))
    ledger = Ledger(directory, public=public)

    with pytest.raises(
        BudgetError, match=r"'FY2025' needs rho=0.12; 0.11 of 0.11 is left in FY2025. Lower rho"
    ):
        release(tight, ledger=ledger, exact=never, today=AFTER)

    assert ledger.rows() == []


def test_unapproved_terms_are_refused_before_a_record_is_read(tmp_path: Path) -> None:
    plan, ledger = plan_year(unsigned(make_policy())), open_ledger(tmp_path)

    with pytest.raises(PrivacyError, match="no approval of role 'privacy_officer'"):
        release(plan, ledger=ledger, exact=never, today=AFTER)

    assert ledger.rows() == []


def test_a_period_that_is_not_over_is_refused(tmp_path: Path) -> None:
    plan, ledger = plan_year(), open_ledger(tmp_path)

    with pytest.raises(PrivacyError, match="ends on 2026-01-01; today is 2025-12-31"):
        release(plan, ledger=ledger, exact=never, today=dt.date(2025, 12, 31))


def test_the_same_release_under_other_terms_is_refused(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    before, after = plan_year(), plan_year(make_policy(rho=0.2))
    release(before, ledger=ledger, exact=nothing(before), today=AFTER)

    with pytest.raises(PrivacyError, match=r"drawn under terms .* never drawn again") as caught:
        release(after, ledger=ledger, exact=never, today=AFTER)

    assert before.policy.terms_sha256[:12] in str(caught.value)
    assert after.policy.terms_sha256[:12] in str(caught.value)
    assert len(ledger.rows()) == 1


@pytest.mark.parametrize("length", [0, 1, 1000])
def test_a_vector_of_another_length_is_refused(tmp_path: Path, length: int) -> None:
    plan, ledger = plan_year(), open_ledger(tmp_path)

    with pytest.raises(PrivacyError, match=f"has {length} numbers; its plan has"):
        release(plan, ledger=ledger, exact=lambda: [0] * length, today=AFTER)

    assert ledger.rows() == []


@pytest.mark.parametrize("odd", [2**63 - 1, -(2**63), 1.5, True])
def test_a_number_that_noise_would_not_fit_on_is_refused(tmp_path: Path, odd: int) -> None:
    """OpenDP alone would stop at the end of 64 bits, which is a bias."""
    plan, ledger = plan_year(), open_ledger(tmp_path)

    with pytest.raises(PrivacyError, match="not a whole number of 64 bits") as caught:
        release(
            plan, ledger=ledger, exact=lambda: [odd] + [0] * (plan.spec.length - 1), today=AFTER
        )

    assert str(odd) not in str(caught.value).replace("64 bits", "")


def test_an_error_of_the_count_says_nothing_of_a_record(tmp_path: Path) -> None:
    plan, ledger = plan_year(), open_ledger(tmp_path)

    def fail() -> list[int]:
        raise ValueError("Zebulon Canarysson")

    with pytest.raises(PrivacyError, match="stopped on the private side; nothing was drawn") as one:
        release(plan, ledger=ledger, exact=fail, today=AFTER)

    assert "Zebulon" not in "".join(traceback.format_exception(one.value))
    assert one.value.__context__ is None
    assert ledger.rows() == []


def test_a_refusal_of_the_count_arrives_as_it_was_raised(tmp_path: Path) -> None:
    plan, ledger = plan_year(), open_ledger(tmp_path)

    def refuse() -> list[int]:
        raise PrivacyError("private_incidents has no columns")

    with pytest.raises(PrivacyError, match=r"^private_incidents has no columns$"):
        release(plan, ledger=ledger, exact=refuse, today=AFTER)


def test_the_price_is_that_of_OpenDP_and_never_above_what_is_reserved(  # noqa: N802
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = plan_year().spec
    louder = spec.model_copy(update={"scale": spec.scale * 2})
    quieter = spec.model_copy(update={"scale": spec.scale * 0.999})

    assert price(spec) == 120_000_000
    assert price(louder) == 30_000_000
    with pytest.raises(PrivacyError, match=r"the policy reserves 0.12"):
        price(quieter)
    monkeypatch.setattr(privacy.measure, "cost", lambda **_: Fraction(1, 3 * 10**9))
    assert price(spec) == 1


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"x" * 300])
def test_bytes_that_are_no_release_are_refused(damage: bytes) -> None:
    with pytest.raises(PrivacyError, match="not readable as a release"):
        read_measurements(damage)
