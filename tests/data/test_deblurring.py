"""Transforms that correct in image space, against the functions they call."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from monai.data import MetaTensor
from scipy.ndimage import gaussian_filter

from custom.data.deblurring import RegionBasedVoxelwised, RichardsonLucyd
from custom.errors import BadInput
from custom.reconstruction.image_space import region_based_voxelwise, region_weights, richardson_lucy
from custom.reconstruction.point_spread import PointSpread

SPACING_MM = (4.0, 3.0, 5.0)
FWHM_MM = 9.0
PSF = PointSpread(fwhm_mm=(FWHM_MM,) * 3, spacing_mm=SPACING_MM)
METHODS = [RichardsonLucyd("image", FWHM_MM, n_iterations=4), RegionBasedVoxelwised("image", FWHM_MM)]


@pytest.fixture
def regions() -> np.ndarray:
    labels = np.full((20, 22, 18), 6)
    labels[:3] = 0
    labels[6:16, 6:16, 5:13] = 1
    labels[8:13, 8:13, 7:11] = 2
    return labels


@pytest.fixture
def activity(regions: np.ndarray) -> np.ndarray:
    """Seen by a camera whose field ends at a plane."""
    truth = np.array([0.0, 20.0, 100.0, 0, 0, 0, 5.0])[regions]
    return np.where(np.arange(18) < 16, gaussian_filter(truth, 1) + 0.1, 0)


def study(activity: np.ndarray, regions: np.ndarray) -> dict:
    affine = np.diag([*SPACING_MM, 1.0])
    return {
        "image": MetaTensor(torch.from_numpy(activity.astype(np.float32))[None], affine=affine),
        "regions": MetaTensor(torch.from_numpy(regions.astype(np.uint8))[None], affine=affine),
        "study": "sub-001_gate-ed",
    }


def test_richardson_lucy_is_that_of_the_image_on_its_grid(activity, regions) -> None:
    corrected = METHODS[0](study(activity, regions))["image"]
    expected = richardson_lucy(activity, PSF, n_iterations=4)
    np.testing.assert_allclose(corrected[0].numpy(), expected, rtol=1e-5)
    assert corrected.dtype == torch.float32


def test_regions_count_where_the_reconstruction_reached_and_not_outside_the_body(activity, regions) -> None:
    corrected = METHODS[1](study(activity, regions))["image"]
    labels = np.where(activity > 0, regions, 0)
    expected = region_based_voxelwise(activity, region_weights(labels, [1, 2, 6]), PSF)
    np.testing.assert_allclose(corrected[0].numpy(), expected, rtol=1e-5)
    outside = (labels == 0) & (activity > 0)
    np.testing.assert_allclose(corrected[0].numpy()[outside], activity[outside], rtol=1e-6)
    assert (corrected[0].numpy()[activity == 0] == 0).all()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: type(method).__name__)
def test_the_cavity_gains_what_the_wall_loses(activity, regions, method) -> None:
    corrected = method(study(activity, regions))["image"][0].numpy()
    assert corrected[regions == 2].mean() > activity[regions == 2].mean()
    assert corrected[regions == 1].mean() < activity[regions == 1].mean()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: type(method).__name__)
def test_files_are_named_after_the_study_and_nothing_else_changes(activity, regions, method) -> None:
    before = study(activity, regions)
    after = method(before)
    assert after["image"].meta["filename_or_obj"] == "sub-001_gate-ed"
    torch.testing.assert_close(after["image"].affine, before["image"].affine)
    np.testing.assert_array_equal(before["image"][0].numpy(), activity.astype(np.float32))
    assert after["regions"] is before["regions"]


@pytest.mark.parametrize("fwhm_mm", [0, -1.0, "7", None, True, float("nan"), float("inf")])
def test_a_width_that_is_no_length_is_refused(fwhm_mm) -> None:
    with pytest.raises(BadInput, match="fwhm_mm must be a positive length"):
        RegionBasedVoxelwised("image", fwhm_mm)


def test_no_whole_number_of_iterations_is_refused() -> None:
    with pytest.raises(BadInput, match="n_iterations must be a whole number from 1"):
        RichardsonLucyd("image", FWHM_MM, n_iterations=0)
