"""Copy delivered files into the vault. The chain: **land** -> judge -> strip -> code -> link."""

import hashlib
import json
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.period import next_month
from data_contracts.program import Program
from transforms.engine import Engine, Stored
from transforms.filing import RESERVED, Filing, copy_whole
from transforms.manifest import Landing, raw_table, read_manifest, write_manifest
from transforms.parse import digest
from transforms.retention import forget_clean_runs
from transforms.vault import ALL, Vault


def land_feed(
    source: Source,
    *,
    program: Program,
    month: str,
    vault: Vault,
    engine: Engine,
    inbox: Path,
    today: date,
) -> None:
    """Land the files that a month of a feed needs, each once.

    Every physical record becomes text columns under the month of its clock, or under `all` where
    the table has none; or it goes to quarantine under a rule's name. A file that was landed with
    the same bytes under the same terms is left alone; new content under an old name replaces it.

    Args:
        source: The feed.
        program: Gives first and last month, and the time zone.
        month: `YYYY-MM`, which stands for `{month}` in the feed's file pattern; `all` where the
            table has no clock.
        vault: Where copies go.
        engine: Runs `land.sql`.
        inbox: Folder of delivered files; only ever read.
        today: Records of a later day are out of range, as are those outside the feed's coverage.

    Raises:
        ContractError: No file was delivered, a file is not what the source says, or counts do not
            add up. Older copies of that file stay as they were.
    """
    _check_month(source, month=month)
    _check_names(source)
    terms = _terms(source, program=program)
    for stem, file in _delivered(source, month=month, inbox=inbox).items():
        landings = read_manifest(source, vault=vault)
        wanted = Landing(
            file=file.name,
            sha256=digest(file),
            terms=terms,
            until=_until(source, program=program, today=today).isoformat(),
        )
        seen = landings.get(stem)
        copy = vault.table(raw_table(source), month=month) / f"{stem}.parquet"
        if seen and seen.stands(wanted) and (month not in seen.months or copy.exists()):
            continue
        landing = _land_file(
            file, wanted, source=source, program=program, vault=vault, engine=engine, stem=stem
        )
        write_manifest({**landings, stem: landing}, source=source, vault=vault)
        forget_clean_runs(vault, months={*landing.months, *(seen.months if seen else ())})


def _check_month(source: Source, *, month: str) -> None:
    """Refuse to take a table without a clock in by months, or one with a clock whole."""
    if bool(source.contract.clock) == (month == ALL):
        raise ContractError(
            f"Table {source.contract.table!r} is taken in "
            f"{'month by month' if source.contract.clock else 'whole'}; feed {source.feed!r} was "
            f"asked for {month}. Mend the call, or clock in its contract."
        )


def _check_names(source: Source) -> None:
    """Refuse source columns that SQL, which does not tell cases apart, would mix up."""
    folded = [name.casefold() for name in source.columns]
    if odd := sorted(n for n in source.columns if folded.count(n.casefold()) > 1):
        raise ContractError(
            f"Feed {source.feed!r} has columns that differ only in upper and lower case: {odd}. "
            "Rename one in the file and in its source."
        )
    if odd := sorted(set(RESERVED) & set(folded)):
        raise ContractError(
            f"Feed {source.feed!r} has columns whose names are ours: {odd}. "
            "Rename them in the file and in its source."
        )


def _delivered(source: Source, *, month: str, inbox: Path) -> dict[str, Path]:
    """Find the files of a month, by the name that their copies get."""
    pattern = source.glob(month)
    found = sorted(path for path in inbox.glob(pattern) if path.is_file())
    if not found:
        raise ContractError(
            f"Feed {source.feed!r} has no file {pattern!r} in the inbox: "
            f"{'it' if month == ALL else month} is not delivered yet. "
            f"Deliver it, or mend files in sources/{source.feed}.yaml."
        )
    stems = {"__".join(path.relative_to(inbox).with_suffix("").parts): path for path in found}
    if len(stems) < len(found):
        raise ContractError(
            f"Feed {source.feed!r} has files that differ only in their ending. Keep one of each "
            f"name, or narrow files in sources/{source.feed}.yaml."
        )
    return stems


def _until(source: Source, *, program: Program, today: date) -> date:
    """First day that no record may show."""
    ends = [today + timedelta(days=1)]
    if program.last_month is not None:
        ends.append(date.fromisoformat(f"{next_month(program.last_month)}-01"))
    if source.coverage is not None:
        ends.append(source.coverage.last + timedelta(days=1))
    return min(ends)


def _terms(source: Source, *, program: Program) -> str:
    clock = source.column(source.contract.clock)
    told = [
        source.format.model_dump(),
        list(source.columns),
        source.mapped.get(source.contract.clock),
        clock.model_dump(mode="json") if clock else None,
        [program.first_month, program.last_month, program.time_zone],
        source.coverage.model_dump(mode="json") if source.coverage else None,
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _land_file(
    file: Path,
    wanted: Landing,
    *,
    source: Source,
    program: Program,
    vault: Vault,
    engine: Engine,
    stem: str,
) -> Landing:
    """Read one file whole, then file its records; only then do copies replace older ones."""
    about = f"file {file.name!r} of feed {source.feed!r}"
    with tempfile.TemporaryDirectory(prefix=".landing-", dir=vault.directory) as scratch:
        whole = Path(scratch, "whole.parquet")
        physical = copy_whole(file, whole, source=source, about=about)
        if digest(file) != wanted.sha256:
            raise ContractError(
                f"While it was read, {about} changed. Deliver a file under another name, and "
                "rename it when it is whole."
            )
        filing = Filing(source, program, vault, engine, stem, about, Stored((whole,), {}))
        landing = filing.file_records(replace(wanted, physical=physical))
    if landing.accepted + landing.refused != landing.physical:
        raise ContractError(
            f"Records of {about} do not add up: accepted and refused are not the physical ones. "
            "This is a fault of ours; report it, without the file."
        )
    return landing
