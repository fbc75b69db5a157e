"""Say in public what readers need besides the numbers: words, marks, who, under which status."""

import datetime as dt
from collections.abc import Mapping
from importlib.metadata import version

from pydantic import BaseModel, ConfigDict

from privacy.chain import Row
from privacy.plan import Plan
from privacy.policy import Status, TablePolicy

Words = Mapping[str, str]

_DECIMALS = 3  # of a planned size


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PeriodFacts(_Facts):
    """The period of a release."""

    name: str
    kind: str
    fiscal_year: str
    months: tuple[str, ...]
    year_start: str = ""


class ProgramFacts(_Facts):
    """The program, as its own file describes it."""

    name: str
    city: str
    custodian: str
    custodian_kind: str
    contact: str
    not_law_enforcement: Words = {}


class BlockFacts(_Facts):
    """Public sizes of a block, and the part that its clip should remove."""

    expected: int
    expected_source: str
    expected_clip_loss: float | None


class DimensionFacts(_Facts):
    """What the keys of a dimension mean."""

    title: Words
    labels: Mapping[str, tuple[str, ...]]


class Facts(_Facts):
    """Everything public about a release that is not a number of it."""

    period: PeriodFacts
    program: ProgramFacts
    status: Status
    retrospective: bool
    approved_on: dt.date | None
    registered_on: dt.date | None = None
    blocks: Mapping[str, BlockFacts]
    titles: Mapping[str, Words]
    dimensions: Mapping[str, DimensionFacts]
    marks: Mapping[str, tuple[str, ...]]
    sizes: Mapping[str, tuple[float, ...]]
    opendp: str


def state_facts(plan: Plan, *, status: Status, in_force: Row | None = None) -> Facts:
    """Collect the facts of a planned release.

    A release is retrospective where its terms were not those that the ledger had when its period
    began: a date that somebody types says nothing of when.

    Args:
        plan: The plan.
        status: What the release may call itself.
        in_force: The terms that were in the chain before the first day of the period, if any.

    Returns:
        The facts; marks and planned sizes are those of the plan, in the order of publication.
    """
    period, program = plan.period, plan.program
    known = in_force is not None and in_force.terms_sha256 == plan.policy.terms_sha256
    return Facts(
        period=PeriodFacts(
            name=period.name,
            kind=period.kind.value,
            fiscal_year=period.fiscal_year,
            months=period.months,
            year_start=plan.year_start.isoformat(),
        ),
        program=ProgramFacts(
            name=program.name,
            city=program.city,
            custodian=program.custodian.name,
            custodian_kind=program.custodian.kind.value,
            contact=program.contact,
            not_law_enforcement=dict(program.custodian.not_law_enforcement),
        ),
        status=status,
        retrospective=not known,
        approved_on=plan.policy.approved_on,
        registered_on=dt.date.fromisoformat(in_force.date) if in_force and known else None,
        blocks={
            name: BlockFacts(
                expected=block.expected,
                expected_source=block.expected_source,
                expected_clip_loss=block.expected_clip_loss,
            )
            for name, block in plan.terms.blocks.items()
        },
        titles={
            name: _title(plan, table)
            for block in plan.terms.blocks.values()
            for name, table in block.tables.items()
        },
        dimensions={
            name: DimensionFacts(title=one.titles, labels=one.labels)
            for name, one in plan.dimensions.items()
        },
        marks={
            name: tuple(number.mark.value for number in numbers)
            for name, numbers in plan.numbers.items()
        },
        sizes={
            name: tuple(round(number.expected, _DECIMALS) for number in numbers)
            for name, numbers in plan.numbers.items()
        },
        opendp=version("opendp"),
    )


def _title(plan: Plan, table: TablePolicy) -> Words:
    """The policy's own title, or one made of the dimensions."""
    made = {"en": " by ", "es": " por "}
    total = {"en": "Total", "es": "Total"}
    return {
        language: table.title.get(language)
        or joint.join(
            title if place == 0 else title[:1].lower() + title[1:]
            for place, title in enumerate(
                plan.dimensions[dim].titles[language] for dim in table.dims
            )
        )
        or total[language]
        for language, joint in made.items()
    }
