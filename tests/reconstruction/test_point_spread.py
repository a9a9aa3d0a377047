"""The discrete Gaussian kernel, against discrete diffusion and by law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from custom.reconstruction.point_spread import PointSpread

WIDTHS = st.floats(0.5, 40)


@given(WIDTHS, st.floats(0.5, 10), st.floats(0.5, 0.9999))
def test_kernels_are_symmetric_positive_and_keep_the_total(fwhm_mm, spacing_mm, mass):
    kernel = PointSpread(fwhm_mm=(fwhm_mm,) * 3, spacing_mm=(spacing_mm,) * 3, mass=mass).kernel(0)
    assert len(kernel) % 2 == 1
    assert len(kernel) >= 3
    assert (kernel >= 0).all()
    assert np.array_equal(kernel, kernel[::-1])
    assert kernel.sum() == pytest.approx(1, abs=1e-14)


@given(WIDTHS, st.floats(2, 10))
def test_an_uncut_kernel_has_the_variance_asked_for(fwhm_mm, spacing_mm):
    kernel = PointSpread(fwhm_mm=(fwhm_mm,) * 3, spacing_mm=(spacing_mm,) * 3, mass=1 - 1e-9).kernel(0)
    offsets = np.arange(len(kernel)) - len(kernel) // 2
    assert (kernel * offsets**2).sum() == pytest.approx((fwhm_mm / 2.3548200450309493 / spacing_mm) ** 2, rel=1e-4)


@pytest.mark.parametrize("fwhm_mm", [3.0, 10.0, 20.0])
def test_the_kernel_is_that_of_discrete_diffusion(fwhm_mm):
    """A line of voxels that exchange with their neighbours until the variance is reached."""
    t = (fwhm_mm / 2.3548200450309493 / 4) ** 2
    exchange = np.diag(np.full(60, 1.0), 1) + np.diag(np.full(60, 1.0), -1) - 2 * np.eye(61)
    kernel = PointSpread(fwhm_mm=(fwhm_mm,) * 3, spacing_mm=(4.0,) * 3, mass=1 - 1e-12).kernel(0)
    reach = len(kernel) // 2
    assert kernel == pytest.approx(expm(t / 2 * exchange)[30, 30 - reach : 31 + reach], abs=1e-11)


@pytest.mark.parametrize(("mass", "n_voxels"), [(0.5, 3), (0.95, 5), (0.99, 7), (0.999, 9)])
def test_a_kernel_ends_where_its_mass_is_reached(mass, n_voxels):
    """10 mm on voxels of 4 mm: the middle holds 0.435, up to the neighbours 0.862, 0.976, 0.997."""
    assert len(PointSpread(fwhm_mm=(10.0,) * 3, spacing_mm=(4.0,) * 3, mass=mass).kernel(0)) == n_voxels


def test_each_axis_has_its_own_width():
    image = np.zeros((9, 9, 9))
    image[4, 4, 4] = 1
    psf = PointSpread(fwhm_mm=(4.0, 8.0, 12.0), spacing_mm=(4.0, 4.0, 4.0))
    blurred = psf.blur(image)
    for axis, profile in enumerate((blurred[:, 4, 4], blurred[4, :, 4], blurred[4, 4, :])):
        kernel = psf.kernel(axis)
        reach = len(kernel) // 2
        assert profile[4 - reach : 5 + reach] / profile[4] == pytest.approx(kernel / kernel[reach])


def test_an_even_image_stays_even_to_its_border():
    psf = PointSpread(fwhm_mm=(10.0, 10.0, 10.0), spacing_mm=(4.0, 4.0, 4.0))
    assert psf.blur(np.full((2, 5, 4, 3), 7.0)) == pytest.approx(np.full((2, 5, 4, 3), 7.0))


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"fwhm_mm": (10.0, 0.0, 10.0)}, "must be positive"), ({"mass": 1.0}, "mass must lie between 0 and 1")],
)
def test_what_cannot_be_is_refused(change, rule):
    with pytest.raises(ValueError, match=rule):
        PointSpread(**{"fwhm_mm": (10.0,) * 3, "spacing_mm": (4.0,) * 3} | change)
