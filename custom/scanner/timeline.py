"""A scan's time, cut into intervals during which nothing changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """Intervals that follow one another from the start of a scan to its end, each with the number of a state.

    Interval i holds the ticks from `edges_ticks[i]` up to, but not including, `edges_ticks[i + 1]`.

    Args:
        edges_ticks: increasing from 0 to the number of ticks of the scan, shape (interval + 1,), int64.
        states: numbers from 0, shape (interval,), int64.

    Raises:
        ValueError: edges that do not start at 0 or do not increase, or of another number than the states'.
    """

    edges_ticks: np.ndarray
    states: np.ndarray

    def __post_init__(self) -> None:
        """Hold the rules that make a timeline valid."""
        edges = self.edges_ticks
        if edges.ndim != 1 or len(edges) < 2 or edges[0] != 0 or (np.diff(edges) <= 0).any():
            raise ValueError("a timeline's edges increase from 0; is the scan empty, or are triggers not sorted?")
        if self.states.shape != (len(edges) - 1,) or self.states.min() < 0:
            raise ValueError(
                f"a timeline has a state from 0 per interval, got {len(edges) - 1} and {self.states.shape}"
            )

    def dwell_ticks(self, n_states: int) -> np.ndarray:
        """Return how long each state lasts in all, shape (n_states,), int64."""
        dwell = np.zeros(n_states, dtype=np.int64)
        np.add.at(dwell, self.states, np.diff(self.edges_ticks))
        return dwell

    def at(self, ticks: np.ndarray) -> np.ndarray:
        """Return the state at each of some ticks of the scan."""
        return self.states[np.searchsorted(self.edges_ticks, ticks, side="right") - 1]

    def overlaid(self, other: Timeline, table: np.ndarray) -> Timeline:
        """Cut time wherever one of two timelines does.

        Args:
            other: of the same scan.
            table: the new state for each state of this timeline (rows) and of the other (columns).

        Raises:
            ValueError: scans of different length.
        """
        if self.edges_ticks[-1] != other.edges_ticks[-1]:
            raise ValueError(f"timelines of one scan end together, got {self.edges_ticks[-1]}, {other.edges_ticks[-1]}")
        edges = np.union1d(self.edges_ticks, other.edges_ticks)
        return Timeline(edges_ticks=edges, states=table[self.at(edges[:-1]), other.at(edges[:-1])])


def cut_cycles(
    triggers_ticks: np.ndarray, *, cuts: np.ndarray, states: np.ndarray, outside: int, n_ticks: int
) -> Timeline:
    """Cut the cycles between triggers at fixed phases.

        state of part j of cycle k from   T_k + ⌈cuts_j · (T_{k+1} − T_k)⌉

    Args:
        triggers_ticks: T, increasing; those before the scan or after its end only complete the cycles there.
        cuts: fractions of the cycle at which parts begin, increasing from 0, at most 1.
        states: of the parts, shape (part,), or (cycle, part) where cycles differ.
        outside: state of what comes before the first trigger, and from the last on.
        n_ticks: of the scan.
    """
    triggers = np.asarray(triggers_ticks, dtype=np.int64)
    lengths = np.diff(triggers)
    starts = triggers[:-1, None] + np.ceil(lengths[:, None] * cuts).astype(np.int64)
    inside = np.broadcast_to(states, starts.shape)
    edges = np.concatenate([[0], starts.ravel(), triggers[-1:], [n_ticks]]).clip(0, n_ticks)
    numbers = np.concatenate([[outside], inside.ravel(), np.full(len(triggers[-1:]), outside)])
    lasting = np.diff(edges) > 0
    return Timeline(edges_ticks=np.append(edges[:-1][lasting], n_ticks), states=numbers[lasting].astype(np.int64))


def gate_cuts(n_gates: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where in the cardiac cycle parts begin, and the gate of each; gate 0 is centred on the R wave.

    gate of phase p = ⌊n p + ½⌋ mod n

    Args:
        n_gates: n, of equal length.
    """
    cuts = np.append(0.0, (np.arange(n_gates) + 0.5) / n_gates)
    return cuts, np.arange(n_gates + 1) % n_gates
