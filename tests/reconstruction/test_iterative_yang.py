"""Iterative Yang correction: fixed points, limits, and the paper's algorithm step by step."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.projection.projector import MatrixProjector
from custom.reconstruction.iterative_yang import (
    LARGEST_FACTOR,
    SMALLEST_SENSITIVITY,
    field_of_view,
    iterative_yang,
)
from custom.reconstruction.mlem import mlem
from custom.reconstruction.regions import Region, region_means, template
from tests.reconstruction.dense_projector import DenseProjector, projectors
from tests.strategies import label_maps

#                      outside, myocardium, LV blood, other blood, liver, lung, background
ACTIVITY = torch.tensor([0.0, 0.15, 1.0, 1.0, 0.25, 0.15, 0.04], dtype=torch.float64)


def truth_of(regions):
    return 1e6 * template(ACTIVITY, regions)


@st.composite
def drawn_cases(draw):
    """A projector and any label map, background included or not."""
    projector = draw(projectors())
    return projector, draw(label_maps(projector.image_shape))


def noisy_image(projector, regions):
    counts = torch.poisson(projector.forward(truth_of(regions) + 1e3), generator=torch.Generator().manual_seed(0))
    return mlem(projector, counts, n_iterations=6)


@settings(deadline=None, max_examples=50)
@given(drawn_cases())
def test_no_factor_is_a_spike_and_nothing_is_nan(case):
    projector, regions = case
    image = noisy_image(projector, regions)
    corrected = iterative_yang(projector, image, regions, n_iterations=3, n_mlem_iterations=6)
    assert torch.isfinite(corrected).all()
    assert (corrected >= 0).all()
    assert (corrected <= LARGEST_FACTOR * image * (1 + 1e-12)).all()


@settings(deadline=None, max_examples=50)
@given(drawn_cases())
def test_outside_regions_and_field_of_view_the_image_stays_as_it_is(case):
    projector, regions = case
    image = noisy_image(projector, regions)
    corrected = iterative_yang(projector, image, regions, n_iterations=2, n_mlem_iterations=6)
    outside = (regions == Region.OUTSIDE) | ~field_of_view(projector)
    assert torch.equal(corrected[outside], image[outside])
    assert (corrected[projector.sensitivity == 0] == 0).all()


@settings(deadline=None, max_examples=50)
@given(drawn_cases())
def test_the_scale_of_the_image_is_the_scale_of_the_answer(case):
    projector, regions = case
    image = noisy_image(projector, regions)
    corrected = iterative_yang(projector, image, regions, n_iterations=2, n_mlem_iterations=6)
    larger = iterative_yang(projector, 8 * image, regions, n_iterations=2, n_mlem_iterations=6)
    assert torch.allclose(larger, 8 * corrected, rtol=1e-6)


def assert_truth_is_fixed(projector, regions, n_mlem_iterations):
    """The factor that the truth as template gives takes the truth's noise-free reconstruction back to the truth."""
    truth = truth_of(regions).to(projector.dtype)
    image = mlem(projector, projector.forward(truth), n_iterations=n_mlem_iterations)
    scaled = iterative_yang(projector, truth, regions, n_iterations=1, n_mlem_iterations=n_mlem_iterations)
    meaningful = (regions > 0) & field_of_view(projector) & (image > 0) & (image * LARGEST_FACTOR > truth)
    corrected = image[meaningful] * (scaled / truth)[meaningful]
    assert torch.allclose(corrected, truth[meaningful], rtol=1e-5)
    means = region_means(torch.where(meaningful, image * scaled / truth, 0), regions, meaningful)
    assert torch.allclose(means, region_means(truth, regions, meaningful), rtol=1e-5)
    return meaningful


@pytest.mark.parametrize("behind", ["air", "water"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_template_equal_to_the_truth_is_a_fixed_point(behind, dtype, tiny_projector, tiny_regions, water):
    transmission = water if behind == "water" else None
    projector = MatrixProjector(tiny_projector.matrix, transmission=transmission, dtype=dtype)
    meaningful = assert_truth_is_fixed(projector, tiny_regions, 80)
    assert meaningful[tiny_regions > 0].double().mean() > 0.8


@settings(deadline=None, max_examples=50)
@given(drawn_cases())
def test_a_template_equal_to_the_truth_is_a_fixed_point_whatever_the_camera(case):
    assert_truth_is_fixed(*case, 6)


def test_templates_lead_from_a_noise_free_reconstruction_to_the_truth(tiny_projector, tiny_regions):
    truth = truth_of(tiny_regions)
    image = mlem(tiny_projector, tiny_projector.forward(truth), n_iterations=20)
    errors = []

    def record(_iteration, _corrected, means):
        errors.append((means / (1e6 * ACTIVITY) - 1)[[1, 2, 4, 5, 6]].abs().max())

    iterative_yang(tiny_projector, image, tiny_regions, n_iterations=100, n_mlem_iterations=20, callback=record)
    assert errors[0] > 0.4
    assert errors[-1] < 1e-3


def test_the_algorithm_of_the_paper_step_by_step(tiny_projector, tiny_regions):
    """Two iterations written out, blood pools as one region, always from the first image."""
    counts = torch.poisson(tiny_projector.forward(truth_of(tiny_regions)), generator=torch.Generator().manual_seed(3))
    image = mlem(tiny_projector, counts, n_iterations=10)
    organs = [[1], [2, 3], [4], [5], [6]]
    seen = tiny_projector.sensitivity > SMALLEST_SENSITIVITY * tiny_projector.sensitivity.max()
    expected, corrects = image, seen
    for _ in range(2):
        noise_free = torch.zeros_like(image)
        for organ in organs:
            here = torch.isin(tiny_regions, torch.tensor(organ, dtype=torch.uint8))
            noise_free[here] = expected[here & corrects].mean()
        recovered = mlem(tiny_projector, tiny_projector.forward(noise_free), n_iterations=10)
        factor = noise_free / recovered
        corrects = seen & (tiny_regions > 0) & (factor <= 10)
        factor[~corrects] = 1
        expected = image * factor
    corrected = iterative_yang(tiny_projector, image, tiny_regions, n_iterations=2, n_mlem_iterations=10)
    assert torch.allclose(corrected, expected, rtol=1e-9)


def test_the_callback_sees_means_and_may_stop(tiny_projector, tiny_regions):
    image = mlem(tiny_projector, tiny_projector.forward(truth_of(tiny_regions)), n_iterations=5)
    merged = torch.where(tiny_regions == Region.OTHER_BLOOD, Region.LEFT_VENTRICULAR_BLOOD, tiny_regions.long())
    inside = field_of_view(tiny_projector) & (merged > 0)
    previous, iterations = [image], []

    def check(iteration, corrected, means):
        if iteration == 1:
            assert torch.equal(means, region_means(image, merged, inside))
        assert means[Region.OTHER_BLOOD] == 0
        previous.append(corrected)
        iterations.append(iteration)
        return iteration == 2

    corrected = iterative_yang(tiny_projector, image, tiny_regions, n_mlem_iterations=5, callback=check)
    assert iterations == [1, 2]
    assert torch.equal(corrected, previous[-1])


def test_a_region_set_without_background_makes_no_spike(tiny_projector, tiny_regions):
    counts = torch.poisson(tiny_projector.forward(truth_of(tiny_regions)), generator=torch.Generator().manual_seed(4))
    image = mlem(tiny_projector, counts, n_iterations=80)
    heart = torch.where((tiny_regions > 0) & (tiny_regions < 4), tiny_regions, 0)
    corrected = iterative_yang(tiny_projector, image, heart)
    assert torch.isfinite(corrected).all()
    assert torch.equal(corrected[heart == 0], image[heart == 0])
    assert corrected.max() <= 3 * truth_of(tiny_regions).max()


def test_a_batch_is_corrected_as_its_members(tiny_projector, tiny_regions):
    images = torch.stack(
        [mlem(tiny_projector, tiny_projector.forward(truth_of(tiny_regions)) + k, n_iterations=4) for k in (0, 9)]
    )
    maps = torch.stack([tiny_regions, tiny_regions.flip(2)])
    options = {"n_iterations": 2, "n_mlem_iterations": 4}
    for regions in (maps, tiny_regions):
        batch = iterative_yang(tiny_projector, images, regions, **options)
        for index, own in enumerate(maps if regions is maps else [tiny_regions] * 2):
            assert torch.allclose(
                batch[index], iterative_yang(tiny_projector, images[index], own, **options), rtol=1e-9
            )


def test_a_region_that_cannot_be_corrected_keeps_its_mean():
    """One pixel sees both voxels, so the template (1, 30) comes back even, as (60/31, 60/31): a factor of 15.5."""
    matrix = torch.tensor([[30.0, 1.0]], dtype=torch.float64)
    projector = DenseProjector(matrix, (2, 1, 1), (1, 1, 1))
    regions = torch.tensor([2, 1], dtype=torch.uint8).reshape(2, 1, 1)
    image = torch.tensor([1.0, 30.0], dtype=torch.float64).reshape(2, 1, 1)
    means = []
    corrected = iterative_yang(
        projector,
        image,
        regions,
        n_iterations=4,
        n_mlem_iterations=3,
        callback=lambda _i, _x, m: means.append(m.tolist()),
    )
    assert corrected[1] == image[1]
    assert all(values[Region.MYOCARDIUM] == 30 for values in means)


def test_a_mask_limits_the_correction(tiny_projector, tiny_regions):
    image = mlem(tiny_projector, tiny_projector.forward(truth_of(tiny_regions)), n_iterations=5)
    mask = torch.zeros(tiny_projector.image_shape, dtype=torch.bool)
    mask[:, 3:6] = True
    corrected = iterative_yang(tiny_projector, image, tiny_regions, n_iterations=1, n_mlem_iterations=5, mask=mask)
    assert torch.equal(corrected[~mask], image[~mask])
    assert not torch.equal(corrected[mask], image[mask])


def test_an_empty_image_stays_empty(tiny_projector, tiny_regions):
    image = torch.zeros(tiny_projector.image_shape, dtype=torch.float64)
    assert (iterative_yang(tiny_projector, image, tiny_regions, n_iterations=2, n_mlem_iterations=2) == 0).all()


def test_what_does_not_fit_is_refused(tiny_projector, tiny_regions):
    image = torch.ones(tiny_projector.image_shape, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"image must have the projector's shape .* got \(70, 70, 50\)"):
        iterative_yang(tiny_projector, torch.ones(70, 70, 50), tiny_regions)
    with pytest.raises(ValueError, match="regions must have the projector's shape"):
        iterative_yang(tiny_projector, image, tiny_regions[1:])
    with pytest.raises(ValueError, match=r"regions must hold the labels .* got \[9\]"):
        iterative_yang(tiny_projector, image, torch.where(tiny_regions == 4, 9, tiny_regions))
    with pytest.raises(ValueError, match="image must be finite"):
        iterative_yang(tiny_projector, image * torch.nan, tiny_regions)
