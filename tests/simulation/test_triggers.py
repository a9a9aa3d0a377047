"""Heartbeats and breaths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom.errors import BadInput
from custom.simulation.triggers import INSPIRATION, breath_depth, draw_triggers, level_cuts, level_depths

PHASES = (np.arange(2000) + 0.5) / 2000
PAUSES = st.floats(0.05, 0.6)


@given(
    seed=st.integers(0, 2**31),
    seconds=st.floats(0.5, 100),
    per_minute=st.floats(5, 200),
    variation=st.floats(0, 0.2),
)
def test_triggers_increase_and_cover_the_scan(seed, seconds, per_minute, variation):
    times = draw_triggers(np.random.default_rng(seed), seconds=seconds, per_minute=per_minute, variation=variation)
    cycles = np.diff(times) * per_minute / 60
    assert times[0] <= 0 < times[1]
    assert times[-2] < seconds <= times[-1]
    assert cycles.min() >= 1 - 3 * variation - 1e-9
    assert cycles.max() <= 1 + 3 * variation + 1e-9


def test_cycles_have_the_mean_and_the_spread_that_were_asked_for():
    """A normal distribution cut at three standard deviations has 0.9866 of its standard deviation left."""
    cycles = np.diff(draw_triggers(np.random.default_rng(1), seconds=10_000.0, per_minute=120.0, variation=0.05))
    assert cycles.mean() == pytest.approx(0.5, rel=2e-3)
    assert cycles.std() == pytest.approx(0.5 * 0.05 * 0.9866, rel=0.02)


def test_the_scan_begins_anywhere_in_a_cycle():
    starts = [
        -draw_triggers(np.random.default_rng(seed), seconds=1.0, per_minute=60.0, variation=0.0)[0]
        for seed in range(500)
    ]
    assert np.mean(starts) == pytest.approx(0.5, abs=0.05)
    assert np.std(starts) == pytest.approx(1 / np.sqrt(12), abs=0.03)


def test_the_same_seed_gives_the_same_triggers():
    first, second = (
        draw_triggers(np.random.default_rng(5), seconds=9.0, per_minute=99.0, variation=0.1) for _ in range(2)
    )
    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": 0.0},
        {"seconds": np.inf},
        {"per_minute": 0.0},
        {"per_minute": np.nan},
        {"variation": -0.1},
        {"variation": 5.0},
    ],
)
def test_triggers_that_cannot_be(changes):
    with pytest.raises(BadInput):
        draw_triggers(np.random.default_rng(0), **{"seconds": 10.0, "per_minute": 60.0, "variation": 0.0} | changes)


@given(end_expiration=PAUSES)
def test_a_breath_rises_falls_and_rests(end_expiration):
    depth = breath_depth(PHASES, end_expiration=end_expiration)
    resting = 1 - end_expiration <= PHASES
    assert (depth[resting] == 0).all()
    assert (depth[~resting] > 0).all()
    assert depth.max() <= 1
    assert (np.diff(depth[PHASES < INSPIRATION]) > 0).all()
    assert (np.diff(depth[(PHASES > INSPIRATION) & ~resting]) < 0).all()
    assert breath_depth(np.array([0.0, INSPIRATION, 1.0]), end_expiration=end_expiration) == pytest.approx([0, 1, 0])


def test_half_of_the_breath_leaves_in_the_first_fifth_of_expiration():
    """(e^(−3s) − e^(−3)) / (1 − e^(−3)) = ½ at s = −ln(½ + ½ e^(−3)) / 3 = 0.2148."""
    phase = INSPIRATION + 0.2148 * (1 - INSPIRATION - 0.4)
    assert breath_depth(np.array([phase]), end_expiration=0.4) == pytest.approx(0.5, abs=1e-3)


def test_depths_of_levels():
    assert level_depths(1).tolist() == [0]
    assert level_depths(3).tolist() == [0, 0.25, 0.75]


@given(end_expiration=PAUSES, n_levels=st.integers(1, 9))
def test_levels_hold_the_depths_of_their_step(end_expiration, n_levels):
    cuts, levels = level_cuts(n_levels, end_expiration=end_expiration)
    assert cuts[0] == 0
    assert (np.diff(cuts) > 0).all()
    found = levels[np.searchsorted(cuts, PHASES, side="right") - 1]
    depth = breath_depth(PHASES, end_expiration=end_expiration)
    if n_levels == 1:
        assert not found.any()
    else:
        assert np.array_equal(found == 0, depth == 0)
        assert (np.abs(depth - level_depths(n_levels)[found])[found > 0] <= 0.5 / (n_levels - 1) + 1e-9).all()


@pytest.mark.parametrize("end_expiration", [0.0, 0.67, 40.0])
def test_a_pause_that_leaves_no_time_to_breathe_is_refused(end_expiration):
    with pytest.raises(BadInput, match="end-expiration takes"):
        breath_depth(PHASES, end_expiration=end_expiration)
    with pytest.raises(BadInput, match="end-expiration takes"):
        level_cuts(3, end_expiration=end_expiration)
