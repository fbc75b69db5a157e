"""Mirrors data_contracts/law_enforcement.py."""

import pytest

from data_contracts.law_enforcement import law_enforcement_word

AGENCIES = [
    "Riverton Police Department",
    "RIVERTON POLICE",
    "City of Riverton, Dept. of Police",
    "Riverton P.D.",
    "RPD",
    "LAPD Mental Evaluation Unit",
    "Marlow County Sheriff's Office",
    "Marlow County Sheriff\u2019s Office",
    "Sheriffs Office",
    "Office of the Constable",
    "U.S. Marshals Service",
    "District Attorney of Marlow",
    "Marlow County State's Attorney",
    "Office of the Prosecutor",
    "Department of Corrections",
    "Adult Probation",
    "Parole Board",
    "Department of Public Safety",
    "Riverton Public Safety Department",
    "Northern Fusion Center",
    "State Patrol",
    "Drug Enforcement Administration",
    "County Jail Health",
    "Law-Enforcement Assisted Diversion",
    "Polic\u00eda Municipal",
    "Oficina del Alguacil",
    "Fiscal\u00eda General",
    "FISCALIA",
    "Secretar\u00eda de Seguridad P\u00fablica",
    "Comisar\u00eda de Riverton",
    "Police Accountability Unit of the Riverton Police Department",
    "Non-Police Team, Riverton Police Department",
    "Po\u0301lice Department",
]
OTHERS = [
    "Riverton Community Care",
    "Health Policy Institute",
    "Police Accountability Board",
    "Office of Police Oversight",
    "Denver Alternatives to Policing",
    "Non-Police Crisis Response",
    "Marshall Community Health",
    "Office of Community Safety",
    "Fiscal Services",
    "Department of Public Health",
    "Pdx Outreach",
    "Ministry of Health",
    "Centro de Salud Constanza",
]


@pytest.mark.parametrize("name", AGENCIES)
def test_a_law_enforcement_agency_is_known_by_its_name(name: str) -> None:
    assert law_enforcement_word(name)


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_are_let_through(name: str) -> None:
    assert law_enforcement_word(name) == ""
