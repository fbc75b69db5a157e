"""Mirrors transforms/publish.py: what is told of staff, and what of few people is not."""

import pytest

from data_contracts.contract import Severity
from data_contracts.errors import ContractError
from tests.transforms.office import STAFF_ROW, Office


def staff(office: Office, **changes: str) -> dict[str, str]:
    """Publish one row of staffing that differs from the usual one."""
    header = list(office.source("staffing").columns)
    row = dict(zip(header, STAFF_ROW, strict=True)) | {
        name.replace("_", " "): value for name, value in changes.items()
    }
    (found,) = office.take("staffing", [tuple(row.values())])
    return found


@pytest.mark.usefixtures("hasty_judge")
@pytest.mark.parametrize(
    ("people", "told", "band"),
    [
        ("0", "fewer than 10", ""),
        ("1", "fewer than 10", ""),
        ("9", "fewer than 10", ""),
        ("10", "10", "50_to_74"),
        ("250", "250", "50_to_74"),
        ("", "", ""),
        ("a dozen", "", ""),
    ],
)
def test_fewer_than_ten_people_are_never_told_nor_what_holds_for_them(
    office: Office, people: str, told: str, band: str
) -> None:
    row = staff(office, Staff=people)

    assert (row["n_people"], row["lived_experience_band_code"]) == (told, band)
    assert row["n_left"] == "fewer than 10"
    assert row["n_posts"] == "12"


def test_hours_do_not_tell_what_the_count_keeps_quiet(office: Office) -> None:
    """Three people at 150 hours a month each are three people, whatever their count says."""
    row = staff(office, Staff="3", Hours="450", Posts="4")

    assert (row["n_people"], row["staffed_hours"]) == ("fewer than 10", "")
    assert (row["n_posts"], row["pay_low_usd_per_hour"]) == ("4", "24.5")


def test_hours_of_ten_people_are_told(office: Office) -> None:
    assert staff(office, Staff="10")["staffed_hours"] == "1800"


def test_half_a_person_is_no_count(office: Office) -> None:
    row = staff(office, Staff="12.5")
    verdict = office.judge("staffing")

    assert (row["n_people"], row["lived_experience_band_code"]) == ("", "")
    assert "n_people.unreadable" in verdict.failed(Severity.WARN)


@pytest.mark.usefixtures("hasty_judge")
@pytest.mark.parametrize("changes", [{}, {5: "1"}, {1: "03/01/2025"}])
def test_two_rows_of_one_post_and_month_may_be_two_people(
    office: Office, changes: dict[int, str]
) -> None:
    """Each would have its own hours and pay; the count of one person hides nothing of them."""
    second = ["L2", *STAFF_ROW[1:]]
    for place, value in changes.items():
        second[place] = value
    office.deliver("staffing", [STAFF_ROW, second])
    office.land("staffing")
    office.judge("staffing")

    with pytest.raises(ContractError, match="two rows of one post and month"):
        office.publish("staffing")

    assert not (office.public / "exact").exists()


@pytest.mark.usefixtures("hasty_judge")
def test_a_post_has_a_row_a_month(office: Office) -> None:
    rows = [STAFF_ROW, ("L2", "04/30/2025", *STAFF_ROW[2:]), ("L3", *STAFF_ROW[1:2], "Medic",
            *STAFF_ROW[3:])]  # fmt: skip

    assert len(office.take("staffing", rows)) == 3
