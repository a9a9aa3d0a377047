"""Laws of maximum-likelihood expectation maximisation, on drawn matrices and on a camera."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.reconstruction.mlem import log_likelihood, mlem
from tests.reconstruction.dense_projector import DenseProjector, projectors

ROUNDING = {torch.float32: 1e-5, torch.float64: 1e-11}
DTYPES = st.sampled_from([torch.float32, torch.float64])


@st.composite
def cases(draw, with_background=None):
    """A projector, Poisson counts of some image, and perhaps a background."""
    projector = draw(DTYPES.flatmap(projectors))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    level = draw(st.sampled_from([0.3, 10.0, 1e4]))
    expected = level * torch.rand(projector.counts_shape, generator=generator, dtype=torch.float64)
    counts = torch.poisson(expected, generator=generator).to(projector.dtype)
    if with_background is None:
        with_background = draw(st.booleans())
    background = torch.rand(projector.counts_shape, generator=generator).to(projector.dtype) * level
    return projector, counts, background if with_background else None


def seen_counts(projector, counts):
    """The counts in pixels that see a voxel; no image explains the others."""
    return torch.where(projector.forward(torch.ones(projector.image_shape, dtype=projector.dtype)) > 0, counts, 0)


@settings(deadline=None)
@given(cases(with_background=False))
def test_the_image_explains_the_total_of_the_counts_after_every_iteration(case):
    projector, counts, _ = case
    total = float(seen_counts(projector, counts).double().sum())
    sensitivity = projector.sensitivity.double()

    def check(iteration, image, _):
        assert float((sensitivity * image).sum()) == pytest.approx(total, rel=ROUNDING[projector.dtype]), iteration

    mlem(projector, counts, n_iterations=8, callback=check)


@settings(deadline=None)
@given(cases())
def test_the_likelihood_never_falls(case):
    projector, counts, background = case
    values = []
    mlem(projector, counts, background=background, n_iterations=12, callback=lambda _i, _x, value: values.append(value))
    terms = float(counts.double().sum() * 30 + 1)  # what is summed, and rounded, in a likelihood
    for earlier, later in pairwise(values):
        assert later >= earlier - ROUNDING[projector.dtype] * terms


@settings(deadline=None)
@given(cases())
def test_images_are_finite_not_negative_and_zero_where_unseen(case):
    projector, counts, background = case
    image = mlem(projector, counts, background=background, n_iterations=8)
    assert torch.isfinite(image).all()
    assert (image >= 0).all()
    assert (image[projector.sensitivity == 0] == 0).all()


@settings(deadline=None)
@given(cases())
def test_the_scale_of_the_counts_is_the_scale_of_the_image(case):
    projector, counts, background = case
    scaled = None if background is None else 4 * background
    image = mlem(projector, counts, background=background, n_iterations=8)
    larger = mlem(projector, 4 * counts, background=scaled, n_iterations=8)
    assert torch.allclose(larger, 4 * image, rtol=1e-4, atol=0)


@pytest.mark.parametrize("name", ["tiny_projector", "attenuated_projector"])
@pytest.mark.parametrize("with_background", [False, True])
def test_laws_on_a_camera(name, with_background, request):
    projector = request.getfixturevalue(name)
    generator = torch.Generator().manual_seed(1)
    truth = 1e5 * torch.rand(projector.image_shape, generator=generator, dtype=torch.float64)
    expected = projector.forward(truth)
    background = 0.3 * expected if with_background else None
    counts = torch.poisson(expected * 1.3 if with_background else expected, generator=generator)
    likelihoods, totals = [], []

    def record(_iteration, image, likelihood):
        likelihoods.append(float(likelihood))
        totals.append(float((projector.sensitivity * image).sum()))

    image = mlem(projector, counts, background=background, n_iterations=80, callback=record)
    assert all(later >= earlier - 1e-9 * abs(earlier) for earlier, later in pairwise(likelihoods))
    assert (image[projector.sensitivity == 0] == 0).all()
    assert torch.isfinite(image).all()
    if with_background:
        assert totals[-1] == pytest.approx(float(expected.sum()), rel=0.05)
    else:
        assert totals == pytest.approx([float(counts.sum())] * 80, rel=1e-12)


def test_a_batch_is_reconstructed_as_its_members(tiny_projector):
    generator = torch.Generator().manual_seed(2)
    counts = torch.poisson(
        torch.full((2, 2, *tiny_projector.counts_shape), 5.0, dtype=torch.float64), generator=generator
    )
    background = torch.rand(counts.shape, generator=generator, dtype=torch.float64)
    likelihoods = []
    batch = mlem(
        tiny_projector, counts, background=background, n_iterations=5, callback=lambda _i, _x, v: likelihoods.append(v)
    )
    assert likelihoods[-1].shape == (2, 2)
    for index in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        alone = mlem(tiny_projector, counts[index], background=background[index], n_iterations=5)
        assert torch.allclose(batch[index], alone, rtol=1e-10, atol=0)
        expected = tiny_projector.forward(alone) + background[index]
        assert log_likelihood(expected, counts[index]) == pytest.approx(float(likelihoods[-1][index]), rel=1e-12)


def test_one_transmission_for_each_study_of_a_batch(tiny_projector, tiny_camera):
    factors = torch.stack([torch.full((3, *tiny_camera.grid.shape), share) for share in (1.0, 0.25)])
    counts = torch.full((2, *tiny_projector.counts_shape), 7.0, dtype=torch.float64)
    images = mlem(tiny_projector.with_transmission(factors), counts, n_iterations=10)
    assert torch.allclose(images[1], 4 * images[0], rtol=1e-6)


def test_an_update_worked_out_by_hand():
    """Voxels 4 and 2, seen through [[1, 1], [0, 2], [0, 0]]; start (1, 1); counts 6, 8, 5; background 1, 0, 0.

    Expected 3, 2, 0; ratios 2, 4, and nothing for the pixel that nobody explains; back projection 2, 2 + 8; sensitivity
    1, 3; image 2, 10/3; expected then 19/3, 20/3.
    """
    matrix = torch.tensor([[1.0, 1.0], [0.0, 2.0], [0.0, 0.0]], dtype=torch.float64)
    projector = DenseProjector(matrix, (2, 1, 1), (1, 3, 1))
    counts = torch.tensor([6.0, 8.0, 5.0], dtype=torch.float64).reshape(1, 3, 1)
    background = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64).reshape(1, 3, 1)
    start = torch.ones(2, 1, 1, dtype=torch.float64)
    likelihoods = []
    image = mlem(
        projector,
        counts,
        background=background,
        start=start,
        n_iterations=1,
        callback=lambda _i, _x, v: likelihoods.append(v),
    )
    assert image.flatten().tolist() == pytest.approx([2, 10 / 3])
    by_hand = 6 * math.log(19 / 3) - 19 / 3 + 8 * math.log(20 / 3) - 20 / 3
    assert float(likelihoods[0]) == pytest.approx(by_hand)


def test_noise_free_counts_of_one_voxel_per_pixel_are_inverted_at_once():
    projector = DenseProjector(torch.diag(torch.tensor([1.0, 0.5, 0.25, 0.0])), (2, 2, 1), (1, 2, 2))
    image = mlem(projector, torch.tensor([[[4.0, 4.0], [4.0, 0.0]]]), n_iterations=1)
    assert image.flatten().tolist() == [4, 8, 16, 0]


def test_no_counts_make_an_empty_image(tiny_projector):
    image = mlem(tiny_projector, torch.zeros(tiny_projector.counts_shape, dtype=torch.float64), n_iterations=3)
    assert (image == 0).all()


def test_the_log_likelihood_of_empty_pixels():
    pixels = torch.zeros(1, 1, 2)
    assert float(log_likelihood(pixels, pixels)) == 0
    assert float(log_likelihood(pixels + 2, pixels)) == -4
    assert float(log_likelihood(pixels, pixels + 1)) == -math.inf


def test_the_callback_may_stop(tiny_projector):
    counts = torch.ones(tiny_projector.counts_shape, dtype=torch.float64)
    seen = []

    def stop_at_three(iteration, image, _):
        seen.append((iteration, image))
        return iteration == 3

    image = mlem(tiny_projector, counts, callback=stop_at_three)
    assert [iteration for iteration, _ in seen] == [1, 2, 3]
    assert torch.equal(image, seen[-1][1])
    assert torch.equal(image, mlem(tiny_projector, counts, n_iterations=3))


def test_progress_is_shown_on_request(tiny_projector, capsys):
    counts = torch.ones(tiny_projector.counts_shape, dtype=torch.float64)
    mlem(tiny_projector, counts, n_iterations=2)
    assert capsys.readouterr().err == ""
    mlem(tiny_projector, counts, n_iterations=2, progress=True)
    assert "MLEM" in capsys.readouterr().err


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
@pytest.mark.parametrize("name", ["counts", "background", "start"])
def test_impossible_values_are_refused(tiny_projector, name, value):
    arguments = {
        "counts": torch.ones(tiny_projector.counts_shape, dtype=torch.float64),
        "background": torch.ones(tiny_projector.counts_shape, dtype=torch.float64),
        "start": torch.ones(tiny_projector.image_shape, dtype=torch.float64),
    }
    arguments[name].view(-1)[5] = value
    with pytest.raises(ValueError, match=f"{name} must be finite and not negative"):
        mlem(tiny_projector, **arguments)


def test_counts_of_another_camera_are_refused(tiny_projector):
    with pytest.raises(ValueError, match=r"counts must have the projector's shape .*3, 6, 5.* got \(19, 32, 32\)"):
        mlem(tiny_projector, torch.ones(19, 32, 32))
