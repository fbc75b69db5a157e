"""Say in plain words what a year was combined with, and which numbers were not combined.

combination -> **combined** -> page
"""

from collections.abc import Mapping, Sequence

from data_contracts.period import PeriodKind, read_period
from reports.combination import Apart
from reports.numbers import Language, month_name, period_name, whole
from reports.overlap import MONTH, PART
from reports.quality.find import dimension_facts, title_of
from reports.quality.findings import join, lower
from reports.released import Release
from reports.texts import Texts

NAMED = 3  # numbers that a sentence can name


def combined_words(release: Release, *, language: Language) -> str:
    """Say what the ranges of a year rest on; nothing where the year stands alone.

    Args:
        release: From `open_year`.
        language: Of the reader.

    Returns:
        A few sentences.
    """
    combined = release.combined
    if combined is None or not combined.shared:
        return ""
    t = Texts(language)
    apart = combined.apart
    kind = read_period(combined.interim[0]).kind
    said = [
        t(
            "combined_halves" if kind is PeriodKind.HALF else "combined_quarters",
            n=whole(combined.shared - len(apart), language=language),
            of=whole(combined.shared, language=language),
        )
    ]
    if not apart:
        said.append(t("combined_agree"))
    else:
        real = [one for one in apart if one.beyond_chance(combined.shared)]
        chance = [one for one in apart if one not in real]
        said += [_named(release, real, t, how="apart")] if real else []
        said += [_named(release, chance, t, how="chance")] if chance else []
    return " ".join([*said, t("combined_files")])


def _named(release: Release, found: Sequence[Apart], t: Texts, *, how: str) -> str:
    """Name the numbers that lie widest apart."""
    widest = sorted(found, key=lambda one: -abs(one.sds))[:NAMED]
    names = [_name(release, one.block, one.where, t) for one in widest]
    many = "" if len(found) <= NAMED else "_many"
    return t(f"combined_{how}{many}", which="; ".join(names))


def _name(release: Release, block: str, where: Mapping[str, str], t: Texts) -> str:
    """Name a number as a reader would: visits (area: Downtown; kind of call: welfare)."""
    name = lower(t(f"block_{block}"))
    keys = [_key(release, dim, key, t.language) for dim, key in where.items()]
    return f"{name} ({join(keys, 'and_join', t)})" if keys else t("combined_whole", block=name)


def _key(release: Release, dim: str, key: str, language: Language) -> str:
    if dim == PART:
        return lower(period_name(read_period(key), language=language))
    if dim == MONTH:
        return month_name(key, language=language)
    label = dimension_facts(release, dim).label(key, language=language)
    return f"{lower(title_of(dim)[language])}: {lower(label)}"
