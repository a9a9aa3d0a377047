"""Events drawn from count rates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from custom.scanner.list_mode import TICKS_PER_SECOND
from custom.scanner.timeline import Timeline
from custom.simulation.events import draw_events

SHAPE = (2, 3, 4)


def line(edges, states):
    return Timeline(edges_ticks=np.array(edges, dtype=np.int64), states=np.array(states, dtype=np.int64))


THREE_STATES = line([0, 20_000, 50_000, 60_000, 100_000], [0, 1, 0, 2])


def counted(events, timeline, n_states):
    """Counts by state and pixel, event by event from their times."""
    counts = np.zeros((n_states, *SHAPE), dtype=np.int64)
    rows, columns = np.divmod(events.pixels, SHAPE[2])
    np.add.at(counts, (timeline.at(events.ticks), events.modules, rows, columns), 1)
    return counts


def test_counts_are_poisson_about_rate_times_dwell():
    generator = np.random.default_rng(0)
    rates = generator.uniform(50, 500, size=(3, *SHAPE))
    rates[1, 0] = 0  # nothing comes from where nothing is expected
    events = draw_events(rates, THREE_STATES, generator)
    counts = counted(events, THREE_STATES, 3)
    expected = rates * np.array([3.0, 3.0, 4.0])[:, None, None, None]
    assert counts.sum() == len(events)
    assert not counts[1, 0].any()
    seen = expected > 0
    chi_square = ((counts - expected)[seen] ** 2 / expected[seen]).sum()
    assert 0.001 < stats.chi2.sf(chi_square, seen.sum()) < 0.999


def test_times_are_uniform_within_a_state():
    rates = np.zeros((3, *SHAPE))
    rates[0, 1, 2, 3] = 5000.0
    events = draw_events(rates, THREE_STATES, np.random.default_rng(1))
    assert (THREE_STATES.at(events.ticks) == 0).all()
    assert set(events.modules.tolist()) == {1}
    assert set(events.pixels.tolist()) == {2 * 4 + 3}
    spent = np.where(events.ticks < 20_000, events.ticks, events.ticks.astype(np.int64) - 30_000)
    assert stats.kstest(spent / 30_000, "uniform").pvalue > 0.001


def test_waiting_times_are_exponential():
    """What distinguishes a Poisson process: gaps between events have no memory."""
    rates = np.full((1, *SHAPE), 100.0)
    events = draw_events(rates, line([0, 100_000], [0]), np.random.default_rng(2))
    gaps = np.diff(np.sort(events.ticks + np.random.default_rng(3).random(len(events))))
    assert stats.kstest(gaps / TICKS_PER_SECOND, "expon", args=(0, 1 / rates.sum())).statistic < 0.02


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**31),
    pieces=st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 3)), min_size=1, max_size=12),
)
def test_events_are_sorted_within_the_scan_and_only_in_states_that_emit(seed, pieces):
    lengths, states = zip(*pieces, strict=True)
    timeline = line(np.append(0, np.cumsum(lengths)), states)
    rates = np.zeros((4, *SHAPE))
    rates[[1, 3]] = 40.0
    events = draw_events(rates, timeline, np.random.default_rng(seed))
    assert (np.diff(events.ticks.astype(np.int64)) >= 0).all()
    assert set(timeline.at(events.ticks).tolist()) <= {1, 3}
    assert events.ticks.max(initial=0) < timeline.edges_ticks[-1]
    assert events.modules.max(initial=0) < SHAPE[0]
    assert events.pixels.max(initial=0) < SHAPE[1] * SHAPE[2]


def test_leading_axes_number_the_states():
    rates = np.random.default_rng(4).uniform(0, 300, size=(3, *SHAPE))
    flat = draw_events(rates, THREE_STATES, np.random.default_rng(5))
    deep = draw_events(rates.reshape(1, 3, 1, *SHAPE), THREE_STATES, np.random.default_rng(5))
    for name in ("ticks", "modules", "pixels"):
        assert np.array_equal(getattr(flat, name), getattr(deep, name))


def test_no_activity_gives_no_events():
    assert len(draw_events(np.zeros((3, *SHAPE)), THREE_STATES, np.random.default_rng(0))) == 0


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_events(seed):
    rates = np.full((3, *SHAPE), 20.0)
    first, second = (draw_events(rates, THREE_STATES, np.random.default_rng(seed)) for _ in range(2))
    assert np.array_equal(first.ticks, second.ticks)
    assert np.array_equal(first.pixels, second.pixels)
