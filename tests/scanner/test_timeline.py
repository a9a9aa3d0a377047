"""Intervals of constant state."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom.scanner.timeline import Timeline, cut_cycles, gate_cuts


def line(edges, states):
    return Timeline(edges_ticks=np.array(edges, dtype=np.int64), states=np.array(states, dtype=np.int64))


def test_dwell_adds_up_the_intervals_of_each_state():
    assert line([0, 3, 10, 14], [1, 0, 1]).dwell_ticks(3).tolist() == [7, 7, 0]


def test_an_edge_belongs_to_the_interval_that_it_opens():
    assert line([0, 3, 10], [4, 5]).at(np.array([0, 2, 3, 9])).tolist() == [4, 4, 5, 5]


def test_timelines_overlaid_worked_out_by_hand():
    both = line([0, 4, 8], [0, 1]).overlaid(line([0, 2, 4, 6, 8], [0, 1, 0, 1]), np.array([[10, 11], [12, 13]]))
    assert both.edges_ticks.tolist() == [0, 2, 4, 6, 8]
    assert both.states.tolist() == [10, 11, 12, 13]


def test_cycles_cut_by_hand():
    """Two cycles of 10 and 5 ticks: halves begin at ⌈5⌉ and ⌈2.5⌉; time before and after is outside."""
    cut = cut_cycles(np.array([3, 13, 18]), cuts=np.array([0, 0.5]), states=np.array([1, 2]), outside=9, n_ticks=20)
    assert cut.edges_ticks.tolist() == [0, 3, 8, 13, 16, 18, 20]
    assert cut.states.tolist() == [9, 1, 2, 1, 2, 9]


def test_cycles_may_have_states_of_their_own():
    states = np.array([[1, 2], [7, 7]])
    cut = cut_cycles(np.array([0, 10, 20]), cuts=np.array([0, 0.5]), states=states, outside=9, n_ticks=20)
    assert cut.states.tolist() == [1, 2, 7, 7]


def test_triggers_beyond_the_scan_complete_its_cycles():
    cut = cut_cycles(np.array([-5, 5, 15]), cuts=np.array([0, 0.5]), states=np.array([1, 2]), outside=9, n_ticks=12)
    assert cut.edges_ticks.tolist() == [0, 5, 10, 12]
    assert cut.states.tolist() == [2, 1, 2]


@pytest.mark.parametrize("triggers", [[], [4]])
def test_without_a_whole_cycle_all_is_outside(triggers):
    cut = cut_cycles(np.array(triggers), cuts=np.zeros(1), states=np.zeros(1, dtype=int), outside=9, n_ticks=12)
    assert cut.dwell_ticks(10)[9] == 12


@given(
    triggers=st.lists(st.integers(0, 500), unique=True, max_size=20).map(sorted),
    n_gates=st.integers(1, 16),
    n_ticks=st.integers(1, 500),
)
def test_every_tick_has_the_gate_of_its_phase(triggers, n_gates, n_ticks):
    """⌊n p + ½⌋ mod n in whole numbers, tick by tick, but where n is no power of two and roundness decides."""
    cuts, gates = gate_cuts(n_gates)
    found = cut_cycles(np.array(triggers), cuts=cuts, states=gates, outside=n_gates, n_ticks=n_ticks)
    for tick in range(n_ticks):
        k = np.searchsorted(triggers, tick, side="right") - 1
        if k < 0 or k + 1 >= len(triggers):
            wanted = {n_gates}
        else:
            since, length = tick - triggers[k], triggers[k + 1] - triggers[k]
            doubled = 2 * n_gates * since + length
            wanted = {doubled // (2 * length) % n_gates}
            if n_gates & (n_gates - 1) and doubled % (2 * length) == 0:
                wanted.add((doubled - 1) // (2 * length) % n_gates)
        assert int(found.at(np.array([tick]))[0]) in wanted


@pytest.mark.parametrize(
    ("edges", "states"), [([1, 2], [0]), ([0, 2, 2], [0, 1]), ([0], []), ([0, 2], [0, 1]), ([0, 2], [-1])]
)
def test_what_is_no_timeline_is_refused(edges, states):
    with pytest.raises(ValueError, match="timeline"):
        line(edges, states)


def test_timelines_of_different_scans_are_refused():
    with pytest.raises(ValueError, match="end together"):
        line([0, 4], [0]).overlaid(line([0, 5], [0]), np.zeros((1, 1), dtype=int))
