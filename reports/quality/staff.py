"""Read posts, pay and hours; a count of fewer than ten people stays unsaid.

exact -> **staff** -> accounts
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from data_contracts.codes import load_codes
from reports.exact import people
from reports.numbers import LANGUAGES, Language, whole
from reports.texts import Texts

Spoken = Mapping[Language, str]
POST = "post_code"
HALF = 50
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, the bar from one value to another, its words, and a second line.

    `key` is its code, `numbers` what its words say, by name; `lost` is what is missing from the bar
    to the whole, drawn hatched.
    """

    key: str
    label: Spoken
    bar: tuple[float, float] | None
    words: Spoken
    note: Spoken | None
    numbers: Mapping[str, float]
    lost: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines on one scale, with a level to hold them against where there is one."""

    rows: tuple[Line, ...]
    scale: str = "{n}"
    level: float | None = None
    level_words: Spoken | None = None
    cap: float | None = None

    @property
    def high(self) -> float:
        """Largest value drawn."""
        ends = [end for row in self.rows for part in (row.bar, row.lost) if part for end in part]
        return max([*ends, self.level or 0.0], default=1.0)


def said(name: str, **numbers: float) -> Spoken:
    """Write a text with whole numbers in every language."""
    return {
        one: Texts(one)(name, **{key: whole(n, language=one) for key, n in numbers.items()})
        for one in LANGUAGES
    }


def pay_lines(latest: pd.DataFrame) -> tuple[Lines, dict[str, float]]:
    """Read the pay scale of every post beside the living wage."""
    told = latest.dropna(subset=["pay_low_usd_per_hour", "pay_high_usd_per_hour"])
    found = []
    for row in _posts(told):
        low, high = float(row["pay_low_usd_per_hour"]), float(row["pay_high_usd_per_hour"])
        money = {"low": f"{low:,.2f}", "high": f"{high:,.2f}"}
        words: Spoken = {one: Texts(one)("acc_pay", **money) for one in LANGUAGES}
        numbers = {"low_usd_per_hour": low, "high_usd_per_hour": high}
        found.append(Line(row[POST], _post(row), (low, high), words, None, numbers))
    wages = told["living_wage_usd_per_hour"].dropna()
    if wages.empty or not found:
        return Lines(tuple(found), scale="${n}"), {}
    level = float(wages.max())
    above = sum(line.bar is not None and line.bar[0] >= level for line in found)
    words = {one: Texts(one)("acc_wage", n=f"{level:,.2f}") for one in LANGUAGES}
    lines = Lines(tuple(found), scale="${n}", level=level, level_words=words)
    return lines, {"n": float(above), "of": float(len(found))}


def people_lines(latest: pd.DataFrame, rows: pd.DataFrame) -> tuple[Lines, dict[str, float]]:
    """Read posts and people; who left is told only where every month has ten people or more."""
    found, n, of = [], 0, 0.0
    for row in _posts(latest):
        there, posts = people(row["n_people"]), float(row["n_posts"])
        left = [people(one) for one in rows[rows[POST] == row[POST]]["n_left"]]
        known = [one for one in left if one is not None]
        gone, away = said("acc_left_few"), dict[str, float]()
        if len(known) == len(left):
            gone, away = said("acc_left", n=sum(known)), {"left": float(sum(known))}
        if there is None:
            few = said("acc_few", of=posts)
            found.append(Line(row[POST], _post(row), None, few, gone, {"posts": posts} | away))
            continue
        n, of = n + there, of + posts
        words = said("acc_people", n=there, of=posts)
        lost = (float(there), posts) if posts > there else None
        numbers = {"people": float(there), "posts": posts} | away
        found.append(
            Line(row[POST], _post(row), (0.0, float(there)), words, gone, numbers, lost=lost)
        )
    return Lines(tuple(found)), {"n": float(n), "of": of} if of else {}


def band_lines(latest: pd.DataFrame) -> tuple[Lines, dict[str, float]]:
    """Read the share with lived experience, in bands, where ten people or more hold the post."""
    codes, found, half, told = load_codes("lived_experience_band"), [], 0, 0
    starts = [*codes.bands.values(), PERCENT]
    for row in _posts(latest):
        key = str(row["lived_experience_band_code"])
        if key not in codes.bands:
            name = "acc_band_few" if people(row["n_people"]) is None else "acc_band_none"
            found.append(Line(row[POST], _post(row), None, said(name), None, {}))
            continue
        start, code = codes.bands[key], codes.codes[key]
        end = next(one for one in starts if one > start)
        words: Spoken = {"en": code.en, "es": code.es}
        ends = {"from_percent": float(start), "to_percent": float(end)}
        found.append(Line(row[POST], _post(row), (float(start), float(end)), words, None, ends))
        half, told = half + (start >= HALF), told + 1
    lines = Lines(tuple(found), scale="{n}%", cap=float(PERCENT))
    return lines, {"n": float(half), "of": float(told)} if told else {}


def hour_lines(rows: pd.DataFrame) -> tuple[Lines, dict[str, float]]:
    """Add up planned and staffed hours over a period, by post, where ten people or more hold it."""
    told = rows.dropna(subset=["scheduled_hours", "staffed_hours"])
    sums = told.groupby(POST, sort=False)[["scheduled_hours", "staffed_hours"]].sum()
    few = rows[rows["n_people"].map(people).isna() & ~rows[POST].isin(sums.index)]
    posts = [sums[sums["scheduled_hours"] > 0].reset_index(), few[[POST]].drop_duplicates()]
    found = []
    for row in _posts(pd.concat(posts)):
        if row[POST] not in sums.index:
            found.append(Line(row[POST], _post(row), None, said("acc_band_few"), None, {}))
            continue
        n, of = float(row["staffed_hours"]), float(row["scheduled_hours"])
        part = PERCENT * n / of
        words = said("acc_hours", n=part)
        note = said("acc_hours_of", n=n, of=of)
        lost = (part, float(PERCENT)) if part < PERCENT else None
        numbers = {"of_100": part, "staffed_hours": n, "scheduled_hours": of}
        found.append(Line(row[POST], _post(row), (0.0, part), words, note, numbers, lost=lost))
    planned = float(sums["scheduled_hours"].sum())
    lines = Lines(tuple(found), cap=float(PERCENT))
    share = {"n": PERCENT * float(sums["staffed_hours"].sum()) / planned} if planned else {}
    return lines, share


def _posts(rows: pd.DataFrame) -> list[dict[str, str]]:
    """Rows in the order of the list of posts."""
    order = {code: place for place, code in enumerate(load_codes("post").codes)}
    found: list[dict[str, str]] = rows.to_dict("records")  # type: ignore[assignment]
    return sorted(found, key=lambda row: order.get(row[POST], len(order)))


def _post(row: Mapping[str, str]) -> Spoken:
    code = load_codes("post").codes[row[POST]]
    return {"en": code.en, "es": code.es}
