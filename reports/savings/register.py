"""Write the assumption register, on the page and as a file.

parameters -> **register** -> page
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from reports.numbers import Language, day_name
from reports.parameters import Kind, Parameter, Parameters, Span
from reports.savings.assumptions import index_name, needed
from reports.savings.words import in_dollars, plain
from reports.texts import Texts

ORDER = tuple(Kind)
COLUMNS = (
    "name", "key", "description_en", "description_es", "unit_en", "unit_es", "low", "central",
    "high", "price_year", "inflated_by", "payer", "class", "kind", "basis", "holds_since",
    "source_title", "source_href", "source_retrieved", "derivation", "example",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register, in words."""

    label: str
    note: str
    low: str
    central: str
    high: str
    payer: str
    kind: str
    title: str
    href: str
    derivation: str
    since: str


def used(parameters: Parameters, kind: str) -> list[Parameter]:
    """List the assumptions of a report in the order of their kinds, indices with what they move."""
    names = dict.fromkeys(name for name in needed(kind) if name in parameters)
    for name in tuple(names):
        if index := index_name(parameters[name]).partition("@")[0]:
            names[index] = None
    found = [parameters[name] for name in names]
    return sorted(found, key=lambda one: ORDER.index(one.about.kind))


def entries(parameters: Parameters, kind: str, *, language: Language) -> list[Entry]:
    """Write the register of a report.

    Args:
        parameters: Of the program.
        kind: Code list by which calls are told apart.
        language: Of the reader.

    Returns:
        One line a value.
    """
    return [
        _entry(one, key, span, language=language)
        for one in used(parameters, kind)
        for key, span in one.spans.items()
    ]


def _entry(one: Parameter, key: str, span: Span, *, language: Language) -> Entry:
    t, about = Texts(language), one.about
    year = t("sav_register_year", year=str(about.price_year)) if about.price_year else ""
    return Entry(
        label=one.label(key, language=language),
        note=", ".join(part for part in (about.unit[language], year) if part),
        low=plain(span.low, language=language, priced=in_dollars(one)),
        central=plain(span.central, language=language, priced=in_dollars(one)),
        high=plain(span.high, language=language, priced=in_dollars(one)),
        payer=t(f"sav_payer_{about.payer.value}"),
        kind=", ".join(
            t(name)
            for name in (
                f"sav_kind_{about.kind.value}",
                *([f"sav_basis_{about.basis.value}"] if about.basis else []),
            )
        ),
        title=span.source.title,
        href=span.source.href,
        derivation=span.source.derivation,
        since=day_name(one.since, language=language),
    )


def register_csv(parameters: Parameters, kind: str) -> str:
    """Write the register as a file, with the derivation of every value."""
    rows = []
    for one in used(parameters, kind):
        about = one.about
        for key, span in one.spans.items():
            source = span.source
            rows.append(
                (
                    one.name, key, about.description["en"], about.description["es"],
                    about.unit["en"], about.unit["es"], span.low, span.central, span.high,
                    about.price_year or "", about.inflated_by or "", about.payer.value,
                    about.value_class.value, about.kind.value, about.basis or "", one.since,
                    source.title,
                    source.href, source.retrieved, source.derivation,
                    "yes" if about.example else "no",
                )
            )  # fmt: skip
    return _csv(COLUMNS, rows)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
