"""Find in a release the calls that savings may be claimed for: a team arrived, police did not.

release -> **tally** -> model -> figures -> page
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data_contracts.codes import UNKNOWN
from reports.estimate import Mark
from reports.quality.find import dimension_facts, find_table, has_keys, select, whole
from reports.quality.gather import counts_calls, gather
from reports.released import Cells, Release, add_up
from reports.savings.draws import Counts, count_together
from reports.savings.formula import Vector
from reports.savings.funnel import (
    ANCHOR,
    CONTACTS,
    NEVER_TRIAGED,
    NO_CONTACT,
    NOBODY_MET,
    NOT_ELIGIBLE,
    NOT_SENT,
)

KINDS = ("call_type", "call_group")  # the finer one where the release has it
NO_POLICE = "none"
IN_TEAM = "in_team"  # told by who responded, which calls that met nobody do not say
THERE = ("with_team", "backup_requested")  # police that a team met, so a team was there
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "emergency": ("emergency_department",),
    "hold": ("involuntary_hold",),
    "jail": ("arrest",),
}


@dataclass(frozen=True)
class Tally:
    """Counts of a release that savings rest on, not yet drawn.

    `kind` is the code list by which calls are told apart, `kinds` its codes without `unknown`;
    `counted` whether calls are told from people met, so that each counts once; `anchored` whether
    the total of visits was measured apart; `told` whether police at calls that met nobody can be
    told from police at calls without a team; `mark` is that of all arrivals, `tables` what was
    read.
    """

    kind: str
    kinds: tuple[str, ...]
    counts: Counts
    counted: bool
    anchored: bool
    told: bool
    mark: Mark
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calls:
    """The counts of a tally in one case or in many draws, put together.

    `arrivals` are by kind, `alone` those without police, `received` all calls, `received_kind`
    by kind; `share` is that of arrivals without police, `observed` of arrivals that ended so.
    """

    received: Vector
    received_kind: Mapping[str, Vector]
    sent: Vector
    arrived: Vector
    arrivals: Mapping[str, Vector]
    share: Vector
    observed: Mapping[str, Vector]

    @property
    def alone(self) -> dict[str, Vector]:
        """Calls at which a team arrived and police did not, by kind."""
        return {kind: calls * self.share for kind, calls in self.arrivals.items()}


def find_tally(release: Release) -> Tally | tuple[str, ...]:
    """Find the tables that the formula needs.

    Args:
        release: Its tables.

    Returns:
        The counts; or the dimensions of the tables that are not there.
    """
    wanted = {"path": NO_CONTACT, "police": CONTACTS, "nc_police": NO_CONTACT}
    lacking = [
        name
        for name, block in wanted.items()
        if find_table(release, [name.removeprefix("nc_")], block=block) is None
    ]
    lacking += [] if find_table(release, ["disposition"], block=CONTACTS) else ["disposition"]
    kind = _kind(release)
    if lacking or kind is None or whole(release, CONTACTS) is None:
        return tuple(lacking) or ("call_group",)
    sums, tables = _sums(release, kind)
    arrivals = add_up([sums["met"], sums["nobody_met"]])
    return Tally(
        kind=kind,
        kinds=_codes(release, kind),
        counts=count_together(release, sums),
        counted=_counted(release, kind),
        anchored="anchor" in sums,
        told=release.sum(sums["met_there"]).mark is not Mark.WITHHELD,
        mark=release.sum(arrivals).mark,
        tables=tables,
    )


def _kind(release: Release) -> str | None:
    """Choose the finest way to tell calls apart that both blocks share."""
    for kind in KINDS:
        met = find_table(release, [kind], block=CONTACTS)
        missed = find_table(release, ["path", kind], block=NO_CONTACT)
        if met and missed and has_keys(release, met, {kind: _codes(release, kind)}):
            return kind
    return None


def _counted(release: Release, kind: str) -> bool:
    """Whether visits of each kind that stand for a call are told from the others."""
    by_kind = {CONTACTS: {kind: _codes(release, kind)}}
    return counts_calls(release) and gather(release, by_kind, calls=True) is not None


def _codes(release: Release, kind: str) -> tuple[str, ...]:
    return tuple(key for key in dimension_facts(release, kind).keys if key != UNKNOWN)


def _sums(release: Release, kind: str) -> tuple[dict[str, Cells], tuple[str, ...]]:
    """Choose every sum by name, and name the tables that were read."""
    met = find_table(release, [kind], block=CONTACTS) or ""
    missed = find_table(release, ["path", kind], block=NO_CONTACT) or ""
    ended = find_table(release, ["disposition"], block=CONTACTS) or ""
    police = find_table(release, ["police"], block=CONTACTS) or ""
    nc_police = find_table(release, ["police"], block=NO_CONTACT) or ""
    not_sent = (*NEVER_TRIAGED, *NOT_ELIGIBLE, *NOT_SENT)
    sums = {
        "contacts": whole(release, CONTACTS) or Cells({}),
        "no_contact": whole(release, NO_CONTACT) or select(release, missed, {}),
        "nobody_met": select(release, missed, {"path": NOBODY_MET}),
        "not_sent": select(release, missed, {"path": not_sent}),
        "met_police": select(release, police, {"police": _with_police(release, police)}),
        "met_beside": select(
            release, police, {"police": _with_police(release, police, but=(IN_TEAM,))}
        ),
        "met_there": select(release, police, {"police": THERE}),
        "met_police_unknown": select(release, police, {"police": (UNKNOWN,)}),
        "missed_police": select(release, nc_police, {"police": _with_police(release, nc_police)}),
        "missed_there": select(release, nc_police, {"police": THERE}),
        "ended_unknown": select(release, ended, {"disposition": (UNKNOWN,)}),
    }
    if anchor := whole(release, ANCHOR):
        sums["anchor"] = anchor
    counted = _counted(release, kind)
    sums["met"] = gather(release, {CONTACTS: {}}, calls=counted) or sums["contacts"]
    for code in _codes(release, kind):
        called = gather(release, {CONTACTS: {kind: (code,)}}, calls=counted)
        sums[f"met:{code}"] = called or select(release, met, {kind: (code,)})
        sums[f"missed:{code}"] = select(release, missed, {"path": NOBODY_MET, kind: (code,)})
        sums[f"calls:{code}"] = select(release, missed, {kind: (code,)})
    for name, endings in ENDINGS.items():
        sums[f"ended:{name}"] = select(release, ended, {"disposition": endings})
    if not release.anchored:
        sums = {name: release.scaled(cells) for name, cells in sums.items()}
    return sums, tuple(dict.fromkeys((met, missed, ended, police, nc_police)))


def _with_police(release: Release, table: str, *, but: tuple[str, ...] = ()) -> tuple[str, ...]:
    present = set(release.table(table)["police"])
    keys = dimension_facts(release, "police").keys
    return tuple(key for key in keys if key in present and key not in {NO_POLICE, UNKNOWN, *but})


def put_together(tally: Tally, counts: Mapping[str, Vector]) -> Calls:
    """Scale visits to their total, add arrivals that met nobody, take off those with police.

    A call counts once, however many people were met, and a visit that nobody called for earns
    nothing. Of visits the share with police is that of people met, where it is recorded. Whether
    police came is known for the whole city only: one share for all kinds.

    Args:
        tally: Names the counts.
        counts: Each in one case or in many draws.

    Returns:
        Calls in as many entries.
    """
    visits = counts["anchor"] if tally.anchored else counts["contacts"]
    scale = visits / counts["contacts"]
    met = counts["met"] * scale
    arrived = met + counts["nobody_met"]
    with_police = counts["met_police"] / (counts["contacts"] - counts["met_police_unknown"])
    police = with_police * met + _at_missed(tally, counts)
    ended = counts["contacts"] - counts["ended_unknown"]
    met_share = met / arrived
    received = met + counts["no_contact"]
    return Calls(
        received=received,
        received_kind={
            kind: counts[f"met:{kind}"] * scale + counts[f"calls:{kind}"] for kind in tally.kinds
        },
        sent=received - counts["not_sent"],
        arrived=arrived,
        arrivals={
            kind: counts[f"met:{kind}"] * scale + counts[f"missed:{kind}"] for kind in tally.kinds
        },
        share=1 - police / arrived,
        observed={
            name: np.asarray(counts[f"ended:{name}"] / ended * met_share) for name in ENDINGS
        },
    )


def _at_missed(tally: Tally, counts: Mapping[str, Vector]) -> Vector:
    """Arrivals that met nobody and had police.

    The table counts police at every call without contact, also where no team was sent. Police
    that a team met tell the arrivals apart; the other ways in which police come are taken to be
    as frequent beside these as at visits. Where that cannot be told, all police count. Whether
    the team had police in it, no call without a visit says.
    """
    police = counts["missed_police"]
    if tally.told:
        police = counts["missed_there"] * counts["met_beside"] / counts["met_there"]
    found: Vector = np.clip(police, 0.0, counts["nobody_met"])
    return found
