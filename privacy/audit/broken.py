"""Put broken parts in the place of real ones, for as long as a check looks at them.

The chain: **broken** -> mutants -> verdict.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import FunctionType

from privacy.audit.verdict import Finding

ROOMS = ("privacy", "pipelines", "transforms")

Check = Callable[[int], Finding]  # of a seed


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake that somebody could make: its name, the check that must see it, how it is made."""

    name: str
    check: str
    breaks: Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a check said of a mutant; `killed` where it did not let it pass."""

    mutant: str
    check: str
    killed: bool
    said: str


def try_mutant(mutant: Mutant, check: Check, *, seed: int) -> Trial:
    """Break the code, and ask the check.

    Args:
        mutant: The mistake.
        check: The check named by the mutant.
        seed: For the check's made-up records; noise is fresh each time.

    Returns:
        Whether the check failed, as it must; code that stops instead of counting is no proof.
    """
    with mutant.breaks():
        finding = check(seed)
    return Trial(mutant.name, mutant.check, killed=not finding.ok, said=finding.said)


@contextmanager
def standing_in(real: Callable[..., object], broken: Callable[..., object]) -> Iterator[None]:
    """Put a function in the place of another wherever a module of the house has it by name.

    Args:
        real: A function of a module.
        broken: What is called instead.

    Raises:
        LookupError: No module has the function, so nothing would be broken.
    """
    places = [
        (module, name)
        for key, module in list(sys.modules.items())
        if key.split(".")[0] in ROOMS
        for name, value in list(vars(module).items())
        if value is real
    ]
    if not places or not isinstance(real, FunctionType):
        raise LookupError(f"No module has the function {real!r}; mend the mutant.")
    try:
        for module, name in places:
            setattr(module, name, broken)
        yield
    finally:
        for module, name in places:
            setattr(module, name, real)


@contextmanager
def replaced(owner: type, name: str, broken: object) -> Iterator[None]:
    """Put something in the place of an attribute of a class.

    Raises:
        LookupError: The class itself has no such attribute, so nothing would be broken.
    """
    if name not in vars(owner):
        raise LookupError(f"{owner.__name__} has no {name!r} of its own; mend the mutant.")
    real = vars(owner)[name]
    try:
        setattr(owner, name, broken)
        yield
    finally:
        setattr(owner, name, real)
