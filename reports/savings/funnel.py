"""Follow calls from received to contact, and count who left at each step and why.

release -> **funnel** -> report -> page
"""

from dataclasses import dataclass

from data_contracts.codes import UNKNOWN
from reports.estimate import Estimate
from reports.quality.find import find_table, has_keys, select, whole
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

    `anchored` is whether visits were measured apart from the limit on one person; without it
    every step reads a little low. `table` is where calls without contact come from.
    """

    steps: tuple[Step, ...]
    unserved: tuple[tuple[str, Estimate], ...]
    unserved_of_100: Estimate
    missed_of_100: Estimate
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
    table, met = find_table(release, ["path"], block=NO_CONTACT), visits(release)
    ways = [way for _, lost in STEPS for way in lost]
    if table is None or met is None or not has_keys(release, table, {"path": tuple(ways)}):
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
    return Funnel(
        steps=tuple(steps),
        unserved=tuple((way, release.sum(left[way])) for way in NOT_SENT),
        unserved_of_100=release.ratio(unserved, eligible).times(100),
        missed_of_100=release.ratio(missed, eligible).times(100),
        anchored=whole(release, ANCHOR) is not None,
        tables=(table,),
    )
