"""List the fields of a card: the ones that matter with a name, then all with their path.

card.json -> **card_fields** -> card
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports.numbers import Language
from reports.texts import Texts, catalogue

Json = Mapping[str, object]
BOTH_LANGUAGES = {"en", "es"}
NAMED = (
    ("release", "release_id"),
    ("unit", "ours.unit_words"),
    ("definition", "registry.deployment.dp_variant.variant_name"),
    ("mechanism", "ours.noise"),
    ("cost", "ours.spent_here"),
    ("epsilon", "ours.this_release.epsilon"),
    ("delta", "ours.delta"),
    ("before", "ours.spent_before"),
    ("cap", "ours.cap"),
    ("cap_epsilon", "ours.if_served_n_years.1.epsilon"),
    ("correction", "ours.reserved_for_correction"),
    ("invariants", "ours.invariants"),
    ("interval", "ours.interval_words"),
    ("marks", "ours.marks"),
    ("late", "ours.late_rows_policy"),
    ("retrospective", "ours.retrospective"),
    ("terms", "ours.terms_sha256"),
    ("ledger", "ours.ledger.seq"),
    ("expert", "ours.expert.name"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the auditor's table."""

    path: str
    value: str
    name: str = ""


def at(card: Json, path: str) -> object:
    """Find a part of a card by its path; nothing where it is not there."""
    part: object = card
    for name in path.split("."):
        part = part.get(name) if isinstance(part, Mapping) else None
    return part


def words_at(card: Json, path: str, language: Language) -> str:
    """Read a text of a card in one language; empty where it has none."""
    part = at(card, path)
    return str(part.get(language, "")) if isinstance(part, Mapping) else ""


def number_at(card: Json, path: str) -> float | None:
    """Read a number of a card; nothing where it has none."""
    part = at(card, path)
    return float(part) if isinstance(part, (int, float)) and not isinstance(part, bool) else None


def named_fields(card: Json, language: Language) -> list[Field]:
    """List the fields that an auditor asks for first.

    Args:
        card: The card.
        language: Of the reader.

    Returns:
        Those that the card has, with their names in words.
    """
    t, found = Texts(language), []
    for name, path in NAMED:
        part = at(card, path)
        if part is None:
            continue
        if value := "; ".join(field.value for field in flatten(part, language)):
            found.append(Field(path, value, t(f"field_{name}")))
    return found


def named_blocks(card: Json, language: Language) -> list[tuple[str, str, str]]:
    """Say of each block of a release what it counts, the limit on one person, and its cost."""
    t, blocks = Texts(language), at(card, "ours.blocks")
    found = []
    for name, about in blocks.items() if isinstance(blocks, Mapping) else ():
        part: Json = {"block": about}
        rho = number_at(part, "block.rho")
        label = t(f"block_{name}") if f"block_{name}" in catalogue() else str(name)
        found.append(
            (
                label,
                words_at(part, "block.clip_words", language),
                "" if rho is None else f"{round(rho, 4):g}",
            )
        )
    return found


def flatten(part: object, language: Language, path: str = "") -> Iterator[Field]:
    """List every field of a card with its path; of a text only the reader's language.

    Args:
        part: A card, or a part of it.
        language: Of the reader.
        path: Where the part stands.

    Yields:
        Fields in the order of the file.
    """
    t = Texts(language)
    if isinstance(part, Mapping) and set(part) == BOTH_LANGUAGES:
        yield Field(path, str(part[language]))
    elif isinstance(part, Mapping) and part:
        for name, value in part.items():
            yield from flatten(value, language, f"{path}.{name}" if path else str(name))
    elif isinstance(part, list) and any(isinstance(one, (Mapping, list)) for one in part):
        for number, value in enumerate(part, start=1):
            yield from flatten(value, language, f"{path}.{number}")
    elif isinstance(part, list):
        yield Field(path, ", ".join(str(one) for one in part) or t("card_none"))
    elif isinstance(part, bool):
        yield Field(path, t("card_yes") if part else t("card_no"))
    else:
        empty = part is None or part in ("", {})
        yield Field(path, t("card_none") if empty else str(part))


def published_on(card: Json) -> str:
    """Find the day of publication, as the ledger or the registry part has it."""
    dates = (
        at(card, "ours.ledger.date"),
        at(card, "registry.deployment.basic.publication_date"),
        at(card, "registry.publication_date"),
    )
    return next((str(one) for one in dates if one), "")
