"""Draw a year of Riverton as it happened, before anyone writes it down badly.

The chain: shares -> **draw** -> plant -> inbox.
"""

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_contracts.synthetic.shares import Labels, Minutes, Shares

_DAYS = (365, 366)
_Z90 = 1.2815515655446004  # 90th percentile of the standard normal
_HOUR = 60
_DAY = 24 * _HOUR

Generator = np.random.Generator
Texts = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Year:
    """What happened in one year: columns as the feeds name them, times as timestamps.

    `calls` and `visits` have a column `month` besides; every figure a test may want follows from
    them.
    """

    calls: pd.DataFrame
    visits: pd.DataFrame


def draw_year(year: int, *, seed: int, calls: int, shares: Shares) -> Year:
    """Draw the calls of a year and the visits that came of them.

    Args:
        year: Calendar year; another year is another draw.
        seed: The same seed draws the same year, whichever months are asked for later.
        calls: Calls for service in the year.
        shares: How often what happens.

    Returns:
        Calls in the order of their requests; visits, one row a person met, in the order of time.
    """
    rng = np.random.default_rng([seed, year])
    drawn = _calls(rng, year=year, n=calls, shares=shares)
    visits = _visits(rng, drawn, year=year, shares=shares)
    return Year(calls=drawn.drop(columns=["reaches", "drive"]), visits=visits)


def pick(rng: Generator, labels: Labels, n: int) -> Texts:
    """Pick `n` labels by their shares, which are brought to add to 1."""
    weights = np.array(list(labels.values()), dtype=float)
    return rng.choice(np.array(list(labels), dtype=np.str_), n, p=weights / weights.sum())


def _calls(rng: Generator, *, year: int, n: int, shares: Shares) -> pd.DataFrame:
    received = _moments(rng, year=year, n=n, hours=shares.hours).sort_values(ignore_index=True)
    zone = pick(rng, {name: zone.share for name, zone in shares.zones.items()}, n)
    path = pick(rng, {name: path.share for name, path in shares.paths.items()}, n)
    drive = pd.Series(zone).map({name: zone.drive for name, zone in shares.zones.items()})
    reaches = pd.Series(path).map({name: path.reaches for name, path in shares.paths.items()})
    sent = received + _wait(rng, shares.minutes["send"], n)
    arrived = sent + _wait(
        rng, shares.minutes["drive"], n, stretch=drive.to_numpy(dtype=np.float64)
    )
    return pd.DataFrame(
        {
            "Call Number": _numbers("RV-CALL", year, n),
            "Received": received,
            "Dispatched": sent.where(reaches != "none"),
            "On Scene": arrived.where(reaches.isin(["arrived", "met"])),
            "Zone": zone,
            **{name: pick(rng, labels, n) for name, labels in shares.calls.items()},
            "Closed As": path,
            "month": received.dt.strftime("%Y-%m"),
            "reaches": reaches,
            "drive": drive,
        }
    )


def _visits(rng: Generator, calls: pd.DataFrame, *, year: int, shares: Shares) -> pd.DataFrame:
    """Write one row for every person met, with what was done and who it was."""
    met = calls[calls["reaches"] == "met"]
    met = met[rng.random(len(met)) >= shares.unwritten]
    outreach = round(shares.outreach * len(met))
    visits = pd.concat(
        [_after(rng, met, shares), _outreach(rng, outreach, year=year, shares=shares)]
    ).sort_values("Contact Start", ignore_index=True)
    stay = _wait(rng, shares.minutes["stay"], len(visits))
    visits.insert(0, "Contact ID", _numbers("RV-CON", year, len(visits)))
    visits["Contact End"] = visits["Contact Start"] + stay
    met_two = pd.Series(rng.random(len(visits)) < shares.second_person)
    rows = pd.concat([visits.assign(person="1"), visits[met_two].assign(person="2")])
    rows = rows.rename(columns={"person": "Person No"})
    this_year: pd.Series[bool] = rows["Contact Start"].dt.year == year
    rows = rows[this_year].sort_values(["Contact ID", "Person No"], ignore_index=True)
    rows["month"] = rows["Contact Start"].dt.strftime("%Y-%m")
    for facts in (_events(rng, len(rows), shares), _persons(rng, len(rows), year, shares)):
        for name, labels in facts.items():
            rows[name] = labels
    return rows


def _after(rng: Generator, met: pd.DataFrame, shares: Shares) -> pd.DataFrame:
    """Visits that a call led to: the team meets the person a little after it arrives."""
    return pd.DataFrame(
        {
            "Call Number": met["Call Number"],
            "Contact Start": met["On Scene"] + _wait(rng, shares.minutes["engage"], len(met)),
            "Zone": met["Zone"],
            "Team": pick(rng, shares.team, len(met)),
        }
    )


def _outreach(rng: Generator, n: int, *, year: int, shares: Shares) -> pd.DataFrame:
    """Visits that no call led to."""
    return pd.DataFrame(
        {
            "Call Number": "",
            "Contact Start": _moments(rng, year=year, n=n, hours=shares.hours),
            "Zone": pick(rng, {name: zone.share for name, zone in shares.zones.items()}, n),
            "Team": shares.outreach_team,
        }
    )


def _events(rng: Generator, n: int, shares: Shares) -> dict[str, Texts]:
    """Say what was done at each visit; naloxone follows the overdose."""
    events = {name: pick(rng, labels, n) for name, labels in shares.visits.items()}
    after_overdose = pick(rng, shares.naloxone["overdose"], n)
    otherwise = pick(rng, shares.naloxone["other"], n)
    naloxone = np.where(events["Overdose"] == "Yes", after_overdose, otherwise)
    return {**events, "Naloxone Given": naloxone}


def _persons(rng: Generator, n: int, year: int, shares: Shares) -> dict[str, Texts]:
    """Say who was met: some people many times, others without a number."""
    known = rng.random(n) >= shares.anonymous
    person = np.arange(n)  # without a number, everybody is somebody else
    person[known] = n + _repeated(rng, int(known.sum()), shares.times_met)
    _, who = np.unique(person, return_inverse=True)
    people = int(who.max(initial=-1)) + 1
    facts = {name: pick(rng, labels, people)[who] for name, labels in shares.people.items()}
    facts["Age"] = rng.triangular(*shares.age, people).astype(int).astype(np.str_)[who]
    unseen = ~known & (rng.random(n) < shares.unseen)
    allowed = np.where(
        known,
        pick(rng, shares.permission["known"], n),
        pick(rng, shares.permission["anonymous"], n),
    )
    return {
        "Client ID": np.where(known, _numbers("RV-CLI", year, people).to_numpy(str)[who], ""),
        **{name: np.where(unseen, "", values) for name, values in facts.items()},
        "Permission": allowed,
    }


def _repeated(rng: Generator, n: int, times_met: Mapping[int, float]) -> NDArray[np.int64]:
    """Deal `n` visits to people, each met as often as the shares say, in random order."""
    times = np.array(list(times_met), dtype=np.int64)
    weights = np.array(list(times_met.values()))
    drawn = rng.choice(times, n, p=weights / weights.sum())
    return rng.permutation(np.repeat(np.arange(n), drawn)[:n])


def _moments(rng: Generator, *, year: int, n: int, hours: tuple[int, ...]) -> pd.Series:
    """Spread moments over a year, to the minute, by the hour of the day."""
    weights = np.array(hours, dtype=float)
    day = rng.integers(0, _DAYS[isleap(year)], n)
    hour = rng.choice(len(hours), n, p=weights / weights.sum())
    minutes = day * _DAY + hour * _HOUR + rng.integers(0, _HOUR, n)
    return pd.Series(pd.Timestamp(year, 1, 1) + pd.to_timedelta(minutes, unit="min"))


def _wait(
    rng: Generator, minutes: Minutes, n: int, *, stretch: NDArray[np.floating] | float = 1
) -> NDArray[np.timedelta64]:
    """Draw `n` durations in whole minutes; `stretch` makes them longer."""
    sigma = np.log(minutes.p90 / minutes.median) / _Z90
    drawn = rng.lognormal(np.log(minutes.median), sigma, n) * stretch
    return drawn.astype(int).astype("timedelta64[m]")


def _numbers(prefix: str, year: int, n: int) -> pd.Series:
    return pd.Series([f"{prefix}-{year:d}-{number:06d}" for number in range(n)], dtype=str)
