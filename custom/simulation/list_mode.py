"""A virtual scan in list mode: events drawn from expected count rates as the animal's heart beats and it breathes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from custom.errors import BadInput
from custom.scanner.camera import Camera
from custom.scanner.list_mode import TICKS_PER_SECOND, Events, ListMode
from custom.scanner.timeline import Timeline, cut_cycles, gate_cuts
from custom.simulation.events import draw_events
from custom.simulation.gating import N_GATES
from custom.simulation.triggers import draw_triggers, level_cuts

ORIGIN = "simulated: a virtual canine, no animal and no patient was measured"


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How an animal's heart beats and how it breathes.

    Args:
        beats_per_minute: heart rate.
        beat_variation: standard deviation of the R-R interval over its mean.
        breaths_per_minute: rate of the ventilator.
        breath_variation: standard deviation of a breath's length over its mean.
        end_expiration: share of the breathing cycle at rest, see `custom.simulation.triggers.breath_depth`.
    """

    beats_per_minute: float
    beat_variation: float
    breaths_per_minute: float
    breath_variation: float
    end_expiration: float


def simulate_list_mode(
    rates: np.ndarray,
    *,
    camera: Camera,
    tracer: str,
    seconds: float,
    rhythm: Rhythm,
    generator: np.random.Generator,
    moved_at_seconds: Sequence[float] = (),
    seed: int | None = None,
) -> tuple[ListMode, Events]:
    """Draw a scan: its heartbeats, its breaths, then its events.

    Args:
        rates: expected counts per second, (position, gate, level, pinhole, row, column), ≥ 0: while the body lies in a
            position, the heart is in one of eight gates, the first centred on the R wave, and the breath in a level,
            see `custom.simulation.triggers.level_depths`.
        camera: that measures.
        tracer: "red_blood_cells" or "perfusion".
        seconds: length of the scan, s.
        rhythm: of heart and breath.
        generator: source of all random numbers.
        moved_at_seconds: when the body takes its second, third … position, s; increasing, within the scan.
        seed: of the generator, to be told in the file.

    Raises:
        BadInput: rates of another shape, negative or not finite; a move outside the scan; a rhythm that cannot be.
    """
    _check_rates(rates, (len(moved_at_seconds) + 1, N_GATES), camera)
    beats = draw_triggers(
        generator, seconds=seconds, per_minute=rhythm.beats_per_minute, variation=rhythm.beat_variation
    )
    breaths = draw_triggers(
        generator, seconds=seconds, per_minute=rhythm.breaths_per_minute, variation=rhythm.breath_variation
    )
    n_ticks = int(seconds * TICKS_PER_SECOND)
    timeline = state_timeline(
        beats,
        breaths,
        n_ticks=n_ticks,
        n_levels=rates.shape[2],
        end_expiration=rhythm.end_expiration,
        moved_at_seconds=moved_at_seconds,
    )
    list_mode = ListMode(
        camera=camera.name,
        counts_shape=camera.counts_shape,
        tracer=tracer,
        simulated=True,
        origin=ORIGIN,
        n_ticks=n_ticks,
        r_waves=_recorded(beats, n_ticks),
        breaths=_recorded(breaths, n_ticks),
        seed=seed,
    )
    return list_mode, draw_events(rates, timeline, generator)


def state_timeline(
    beats_seconds: np.ndarray,
    breaths_seconds: np.ndarray,
    *,
    n_ticks: int,
    n_levels: int,
    end_expiration: float,
    moved_at_seconds: Sequence[float] = (),
) -> Timeline:
    """Return a scan's intervals of constant position, gate and level.

        state = (position · 8 + gate) · n_levels + level

    Args:
        beats_seconds: R waves, from before the scan to after its end, s.
        breaths_seconds: beginnings of inspiration, likewise, s.
        n_ticks: length of the scan.
        n_levels: of breathing.
        end_expiration: see `custom.simulation.triggers.breath_depth`.
        moved_at_seconds: when the body takes its next position, s.

    Raises:
        BadInput: a move outside the scan, or not after the one before; a pause that cannot be.
    """
    moves = _ticks(np.asarray(moved_at_seconds, dtype=np.float64))
    edges = np.concatenate([[0], moves, [n_ticks]])
    if (np.diff(edges) <= 0).any():
        raise BadInput(f"moves follow one another within the scan, got {[*moved_at_seconds]} s; are they in seconds?")
    cuts, gates = gate_cuts(N_GATES)
    heart = cut_cycles(_ticks(beats_seconds), cuts=cuts, states=gates, outside=0, n_ticks=n_ticks)
    cuts, levels = level_cuts(n_levels, end_expiration=end_expiration)
    breath = cut_cycles(_ticks(breaths_seconds), cuts=cuts, states=levels, outside=0, n_ticks=n_ticks)
    position = Timeline(edges_ticks=edges, states=np.arange(len(edges) - 1))
    at_rest = heart.overlaid(breath, np.arange(N_GATES * n_levels).reshape(N_GATES, n_levels))
    return position.overlaid(at_rest, np.arange(len(position.states) * N_GATES * n_levels).reshape(len(moves) + 1, -1))


def _check_rates(rates: np.ndarray, positions_and_gates: tuple[int, int], camera: Camera) -> None:
    n_positions, n_gates = positions_and_gates
    wanted = (n_positions, n_gates, *camera.counts_shape)
    if rates.ndim != 6 or not rates.shape[2] or (*rates.shape[:2], *rates.shape[3:]) != wanted:
        raise BadInput(
            f"rates have the shape ({n_positions}, {n_gates}, levels, {', '.join(map(str, camera.counts_shape))}) of "
            f"positions, gates, levels, pinholes, rows, columns, got {rates.shape}"
        )
    if not np.isfinite(rates).all() or rates.min() < 0:
        raise BadInput("rates of counts must be finite and not negative; check the animal's activity")


def _ticks(seconds: np.ndarray) -> np.ndarray:
    return np.floor(seconds * TICKS_PER_SECOND).astype(np.int64)


def _recorded(seconds: np.ndarray, n_ticks: int) -> np.ndarray:
    """Return in ticks which triggers fall into the scan."""
    ticks = _ticks(seconds)
    return ticks[(ticks >= 0) & (ticks <= n_ticks)].astype(np.uint32)
