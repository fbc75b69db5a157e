"""Invented releases that the tests of this room read."""

from pathlib import Path

import pytest

from reports.program_facts import AreaFacts, ProgramFacts
from reports.released import Release, open_release
from tests.reports.sample_release import PROGRAM, Plan, quarterly, write_release, yearly

YEARS = ("FY2016", "FY2017", "FY2018", "FY2019")


@pytest.fixture(scope="session")
def program() -> ProgramFacts:
    """The invented program, as pages speak of it."""
    areas = (AreaFacts(a.code, a.name, a.kind.value, a.population) for a in PROGRAM.areas)
    return ProgramFacts(
        name=PROGRAM.name,
        city=PROGRAM.city,
        contact=PROGRAM.contact,
        custodian=PROGRAM.custodian.name,
        areas=tuple(areas),
        calendar=("FY2019", "FY2020"),
    )


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """One release with every table; read, never written."""
    return open_release(write_release(tmp_path_factory.mktemp("one")))


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A public folder with two yearly releases, to be drawn."""
    for year in YEARS[-2:]:
        write_release(tmp_path / "public" / "releases", year)
    return tmp_path / "public"


@pytest.fixture(scope="session")
def years(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, ...]:
    """Four yearly releases of one program, oldest first."""
    folder = tmp_path_factory.mktemp("years")
    return tuple(open_release(write_release(folder, year, Plan(sd=6.0))) for year in YEARS)


@pytest.fixture(scope="session")
def whole_year(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """One yearly release with every block: visits, other calls, persons, answers, the anchor."""
    return open_release(write_release(tmp_path_factory.mktemp("whole"), "FY2019", yearly()))


@pytest.fixture(scope="session")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, ...]:
    """The four quarters of that year, in order."""
    folder, names = tmp_path_factory.mktemp("quarters"), [f"2019-Q{n}" for n in range(1, 5)]
    return tuple(open_release(write_release(folder, name, quarterly())) for name in names)
