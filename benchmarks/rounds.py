"""Measuring side by side: every row once in each round, and of each row the median of all rounds."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import torch

PAUSE_S = 0.05  # torch's threads go on turning for milliseconds on cores that the next row needs


class Target(NamedTuple):
    """What a row should not exceed: so much in its own unit, or such a share of another row."""

    at_most: float
    of: str = ""

    def verdict(self, value: float, values: Mapping[str, float], unit: str) -> str:
        """Say what is asked and whether it is met."""
        if not self.of:
            return _verdict(f"≤ {self.at_most:g} {unit}".strip(), value <= self.at_most)
        simple = Fraction(self.at_most).limit_denominator(9)
        asked = f"≤ {simple if math.isclose(simple, self.at_most) else f'{self.at_most:g}'} × {self.of}"
        return _verdict(asked, value <= self.at_most * values[self.of] if self.of in values else None)


class Row(NamedTuple):
    """One line of a table.

    Args:
        name: of the row.
        unit: of what is measured; "ms" or "s" where that is `clock`'s.
        measure: returns the value, times in seconds.
    """

    name: str
    unit: str
    measure: Callable[[], float]


def clock(
    work: Callable[[], object], *, repeats: int = 1, share: int = 1, timer: Callable[[], float] = time.perf_counter
) -> Callable[[], float]:
    """Return what measures the seconds of some work.

    Args:
        work: what is done.
        repeats: how often, one after the other: what takes milliseconds is slow after a pause, until threads are awake.
        share: images or iterations in the work, by which its time is divided.
        timer: returns seconds; `time.process_time` on one thread, where what else runs should matter little.
    """

    def seconds() -> float:
        start = timer()
        for _ in range(repeats):
            work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return (timer() - start) / (repeats * share)

    return seconds


def medians(rows: Sequence[Row], n_rounds: int, *, warm_up: bool = True) -> dict[str, float]:
    """Measure rows one after the other, round after round.

    Args:
        rows: to be measured.
        n_rounds: number of rounds.
        warm_up: whether all are first run once without taking note, so that nothing is compiled in the first round.

    Returns:
        The median of each row by its name, in its unit.
    """
    noted: dict[str, list[float]] = {row.name: [] for row in rows}
    for number in range(-warm_up, n_rounds):
        for row in rows:
            time.sleep(PAUSE_S)
            measured = row.measure()
            if number >= 0:
                noted[row.name].append(measured * (1e3 if row.unit == "ms" else 1))
    return {name: statistics.median(measured) for name, measured in noted.items()}


def print_rows(
    title: str,
    rows: Sequence[Row],
    values: Mapping[str, float],
    targets: Mapping[str, Sequence[Target]] | None = None,
    baseline: str = "",
) -> None:
    """Print rows with their medians.

    Args:
        title: what the rows are.
        rows: to be printed.
        values: medians by row's name.
        targets: by row's name.
        baseline: name of the row to which all ratios are.
    """
    print(f"\n{title:<52}{'median':>9}     {f'ratio to {baseline}' if baseline else ''}".rstrip())
    for row in rows:
        value = values[row.name]
        ratio = f"{value / values[baseline]:7.2f}" if baseline else ""
        verdicts = "; ".join(target.verdict(value, values, row.unit) for target in (targets or {}).get(row.name, []))
        number = f"{value:#.3g}".rstrip(".") if value < 1000 else f"{value:.0f}"
        print(f"{row.name:<52}{number:>9} {row.unit:<2} {ratio}  {verdicts}".rstrip(), flush=True)


def _verdict(asked: str, met: bool | None) -> str:
    return f"{asked}: {'not measured' if met is None else 'met' if met else 'missed'}"
