"""Mirrors data_contracts/forbidden.py."""

import pytest

from data_contracts.forbidden import forbidden_kind, tells_of_participant


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("Patient Name", "name"),
        ("last_name", "name"),
        ("clientFullName", "name"),
        ("DOB", "birth date"),
        ("Date of Birth", "birth date"),
        ("Patient_BirthDate", "birth date"),
        ("Phone", "phone or fax number"),
        ("Cell Number", "phone or fax number"),
        ("e-mail", "e-mail or web address"),
        ("IPAddress", "e-mail or web address"),
        ("Street_Address", "exact address or coordinates"),
        ("X", "exact address or coordinates"),
        ("Longitude_Random", "exact address or coordinates"),
        ("SSN", "social security or other official number"),
        ("Driver's License", "social security or other official number"),
        ("MedicaidId", "insurance, account or record number of another body"),
        ("Immigration Status", "immigration"),
        ("open_warrant", "warrant, probation or parole"),
        ("Probation Status", "warrant, probation or parole"),
        ("Criminal History", "criminal history"),
        ("Possession Found", "drug possession"),
        ("License Plate", "plate or vehicle"),
        ("Photo File", "photo or body"),
        ("Officer Badge", "police number"),
        ("Report Number", "police number"),
        ("Responder Name", "single responder"),
        ("Narrative", "free text"),
        ("NOTES", "free text"),
        ("CallComments", "free text"),
    ],
)
def test_what_must_not_be_collected_is_known_by_its_name(column: str, kind: str) -> None:
    assert forbidden_kind(column) == kind


@pytest.mark.parametrize(
    "column",
    [
        "Call Number",
        "Client ID",
        "Incident_Date",
        "Dispatch Request Date & Time",
        "Narcan_Given",
        "Patient_Homeless",
        "Disposition",
        "Reason for Dispatch #1",
        "Zone",
        "Zip",
        "Team",
        "Age",
        "Race/Ethnicity",
        "Police",
    ],
)
def test_columns_of_the_work_are_let_through(column: str) -> None:
    assert forbidden_kind(column) is None


@pytest.mark.parametrize(
    "column",
    [
        "Client ID",
        "clientid",
        "Patients",
        "participant_key",
        "PersonID",
        "person_id",
        "Person No",
        "Contact ID",
        "EncounterNumber",
        "Encounters",
        "Caller",
        "Case Number",
        "CallNo",
        "Incident Id",
        "MRN",
        "Paciente",
    ],
)
def test_what_speaks_of_participants_is_known_by_its_name(column: str) -> None:
    assert tells_of_participant(column)


@pytest.mark.parametrize(
    "column",
    [
        "Position",
        "Personnel",
        "Personnel cost",
        "Inpatient beds",
        "Contact",
        "Post",
        "Offense Code",
        "Event Count",
        "n_people",
        "staffing_line_id",
        "entry_id",
        "Budget Line",
        "Area",
        "Participation",
    ],
)
def test_columns_of_budgets_and_panels_are_let_through(column: str) -> None:
    assert not tells_of_participant(column)
