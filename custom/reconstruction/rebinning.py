"""From a scan in list mode to counts in gates of the heart during end-expiration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

import numpy as np

from custom.errors import BadInput
from custom.reconstruction.acceptance import Acceptance
from custom.scanner.list_mode import Events, ListMode
from custom.scanner.timeline import Timeline, cut_cycles, gate_cuts

REASONS = ("before the first trigger or after the last", "R-R interval not accepted", "not at end-expiration")
NO_CYCLE, BEAT, BREATH = range(len(REASONS))


@dataclass(frozen=True, kw_only=True, eq=False)
class Rebinned:
    """Counts in gates, and what fell into none.

    Args:
        counts: shape (gate, pinhole, row, column), uint32; gate 0 is centred on the R wave.
        seconds: time that each gate was seen, s, shape (gate,).
        rejected_counts: for each reason.
        rejected_seconds: for each reason, s.
        rr_seconds: all R-R intervals, s.
        accepted_beats: which of them count.
    """

    counts: np.ndarray
    seconds: np.ndarray
    rejected_counts: dict[str, int]
    rejected_seconds: dict[str, float]
    rr_seconds: np.ndarray
    accepted_beats: np.ndarray


def rebin(list_mode: ListMode, events: Iterable[Events], acceptance: Acceptance) -> Rebinned:
    """Count events by the gate in which they came.

        gate of an event = ⌊n · p + ½⌋ mod n,   p = (t − R_k) / (R_{k+1} − R_k)

    Every event is counted once, in a gate or under the first reason that holds.

    Args:
        list_mode: the scan, with its triggers.
        events: all of its events in their order, in pieces of any size.
        acceptance: number of gates and what counts.

    Raises:
        BadInput: no triggers, or a gate that would stay empty.
    """
    rr, accepted = _beats(list_mode, acceptance.accepted_rr)
    n_gates = acceptance.n_gates
    timeline = _gates_and_reasons(list_mode, acceptance, accepted)
    n_states = n_gates + len(REASONS)
    dwell = timeline.dwell_ticks(n_states) / list_mode.ticks_per_second
    counts = np.zeros((n_states, *list_mode.counts_shape), dtype=np.int64)
    for piece in events:
        counts += _counted(piece, timeline, counts.shape)
    _check_filled(counts[:n_gates], dwell[:n_gates])
    return Rebinned(
        counts=counts[:n_gates].astype(np.uint32),
        seconds=dwell[:n_gates],
        rejected_counts={reason: int(counts[n_gates + number].sum()) for number, reason in enumerate(REASONS)},
        rejected_seconds={reason: float(dwell[n_gates + number]) for number, reason in enumerate(REASONS)},
        rr_seconds=rr,
        accepted_beats=accepted,
    )


def _beats(list_mode: ListMode, accepted_rr: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return R-R intervals, s, and which are accepted."""
    if len(list_mode.r_waves) < 2:
        raise BadInput(
            f"gating needs R waves, got {len(list_mode.r_waves)} in the scan; was the ECG connected, and its triggers "
            "written to the file?"
        )
    rr = np.diff(list_mode.r_waves.astype(np.int64)) / list_mode.ticks_per_second
    shortest, longest = accepted_rr
    median = np.median(rr)
    return rr, (rr >= shortest * median) & (rr <= longest * median)


def _gates_and_reasons(list_mode: ListMode, acceptance: Acceptance, accepted: np.ndarray) -> Timeline:
    """Return the scan's intervals, with the gates as first states and then the reasons."""
    n_gates, n_ticks = acceptance.n_gates, list_mode.n_ticks
    cuts, gates = gate_cuts(n_gates)
    states = np.where(accepted[:, None], gates, n_gates + BEAT)
    heart = cut_cycles(list_mode.r_waves, cuts=cuts, states=states, outside=n_gates + NO_CYCLE, n_ticks=n_ticks)
    if not acceptance.gated_by_breath:
        return heart
    if len(list_mode.breaths) < 2:
        raise BadInput(
            f"gating by breath needs triggers of inspiration, got {len(list_mode.breaths)} in the scan; give "
            "--gated_by_breath False to count all breaths"
        )
    cuts = np.array([0.0, *acceptance.end_expiration])
    breath = cut_cycles(list_mode.breaths, cuts=cuts, states=np.array([1, 0, 1]), outside=2, n_ticks=n_ticks)
    table = np.repeat(np.arange(n_gates + len(REASONS))[:, None], 3, axis=1)
    table[:n_gates, 1] = n_gates + BREATH
    table[:, 2] = n_gates + NO_CYCLE
    return heart.overlaid(breath, table)


def _counted(events: Events, timeline: Timeline, shape: tuple[int, ...]) -> np.ndarray:
    """Return counts by state and pixel; intervals, being fewer, are looked up in the sorted events."""
    edges = timeline.edges_ticks.astype(np.uint32)
    per_interval = np.diff(np.searchsorted(events.ticks, edges))
    places = np.repeat(timeline.states * prod(shape[1:]), per_interval)
    places += events.modules * np.int64(prod(shape[2:]))
    places += events.pixels
    return np.bincount(places, minlength=prod(shape)).reshape(shape)


def _check_filled(counts: np.ndarray, seconds: np.ndarray) -> None:
    empty = [
        gate + 1 for gate, (seen, time) in enumerate(zip(counts, seconds, strict=True)) if not (seen.any() and time)
    ]
    if empty:
        raise BadInput(
            f"every gate must hold counts, got none in {', '.join(map(str, empty))} of {len(counts)}; is the scan too "
            "short, or are accepted_rr or end_expiration too narrow?"
        )
