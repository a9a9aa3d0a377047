"""Medians of interleaved rounds, and whether targets are met."""

from __future__ import annotations

import itertools

from benchmarks.rounds import Row, Target, medians


def test_rows_are_measured_in_turn_and_the_warm_up_does_not_count() -> None:
    order: list[str] = []
    numbers = itertools.count()

    def measure(name: str) -> float:
        order.append(name)
        return float(next(numbers))

    rows = [Row("a", "s", lambda: measure("a")), Row("b", "ms", lambda: measure("b"))]
    assert medians(rows, 3) == {"a": 4.0, "b": 5000.0}
    assert order == ["a", "b"] * 4


def test_targets_say_what_is_asked_and_whether_it_is_met() -> None:
    values = {"pair": 30.0}
    assert Target(5).verdict(6, values, "s") == "≤ 5 s: missed"
    assert Target(1 / 5, "pair").verdict(6, values, "ms") == "≤ 1/5 × pair: met"
    assert Target(1.1, "pair").verdict(34, values, "ms") == "≤ 1.1 × pair: missed"
    assert Target(1 / 3, "other").verdict(6, values, "ms") == "≤ 1/3 × other: not measured"
