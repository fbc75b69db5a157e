"""Say what an audit found, in words that a board can read.

The chain: frames -> canaries -> membership -> bounds -> gates -> **verdict**.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from privacy.noise import at_most

OWN_RHO = "own_rho"  # ends the name of a finding at the release's own rho


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: its name, whether it passed, in words, the figures behind it."""

    name: str
    ok: bool
    said: str
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that was found of one release of a policy; `about` names the release."""

    about: str
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(one.ok for one in self.findings)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a board should know first: the promise, and the best attack against it."""
        own = [one.figures for one in self.findings if one.name.endswith(OWN_RHO)]
        if not own:
            return ()
        best = max(own, key=lambda figures: figures["surely_right"])
        declared = at_most(100 * best["declared_right"], places=1)
        promise = (
            "Somebody who guesses whether one person is in this release is right at most "
            f"{declared:.1f} times in 100, whatever else they know; a coin is "
            f"right 50 times. The best attack we could build was right {_in_100(best['right'])} "
            f"times in 100 when it was tried, and {_in_100(best['surely_right'])} times for "
            "certain, without what may have been luck."
        )
        if self.ok:
            return promise, "Nothing that was tried found out more than the promise allows."
        return promise, "A check FAILED: these terms and this code do not keep the promise."


def _in_100(share: float) -> str:
    return f"{100 * share:.1f}"
