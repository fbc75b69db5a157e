"""Make Riverton's incidents without its site: deliver, land, judge, strip, code, link, gather."""

import shutil
from datetime import date
from pathlib import Path

from data_contracts.period import Period
from data_contracts.synthetic import write_inbox
from pipelines.directory import Directory
from transforms.code import code_feed
from transforms.judge import judge_feed
from transforms.land import land_feed
from transforms.link import link_incidents
from transforms.persons import gather_persons
from transforms.strip import strip_feed

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "riverton"


def make_riverton(folder: Path, *, seed: int, year: Period) -> Directory:
    """Make a program directory with the incidents and persons of one fiscal year.

    Args:
        folder: A folder that does not exist yet.
        seed: Draws another city.
        year: The fiscal year.

    Returns:
        The directory; its vault holds what a release counts.
    """
    shutil.copytree(EXAMPLE, folder)
    write_inbox(folder / "inbox", seed=seed, months=year.months)
    given = Directory(path=folder, day=year.end)
    for month in year.months:
        _take_in(given, month, today=year.end)
    with given.engine() as engine:
        gather_persons(year.months, vault=given.vault, engine=engine)
    return given


def _take_in(given: Directory, month: str, *, today: date) -> None:
    """Take a month of every feed about people through every step, as the pipeline does."""
    program, vault, sources = given.program, given.vault, given.record_sources
    with given.engine() as engine:
        for source in sources:
            land_feed(
                source,
                program=program,
                month=month,
                vault=vault,
                engine=engine,
                inbox=given.delivered,
                today=today,
            )
            judge_feed(
                source, program=program, month=month, vault=vault, engine=engine, sources=sources
            )
            strip_feed(source, program=program, month=month, vault=vault, engine=engine)
        for source in sources:
            code_feed(
                source, program=program, month=month, vault=vault, engine=engine, sources=sources
            )
        link_incidents(
            sources, program=program, month=month, vault=vault, engine=engine, today=today
        )
