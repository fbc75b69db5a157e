"""Follow calls from received to contact, and count who left at each step and why.

release -> **funnel** -> report -> page
"""

from dataclasses import dataclass

from data_contracts.codes import UNKNOWN
from reports.estimate import Estimate
from reports.quality.find import find_table, has_keys, select, whole
from reports.quality.gather import counts_calls, gather
from reports.released import Cells, Release, add_up

CONTACTS, NO_CONTACT, ANCHOR = "contacts", "no_contact", "anchor"
NEVER_TRIAGED = ("not_triaged", UNKNOWN)
NOT_ELIGIBLE = ("not_eligible",)
UNSERVED = (
    "unserved_hours", "unserved_no_unit", "unserved_area", "unserved_caller_refused",
    "unserved_other_agency", "unserved_other",
)  # fmt: skip
CANCELLED = "cancelled_before_dispatch"
NOT_SENT = (*UNSERVED, CANCELLED)
CALLED_OFF = ("cancelled_on_way",)
NOBODY_MET = ("not_found", "left_before_contact")
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("triaged", NEVER_TRIAGED),
    ("eligible", NOT_ELIGIBLE),
    ("sent", NOT_SENT),
    ("arrived", CALLED_OFF),
    ("met", NOBODY_MET),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how many calls got here, and how many of the step before did not, by reason."""

    key: str
    found: Estimate
    lost: tuple[tuple[str, Estimate], ...] = ()
    lost_all: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """All steps, received first; of 100 eligible calls those without a team, cancelled or not.

    `missed_of_100` leaves out calls that were cancelled before a team was sent.

    Every step counts calls, each once. `people` are all visits, one a person met; `another` those
    with one more person at a call that is counted already, `uncalled` those that nobody called for.
    Where a release does not tell these apart (`counted` is false), both are empty and the steps
    count calls and people met together.

    `anchored` is whether visits were measured apart from the limit on one person; without it what
    the plan expects that limit to take is added back. `tables` is where calls come from.
    """

    steps: tuple[Step, ...]
    unserved: tuple[tuple[str, Estimate], ...]
    unserved_of_100: Estimate
    missed_of_100: Estimate
    people: Estimate
    another: Estimate | None
    uncalled: Estimate | None
    counted: bool
    anchored: bool
    tables: tuple[str, ...]

    def step(self, key: str) -> Step:
        """One step by its key."""
        return next(one for one in self.steps if one.key == key)


def visits(release: Release) -> Cells | None:
    """Sum all visits: as the anchor measured them, else as the limit on one person let them."""
    return whole(release, ANCHOR) or whole(release, CONTACTS)


def count_funnel(release: Release) -> Funnel | None:
    """Count every step, each with the exact noise of its cells.

    Args:
        release: Needs visits and how calls ended.

    Returns:
        The funnel; nothing where a table is missing.
    """
    table, people = find_table(release, ["path"], block=NO_CONTACT), visits(release)
    met = gather(release, {CONTACTS: {}}, lifted=True, calls=True)
    ways = [way for _, lost in STEPS for way in lost]
    if table is None or met is None or people is None:
        return None
    if not has_keys(release, table, {"path": tuple(ways)}):
        return None
    left = {way: select(release, table, {"path": (way,)}) for way in ways}
    steps = [Step("received", release.sum(add_up([met, *left.values()])))]
    for key, lost in STEPS:
        ways = [way for way in ways if way not in lost]
        steps.append(
            Step(
                key,
                release.sum(add_up([met, *(left[way] for way in ways)])),
                tuple((way, release.sum(left[way])) for way in lost),
                release.sum(add_up(left[way] for way in lost)),
            )
        )
    eligible = add_up([met, *(left[way] for way in (*NOT_SENT, *CALLED_OFF, *NOBODY_MET))])
    unserved = add_up(left[way] for way in NOT_SENT)
    missed = add_up(left[way] for way in NOT_SENT if way != CANCELLED)
    another, uncalled = (_told(release, key) for key in ("another", "no_call"))
    return Funnel(
        steps=tuple(steps),
        unserved=tuple((way, release.sum(left[way])) for way in NOT_SENT),
        unserved_of_100=release.ratio(unserved, eligible).times(100),
        missed_of_100=release.ratio(missed, eligible).times(100),
        people=release.sum(release.scaled(people)),
        another=another,
        uncalled=uncalled,
        counted=counts_calls(release),
        anchored=release.anchored,
        tables=(table,),
    )


def _told(release: Release, key: str) -> Estimate | None:
    """Count visits that stand for no call, of one kind; nothing where the release does not tell."""
    if not counts_calls(release):
        return None
    cells = gather(release, {CONTACTS: {"person_of_call": (key,)}}, lifted=True)
    return release.sum(cells) if cells else None
