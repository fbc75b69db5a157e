"""`care-dividend audit`: attack the program's own policy, as anyone can."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pipelines.cli.shell import HERE, ProgramOption, err, out, plain, refusals

if TYPE_CHECKING:
    from pipelines.audit import Audit
    from privacy.audit.verdict import Verdict


def audit(
    program: ProgramOption = HERE,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Five times as hard, and break the code on purpose; takes minutes."
        ),
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Also write every figure to a file."),
    ] = None,
) -> None:
    """Attack made-up records under the policy, and say how well the promise holds.

    No record is read; vault and ledger are not opened. Leaves with 1 if a check fails.

    Example: care-dividend audit --program mycity --json audit.json
    """
    with refusals():
        from pipelines.audit import FULL_EFFORT, QUICK_EFFORT, audit_program

        effort = FULL_EFFORT if full else QUICK_EFFORT
        with err.status("Read the policy") as status:
            found = audit_program(
                program, effort=effort, told=lambda what: status.update(plain(what))
            )
    for verdict in found.verdicts:
        _show(verdict)
    _conclude(found)
    if file:
        file.write_text(json.dumps(_figures(found), indent=2) + "\n", encoding="utf-8")
    if not found.ok:
        sys.exit(1)


def _show(verdict: "Verdict") -> None:
    out.print(f"\n[bold]{verdict.about}[/bold]")
    for sentence in verdict.sentences:
        out.print(plain(sentence))
    table = Table("check", "", "what was found", box=None, header_style="bold", pad_edge=False)
    for one in verdict.findings:
        table.add_row(one.name, "passed" if one.ok else "[bold]FAILED[/bold]", plain(one.said))
    out.print(table)


def _conclude(found: "Audit") -> None:
    checks = [one for verdict in found.verdicts for one in verdict.findings]
    failed = [one.name for one in checks if not one.ok]
    out.print()
    if failed:
        out.print(
            f"[bold]{len(failed)} of {len(checks)} checks failed[/bold]: {', '.join(failed)}. "
            "Release nothing under these terms until they pass."
        )
    else:
        out.print(
            f"All {len(checks)} checks passed, for terms {found.terms_sha256[:12]}. That is no "
            "proof: docs/privacy/audit.md says what it does not show."
        )


def _figures(found: "Audit") -> dict[str, object]:
    """Every figure, for machines."""
    return {
        "terms_sha256": found.terms_sha256,
        "draws": found.draws,
        "confidence": found.confidence,
        "ok": found.ok,
        "verdicts": [
            {
                "about": verdict.about,
                "ok": verdict.ok,
                "findings": [
                    {"name": one.name, "ok": one.ok, "said": one.said, "figures": dict(one.figures)}
                    for one in verdict.findings
                ],
            }
            for verdict in found.verdicts
        ],
    }
