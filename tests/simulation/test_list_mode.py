"""A virtual scan: its states follow heart, breath and body, and it rebins to what was put in."""

from __future__ import annotations

import numpy as np
import pytest

from custom.errors import BadInput
from custom.reconstruction.acceptance import Acceptance
from custom.reconstruction.rebinning import rebin
from custom.scanner.camera import load_camera
from custom.scanner.list_mode_file import read_events, read_list_mode, write_list_mode
from custom.simulation.list_mode import Rhythm, simulate_list_mode, state_timeline

RHYTHM = Rhythm(
    beats_per_minute=110.0, beat_variation=0.04, breaths_per_minute=12.0, breath_variation=0.01, end_expiration=0.4
)


@pytest.fixture(scope="module")
def tiny_camera(repository):
    return load_camera(repository / "tests" / "tiny_camera.yaml")


@pytest.fixture
def simulate(tiny_camera):
    def with_changes(rates, seed=0, **changes):
        values = {"camera": tiny_camera, "tracer": "red_blood_cells", "seconds": 60.0, "rhythm": RHYTHM, "seed": seed}
        return simulate_list_mode(rates, generator=np.random.default_rng(seed), **values | changes)

    return with_changes


def test_states_worked_out_by_hand():
    """Beats of 1.6 s from −0.8 s, a breath of 3 s from 0, one move at 2.5 s; gates change each 0.2 s, at odd tenths."""
    timeline = state_timeline(
        np.array([-0.8, 0.8, 2.4, 4.0]),
        np.array([0.0, 3.0, 6.0]),
        n_ticks=32_000,
        n_levels=2,
        end_expiration=0.5,
        moved_at_seconds=(2.5,),
    )
    seconds = np.array([0.05, 0.15, 0.75, 0.95, 1.45, 1.55, 2.35, 2.55, 3.05])
    found = timeline.at((seconds * 10_000).astype(int))
    positions, rest = np.divmod(found, 16)
    gates, levels = np.divmod(rest, 2)
    assert positions.tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert gates.tolist() == [4, 5, 0, 1, 3, 4, 0, 1, 3]
    assert levels.tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 1]


def test_what_is_put_into_a_gate_comes_out_of_it(simulate, tiny_camera):
    """A heart that shines in one gate at end-expiration only, in a body that moves in mid-scan."""
    rates = np.zeros((2, 8, 3, *tiny_camera.counts_shape))
    rates[:, :, 0] = 20.0  # so that no gate is empty
    rates[0, 5, 0, 1] = 800.0
    rates[1, 5, 0, 2] = 1600.0
    list_mode, events = simulate(rates, moved_at_seconds=(30.0,))
    made = rebin(list_mode, [events], Acceptance(end_expiration=(0.6, 1.0)))
    per_second = made.counts.sum(axis=(2, 3)) / made.seconds[:, None]
    others = np.delete(per_second, 5, axis=0)
    assert others == pytest.approx(np.full(others.shape, 600.0), rel=0.1)
    assert per_second[5] == pytest.approx([600, 30 * 410, 30 * 810], rel=0.2)
    assert made.rejected_counts["not at end-expiration"] < 0.01 * len(events)  # a tick at the edges of the pause


def test_gates_hold_rate_times_dwell(simulate, tiny_camera):
    rates = np.random.default_rng(9).uniform(5, 50, size=(1, 8, 1, *tiny_camera.counts_shape))
    list_mode, events = simulate(rates)
    made = rebin(list_mode, [events], Acceptance())
    expected = rates[0, :, 0] * made.seconds[:, None, None, None]
    chi_square = ((made.counts - expected) ** 2 / expected).sum()
    assert chi_square / made.counts.size == pytest.approx(1, abs=4 * np.sqrt(2 / made.counts.size))
    assert made.seconds.sum() == pytest.approx(60 * 0.35, rel=0.15)


def test_the_scan_tells_its_triggers_and_that_it_is_simulated(simulate, tiny_camera):
    list_mode, _ = simulate(np.ones((1, 8, 1, *tiny_camera.counts_shape)), tracer="perfusion")
    assert list_mode.simulated
    assert "simulated" in list_mode.origin
    assert (list_mode.tracer, list_mode.seed, list_mode.seconds) == ("perfusion", 0, 60)
    assert len(list_mode.r_waves) == pytest.approx(110, abs=4)
    assert len(list_mode.breaths) == pytest.approx(12, abs=1)


def test_the_same_seed_gives_the_same_file(simulate, tiny_camera, tmp_path):
    rates = np.full((1, 8, 2, *tiny_camera.counts_shape), 2.0)
    for name in ("first", "second"):
        write_list_mode(tmp_path / name, *simulate(rates))
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    assert read_list_mode(tmp_path / "first").camera == "tiny"
    assert sum(len(piece) for piece in read_events(tmp_path / "first")) == len(simulate(rates)[1])


@pytest.mark.parametrize(
    ("shape", "moves", "rule"),
    [
        ((1, 7, 1, 3, 6, 5), (), "rates have the shape"),
        ((1, 8, 1, 3, 5, 6), (), "rates have the shape"),
        ((8, 1, 3, 6, 5), (), "rates have the shape"),
        ((1, 8, 0, 3, 6, 5), (), "rates have the shape"),
        ((1, 8, 1, 3, 6, 5), (30.0,), r"rates have the shape \(2, 8"),
        ((2, 8, 1, 3, 6, 5), (60.0,), "moves follow one another within the scan"),
        ((3, 8, 1, 3, 6, 5), (30.0, 20.0), "moves follow one another within the scan"),
    ],
)
def test_scans_that_cannot_be(shape, moves, rule, simulate):
    with pytest.raises(BadInput, match=rule):
        simulate(np.ones(shape), moved_at_seconds=moves)


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_rates_that_cannot_be(value, simulate, tiny_camera):
    rates = np.ones((1, 8, 1, *tiny_camera.counts_shape))
    rates.flat[7] = value
    with pytest.raises(BadInput, match="finite and not negative"):
        simulate(rates)
