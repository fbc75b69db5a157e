"""Hold calls and visits of a month against each other. The chain: judge -> **crosscheck** -> strip.

Each feed may be in order and the two still tell different stories: a call that nobody was met for,
with a visit that names it, would be two things that happened once.
"""

from collections.abc import Iterator, Mapping, Sequence

from data_contracts.codes import load_codes
from data_contracts.feed import Source
from data_contracts.judge import Verdict, judge_counts
from data_contracts.period import next_month
from data_contracts.rules import OF, RECORDS, write_counted
from data_contracts.spelling import fold_sql
from transforms.columns import Columns
from transforms.engine import Engine, Relation, Stored, quoted, read_sql
from transforms.judge import judged_file
from transforms.vault import Vault, write_json

STEP = "crosscheck"

_CALLS, _VISITS = "calls", "encounters"
_NUMBER, _ENDING = "call_id", "path_code"
_AMONG = {"contradicted": "told", "unvisited": "met"}  # of what each rule is a part


def crosscheck_month(
    sources: Sequence[Source], *, month: str, vault: Vault, engine: Engine
) -> Verdict | None:
    """Count what calls and visits of a month deny of each other, and judge it.

    Args:
        sources: Every feed of the program.
        month: `YYYY-MM`; all its feeds are judged.
        vault: Where accepted records are, and where the verdict goes.
        engine: Runs `crosscheck.sql`.

    Returns:
        The verdict, which belongs to the first feed of visits; nothing where no feed of calls says
        how they ended, or no feed of visits names calls.
    """
    visits = [one for one in sources if one.contract.table == _VISITS and _NUMBER in one.given]
    calls = [one for one in sources if one.contract.table == _CALLS and _ENDING in one.given]
    if not visits or not calls:
        return None
    relations: dict[str, Relation] = {}
    values: dict[str, str] = {}
    parts: dict[str, list[str]] = {_CALLS: [], _VISITS: []}
    for one in visits:
        name = f"judged_{one.feed}"
        relations[name] = _stored(one, vault=vault, month=month, columns=[_NUMBER])
        number = fold_sql(quoted(_NUMBER))
        parts[_VISITS].append(f"SELECT {number} AS number FROM {quoted(name)}")  # noqa: S608
    for one, when in (
        (one, when) for one in calls for when in (next_month(month, steps=-1), month)
    ):
        if not judged_file(one, vault=vault, month=when).exists():
            continue
        name, ending = f"judged_{one.feed}_{when}", _ending(one)
        relations[name] = _stored(one, vault=vault, month=when, columns=[_NUMBER, _ENDING])
        values |= ending.values
        parts[_CALLS].append(
            f"SELECT {fold_sql(quoted(_NUMBER))} AS number, {ending.sql['ending']} AS ending, "  # noqa: S608
            f"{'true' if when == month else 'false'} AS this_month FROM {quoted(name)}"
        )
    (row,) = engine.run(
        read_sql(STEP).format(
            calls="\n    UNION ALL\n    ".join(parts[_CALLS]),
            visits="\n    UNION ALL\n    ".join(parts[_VISITS]),
        ),
        step=STEP,
        about=f"calls and visits of {month}",
        values=values,
        relations=relations,
    )
    first = visits[0]
    names = (RECORDS, "contradicted", "told", "unvisited", "met")
    verdict = _judge(first, dict(zip(names, (int(str(n)) for n in row), strict=True)), month=month)
    write_json(verdict.to_json(), to=vault.check(crosschecked(first), month=month))
    return verdict


def crosschecked(source: Source) -> str:
    """Name under which the vault keeps what feeds deny of each other, beside one of visits."""
    return f"{source.feed}.{STEP}"


def _judge(source: Source, counted: Mapping[str, int], *, month: str) -> Verdict:
    rules = tuple(rule for kind in _AMONG for rule in write_counted(source, kind))
    counts = {RECORDS: counted[RECORDS]}
    for rule in rules:
        kind = rule.name.rpartition(".")[2].removeprefix("mostly_")
        counts |= {rule.name: counted[kind], f"{rule.name}{OF}": counted[_AMONG[kind]]}
    return judge_counts(
        counts, rules, name=f"{source.feed} {month}, {STEP}", accepted=source.accepts(month)
    )


def _stored(source: Source, *, vault: Vault, month: str, columns: Sequence[str]) -> Stored:
    file = judged_file(source, vault=vault, month=month)
    return Stored((file,), dict.fromkeys(columns, "VARCHAR"))


def _ending(source: Source) -> Columns:
    """Write what a call's own ending says: that somebody was met, or that nobody was."""
    codes = load_codes(source.contract.column(_ENDING).codes or "")
    means = dict(_meanings(source))
    values: dict[str, str] = {}
    cases = []
    for ending in ("met", "missed"):
        words = [
            word
            for word, code in means.items()
            if code != codes.default and codes.codes[code].released == (ending == "missed")
        ]
        bound = {f"{source.feed}_{ending}_{n:d}": word for n, word in enumerate(words)}
        values |= bound
        if bound:
            among = ", ".join(f"${name}" for name in bound)
            cases.append(f"WHEN {fold_sql(quoted(_ENDING))} IN ({among}) THEN '{ending}'")
    sql = f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"
    return Columns(sql={"ending": sql}, values=values)


def _meanings(source: Source) -> Iterator[tuple[str, str]]:
    """Words of a feed for endings; a constant stands for itself."""
    if _ENDING in source.constants:
        yield source.constants[_ENDING], source.constants[_ENDING]
    found = source.column(_ENDING)
    yield from (found.codes if found else {}).items()
