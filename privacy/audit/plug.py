"""Pull the plug at every step of a release, and ask again and again for what was drawn.

The chain: **plug** -> verdict. Nothing is left to chance: the process is killed before each of its
writes in turn, so these checks have no false alarm.
"""

import datetime as dt
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, event

from data_contracts.period import Period
from data_contracts.program import Program
from privacy import measure, plan, publish
from privacy.audit.verdict import Finding
from privacy.digest import digest
from privacy.ledger import Ledger
from privacy.plan import Plan
from privacy.policy import Policy

_WRITES = {"os.rename", "os.mkdir", "os.remove", "os.truncate"}
_MOST_STEPS = 500  # a release that writes more often than that is not one


def check_debits(policy: Policy, program: Program, period: Period, *, every: int = 1) -> Finding:
    """Kill a process with signal 9 before each of its writes, and compare public with ledger.

    Args:
        policy: The policy; its terms of that release, cut down to one table.
        program: Gives the areas.
        period: Chooses the release.
        every: Kill before every write, every second one, and so on.

    Returns:
        The finding: outputs without a debit, and outputs that came back with other noise.
    """
    planned = plan.make_plan(_cut_down(policy, period), program=program, period=period)
    kills = unpaid = changed = 0
    with tempfile.TemporaryDirectory() as folder:
        for step in range(1, _MOST_STEPS, every):
            place = Path(folder, str(step))
            killed = _in_child(lambda place=place: _publish(planned, place), kill_before=step)  # type: ignore[misc]
            given = _given(place)
            unpaid += len(given) - len(_paid(place, given))
            _in_child(lambda place=place: _publish(planned, place), kill_before=0)  # type: ignore[misc]
            after = _given(place)
            changed += any(after.get(name) != data for name, data in given.items())
            unpaid += len(after) - len(_paid(place, after))
            kills += killed
            if not killed:
                break
    return Finding(
        "debits",
        ok=kills > 0 and not unpaid and not changed,
        said=f"A release was killed before {kills} of its writes, each in turn: {unpaid} files "
        f"were given out that the ledger had not charged, {changed} releases came back with other "
        "noise.",
        figures={"kills": kills, "outputs_without_debit": unpaid, "releases_noised_twice": changed},
    )


def check_replays(policy: Policy, program: Program, period: Period, *, reruns: int) -> Finding:
    """Ask for a release again and again; it must be the same to the last byte.

    Args:
        policy: The policy; its terms of that release, cut down to one table.
        program: Gives the areas.
        period: Chooses the release.
        reruns: How often it is asked for after it was drawn.

    Returns:
        The finding: how many different releases came out.
    """
    planned = plan.make_plan(_cut_down(policy, period), program=program, period=period)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        found = set()
        for _ in range(1 + reruns):
            _publish(planned, place)
            found.add(digest("".join(sorted(_given(place).values())).encode()))
        spent = sum(row.nano_rho for row in _ledger(place).rows())
    twice = spent > planned.spec.nano_rho
    return Finding(
        "replays",
        ok=len(found) == 1 and not twice,
        said=f"A release was asked for {1 + reruns} times: {len(found)} different outputs, "
        f"{'more than' if twice else 'at most'} its cost was spent.",
        figures={"asked": 1 + reruns, "distinct_outputs": len(found)},
    )


def _publish(planned: Plan, place: Path) -> None:
    """Draw a release of nobody and publish it, by the code that does so for real ones."""
    nothing = [0] * planned.spec.length
    drawn = measure.release(
        planned,
        ledger=_ledger(place),
        exact=nothing.copy,
        today=planned.period.end + dt.timedelta(days=1),
    )
    publish.write_release(_outputs(place) / drawn.name, drawn)


def _ledger(place: Path) -> Ledger:
    return Ledger(place / "ledger", public=place / "public")


def _outputs(place: Path) -> Path:
    return place / "public" / "releases"


def _given(place: Path) -> dict[str, str]:
    """Hash every file that the public can see: drafts have a name that begins with a dot."""
    files = sorted(one for one in _outputs(place).rglob("*") if one.is_file())
    names = {one: one.relative_to(_outputs(place)).as_posix() for one in files}
    return {
        name: digest(one.read_bytes()) for one, name in names.items() if not name.startswith(".")
    }


def _paid(place: Path, given: dict[str, str]) -> list[str]:
    """List the files whose very bytes are in a row of the ledger."""
    charged = {
        f"{row.release}/{name}": data
        for row in _ledger(place).rows()
        for name, data in row.outputs.items()
    }
    return [name for name, data in given.items() if charged.get(name) == data]


def _in_child(work: Callable[[], None], *, kill_before: int) -> bool:
    """Do work in a fork, killed before its n-th write; 0 lets it end. Say whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            if kill_before:
                _kill_before(kill_before)
            work()
        finally:
            os._exit(1 if sys.exc_info()[0] else 0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError("The release of an audit stopped in a fork; run it without the fork.")
    return False


def _kill_before(step: int) -> None:
    """Kill this process before its n-th write: of a file, of a name, or to the ledger."""
    seen = count(1)

    def write(*_told: object) -> None:
        if next(seen) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(happened: str, told: tuple[object, ...]) -> None:
        opens = happened == "open" and len(told) > 1 and set(str(told[1])) & set("wax+")
        if opens or happened in _WRITES:
            write()

    sys.addaudithook(watch)
    event.listen(Engine, "before_cursor_execute", write)
    event.listen(Engine, "commit", write)


def _cut_down(policy: Policy, period: Period) -> Policy:
    """Keep one table of one block: what is checked here does not depend on how many there are."""
    terms = policy.model_dump(mode="json", exclude={"approvals"})
    release = terms["releases"][period.kind.value]
    name, block = next(iter(release["blocks"].items()))
    table, first = next(iter(block["tables"].items()))
    block |= {"split": 1, "tables": {table: {**first, "share": 1}}}
    release["blocks"] = {name: block}
    terms |= {"synthetic": True, "exercise": False, "releases": {period.kind.value: release}}
    return Policy.model_validate(terms)
