"""How a method looks in all pictures alike: its colour, marker and kind of line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from custom.evaluation.methods import REFERENCE, TRUTH, UNCORRECTED


class Look(NamedTuple):
    """Colour, marker, and kind and width of a line, in Matplotlib's words."""

    colour: str
    marker: str
    line: str
    width: float


REFERENCES = {
    UNCORRECTED: Look("tab:gray", "s", "--", 2.0),
    REFERENCE: Look("black", "D", "-", 2.2),
    TRUTH: Look("black", "*", ":", 2.0),
}
COLOURS = (
    "tab:blue",
    "tab:orange",
    "tab:green",
    "tab:red",
    "tab:purple",
    "tab:brown",
    "tab:pink",
    "tab:olive",
    "tab:cyan",
)
ROUNDS = (("o", "-"), ("^", "-."), ("v", "--"))  # marker and line


def looks_of(methods: Sequence[str]) -> dict[str, Look]:
    """Give every method its look: what is no reference a colour of its own, after nine another marker and line."""
    others = [method for method in methods if method not in REFERENCES]
    looks = {
        method: Look(COLOURS[place % len(COLOURS)], *ROUNDS[place // len(COLOURS) % len(ROUNDS)], 1.4)
        for place, method in enumerate(others)
    }
    return {method: REFERENCES.get(method) or looks[method] for method in methods}
