"""Losses against scipy, against answers worked out by hand, and through their gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.data import MetaTensor
from scipy import ndimage

from custom.losses import ImbvLoss, PartialVolumeLoss, SobelLoss, SsimLoss
from custom.metrics import PLANES, ssim_by_slice

SHAPE = (12, 11, 13)


def volume(*shape, seed=0):
    return torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def target_of(reference, seed=0):
    """A reference with regions 0 to 3 drawn at random."""
    regions = torch.randint(0, 4, reference.shape, generator=torch.Generator().manual_seed(seed))
    return torch.cat([reference, regions.to(reference.dtype)], dim=1)


def pair(batch=2, shape=SHAPE):
    return volume(batch, 1, *shape), target_of(volume(batch, 1, *shape, seed=1))


def test_ssim_loss_weighs_three_planes_alike():
    prediction, target = pair()
    planes = [ssim_by_slice(prediction, target[:, :1], plane).mean().item() for plane in PLANES]
    assert SsimLoss()(prediction, target).item() == pytest.approx(1 - np.mean(planes), abs=1e-14)
    assert SsimLoss()(target[:, :1], target).item() == pytest.approx(0, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(shape=st.tuples(*[st.integers(2, 7)] * 3), seed=st.integers(0, 2**31))
def test_sobel_loss_is_scipy_s_in_every_plane(shape, seed):
    prediction, reference = volume(2, 1, *shape, seed=seed), volume(2, 1, *shape, seed=seed + 1)
    errors = []
    for a, b in zip(prediction[:, 0].numpy(), reference[:, 0].numpy(), strict=True):
        for axes in ((0, 1), (0, 2), (1, 2)):
            (third,) = {0, 1, 2} - set(axes)
            for first, second in zip(np.moveaxis(a, third, 0), np.moveaxis(b, third, 0), strict=True):
                for axis in (0, 1):
                    gradients = [ndimage.sobel(s, axis=axis, mode="nearest") for s in (first, second)]
                    errors.append((np.abs(gradients[0] - gradients[1]).mean(), axes, axis))
    by_map = [
        np.mean([e for e, *of in errors if of == [axes, axis]]) for axes in ((0, 1), (0, 2), (1, 2)) for axis in (0, 1)
    ]
    assert SobelLoss()(prediction, target_of(reference)).item() == pytest.approx(np.mean(by_map), rel=1e-12)


def test_a_single_edge_has_the_sobel_loss_worked_out_by_hand():
    prediction = torch.zeros(1, 1, 4, 5, 6)
    prediction[:, :, 2:] = (
        1  # a step along x: 4 in the two rows beside it, in the planes that hold x, on one of two maps
    )
    target = torch.zeros(1, 2, 4, 5, 6)
    assert SobelLoss()(prediction, target).item() == pytest.approx(2 * (4 * 2 / 4) / 6)


def imbv_case(wall, blood):
    """One volume of two voxels: wall and blood."""
    prediction = torch.tensor([wall, blood]).reshape(1, 1, 2, 1, 1)
    target = torch.tensor([[0.2, 1.0], [1.0, 2.0]]).reshape(1, 2, 2, 1, 1)
    return prediction, target


def test_imbv_loss_is_the_difference_of_ratios():
    assert ImbvLoss()(*imbv_case(0.3, 0.6)).item() == pytest.approx(0.5 - 0.2)
    assert ImbvLoss()(*imbv_case(0.1, 1.0)).item() == pytest.approx(0.2 - 0.1)
    assert ImbvLoss()(*imbv_case(0.2, 1.0)).item() == 0


def test_imbv_loss_averages_over_volumes_that_have_both_regions():
    cases = [imbv_case(0.3, 0.6), imbv_case(0.9, 1.0), imbv_case(0.5, 1.0)]
    prediction, target = (torch.cat(parts) for parts in zip(*cases, strict=True))
    assert ImbvLoss()(prediction, target).item() == pytest.approx((0.3 + 0.7 + 0.3) / 3)
    target[1, 1, 1] = 6  # no blood pool
    assert ImbvLoss()(prediction, target).item() == pytest.approx((0.3 + 0.3) / 2)
    target[:, 1] = 6
    assert ImbvLoss()(prediction, target).item() == 0


@pytest.mark.parametrize("blood", [0.0, 1e-12, -1.0])
def test_imbv_loss_of_an_empty_predicted_blood_pool_stays_finite(blood):
    prediction, target = imbv_case(0.3, blood)
    prediction.requires_grad_()
    loss = ImbvLoss()(prediction, target)
    loss.backward()
    assert loss.isfinite()
    assert prediction.grad.isfinite().all()
    assert prediction.grad[0, 0, 0] > 0, "the wall is still pulled down"


def test_imbv_loss_leaves_out_a_reference_without_blood():
    prediction, target = imbv_case(0.3, 0.6)
    target[:, 0, 1] = 0
    assert ImbvLoss()(prediction.requires_grad_(), target).item() == 0


def test_the_loss_is_the_papers_sum():
    prediction, target = pair()
    terms = PartialVolumeLoss().terms(prediction, target)
    assert terms["mae"].item() == pytest.approx((prediction - target[:, :1]).abs().mean().item())
    expected = {"ssim": SsimLoss(), "sobel": SobelLoss(), "imbv": ImbvLoss()}
    for name, loss in expected.items():
        assert terms[name].item() == loss(prediction, target).item()
    total = terms["mae"] + 0.8 * terms["ssim"] + 0.1 * terms["sobel"] + 0.1 * terms["imbv"]
    assert PartialVolumeLoss()(prediction, target).item() == pytest.approx(total.item(), rel=1e-14)


def test_a_weight_of_zero_leaves_a_loss_out():
    prediction, target = pair(shape=(5, 5, 5))  # smaller than a window of structural similarity
    loss = PartialVolumeLoss(mae_weight=2, ssim_weight=0, sobel_weight=0, imbv_weight=0)
    assert list(loss.terms(prediction, target)) == ["mae"]
    assert loss(prediction, target).item() == pytest.approx(2 * (prediction - target[:, :1]).abs().mean().item())


def test_the_loss_of_the_reference_itself_is_zero():
    _, target = pair()
    assert PartialVolumeLoss()(target[:, :1], target).item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("loss", [SsimLoss(), SobelLoss(), ImbvLoss(), PartialVolumeLoss()])
def test_gradients_are_those_of_finite_differences(loss):
    prediction, target = pair(shape=(11, 11, 12))
    assert torch.autograd.gradcheck(loss, (prediction.requires_grad_(), target), fast_mode=True)


def test_the_loss_is_float32_within_autocast_and_for_a_rounded_prediction():
    prediction, target = (part.float() for part in pair())
    exact = PartialVolumeLoss()(prediction.bfloat16().float(), target)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = PartialVolumeLoss()(prediction.bfloat16(), target)
    assert mixed.dtype == torch.float32
    assert mixed.item() == exact.item()


def test_tensors_with_metadata_pass():
    prediction, target = pair()
    with_metadata = PartialVolumeLoss()(MetaTensor(prediction), MetaTensor(target))
    assert with_metadata.item() == PartialVolumeLoss()(prediction, target).item()


def test_a_volume_too_small_for_structural_similarity_is_refused():
    with pytest.raises(ValueError, match="at least 11 voxels"):
        PartialVolumeLoss()(*pair(shape=(12, 12, 8)))


def test_a_target_without_regions_is_refused():
    with pytest.raises(ValueError, match=r"a target \(B, 2, X, Y, Z\)"):
        PartialVolumeLoss()(volume(1, 1, *SHAPE), volume(1, 1, *SHAPE))


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        PartialVolumeLoss(imbv_weight=-0.1)
