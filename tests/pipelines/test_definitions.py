"""The code location: it loads without a program, and shows the rooms in run order."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml

from data_contracts.period import PeriodKind
from data_contracts.program import load_program
from pipelines.calendar import months_so_far, periods_so_far
from pipelines.definitions import defs
from pipelines.directory import open_directory
from pipelines.home import enter_home
from pipelines.io import NoValues
from pipelines.resources import NamedProgram
from tests.pipelines.conftest import copy_example


def test_every_step_is_an_asset_in_the_group_of_its_room() -> None:
    groups: dict[str, set[str]] = {}
    for node in defs.resolve_asset_graph().asset_nodes:
        groups.setdefault(str(node.group_name), set()).add(node.key.to_user_string())

    assert groups["transforms"] == {
        "raw_records",
        "judged_records",
        "stripped_records",
        "coded_records",
        "private_incidents",
        "exact_tables",
        "quarterly_persons",
        "half_yearly_persons",
        "yearly_persons",
    }
    assert {"yearly_plan", "yearly_measurements", "quarterly_plan"} <= groups["privacy"]
    assert {"yearly_tables", "yearly_pages", "quarterly_pages"} <= groups["reports"]
    assert set(groups) == {"transforms", "privacy", "reports"}


def test_every_asset_about_people_has_named_partitions_and_its_check_blocks() -> None:
    names = {
        node.partitions_def.name
        for node in defs.resolve_asset_graph().asset_nodes
        if isinstance(node.partitions_def, dg.DynamicPartitionsDefinition)
    }
    checks = list(defs.resolve_asset_graph().asset_check_keys)

    assert names == {"months", "quarters", "half_years", "years"}
    assert {
        node.key.to_user_string()
        for node in defs.resolve_asset_graph().asset_nodes
        if node.partitions_def is None
    } == {"exact_tables"}
    assert {
        key.name: defs.resolve_asset_graph().get_check_spec(key).blocking for key in checks
    } == {
        "every_record_is_accounted_for": True,
        "contract_holds": True,
        "every_exact_feed_is_published": False,
    }


def test_there_is_a_job_a_partition_kind_and_retention_runs_by_itself() -> None:
    jobs = {job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__")}
    repository = defs.get_repository_def()

    assert jobs == {
        "monthly_intake",
        "quarterly_release",
        "half_yearly_release",
        "yearly_release",
        "daily_purge",
    }
    assert {one.name: one.default_status.value for one in repository.schedule_defs} == {
        "monthly_schedule": "STOPPED",
        "daily_schedule": "RUNNING",
    }


def test_a_run_is_told_no_day_and_no_folder_by_its_configuration() -> None:
    """A false day in the chain cannot be taken back, and anyone who may launch could name one."""
    for job in defs.resolve_all_job_defs():
        for told in ({"day": "2031-05-05"}, {"directory": "elsewhere"}, {"inbox": "elsewhere"}):
            config = {"resources": {"program_directory": {"config": told}}}
            with pytest.raises(dg.DagsterInvalidConfigError):
                dg.validate_run_config(job, config)


def test_a_step_that_returns_a_value_is_refused() -> None:
    @dg.asset
    def leaky() -> str:
        return "Zebulon Canarysson"

    with pytest.raises(TypeError, match="steps return nothing") as caught:
        dg.materialize([leaky], resources={"io_manager": NoValues()})

    assert "Canarysson" not in str(caught.value)


def test_the_schedule_asks_for_the_month_that_has_ended(tmp_path: Path) -> None:
    folder = copy_example("riverton", tmp_path / "town")
    schedule = defs.get_repository_def().get_schedule_def("monthly_schedule")

    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=date_at(2025, 6, 5),
            repository_def=defs.get_repository_def(),
            resources={"program_directory": program_at(folder)},
        )
        (request,) = schedule.evaluate_tick(context).run_requests or ()
        months = instance.get_dynamic_partitions("months")

    assert request.partition_key == "2025-05"
    assert "2025-05" in months


@pytest.mark.parametrize(("month", "asked"), [(6, "2025-05"), (7, None)])
def test_the_schedule_takes_the_last_month_of_a_program_and_none_after_it(
    tmp_path: Path, month: int, asked: str | None
) -> None:
    folder = copy_example("riverton", tmp_path / "town")
    file = folder / "program.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("last_month: 2025-12", "last_month: 2025-05"), encoding="utf-8")
    schedule = defs.get_repository_def().get_schedule_def("monthly_schedule")

    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=date_at(2025, month, 5),
            repository_def=defs.get_repository_def(),
            resources={"program_directory": program_at(folder)},
        )
        tick = schedule.evaluate_tick(context)

    assert [one.partition_key for one in tick.run_requests or ()] == [asked] * bool(asked)
    assert bool(tick.skip_message) is (asked is None)


def test_settings_are_in_use_and_state_is_beside_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DAGSTER_HOME", "CARE_DIVIDEND_PROGRAM", "CARE_DIVIDEND_INBOX"):
        monkeypatch.setenv(name, "before")

    home = enter_home(tmp_path)

    with dg.DagsterInstance.get() as instance:
        assert instance.root_directory == str(home)
        assert not instance.telemetry_enabled
        assert "NoOp" in type(instance.compute_log_manager).__name__
    settings = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["telemetry"] == {"enabled": False}
    assert home.stat().st_mode & 0o077 == 0


def test_a_program_has_reached_what_is_over(root: Path) -> None:
    program = load_program(root / "examples" / "tempe")
    years = periods_so_far(program, PeriodKind.YEAR, today=date(2026, 11, 23))
    quarters = periods_so_far(program, PeriodKind.QUARTER, today=date(2018, 5, 1))

    assert [year.name for year in years] == [f"FY{year}" for year in range(2017, 2023)]
    assert quarters[-1].name == "2018-Q1"
    assert months_so_far(program, today=date(2017, 3, 9)) == ("2017-01", "2017-02", "2017-03")


def test_dagsters_own_check_accepts_the_project(root: Path) -> None:
    result = subprocess.run(
        [str(Path(sys.executable).parent / "dg"), "check", "defs"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert result.returncode == 0, result.stderr


def date_at(year: int, month: int, day: int) -> datetime:
    """Six in the morning of a day, in UTC."""
    return datetime(year, month, day, 6, tzinfo=UTC)


def program_at(folder: Path) -> NamedProgram:
    """The resource that assets are given."""
    return NamedProgram(open_directory(folder))
