"""Correction with a stationary point spread: against PETPVC, and by law."""

from __future__ import annotations

import json

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from custom.reconstruction.image_space import (
    geometric_transfer_matrix,
    iterative_yang_image_space,
    labbe,
    multi_target_correction,
    region_based_voxelwise,
    region_weights,
    richardson_lucy,
    van_cittert,
)
from custom.reconstruction.point_spread import PointSpread

BY_REGIONS = [multi_target_correction, region_based_voxelwise, iterative_yang_image_space]
PSF = PointSpread(fwhm_mm=(10.0, 9.0, 8.0), spacing_mm=(4.0, 4.0, 5.0))


@pytest.fixture(scope="module")
def petpvc(reference_dir):
    """PETPVC's phantom, settings and answers."""
    folder = reference_dir / "petpvc"
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}")
    case = {file.name.split(".")[0]: nibabel.load(file).get_fdata() for file in folder.glob("*.nii.gz")}
    case["regions"] = np.moveaxis(case["regions"], -1, 0)
    case["settings"] = json.loads((folder / "settings.json").read_text())
    for name in ("gtm", "labbe"):
        case[name] = np.genfromtxt(folder / f"{name}.csv", names=True)["MEAN"]
    spacing_mm = nibabel.load(folder / "observed.nii.gz").header.get_zooms()
    case["psf"] = PointSpread(
        fwhm_mm=(case["settings"]["fwhm_mm"],) * 3, spacing_mm=tuple(float(step) for step in spacing_mm)
    )
    return case


def assert_near(answer, reference, largest, tolerance=1e-5):
    assert np.abs(answer - reference).max() <= tolerance * largest


def test_the_blur_is_petpvcs(petpvc):
    assert_near(petpvc["psf"].blur(petpvc["true"]), petpvc["observed"], petpvc["observed"].max(), 1e-6)


def test_iterative_yang_is_petpvcs(petpvc):
    corrected = iterative_yang_image_space(
        petpvc["observed"], petpvc["regions"], petpvc["psf"], n_iterations=petpvc["settings"]["iterations"]
    )
    assert_near(corrected, petpvc["iy"], petpvc["iy"].max(), 1e-6)


@pytest.mark.parametrize(("method", "name"), [(region_based_voxelwise, "rbv"), (multi_target_correction, "mtc")])
def test_corrections_by_transfer_matrix_are_petpvcs(petpvc, method, name):
    assert_near(method(petpvc["observed"], petpvc["regions"], petpvc["psf"]), petpvc[name], petpvc[name].max(), 1e-6)


@pytest.mark.parametrize(("method", "name"), [(geometric_transfer_matrix, "gtm"), (labbe, "labbe")])
def test_region_means_are_petpvcs(petpvc, method, name):
    """Which prints six digits."""
    assert_near(method(petpvc["observed"], petpvc["regions"], petpvc["psf"]), petpvc[name], petpvc[name].max())


def test_deconvolutions_are_petpvcs(petpvc):
    observed, psf = petpvc["observed"], petpvc["psf"]
    n_iterations = petpvc["settings"]["iterations"]
    assert_near(richardson_lucy(observed, psf, n_iterations=n_iterations), petpvc["rl"], petpvc["rl"].max(), 1e-6)
    assert_near(van_cittert(observed, psf, n_iterations=n_iterations), petpvc["vc"], petpvc["vc"].max(), 1e-6)


@settings(deadline=None, max_examples=15)
@given(arrays(np.int64, (5, 6, 4), elements=st.integers(0, 3)), arrays(np.float64, 4, elements=st.floats(0.01, 10)))
def test_a_blurred_template_comes_back_whole(labels, activity):
    labels = np.pad(labels, 7)
    numbers = np.unique(labels).tolist()
    weights, means, truth = region_weights(labels, numbers), activity[numbers], activity[labels]
    image = PSF.blur(truth)
    assert geometric_transfer_matrix(image, weights, PSF) == pytest.approx(means, rel=1e-6, abs=1e-8)
    assert labbe(image, weights, PSF) == pytest.approx(means, rel=1e-6, abs=1e-8)
    for method in (multi_target_correction, region_based_voxelwise):
        assert method(image, weights, PSF) == pytest.approx(truth, rel=1e-5, abs=1e-8)


def test_iterative_yang_leads_to_the_truth():
    labels = np.zeros((24, 24, 20), int)
    labels[6:18, 6:18, 6:14] = 1
    labels[9:15, 9:15, 9:12] = 2
    weights = region_weights(labels, [0, 1, 2])
    truth = np.array([0.2, 1.0, 5.0])[labels]
    steps = []
    corrected = iterative_yang_image_space(
        PSF.blur(truth), weights, PSF, n_iterations=100, callback=lambda _i, _x, means: steps.append(means)
    )
    assert steps[0][2] < 4
    assert corrected == pytest.approx(truth, rel=1e-5)


@settings(deadline=None, max_examples=30)
@given(
    arrays(np.float64, (6, 5, 7), elements=st.floats(0, 1e6)),
    arrays(np.int64, (6, 5, 7), elements=st.integers(0, 3)),
    st.booleans(),
)
def test_whatever_the_image_nothing_is_nan_and_no_factor_a_spike(image, labels, with_background):
    numbers = [number for number in range(0 if with_background else 1, 4) if (labels == number).any()]
    if not numbers:
        return
    weights = region_weights(labels, numbers)
    assert np.isfinite(multi_target_correction(image, weights, PSF)).all()
    largest = 1 / np.prod([PSF.kernel(axis).max() for axis in range(3)])  # of a lone voxel
    for method in (region_based_voxelwise, iterative_yang_image_space):
        corrected = method(image, weights, PSF)
        assert (corrected <= largest * image * (1 + 1e-9)).all()
        assert (corrected >= 0).all()
        outside = weights.sum(axis=0) == 0
        assert np.array_equal(corrected[outside], image[outside])


def test_a_voxel_may_belong_to_two_regions():
    weights = np.zeros((2, 16, 16, 16))
    weights[0] = np.linspace(0, 1, 16)[:, None, None]
    weights[1] = 1 - weights[0]
    truth = np.tensordot([2.0, 6.0], weights, axes=1)
    assert region_based_voxelwise(PSF.blur(truth), weights, PSF)[4:12] == pytest.approx(truth[4:12], rel=0.01)


def test_a_callback_may_stop():
    image = np.random.default_rng(0).random((6, 6, 6))
    weights = region_weights((image > 0.5).astype(int), [0, 1])
    seen = []

    def stop_at_two(iteration, corrected, means):
        seen.append((corrected, means))
        return iteration == 2

    corrected = iterative_yang_image_space(image, weights, PSF, callback=stop_at_two)
    assert len(seen) == 2
    assert np.array_equal(corrected, seen[-1][0])
    assert np.array_equal(corrected, iterative_yang_image_space(image, weights, PSF, n_iterations=2))


def hot_box():
    truth = np.full((24, 24, 24), 0.1)
    truth[8:16, 9:15, 10:14] = 10
    return truth


def test_richardson_lucy_raises_the_likelihood_and_keeps_the_counts():
    image = PSF.blur(hot_box())
    likelihoods = []
    for n_iterations in range(6):
        corrected = richardson_lucy(image, PSF, n_iterations=n_iterations)
        expected = PSF.blur(corrected)
        likelihoods.append((image * np.log(expected) - expected).sum())
        assert corrected.sum() == pytest.approx(image.sum(), rel=1e-4)
    assert (np.diff(likelihoods) > 0).all()


def test_van_cittert_lowers_the_residual_until_it_stops():
    truth = hot_box()
    image = PSF.blur(truth)
    residuals = [
        np.linalg.norm(image - PSF.blur(van_cittert(image, PSF, n_iterations=n, tolerance=0.0)))
        for n in range(0, 30, 5)
    ]
    assert (np.diff(residuals) < 0).all()
    assert np.array_equal(
        van_cittert(image, PSF, tolerance=0.5), van_cittert(image, PSF, n_iterations=1, tolerance=0.0)
    )


@pytest.mark.parametrize("method", [richardson_lucy, van_cittert])
def test_deconvolution_comes_nearer_to_the_truth(method):
    truth = hot_box()
    image = PSF.blur(truth)
    assert np.linalg.norm(method(image, PSF) - truth) < 0.75 * np.linalg.norm(image - truth)


@pytest.mark.parametrize("method", [geometric_transfer_matrix, labbe, *BY_REGIONS])
def test_what_does_not_fit_is_refused(method):
    image = np.ones((4, 5, 6))
    weights = region_weights(np.ones((4, 5, 6), int), [1])
    with pytest.raises(ValueError, match=r"regions must have shape .*4, 5, 6.* got \(1, 5, 5, 6\)"):
        method(image, np.ones((1, 5, 5, 6)), PSF)
    with pytest.raises(ValueError, match=r"every region must have a voxel, region \[1\] has none"):
        method(image, np.concatenate([weights, 0 * weights]), PSF)
    with pytest.raises(ValueError, match="image must be finite"):
        method(image * np.nan, weights, PSF)


def test_richardson_lucy_refuses_negative_images():
    with pytest.raises(ValueError, match="must not be negative"):
        richardson_lucy(-np.ones((3, 3, 3)), PSF)
