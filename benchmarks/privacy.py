"""Error and cost of a release, beside the peers on the same records: `make bench-privacy`.

    python -m benchmarks.privacy [--without-peers] [--folder DIR] [--repeat 3]

One table of 2,880 cells (month x district x call type), counts and summed minutes, rho 0.125, one
participant as the unit. Errors at 1M rows, cost at 10M; every run in a process of its own. What the
figures mean, and what they do not show: docs/benchmarks.md.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from benchmarks.child import ChildError, Cost, least, run_child
from benchmarks.closeness import Cells, count_error, mean_error
from benchmarks.environments import cache_folder, find_python
from benchmarks.task import CAPS, CLIP, as_json

SEED = 2025
ERROR_ROWS, COST_ROWS = 1_000_000, 10_000_000
ABSURD = 0.13  # share of all records that one person has in the worst case for memory

LIMITS: Mapping[str, tuple[str, float]] = {
    "count_error_ratio": ("at most", 0.4),
    "count_error_ratio_best": ("at most", 0.5),
    "mean_error_ratio": ("at most", 0.6),
    "mean_error_ratio_same_bound": ("at most", 0.6),
    "ten_tables_cpu_ratio": ("at most", 3),
    "peak_mb": ("at most", 1500),
}
GOALS: Mapping[str, tuple[str, float]] = {"speedup_opendp_polars": ("at least", 5)}
FIRST_PEER = "opendp_polars"
BOUND = int(CLIP)
_PEER_FILES = Path(__file__).resolve().parent / "peers"

Figures = Iterator[tuple[str, float]]


@dataclass(frozen=True)
class Bench:
    """Where a run keeps its records and results, and how often it measures a cost."""

    folder: Path
    error_rows: int = ERROR_ROWS
    cost_rows: int = COST_ROWS
    repeat: int = 3

    def records(self, rows: int, *, greatest: float = 0) -> Path:
        """Find a file of made-up records, and draw it first where there is none."""
        file = self.folder / f"records_{rows}_{greatest:g}.parquet"
        if not file.exists():
            options = ["--rows", str(rows), "--seed", str(SEED), "--greatest", str(greatest)]
            run_child([sys.executable, "-m", "benchmarks.law", str(file), *options])
        return file

    def run(self, name: str, records: Path, *options: str) -> Cost:
        """Run what this repository measures: `ours` or `floor`."""
        words = [str(records), str(self._result), *options]
        return run_child([sys.executable, "-m", f"benchmarks.peers.{name}", *words])

    def run_peer(self, name: str, python: Path, records: Path, *, cap: int) -> Cost:
        """Run a peer, with its own Python, where what it leaves behind is thrown away."""
        task = self.folder / "task.json"
        task.write_text(as_json(), "utf-8")
        options = ["--task", str(task), "--cap", str(cap)]
        script = _PEER_FILES / f"{name}.py"
        words = [str(python), str(script), str(records), str(self._result), *options]
        with tempfile.TemporaryDirectory() as scratch:
            return run_child(words, folder=scratch)

    def cells(self) -> Cells:
        """Read what the last run wrote."""
        read: Cells = json.loads(self._result.read_text("utf-8"))
        return read

    @property
    def _result(self) -> Path:
        return self.folder / "result.json"


def main(words: Sequence[str] | None = None) -> int:
    """Print every figure, and every promise that is not kept.

    Returns:
        0 where all promises are kept, else 1.
    """
    asked = _read(words)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(
            Path(asked.folder or scratch).resolve(), asked.error_rows, asked.cost_rows, asked.repeat
        )
        bench.folder.mkdir(parents=True, exist_ok=True)
        try:
            for name, value in measure(bench, with_peers=not asked.without_peers):
                figures[name] = value
                _say(f"figure {name} {value:.4g}", to=sys.stdout)
        except ChildError as error:
            _say(f"{error}. Mend it, or leave peers out with --without-peers.", to=sys.stderr)
            return 1
    broken = list(beyond(figures, LIMITS))
    for line in (*broken, *(f"goal: {line}" for line in beyond(figures, GOALS))):
        _say(line, to=sys.stderr)
    return 1 if broken else 0


def measure(bench: Bench, *, with_peers: bool) -> Figures:
    """Measure errors, then costs, on the same files.

    Args:
        bench: Where, and on how many records.
        with_peers: Whether environments of peers are made and run.

    Yields:
        Name and value of each figure; costs in seconds and megabytes of whole processes.

    Raises:
        ChildError: A run stopped, or the first peer cannot be installed.
    """
    python = find_python(FIRST_PEER, cache=cache_folder()) if with_peers else None
    small, large = bench.records(bench.error_rows), bench.records(bench.cost_rows)
    bench.run("floor", small)
    truth = bench.cells()
    ours = Errors("ours_clip", {}, {})
    for clip in CAPS:
        bench.run("ours", small, "--clip", str(clip))
        yield from ours.add(clip, bench.cells(), truth)
    if python:
        peer = Errors(f"{FIRST_PEER}_cap", {}, {})
        for cap in CAPS:
            bench.run_peer(FIRST_PEER, python, small, cap=cap)
            yield from peer.add(cap, bench.cells(), truth)
        yield from compare(ours, peer)
    yield from _compare_costs(bench, large, python)
    if python:
        yield from _try_tumult(bench, truth, ours=ours.count[BOUND])


@dataclass(frozen=True)
class Errors:
    """Errors of counts and of means, by the bound that a release puts on one participant."""

    name: str
    count: dict[int, float]
    mean: dict[int, float]

    def add(self, bound: int, found: Cells, truth: Cells) -> Figures:
        """Add what a release with a bound says, and tell its errors."""
        self.count[bound], self.mean[bound] = count_error(found, truth), mean_error(found, truth)
        yield f"count_error_{self.name}_{bound}", self.count[bound]
        yield f"mean_error_{self.name}_{bound}", self.mean[bound]


def compare(ours: Errors, peer: Errors) -> Figures:
    """Divide our errors by a peer's.

    Counts are ours at the planned clip, beside the same cap and beside the peer's best. For means
    both sides are free, since a small bound serves them best; so is the same bound told, and our
    planned clip beside the cap that the peer would choose if it cared for means alone.
    """
    count, mean = ours.count[BOUND], ours.mean[BOUND]
    yield "count_error_ratio", count / peer.count[BOUND]
    yield "count_error_ratio_best", count / min(peer.count.values())
    yield "mean_error_ratio", min(ours.mean.values()) / min(peer.mean.values())
    yield "mean_error_ratio_same_bound", mean / peer.mean[BOUND]
    yield "mean_error_ratio_planned_clip_to_best_cap", mean / min(peer.mean.values())


def beyond(figures: Mapping[str, float], limits: Mapping[str, tuple[str, float]]) -> Iterator[str]:
    """Say which figures are beyond a limit; one that was not measured is beyond none.

    >>> list(beyond({"count_error_ratio": 0.41, "peak_mb": 600}, LIMITS))
    ['count_error_ratio is 0.410; it must be at most 0.4']
    """
    for name, (side, limit) in limits.items():
        value = figures.get(name)
        if value is not None and not (value <= limit if side == "at most" else value >= limit):
            yield f"{name} is {value:.3f}; it must be {side} {limit:g}"


def _compare_costs(bench: Bench, large: Path, python: Path | None) -> Figures:
    """Measure one table, by everyone in turn, then ten tables: all see the same machine."""
    ours, floor, peer = [], [], []
    for _ in range(bench.repeat):
        ours.append(bench.run("ours", large))
        floor.append(bench.run("floor", large))
        if python:
            peer.append(bench.run_peer(FIRST_PEER, python, large, cap=BOUND))
    one = least(ours)
    yield from _cost("ours", one)
    yield from _cost("floor", least(floor))
    if peer:
        cost = least(peer)
        yield from _cost(FIRST_PEER, cost)
        yield f"speedup_cpu_{FIRST_PEER}", cost.cpu_s / one.cpu_s
        yield f"speedup_{FIRST_PEER}", cost.wall_s / one.wall_s
    yield from _compare_ten(bench, large, one)


def _compare_ten(bench: Bench, large: Path, one: Cost) -> Figures:
    """Measure ten tables in one release, and plain queries, in turn: both see the same machine."""
    turns = [
        (bench.run("ours", large, "--tables", "ten"), bench.run("floor", large, "--tables", "ten"))
        for _ in range(bench.repeat)
    ]
    ten, plain = (least(costs) for costs in zip(*turns, strict=True))
    absurd = bench.run("ours", bench.records(bench.cost_rows, greatest=ABSURD), "--tables", "ten")
    yield from _cost("ours_ten_tables", ten)
    yield from _cost("floor_ten_tables", plain)
    yield from _cost("ours_absurd_tail", absurd)
    yield "ten_tables_cpu_ratio", ten.cpu_s / plain.cpu_s
    yield "peak_mb", max(cost.peak_mb for cost in (one, ten, absurd))


def _try_tumult(bench: Bench, truth: Cells, *, ours: float) -> Figures:
    """Run Tumult where it installs; on a machine without it or Java, say so and go on."""
    small = bench.records(bench.error_rows)
    try:
        python = find_python("tumult", cache=cache_folder())
        cost = bench.run_peer("tumult", python, small, cap=BOUND)
    except (ChildError, OSError) as reason:
        _say(f"Tumult Analytics did not run here: {reason}", to=sys.stderr)
        return
    yield "tumult_count_error_ratio", ours / count_error(bench.cells(), truth)
    yield "tumult_wall_s_at_error_rows", cost.wall_s
    yield "tumult_speedup_at_error_rows", cost.wall_s / bench.run("ours", small).wall_s


def _cost(name: str, cost: Cost) -> Figures:
    yield f"{name}_cpu_s", cost.cpu_s
    yield f"{name}_wall_s", cost.wall_s
    yield f"{name}_mb", cost.peak_mb


def _say(line: str, *, to: TextIO) -> None:
    to.write(f"{line}\n")
    to.flush()


def _read(words: Sequence[str] | None) -> argparse.Namespace:
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.privacy", description=summary)
    parser.add_argument("--without-peers", action="store_true", help="measure ours and the floor")
    parser.add_argument("--folder", type=Path, help="keep the made-up records here")
    parser.add_argument("--repeat", type=int, default=3, help="runs of a cost, of which the least")
    parser.add_argument("--error-rows", type=int, default=ERROR_ROWS)
    parser.add_argument("--cost-rows", type=int, default=COST_ROWS)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
