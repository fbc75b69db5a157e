"""Break the noise, one mistake at a time. The chain: broken -> **broken noise** -> mutants."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from privacy import noise
from privacy.audit.broken import standing_in
from privacy.noise import Noise, Records


class _Noisy:
    """A measurement that says what the real one costs, and does something else."""

    def __init__(self, real: Noise, call: Callable[[Records], list[int]]) -> None:
        self._real, self._call = real, call

    def __call__(self, records: Records) -> list[int]:
        return self._call(records)

    def map(self, units: int) -> float:
        return self._real.map(units)


@contextmanager
def quieter(part: float) -> Iterator[None]:
    """Noise is narrower than the plan says; the cost is told as if it were not."""
    real = noise.gaussian

    def broken(
        function: Callable[[Records], list[int]], *, bound_squared: int, scale: float
    ) -> Noise:
        told = real(function, bound_squared=bound_squared, scale=scale)
        return _Noisy(told, real(function, bound_squared=bound_squared, scale=part * scale))

    with standing_in(real, broken):
        yield


@contextmanager
def one_draw() -> Iterator[None]:
    """Every cell gets one and the same draw of noise."""
    real = noise.gaussian

    def broken(
        function: Callable[[Records], list[int]], *, bound_squared: int, scale: float
    ) -> Noise:
        told = real(function, bound_squared=bound_squared, scale=scale)

        def call(records: Records) -> list[int]:
            exact, noisy = function(records), told(records)
            return [one + noisy[0] - exact[0] for one in exact]

        return _Noisy(told, call)

    with standing_in(real, broken):
        yield


@contextmanager
def no_scale() -> Iterator[None]:
    """A scale of 0 is let through, which OpenDP takes for leave to add nothing."""
    real = noise.gaussian

    def broken(
        function: Callable[[Records], list[int]], *, bound_squared: int, scale: float
    ) -> Noise:
        told = real(function, bound_squared=bound_squared, scale=scale if scale > 0 else 1.0)
        return _Noisy(told, function)

    with standing_in(real, broken):
        yield
