"""Wire the proposal of shares: made-up people, the multiplicative rule, and what it would change.

Nothing is written: whoever likes a proposal pastes it into `privacy.yaml`, before the year begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from pipelines.directory import Directory
from pipelines.draw import plan_release
from pipelines.foresee import look_ahead, sizes_of
from privacy.forecast.expect import MADE_UP, with_shares
from privacy.forecast.invent import invent_incidents
from privacy.forecast.optimise import propose as propose_shares
from privacy.forecast.optimise import read_importance
from privacy.plan import Plan, make_plan
from reports.plan.outlook import Outlook

PEOPLE_TIMES = 10  # as many made-up people as ten such programs have: steadier shares
_WIDE = 10_000  # one line a table, however long its title


@dataclass(frozen=True, slots=True)
class Proposed:
    """Shares as they are and as they could be, by block and table, and both outlooks.

    Each pair is the present value and the proposed one; `clips` are by block. `text` is the part
    of `privacy.yaml` that changes, whole.
    """

    now: Outlook
    then: Outlook
    shares: Mapping[str, Mapping[str, tuple[float, float]]]
    clips: Mapping[str, tuple[str, str]]
    text: str


def propose(given: Directory, name: str, *, importance: Path | None = None) -> Proposed:
    """Propose shares for a period, and say what they would change; nothing is written.

    Args:
        given: The program directory.
        name: The period.
        importance: A file of what the board holds important, by table.

    Returns:
        Shares and clips, now and then, and both outlooks.

    Raises:
        PrivacyError: The policy has no such release, or importance is of no table.
    """
    plan = plan_release(given, name)
    with duckdb.connect() as connection:
        connection.register(MADE_UP, invent_incidents(plan, times=PEOPLE_TIMES))
        proposed = propose_shares(
            plan.spec,
            connection=connection,
            incidents=MADE_UP,
            importance=read_importance(importance, plan.spec) if importance else None,
        )
    changed = make_plan(
        with_shares(plan.policy, plan.period.kind, proposed),
        program=plan.program,
        period=plan.period,
        earlier=sizes_of(given, plan),
    )
    blocks = plan.terms.blocks
    return Proposed(
        now=look_ahead(given, plan, others=False),
        then=look_ahead(given, changed, others=False),
        shares={
            block: {
                table: (one.share, proposed[block].shares[table])
                for table, one in blocks[block].tables.items()
            }
            for block in blocks
        },
        clips={block: (str(blocks[block].clip), proposed[block].clip) for block in blocks},
        text=_write_blocks(changed),
    )


def _write_blocks(plan: Plan) -> str:
    """Write clips and tables of every block as `privacy.yaml` has them, one line a table."""
    lines = ["releases:", f"  {plan.period.kind.value}:", "    blocks:"]
    for name, block in plan.terms.blocks.items():
        lines += [f"      {name}:", f"        clip: {block.clip}", "        tables:"]
        for table, terms in block.tables.items():
            fields = terms.model_dump(mode="json", exclude_defaults=True)
            said = yaml.safe_dump(
                fields, default_flow_style=True, width=_WIDE, sort_keys=False, allow_unicode=True
            )
            lines.append(f"          {table}: {said.strip()}")
    return "\n".join(lines)
