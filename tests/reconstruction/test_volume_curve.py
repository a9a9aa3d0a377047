"""End-diastole and end-systole from counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from custom.errors import BadInput
from custom.reconstruction.volume_curve import SPHERE_MM, ventricle_mask, ventricle_weights, volume_curve
from custom.scanner.grid import ImageGrid

VOLUMES = np.array([60.0, 52, 35, 25, 33, 50, 54, 57])  # ml, of a beating canine heart
ONE_PIXEL = np.ones((1, 1, 1))


def counts_of(rates, seconds):
    return (np.asarray(rates) * seconds)[:, None, None, None]


def test_red_cells_tell_the_fullest_and_the_emptiest_gate():
    seconds = np.linspace(20, 30, 8)  # gates that were seen longer hold more counts, but no more blood
    found = volume_curve(counts_of(VOLUMES, seconds), seconds, ONE_PIXEL, tracer="red_blood_cells")
    assert (found.end_diastole, found.end_systole) == (0, 3)
    assert found.measured == pytest.approx(VOLUMES / VOLUMES.mean())


def test_perfusion_tells_them_the_other_way_round():
    seconds = np.full(8, 25.0)
    found = volume_curve(counts_of(200 - VOLUMES, seconds), seconds, ONE_PIXEL, tracer="perfusion")
    assert (found.end_diastole, found.end_systole) == (0, 3)


@given(a=st.floats(-0.3, 0.3), b=st.floats(-0.3, 0.3), n_gates=st.integers(5, 16))
def test_two_harmonics_are_fitted_exactly_and_a_third_not_at_all(a, b, n_gates):
    phase = 2 * np.pi * np.arange(n_gates) / n_gates
    smooth = 1 + a * np.cos(phase) + b * np.sin(2 * phase)
    rough = 0.1 * np.cos(3 * phase) if n_gates > 6 else 0
    seconds = np.ones(n_gates)
    found = volume_curve(counts_of(smooth + rough, seconds), seconds, ONE_PIXEL, tracer="red_blood_cells")
    assert found.fitted == pytest.approx(smooth, abs=1e-9)


@given(shift=st.integers(0, 7))
def test_a_beat_that_begins_later_is_found_later(shift):
    seconds = np.full(8, 25.0)
    found = volume_curve(counts_of(np.roll(VOLUMES, shift), seconds), seconds, ONE_PIXEL, tracer="red_blood_cells")
    assert (found.end_diastole, found.end_systole) == (shift % 8, (3 + shift) % 8)


def test_pixels_count_by_how_much_they_see():
    """(3·1 + 1·5) / 2 s and (3·2 + 1·1) / 1 s: 4 and 7, over their mean 5.5."""
    counts, weights = np.array([[[[1.0, 5.0]]], [[[2.0, 1.0]]]]), np.array([[[3.0, 1.0]]])
    found = volume_curve(counts, np.array([2.0, 1.0]), weights, tracer="red_blood_cells")
    assert found.measured == pytest.approx([4 / 5.5, 7 / 5.5])


def test_no_counts_over_the_ventricle_are_refused():
    with pytest.raises(BadInput, match="pixels that see the left ventricle must hold counts"):
        volume_curve(np.zeros((8, 1, 1, 1)), np.ones(8), ONE_PIXEL, tracer="perfusion")


def test_the_ventricle_is_region_2_or_a_sphere():
    grid = ImageGrid(shape=(20, 20, 20), spacing_mm=(4.0, 4.0, 4.0), centre_mm=(30.0, 0.0, -9.0))
    sphere = ventricle_mask(grid)
    assert float(sphere.sum()) * 64 == pytest.approx(4 / 3 * np.pi * SPHERE_MM**3, rel=0.05)
    assert torch.equal(sphere, sphere.flip(0, 1, 2))
    regions = torch.randint(7, (20, 20, 20), generator=torch.Generator().manual_seed(0))
    assert torch.equal(ventricle_mask(grid, regions), regions == 2)


def test_weights_are_the_forward_projection(tiny_projector, tiny_regions):
    mask = tiny_regions == 2
    weights = ventricle_weights(tiny_projector, mask)
    assert weights.shape == tiny_projector.counts_shape
    assert weights.sum() == pytest.approx(float(tiny_projector.sensitivity[mask].sum()), rel=1e-9)
