"""Broken parts stand in for real ones wherever these are used, and are gone afterwards."""

import pytest

from pipelines import draw
from privacy import count, measure
from privacy.audit.broken import Mutant, replaced, standing_in, try_mutant
from privacy.audit.verdict import Finding
from privacy.count import count_cells
from privacy.ledger import Ledger


def nothing(*_: object, **__: object) -> list[int]:
    return []


def test_a_function_is_replaced_in_every_room_that_has_it() -> None:
    with standing_in(count_cells, nothing):
        inside = (count.count_cells, draw.count_cells)  # type: ignore[attr-defined]

    assert inside == (nothing, nothing)
    assert count.count_cells is draw.count_cells is count_cells  # type: ignore[attr-defined]


def test_the_real_part_is_back_after_an_error() -> None:
    real, charge = measure.draw, Ledger.charge

    with (
        pytest.raises(ZeroDivisionError),
        standing_in(real, nothing),
        replaced(Ledger, "charge", nothing),
    ):
        raise ZeroDivisionError

    assert measure.draw is real
    assert Ledger.charge is charge


def test_a_mutant_that_would_break_nothing_is_an_error() -> None:
    with (
        pytest.raises(LookupError, match="No module has the function"),
        standing_in(nothing, nothing),
    ):
        pass
    with (
        pytest.raises(LookupError, match="no 'mend' of its own"),
        replaced(Ledger, "mend", nothing),
    ):
        pass


def test_a_mutant_that_passes_its_check_is_alive() -> None:
    mutant = Mutant("harmless", "blind", lambda: standing_in(measure.draw, nothing))

    trial = try_mutant(mutant, lambda _: Finding("blind", ok=True, said="All well."), seed=1)

    assert not trial.killed
