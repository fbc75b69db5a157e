"""`care-dividend card`: check a published release on any machine."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.shell import AnchorOption, refusals, say

app = typer.Typer(help="The privacy card of a release.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The privacy card of a release."""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="card.json inside a copy of the public folder.")],
    anchor: AnchorOption = None,
) -> None:
    """Compute a release again from the public folder alone; name every file that does not fit.

    Its numbers and figures are computed and its card page is drawn again; every other file that
    the folder holds is compared with its hash in the chain, and a file that nobody listed refused.

    Example: care-dividend card verify public/releases/FY2025/card.json
    """
    with refusals():
        from data_contracts.errors import ContractError
        from privacy.chain import read_anchor
        from privacy.publish import drawn_from
        from privacy.verify import verify_card
        from reports.site.redraw import drawn_by_another, redraw_card

        if not file.is_file():
            raise ContractError(
                f"There is no card {file.name!r} there. Name public/releases/<release>/card.json."
            )
        card = file.resolve()
        found = verify_card(card, anchor=read_anchor(anchor) if anchor else None)
        public = card.parent.parent.parent
        if found.ok and (inputs := drawn_from(public)):
            if other := drawn_by_another(inputs):
                note = f"the card page was not drawn again: version {other} drew it"
                found = replace(found, notes=(*found.notes, note))
            else:
                problems = tuple(redraw_card(public, card.parent.name, inputs))
                found = replace(found, problems=problems)
        say(found)
