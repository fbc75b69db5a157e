"""Read the headlines of a release, planned or real, and how wide their ranges are.

released -> **headlines** -> forecast -> page
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf, isfinite
from statistics import NormalDist
from typing import Literal

import numpy as np

from reports.estimate import LEVEL, Estimate, count
from reports.metrics import CONTACTS, Chosen, load_registry
from reports.parameters import Parameters
from reports.program_facts import ProgramFacts
from reports.quality.estimate import estimate_measure
from reports.quality.find import find_table, has_keys, select, whole
from reports.quality.gather import gather
from reports.released import Cells, Release, add_up
from reports.savings.assumptions import POLICE_SHARE
from reports.savings.funnel import ANCHOR, NO_CONTACT, NOBODY_MET, UNSERVED
from reports.savings.tally import Tally, find_tally

Unit = Literal["percent", "points", "minutes"]
LEVELS = (0.9, 0.95)
NOTHING_SAID = 100.0  # a range as wide as the figure itself, in percent of it, says nothing
MEASURED = {
    "unserved": "path",
    "median": "response_time",
    "backup": "police_backup",
    "ed": "emergency_department",
}  # headlines that are the first figure of a measure
UNITS: Mapping[str, Unit] = {
    "served": "percent",
    "calls": "percent",
    "savings": "percent",
    "savings_by_kind": "percent",
    "diversion": "points",
    "unserved": "points",
    "unserved_reason": "points",
    "median": "minutes",
    "accept": "points",
    "naloxone": "percent",
    "backup": "points",
    "ed": "points",
    "rural": "percent",
}  # in the order of readers; Source: docs/planner.md
ACCEPTED = ("accepted", "connected")
RURAL: Chosen = {"area_kind": ("rural",)}


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure that readers will look at first; `found` is nothing where it cannot be made.

    Counts have ranges in percent of their own value, shares (of 100) in points, medians in minutes.
    `lacks` names what is missing: a table's dimension, or `costs`.
    """

    key: str
    found: Estimate | None
    lacks: str = ""

    @property
    def unit(self) -> Unit:
        """What its half-width is written in."""
        return UNITS[self.key]

    def noise(self, level: float) -> float:
        """Half of what noise alone makes of it at a level, in its unit; infinite where unknown."""
        if self.found is None or not isfinite(self.found.sd):
            return inf
        wide = NormalDist().inv_cdf((1 + level) / 2) * self.found.sd
        if self.unit != "percent":
            return wide
        return 100 * wide / self.found.value if self.found.value > 0 else inf

    def half(self, level: float) -> float:
        """Half of its range at a level, as pages will print it; infinite where nothing can be said.

        A range in minutes also holds what bands leave open, which no level and no preset changes.
        """
        noise = self.noise(level)
        if self.found is None or self.unit != "minutes" or not isfinite(noise):
            return noise
        return noise + (self.found.high - self.found.low) / 2 - self.noise(LEVEL)

    @property
    def can_show(self) -> bool:
        """Whether its 90% range says anything: known, and narrower than a count itself."""
        half = self.half(LEVELS[0])
        return isfinite(half) and (self.unit != "percent" or half < NOTHING_SAID)

    @property
    def of_itself(self) -> float:
        """Half of its 90% range in percent of its own value, so that headlines compare."""
        if self.found is None or self.found.value <= 0:
            return inf
        half = self.half(LEVELS[0])
        return half if self.unit == "percent" else 100 * half / self.found.value


def read_headlines(
    release: Release, *, program: ProgramFacts, parameters: Parameters | None
) -> tuple[Headline, ...]:
    """Read every headline from a release.

    Args:
        release: Its tables and covariance.
        program: Whose it is.
        parameters: The program's assumptions; without them savings by kind of call are missing.

    Returns:
        The headlines in order; one that lacks a table says so.
    """
    direct: Mapping[str, Callable[[Release], Headline]] = {
        "served": _served,
        "calls": _calls,
        "savings": _savings,
        "savings_by_kind": lambda one: _by_kind(one, parameters),
        "diversion": _diversion,
        "unserved_reason": _reason,
        "accept": _accept,
        "naloxone": _naloxone,
        "rural": _rural,
    }
    return tuple(
        direct[key](release) if key in direct else _measured(key, release, program) for key in UNITS
    )


def bounded(release: Release) -> Release:
    """Take the anchor away: figures as counted under the limit on one person, as the plan does."""
    tables = {name: one for name, one in release.package.tables.items() if one.block != ANCHOR}
    unknown = {"expected_clip_loss": None}
    blocks = {name: one.model_copy(update=unknown) for name, one in release.package.blocks.items()}
    changed = {"tables": tables, "blocks": blocks}
    return replace(release, package=release.package.model_copy(update=changed))


def anchored(release: Release) -> bool:
    """Whether the total of visits is measured apart from the limit on one person."""
    return whole(release, ANCHOR) is not None


def _served(release: Release) -> Headline:
    cells = whole(release, ANCHOR) or whole(release, CONTACTS)
    return _sum("served", release, cells, lacks="month")


def _calls(release: Release) -> Headline:
    """All calls, with a visit or without; a log of calls has no others."""
    blocks = (gather(release, {block: {}}, calls=True) for block in (CONTACTS, NO_CONTACT))
    parts = [cells for cells in blocks if cells is not None]
    return _sum("calls", release, add_up(parts) if parts else None, lacks="month")


def _rural(release: Release) -> Headline:
    if find_table(release, RURAL, block=CONTACTS) is None:
        return Headline("rural", None, "area_kind")
    return _sum("rural", release, whole(release, CONTACTS, where=RURAL), lacks="area_kind")


def _arrived(release: Release) -> Cells | None:
    """Calls at which a team met somebody, and those where it came and met nobody."""
    table = find_table(release, ["path"], block=NO_CONTACT)
    met = gather(release, {CONTACTS: {}}, calls=True)
    if table is None or met is None or not has_keys(release, table, {"path": NOBODY_MET}):
        return None
    return add_up([met, select(release, table, {"path": NOBODY_MET})])


def _savings(release: Release) -> Headline:
    """Diverted calls, each worth the same: whatever the worth, it does not change the range."""
    return _sum("savings", release, _arrived(release), lacks="path")


def _by_kind(release: Release, parameters: Parameters | None) -> Headline:
    """Diverted calls, each worth its kind's chance that police would have attended."""
    key, tally = "savings_by_kind", find_tally(release)
    if not isinstance(tally, Tally):
        return Headline(key, None, ", ".join(tally))
    if parameters is None or POLICE_SHARE[tally.kind] not in parameters:
        return Headline(key, None, "costs")
    spans = parameters[POLICE_SHARE[tally.kind]].spans
    value, sd = _worth(tally, {kind: spans[kind].central for kind in tally.kinds if kind in spans})
    return Headline(key, count(value, sd, mark=tally.mark))


def _worth(tally: Tally, chances: Mapping[str, float]) -> tuple[float, float]:
    """Add up arrivals times their kind's chance, visits brought to their total as savings are.

    Source: reports/savings/tally.py, `put_together`; the delta method for its scale.
    """
    names, mean = tally.counts.names, tally.counts.mean
    parts = [name.partition(":") for name in names]
    met, missed = (
        np.array([chances.get(kind, 0.0) if what == wanted else 0.0 for what, _, kind in parts])
        for wanted in ("met", "missed")
    )
    visits, scale = float(met @ mean), 1.0
    weights = met + missed
    if tally.anchored:
        contacts, anchor = names.index("contacts"), names.index("anchor")
        scale = float(mean[anchor] / mean[contacts])
        weights = scale * met + missed
        weights[anchor] += visits / mean[contacts]
        weights[contacts] -= scale * visits / mean[contacts]
    value = scale * visits + float(missed @ mean)
    return value, float(weights @ tally.counts.covariance @ weights) ** 0.5


def _diversion(release: Release) -> Headline:
    arrived, missed = _arrived(release), whole(release, NO_CONTACT)
    met = gather(release, {CONTACTS: {}}, calls=True)
    if arrived is None or missed is None or met is None:
        return Headline("diversion", None, "path")
    return Headline("diversion", release.ratio(arrived, add_up([met, missed])).times(100))


def _reason(release: Release) -> Headline:
    """The least certain of the reasons for which no team came, of all eligible calls."""
    first = load_registry()[MEASURED["unserved"]].values[0]
    eligible = gather(release, first.under, lifted=first.lifted, calls=True)
    table = find_table(release, ["path"], block=NO_CONTACT)
    if eligible is None or table is None or not has_keys(release, table, {"path": UNSERVED}):
        return Headline("unserved_reason", None, "path")
    reasons = (select(release, table, {"path": (reason,)}) for reason in UNSERVED)
    found = [release.ratio(one, eligible).times(100) for one in reasons]
    return Headline("unserved_reason", max(found, key=lambda one: one.sd))


def _accept(release: Release) -> Headline:
    table = find_table(release, ["referral"], block=CONTACTS)
    offered: Chosen = {"referral": ("declined", *ACCEPTED)}
    if table is None or not has_keys(release, table, offered):
        return Headline("accept", None, "referral")
    said = select(release, table, {"referral": ACCEPTED})
    return Headline("accept", release.ratio(said, select(release, table, offered)).times(100))


def _naloxone(release: Release) -> Headline:
    table, given = find_table(release, ["naloxone"], block=CONTACTS), {"naloxone": ("given",)}
    if table is None or not has_keys(release, table, given):
        return Headline("naloxone", None, "naloxone")
    return _sum("naloxone", release, select(release, table, given), lacks="naloxone")


def _measured(key: str, release: Release, program: ProgramFacts) -> Headline:
    measure = load_registry()[MEASURED[key]]
    result = estimate_measure(measure, release, program)
    if result is None:
        return Headline(key, None, ", ".join(sorted(_dims(MEASURED[key]))))
    return Headline(key, result.values[0])


def _dims(key: str) -> frozenset[str]:
    value = load_registry()[key].values[0]
    return frozenset().union(*(value.dims(block) for block in value.of))


def _sum(key: str, release: Release, cells: Cells | None, *, lacks: str) -> Headline:
    return Headline(key, release.sum(cells)) if cells else Headline(key, None, lacks)
