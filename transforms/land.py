"""Copy delivered files into the vault. The chain: **land** -> judge -> strip -> code -> link."""

import hashlib
import json
import tempfile
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.period import fiscal_year_of, next_month
from data_contracts.program import Program
from transforms.delivered import find_files, name_copies, unread_months
from transforms.engine import Engine, Stored
from transforms.filing import RESERVED, Filing, copy_whole
from transforms.manifest import Landing, raw_table, read_manifest, write_manifest
from transforms.parse import digest, ends_with_a_line
from transforms.retention import forget_clean_runs
from transforms.vault import ALL, NO_MONTH, Vault

REST_SECONDS = 1  # that a file was not written to before it is read


def land_feed(
    source: Source,
    *,
    program: Program,
    month: str,
    vault: Vault,
    engine: Engine,
    inbox: Path,
    today: date,
    sources: Sequence[Source] = (),
) -> tuple[str, ...]:
    """Land every delivered file of a feed, each once, so that a month is whole when it is judged.

    Every physical record becomes text columns under the month of its clock, or under `all` where
    the table has none; or it goes to quarantine under a rule's name. Records of a month come late
    in files of later ones, so all files are landed whichever month is asked for: what a month
    holds does not depend on the order in which months are taken in. A file that was landed with
    the same bytes under the same terms is left alone; new content under an old name replaces it.

    Args:
        source: The feed.
        program: Gives first and last month, and the time zone.
        month: `YYYY-MM`, which stands for `{month}` in the feed's file pattern and must be there;
            `all` where the table has no clock.
        vault: Where copies go.
        engine: Runs `land.sql`.
        inbox: Folder of delivered files; only ever read.
        today: Records of a later day are out of range, as are those outside the feed's coverage.
        sources: Every feed of the program; a file that none reads is noted with its feed.

    Returns:
        Months of which a record was landed that was not there before.

    Raises:
        ContractError: No file was delivered, a file of the month is not what the source says, or
            counts do not add up. Older copies of that file stay as they were. A file of another
            month that is broken is noted, and lands nothing.
    """
    _check_month(source, month=month)
    _check_names(source)
    terms = _terms(source, program=program)
    until = _until(source, program=program, today=today).isoformat()
    files = find_files(source, inbox=inbox)
    own = files.get(month if source.monthly else "", ())
    _require_delivered(own, source, month=month)
    landing = _Landing(source, program, vault, engine, inbox, terms, until, month)
    changed, broken = set[str](), list[str]()
    for name, paths in files.items():
        if paths != own and _is_closed(name, program=program, vault=vault):
            continue
        copies = name_copies(paths, source=source, inbox=inbox)
        changed |= landing.forget_replaced(name, kept=copies)
        for stem, file in copies.items():
            try:
                changed |= landing.land(file, stem=stem, name=name)
            except ContractError:
                if file in own:
                    raise
                broken.append(file.relative_to(inbox).as_posix())
    unread = unread_months(source, sources=sources, inbox=inbox) if sources else {}
    found = read_manifest(source, vault=vault)
    noted = replace(found, unread=unread, broken=tuple(broken))
    if noted != found:
        write_manifest(noted, source=source, vault=vault)
    return tuple(sorted(changed))


def require_unchanged(
    sources: Iterable[Source], *, months: Iterable[str], vault: Vault, inbox: Path
) -> None:
    """Refuse to draw from copies of files that were delivered anew, or grew, since they were read.

    Args:
        sources: Feeds about people.
        months: Months of the release.
        vault: Where they were landed.
        inbox: Folder of delivered files.

    Raises:
        ContractError: Names the file.
    """
    wanted = set(months)
    for source in sources:
        for landing in read_manifest(source, vault=vault).landings.values():
            file = inbox / landing.file
            if not wanted & {*landing.months, landing.month} or not file.is_file():
                continue
            told = file.stat()
            same = (told.st_size, told.st_mtime_ns) == (landing.size, landing.written)
            if not same and digest(file) != landing.sha256:
                raise ContractError(
                    f"File {landing.file!r} of feed {source.feed!r} has changed since it was taken "
                    "in. A release is drawn once: run again when the file is whole."
                )


def _require_delivered(files: Sequence[Path], source: Source, *, month: str) -> None:
    if not files:
        raise ContractError(
            f"Feed {source.feed!r} has no file {source.glob(month)!r} in the inbox: "
            f"{'it' if month == ALL else month} is not delivered yet. "
            f"Deliver it, or mend files in sources/{source.feed}.yaml."
        )


def _is_closed(month: str, *, program: Program, vault: Vault) -> bool:
    """Whether a month is before the program, or of a year whose key was destroyed."""
    year = fiscal_year_of(month, fiscal_year_start=program.fiscal_year_start) if month else ""
    return bool(month) and (month < program.first_month or vault.tombstone(year).exists())


def _look(file: Path) -> Landing:
    """Look at a file from outside, once it has rested for a moment."""
    told = file.stat()
    if (young := time.time() - told.st_mtime) < REST_SECONDS:
        time.sleep(REST_SECONDS - max(young, 0))
    again = file.stat()
    if (told.st_size, told.st_mtime_ns) != (again.st_size, again.st_mtime_ns):
        raise ContractError(
            f"File {file.name!r} is still being written. Run again when it is whole, or deliver a "
            "file under another name and rename it then."
        )
    return Landing(
        file="",
        sha256=_digest(file, told.st_size, told.st_mtime_ns, told.st_ctime_ns),
        terms="",
        until="",
        size=told.st_size,
        written=told.st_mtime_ns,
    )


@cache
def _digest(file: Path, *_: int) -> str:
    """Digest of a file, taken again when its size or one of its times is another."""
    return digest(file)


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


@dataclass(frozen=True, slots=True)
class _Landing:
    """Lands the files of one feed for one month."""

    source: Source
    program: Program
    vault: Vault
    engine: Engine
    inbox: Path
    terms: str
    until: str
    month: str

    def land(self, file: Path, *, stem: str, name: str) -> set[str]:
        """Land one file, unless its copies stand; give back the months that it changed."""
        source, vault = self.source, self.vault
        path = file.relative_to(self.inbox).as_posix()
        wanted = replace(_look(file), file=path, month=name, terms=self.terms, until=self.until)
        manifest = read_manifest(source, vault=vault)
        seen = manifest.landings.get(stem)
        copy = vault.table(raw_table(source), month=self.month) / f"{stem}.parquet"
        if seen and seen.stands(wanted) and (self.month not in seen.months or copy.exists()):
            return set()
        landed = self._land_file(file, wanted, stem=stem)
        self._note({**manifest.landings, stem: landed})
        months = {*landed.months, *(seen.months if seen else ())}
        forget_clean_runs(vault, months=months)
        return set() if seen and seen.sha256 == landed.sha256 else months

    def forget_replaced(self, name: str, *, kept: Collection[str]) -> set[str]:
        """Delete copies of files that a month no longer has, now that it has others."""
        landings = read_manifest(self.source, vault=self.vault).landings
        gone = {s: one for s, one in landings.items() if one.month == name and s not in kept}
        for stem in gone:
            copies = self.vault.table(raw_table(self.source)).glob(f"month=*/{stem}.parquet")
            refused = self.vault.quarantine(self.source.feed, month=NO_MONTH) / f"{stem}.parquet"
            for copy in (*copies, refused):
                copy.unlink(missing_ok=True)
        if gone:
            self._note({stem: one for stem, one in landings.items() if stem not in gone})
        return {month for one in gone.values() for month in one.months}

    def _note(self, landings: Mapping[str, Landing]) -> None:
        manifest = read_manifest(self.source, vault=self.vault)
        write_manifest(replace(manifest, landings=landings), source=self.source, vault=self.vault)

    def _land_file(self, file: Path, wanted: Landing, *, stem: str) -> Landing:
        """Read one file whole, then file its records; only then do copies replace older ones."""
        source = self.source
        about = f"file {wanted.file!r} of feed {source.feed!r}"
        with tempfile.TemporaryDirectory(prefix=".landing-", dir=self.vault.directory) as scratch:
            whole = Path(scratch, "whole.parquet")
            physical, cut = copy_whole(file, whole, source=source, about=about)
            if digest(file) != wanted.sha256:
                raise ContractError(
                    f"While it was read, {about} changed. Deliver a file under another name, and "
                    "rename it when it is whole."
                )
            stored = Stored((whole,), {})
            filing = Filing(source, self.program, self.vault, self.engine, stem, about, stored)
            read = replace(wanted, physical=physical, cut=cut, ended=ends_with_a_line(file))
            landing = filing.file_records(read)
        if landing.accepted + landing.refused + landing.outside != landing.physical:
            raise ContractError(
                f"Records of {about} do not add up: accepted, refused and outside are not all. "
                "This is a fault of ours; report it, without the file."
            )
        return landing
