"""Land and judge one feed, for whoever asks: the intake, the exact road, a rehearsal."""

from data_contracts.feed import Source
from data_contracts.judge import Verdict
from pipelines.directory import Directory
from transforms.crosscheck import crosscheck_month
from transforms.engine import Engine
from transforms.judge import judge_feed
from transforms.land import land_feed
from transforms.readable import require_readable


def land(source: Source, given: Directory, engine: Engine, *, month: str) -> tuple[str, ...]:
    """Land what was delivered of a feed, so that a month, or a whole table, is all there.

    Args:
        source: The feed.
        given: The program directory.
        engine: Open on its vault.
        month: `YYYY-MM`, or `all` for a feed that is one whole table.

    Returns:
        Months of which a record was landed that was not there before.

    Raises:
        ContractError: The feed is late, or a file is not what its source says.
    """
    changed = land_feed(
        source,
        program=given.program,
        month=month,
        vault=given.vault,
        engine=engine,
        inbox=given.delivered,
        today=given.today,
        sources=given.sources,
    )
    require_readable(source, month=month, vault=given.vault)
    return changed


def crosscheck(given: Directory, engine: Engine, *, month: str) -> Verdict | None:
    """Hold calls and visits of a month against each other, once every feed of it is judged.

    Args:
        given: The program directory.
        engine: Open on its vault.
        month: `YYYY-MM`.

    Returns:
        The verdict; nothing where the feeds name nothing of each other.
    """
    return crosscheck_month(given.record_sources, month=month, vault=given.vault, engine=engine)


def judge(source: Source, given: Directory, engine: Engine, *, month: str) -> Verdict:
    """Judge what was landed, together with the feeds that take the same road.

    Args:
        source: The feed.
        given: The program directory.
        engine: Open on its vault.
        month: `YYYY-MM`, or `all` for a feed that is one whole table.

    Returns:
        The verdict.

    Raises:
        ContractError: A table that the feed refers to is not judged yet.
    """
    return judge_feed(
        source,
        program=given.program,
        month=month,
        vault=given.vault,
        engine=engine,
        sources=given.record_sources if source.contract.clock else given.exact_sources,
        today=given.today,
    )
