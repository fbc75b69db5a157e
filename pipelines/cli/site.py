"""`care-dividend site`: check everything that a reader sees, on any machine."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.shell import AnchorOption, refusals, say

app = typer.Typer(help="The whole published site.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The whole published site."""


@app.command()
def verify(
    public: Annotated[Path, typer.Argument(help="A copy of the public folder.", metavar="DIR")],
    anchor: AnchorOption = None,
) -> None:
    """Verify every release, then draw every page again from them and compare it byte for byte.

    Example: care-dividend site verify mycity/public --anchor anchor-of-the-city.txt
    """
    with refusals():
        from data_contracts.errors import ContractError
        from privacy.chain import read_anchor
        from privacy.publish import drawn_from
        from privacy.verify import verify_site
        from reports.site.redraw import drawn_by_another, redraw_site

        folder = public.resolve()
        if not (folder / "ledger.json").is_file():
            raise ContractError(
                f"{folder.name!r} has no ledger.json, so it is no public folder. "
                "Name a copy of public/."
            )
        found = verify_site(folder, anchor=read_anchor(anchor) if anchor else None)
        if found.ok and (inputs := drawn_from(folder)):
            if other := drawn_by_another(inputs):
                note = f"the pages were not drawn again: version {other} drew them"
                found = replace(found, notes=(*found.notes, note))
            else:
                found = replace(found, problems=tuple(redraw_site(folder, inputs)))
        say(found)
