"""Mirrors reports/impact/designs.py."""

from pathlib import Path

import pytest
import yaml

from reports.errors import ReportError
from reports.impact.designs import load_designs

GOOD = """
decided_on: 2022-11-14
decided_by: {en: The board, es: El consejo}
designs:
  - key: welfare
    title: {en: welfare checks, es: visitas}
    outcome: police_welfare_checks
    start: 2023-01
    placebo_outcomes: [violent_offenses]
    placebo_starts: [2022-01]
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "impact.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_sample_programs_designs_are_read(root: Path) -> None:
    designs = load_designs(root / "examples" / "riverton" / "impact.yaml")

    assert designs is not None
    assert [one.outcome for one in designs.designs] == [
        "police_welfare_checks",
        "low_level_offenses",
    ]
    assert all(len(one.placebo_starts) + len(one.placebo_outcomes) >= 4 for one in designs.designs)
    assert all(one.start == "2023-01" for one in designs.designs)


def test_a_program_without_the_file_has_no_designs(tmp_path: Path) -> None:
    assert load_designs(None) is None
    with pytest.raises(ReportError, match=r"impact\.yaml is missing"):
        load_designs(tmp_path / "impact.yaml")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("start: 2023-01", "start: 2023-13", r"designs\.0\.start"),
        ("start: 2023-01", "begin: 2023-01", r"designs\.0\.(start|begin)"),
        ("outcome: police_welfare_checks", "outcome: crimes", "outcome: there is no such outcome"),
        ("[violent_offenses]", "[police_welfare_checks]", "the outcome itself"),
        ("[2022-01]", "[2022-12]", r"placebo_starts\.0: 2022-12"),
        ("[2022-01]", "[2021-02]", r"placebo_starts\.0: 2021-02"),
        ("es: visitas", "fr: visites", r"designs\.0\.title"),
        ("key: welfare\n", "key: Welfare checks\n", r"designs\.0\.key"),
        ("    start: 2023-01", "    start: 2023-01\n    treated: [a]\n    comparison: [a]", "'a'"),
        ("decided_on: 2022-11-14", "decided_on: soon", "decided_on"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    assert old in GOOD

    with pytest.raises(ReportError, match=named) as refused:
        load_designs(write(tmp_path, GOOD.replace(old, new)))

    assert "impact.yaml" in str(refused.value)


@pytest.mark.parametrize("text", ["", "- a list", "designs: [", "a: b: c"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ReportError, match=r"impact\.yaml"):
        load_designs(write(tmp_path, text))


def test_two_designs_may_not_share_a_key(tmp_path: Path) -> None:
    twice = yaml.safe_load(GOOD)
    twice["designs"] *= 2

    with pytest.raises(ReportError, match="two designs have one key"):
        load_designs(write(tmp_path, yaml.safe_dump(twice)))


def test_any_later_change_changes_the_fingerprint(tmp_path: Path) -> None:
    first = load_designs(write(tmp_path, GOOD))
    same = load_designs(write(tmp_path, f"# a comment\n{GOOD}"))
    other = load_designs(write(tmp_path, GOOD.replace("2022-01]", "2022-02]")))

    assert first is not None
    assert same is not None
    assert other is not None
    assert first.sha256 == same.sha256 != other.sha256
