"""Gates of a scan in list mode, counted event by event and worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from custom.errors import BadInput
from custom.reconstruction.acceptance import Acceptance
from custom.reconstruction.rebinning import REASONS, rebin
from custom.scanner.list_mode import Events, ListMode

NO_CYCLE, BEAT, BREATH = REASONS
EVERYTHING = {"gated_by_breath": False, "accepted_rr": (0.0, 1e9)}

# Three beats of 100, 100 and 80 ticks, two breaths of 150, four gates; end-expiration is the second half of a breath,
# ticks 85 to 160 and 235 to 310. Gates of a beat of 100 begin 13, 38, 63 and 88 ticks after its R wave.
R_WAVES, BREATHS, N_TICKS = (20, 120, 220, 300), (10, 160, 310), 320
BY_HAND = {
    5: NO_CYCLE,  # before the first R wave
    20: BREATH,  # the R wave itself; 10 ticks into the breath
    84: BREATH,  # 74 of 150
    85: 3,  # 75 of 150 of the breath, 65 after the R wave
    107: 3,  # 87
    108: 0,  # 88: the gate about the next R wave begins
    119: 0,
    120: 0,  # that R wave
    132: 0,  # 12
    133: 1,  # 13
    158: 2,  # 38
    160: BREATH,  # the next breath
    235: BEAT,  # at end-expiration, but in the short beat
    299: BEAT,
    300: NO_CYCLE,  # the last R wave begins no whole beat
    315: NO_CYCLE,
}
SECONDS = {0: 0.25, 1: 0.25, 2: 0.02, 3: 0.23, NO_CYCLE: 0.40, BEAT: 0.80, BREATH: 1.25}


def scan(r_waves=R_WAVES, breaths=BREATHS, n_ticks=N_TICKS):
    return ListMode(
        camera="hand",
        counts_shape=(1, 4, 5),
        tracer="red_blood_cells",
        simulated=True,
        origin="simulated",
        n_ticks=n_ticks,
        ticks_per_second=100,
        r_waves=np.array(r_waves, dtype=np.uint32),
        breaths=np.array(breaths, dtype=np.uint32),
    )


def events_at(ticks, pixels=None):
    ticks = np.array(ticks, dtype=np.uint32)
    pixels = np.arange(len(ticks)) % 20 if pixels is None else np.array(pixels)
    return Events(ticks=ticks, modules=np.zeros(len(ticks), dtype=np.uint8), pixels=pixels.astype(np.uint16))


def test_every_event_falls_where_it_does_by_hand():
    made = rebin(
        scan(),
        [events_at(list(BY_HAND))],
        Acceptance(n_gates=4, end_expiration=(0.5, 1.0), accepted_rr=(0.9, 1.1)),
    )
    wanted = np.zeros((4, 1, 4, 5), dtype=np.uint32)
    for pixel, place in enumerate(BY_HAND.values()):
        if isinstance(place, int):
            wanted[place, 0, pixel // 5, pixel % 5] += 1
    assert np.array_equal(made.counts, wanted)
    assert made.counts.dtype == np.uint32
    assert made.rejected_counts == {NO_CYCLE: 3, BEAT: 2, BREATH: 3}
    assert made.seconds.tolist() == pytest.approx([SECONDS[gate] for gate in range(4)])
    assert made.rejected_seconds == pytest.approx({reason: SECONDS[reason] for reason in REASONS})
    assert made.rr_seconds.tolist() == [1.0, 1.0, 0.8]
    assert made.accepted_beats.tolist() == [True, True, False]


def test_without_windows_only_the_ends_of_the_scan_are_left_out():
    made = rebin(scan(), [events_at(list(BY_HAND))], Acceptance(n_gates=4, **EVERYTHING))
    assert made.rejected_counts == {NO_CYCLE: 3, BEAT: 0, BREATH: 0}
    # gates of the beat of 80 begin 10, 30, 50 and 70 ticks after its R wave
    assert made.counts.sum(axis=(1, 2, 3)).tolist() == [6, 2, 2, 3]


def test_a_premature_beat_is_left_out_with_the_pause_after_it():
    waves = np.cumsum([0, 100, 100, 60, 140, 100, 100])
    made = rebin(scan(waves, (), 600), [events_at(range(600))], Acceptance(gated_by_breath=False))
    assert made.accepted_beats.tolist() == [True, True, False, False, True, True]
    assert made.rejected_counts == {NO_CYCLE: 0, BEAT: 200, BREATH: 0}


TRIGGERS = st.lists(st.integers(0, 400), unique=True, min_size=2, max_size=12).map(sorted)
PARTS = st.lists(st.integers(0, 60), max_size=6)


@settings(deadline=None)
@given(
    inner=st.lists(st.integers(1, 399), unique=True, max_size=10).map(sorted),
    n_gates=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_gates_add_up_to_the_ungated_scan(inner, n_gates, seed):
    """Where triggers cover the scan and everything is accepted, exactly, pixel by pixel."""
    generator = np.random.default_rng(seed)
    ticks = np.sort(np.append(np.arange(400), generator.integers(400, size=200)))
    events = events_at(ticks, generator.integers(20, size=600))
    lengths = np.diff([0, *inner, 400])
    assume(lengths.max() >= 2 * n_gates)
    made = rebin(scan([0, *inner, 400], (), 400), [events], Acceptance(n_gates=n_gates, **EVERYTHING))
    ungated = np.bincount(events.pixels, minlength=20).reshape(1, 4, 5)
    assert np.array_equal(made.counts.sum(axis=0), ungated)
    assert made.seconds.sum() == pytest.approx(4.0)
    assert sum(made.rejected_counts.values()) == 0


@settings(deadline=None)
@given(
    r_waves=TRIGGERS,
    breaths=TRIGGERS,
    cuts=PARTS,
    start=st.floats(0, 0.6),
    low=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_nothing_is_lost_or_counted_twice(r_waves, breaths, cuts, start, low, seed):
    """Gates and reasons hold all events and all time, however the events come in pieces."""
    generator = np.random.default_rng(seed)
    events = events_at(np.sort(generator.integers(400, size=500)), generator.integers(20, size=500))
    edges = [0, *np.cumsum(cuts), 500]
    pieces = [events_at(events.ticks[a:b], events.pixels[a:b]) for a, b in pairwise(edges)]
    acceptance = Acceptance(n_gates=1, end_expiration=(start, 1.0), accepted_rr=(low, 1.5))
    try:
        made = rebin(scan(r_waves, breaths, 400), pieces, acceptance)
    except BadInput as error:
        assert "every gate must hold counts" in str(error)  # noqa: PT017  windows may leave nothing
        return
    assert made.counts.sum() + sum(made.rejected_counts.values()) == 500
    assert made.seconds.sum() + sum(made.rejected_seconds.values()) == pytest.approx(4.0)


def test_a_scan_without_ecg_is_refused():
    with pytest.raises(BadInput, match="gating needs R waves, got 1 in the scan; was the ECG connected"):
        rebin(scan(r_waves=(5,)), [events_at([1])], Acceptance())


def test_a_scan_without_breaths_is_refused_unless_they_are_not_asked_for():
    with pytest.raises(BadInput, match="give --gated_by_breath False"):
        rebin(scan(breaths=()), [events_at(range(320))], Acceptance())
    rebin(scan(breaths=()), [events_at(range(320))], Acceptance(n_gates=4, gated_by_breath=False))


def test_gates_that_stay_empty_are_refused():
    with pytest.raises(BadInput, match="every gate must hold counts, got none in 2, 3 of 4; is the scan too short"):
        rebin(scan(), [events_at([85, 119])], Acceptance(n_gates=4, end_expiration=(0.5, 1.0)))
    with pytest.raises(BadInput, match="every gate must hold counts"):
        rebin(scan(), [], Acceptance(n_gates=4))
