from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.projection.spot import SAMPLES_PER_PIXEL, disc_in_quadrant, spot_table

PIXEL = 2.0


def whole(share):
    """The table's quarter unfolded to the whole plane."""
    half = np.concatenate([share[:0:-1], share])
    return np.concatenate([half[:, :0:-1], half], axis=1)


def moments(share):
    """Sum over pixels, and second moment along one axis in mm², for the spot in the middle of a pixel."""
    pixels = whole(share)
    middle = len(pixels) // 2 % SAMPLES_PER_PIXEL
    pixels = pixels[middle::SAMPLES_PER_PIXEL, middle::SAMPLES_PER_PIXEL].astype(float)
    at = (np.arange(len(pixels)) - len(pixels) // 2) * PIXEL
    return pixels.sum(), (pixels.sum(axis=0) * at**2).sum()


@pytest.mark.parametrize(
    ("x", "y", "area"),
    [
        (0, 0, np.pi),
        (2, 2, 4 * np.pi),
        (-2, 5, 0),
        (0, 9, 2 * np.pi),
        (9, 0, 2 * np.pi),
        (np.sqrt(2), -np.sqrt(2), np.pi - 2),  # the disc's segment below y = −√2
        (-np.sqrt(2), -np.sqrt(2), 0),
        (np.sqrt(2), np.sqrt(2), 4 * np.pi - 2 * (np.pi - 2)),
    ],
)
def test_disc_in_quadrant_by_hand(x, y, area):
    assert disc_in_quadrant(np.array([float(x)]), np.array([float(y)]), 2.0) == pytest.approx(area, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(st.floats(-1.2, 1.2), st.floats(-1.2, 1.2))
def test_disc_in_quadrant_is_what_counting_finds(x, y):
    at = (np.arange(1000) + 0.5) / 500 - 1
    inside = (at[:, None] ** 2 + at**2 < 1) & (at[:, None] < x) & (at < y)
    assert disc_in_quadrant(np.array([x]), np.array([y]), 1.0) == pytest.approx(inside.mean() * 4, abs=6e-3)


@settings(deadline=None, max_examples=20)
@given(st.floats(1, 8), st.sampled_from([0.0, 0.2]), st.sampled_from([0.0, 0.7]), st.integers(0, 399))
def test_pixels_share_out_the_whole_spot_wherever_it_falls(aperture, skirt, sigma, offset):
    table = spot_table(aperture, skirt, PIXEL, sigma, (1.2, 1.5))
    i, j = divmod(offset, SAMPLES_PER_PIXEL)
    for layer in table.share.reshape(-1, *table.share.shape[2:]):
        assert whole(layer)[i::SAMPLES_PER_PIXEL, j::SAMPLES_PER_PIXEL].sum() == pytest.approx(1, abs=3e-5)


def test_a_disc_has_the_second_moment_of_a_disc_a_pixel_and_the_blur():
    # without a pixel's steps: the mean over all positions of the spot within a pixel
    table = spot_table(5.0, 0.0, PIXEL, 0.6, (1.5, 1.5))
    plane = whole(table.share[0, 0]).astype(float) / SAMPLES_PER_PIXEL**2
    at = (np.arange(len(plane)) - len(plane) // 2) * PIXEL / SAMPLES_PER_PIXEL
    expected = (1.5 * 2.5) ** 2 / 4 + PIXEL**2 / 12 + 0.6**2
    assert (plane.sum(axis=0) * at**2).sum() == pytest.approx(expected, rel=1e-3)


def test_an_exponential_edge_has_the_second_moment_worked_out_by_hand():
    r, k = 2.55, 0.125  # ∫ρ³T / ∫ρT for T = 1 within r, exp(−(ρ − r)/k) outside; per axis half of it
    fourth = r**4 / 4 + k * r**3 + 3 * k**2 * r**2 + 6 * k**3 * r + 6 * k**4
    expected = fourth / (r**2 / 2 + k * r + k**2) / 2
    table = spot_table(2 * r, k, PIXEL, 0.0, (1.0, 1.0))
    plane = whole(table.share[0, 1]).astype(float) / SAMPLES_PER_PIXEL**2
    at = (np.arange(len(plane)) - len(plane) // 2) * PIXEL / SAMPLES_PER_PIXEL
    assert (plane.sum(axis=0) * at**2).sum() - PIXEL**2 / 12 == pytest.approx(expected, rel=2e-3)


def test_layers_grow_with_the_magnification():
    table = spot_table(5.0, 0.1, PIXEL, 0.0, (1.2, 2.4))
    assert table.first == 1.2
    assert table.first + table.step * (len(table.reach) - 1) == pytest.approx(2.4)
    assert (np.diff(table.reach) >= 0).all()
    assert (np.diff([moments(layer[0])[1] for layer in table.share[::5]]) > 0).all()


def test_beyond_its_reach_a_layer_is_nothing():
    table = spot_table(5.0, 0.1, PIXEL, 0.4, (1.2, 2.4))
    for share, reach in zip(table.share, table.reach, strict=True):
        assert reach < len(share[0]) - 1
        assert share[:, reach:].max() <= 1e-5 * share.max()
        assert share[:, :, reach:].max() <= 1e-5 * share.max()
