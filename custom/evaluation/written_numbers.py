"""How numbers are written in tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from custom.evaluation.statistics import Description

Written = Callable[[float, int], str]

NOTHING = "—"
SMALLEST_P = 0.001


def mean_and_sd(described: Description, decimals: int, factor: float = 1) -> str:
    """Write mean ± SD, or the mean alone where one value has no spread."""
    mean = unsigned(factor * described.mean, decimals)
    return mean if described.sd is None else f"{mean} ± {factor * described.sd:.{decimals}f}"


def unsigned(value: float, decimals: int) -> str:
    """Write a number, with a sign only where it is negative."""
    return f"{_rounded(value, decimals):.{decimals}f}".replace("-", "−")


def signed(value: float, decimals: int) -> str:
    """Write a difference with its sign."""
    return f"{_rounded(value, decimals):+.{decimals}f}".replace("-", "−")


def interval(ends: Sequence[float] | None, decimals: int) -> str:
    """Write an interval of differences, or a dash where there is none."""
    return NOTHING if ends is None else f"{signed(ends[0], decimals)} to {signed(ends[1], decimals)}"


def estimate(value: float, ends: Sequence[float] | None, decimals: int, write: Written = unsigned) -> str:
    """Write an estimate with its interval in brackets, or without where there is none."""
    return write(value, decimals) + ("" if ends is None else " ({} to {})".format(*(write(e, decimals) for e in ends)))


def probability(p: float | None) -> str:
    """Write a probability: two digits that count, "< 0.001" below that, and a dash where no test could be made."""
    if p is None:
        return NOTHING
    if p < SMALLEST_P:
        return f"< {SMALLEST_P:g}"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _rounded(value: float, decimals: int) -> float:
    """Round, with no sign before what is then 0."""
    return round(value, decimals) + 0.0
