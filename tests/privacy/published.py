"""A program whose first release is public."""

from pathlib import Path
from typing import NamedTuple

from privacy.chain import Anchor, read_anchor
from privacy.ledger import Ledger
from privacy.measure import Release, release
from privacy.publish import export_chain, write_release
from tests.privacy.small import AFTER, plan_year


class Published(NamedTuple):
    """A program directory, its release, and the anchor that the city wrote down elsewhere."""

    folder: Path
    release: Release
    anchor: Anchor

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def card(self) -> Path:
        return self.public / "releases" / "FY2025" / "card.json"


def publish(folder: Path) -> Published:
    """Draw and publish fiscal year 2025; every exact number is 7."""
    plan = plan_year()
    ledger = Ledger(folder / "ledger", public=folder / "public")
    drawn = release(plan, ledger=ledger, exact=lambda: [7] * plan.spec.length, today=AFTER)
    write_release(folder / "public" / "releases" / drawn.name, drawn)
    export_chain(folder / "public", ledger)
    return Published(folder, drawn, read_anchor(str(folder / "ledger" / "anchor.txt")))
