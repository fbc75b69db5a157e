"""Invent the incidents that a policy expects: its clip and shares are judged on nothing else.

No record is read, so what is learned here costs no privacy and may be shown to everybody.
"""

from collections.abc import Iterator

import pyarrow as pa

from data_contracts.dimension import Dimension, dimension
from data_contracts.synthetic.coded import CodedBlock, draw_coded
from privacy.plan import Plan
from privacy.shares import public_shares
from privacy.spec import Block


def invent_incidents(plan: Plan, *, seed: int = 1, times: int = 1) -> pa.Table:
    """Draw made-up incidents for a planned release, from public figures alone.

    Register the result with an engine, and hand its name to `expected_loss` and `propose_shares`.

    Args:
        plan: The release; sizes, profile and areas are those of its policy and program.
        seed: Draws other people.
        times: How many such programs to draw at once. What the clip takes in one period hangs on a
            few people; of ten it is nearer to what can be expected.

    Returns:
        What `draw_coded` returns: one row an incident, with every column that the release needs.
    """
    dimensions = {one.name: one for block in plan.spec.blocks for one in _dimensions(plan, block)}
    blocks = {block.name: _describe(plan, block, times) for block in plan.spec.blocks}
    return draw_coded(blocks, dimensions=dimensions, months=plan.period.months, seed=seed)


def _describe(plan: Plan, block: Block, times: int) -> CodedBlock:
    terms = plan.terms.blocks[block.name]
    measures = [table.measure for table in terms.tables.values() if table.measure]
    return CodedBlock(
        rows=times * terms.expected,
        dims=tuple(one.name for one in _dimensions(plan, block)),
        shares=public_shares(block.name, terms, program=plan.program, period=plan.period),
        measures={one.column: (one.range, one.expected_mean or one.range / 2) for one in measures},
    )


def _dimensions(plan: Plan, block: Block) -> Iterator[Dimension]:
    """List what a block counts by, what that follows from, and what follows from it.

    People are alike in the finest dimension of which there is a public figure: two calls of one
    kind are less often of one type.
    """
    counted = {dim for table in block.tables for dim in table.dims}
    for name in sorted(counted | set(plan.terms.blocks[block.name].profile)):
        line = list(_line(plan, name))
        if counted & {one.name for one in line}:
            yield from line


def _line(plan: Plan, name: str) -> Iterator[Dimension]:
    one = dimension(name, program=plan.program, period=plan.period)
    yield one
    if one.parent:
        yield from _line(plan, one.parent)
