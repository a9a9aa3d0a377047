"""The discrete Gaussian kernel, against ITK's and its own laws."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize("fwhm_mm", [(10.0, 8.0, 12.0), (3.0, 20.0, 6.0)])
def test_the_blur_is_that_of_itk(fwhm_mm):
    image = np.random.default_rng(0).random((20, 18, 16)).astype(np.float32)
    blurred = PointSpread(fwhm_mm=fwhm_mm, spacing_mm=(4.0, 3.0, 5.0)).blur(image)
    assert np.abs(blurred - blurred_by_itk(image, fwhm_mm, (4.0, 3.0, 5.0))).max() < 1e-5


def blurred_by_itk(image, fwhm_mm, spacing_mm):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ITK's wrappers crash where their warnings on import are errors
        import itk

        itk_image = itk.image_from_array(image.transpose(2, 1, 0).copy())
        itk_image.SetSpacing(spacing_mm)
        variance = [(width / 2.3548200450309493) ** 2 for width in fwhm_mm]
        answer = itk.discrete_gaussian_image_filter(itk_image, variance=variance, maximum_error=[0.01] * 3)
        return itk.array_from_image(answer).transpose(2, 1, 0)


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
