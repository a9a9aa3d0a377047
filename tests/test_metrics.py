"""Metrics against scikit-image, against answers worked out by hand, and inside MONAI's engines."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from ignite.engine import Engine
from monai.handlers import IgniteMetricHandler, from_engine
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from custom.errors import BadInput
from custom.metrics import (
    PLANES,
    ImbvErrorMetric,
    PsnrMetric,
    RmseMetric,
    SsimMetric,
    imbv,
    imbv_error,
    psnr,
    rmse,
    ssim,
    ssim_by_slice,
)

METRICS = [SsimMetric, PsnrMetric, RmseMetric, ImbvErrorMetric]


def volume(*shape, seed=0):
    return torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def slices_of(array, axes):
    """The slices that hold two axes, in the order of the third."""
    (third,) = {0, 1, 2} - {axis + 3 for axis in axes}
    return np.moveaxis(np.asarray(array), third, 0)


def by_scikit_image(image, reference, data_range):
    return structural_similarity(
        image, reference, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=data_range
    )


@settings(max_examples=15, deadline=None)
@given(
    shape=st.tuples(*[st.integers(11, 16)] * 3),
    plane=st.sampled_from(PLANES),
    data_range=st.floats(0.5, 4),
    seed=st.integers(0, 2**31),
)
def test_ssim_is_scikit_image_s_slice_by_slice(shape, plane, data_range, seed):
    reference, noise = volume(*shape, seed=seed), volume(*shape, seed=seed + 1)
    for image, dtype, tolerance in (
        (noise, torch.float64, 1e-12),
        (0.8 * reference + 0.2 * noise, torch.float32, 1e-6),
    ):
        pairs = zip(slices_of(image, plane), slices_of(reference, plane), strict=True)
        expected = [by_scikit_image(*pair, data_range) for pair in pairs]
        got = ssim_by_slice(image.to(dtype), reference.to(dtype), plane, data_range=data_range)
        assert got.tolist() == pytest.approx(expected, abs=tolerance)


def test_ssim_of_bright_and_alike_images_survives_float32():
    x = torch.linspace(0, 3, 20, dtype=torch.float64)
    reference = (x[:, None, None] + x[None, :, None]).expand(20, 20, 11) / 2
    image = reference + 0.02 * volume(20, 20, 11)
    expected = [by_scikit_image(image[..., k].numpy(), reference[..., k].numpy(), 1.0) for k in range(11)]
    got = ssim_by_slice(image.float(), reference.float(), PLANES[0])
    assert got.tolist() == pytest.approx(expected, abs=1e-6)


def test_ssim_of_batches_is_that_of_their_volumes():
    image, reference = volume(2, 1, 12, 13, 11), volume(2, 1, 12, 13, 11, seed=1)
    for plane in PLANES:
        together = ssim_by_slice(image, reference, plane)
        torch.testing.assert_close(together[1, 0], ssim_by_slice(image[1, 0], reference[1, 0], plane))


def test_ssim_of_too_small_a_slice_is_refused():
    with pytest.raises(ValueError, match="at least 11 voxels along every axis, got 10"):
        ssim_by_slice(volume(12, 12, 10), volume(12, 12, 10), (-2, -1))
    assert ssim_by_slice(volume(12, 12, 10), volume(12, 12, 10), (-3, -2)).shape == (10,)


def with_heart_at(slices, shape=(12, 11, 8)):
    """Regions with some background everywhere, wall and both blood pools in given slices."""
    regions = torch.full(shape, 6)
    for label, row in ((1, 3), (2, 5), (3, 7)):
        regions[row, 4:8, slices] = label
    return regions


def test_imbv_is_the_ratio_of_means():
    regions = torch.tensor([1, 1, 2, 2, 3, 0]).reshape(6, 1, 1)
    image = torch.tensor([1.0, 2.0, 9.0, 11.0, 50.0, 70.0]).reshape(6, 1, 1)
    assert imbv(image, regions).item() == pytest.approx(0.15)
    assert imbv_error(image, torch.ones(6, 1, 1), regions).item() == pytest.approx(0.85)


def test_imbv_has_a_value_for_each_volume_of_a_batch():
    image, regions = volume(3, 1, 12, 11, 8), with_heart_at([2, 3]).expand(3, 1, 12, 11, 8)
    assert imbv(image, regions).shape == (3, 1)
    torch.testing.assert_close(imbv(image, regions)[2, 0], imbv(image[2, 0], regions[2, 0]))


@pytest.mark.parametrize(("labels", "activity"), [([1, 1], [1.0, 2.0]), ([2, 2], [1.0, 2.0]), ([1, 2], [1.0, 0.0])])
def test_imbv_without_wall_blood_or_activity_is_not_a_number(labels, activity):
    assert imbv(torch.tensor(activity).reshape(2, 1, 1), torch.tensor(labels).reshape(2, 1, 1)).isnan()


@pytest.mark.parametrize("heart", [[2, 3, 4], [0, 7]])
def test_slices_without_heart_do_not_count(heart):
    reference, regions = volume(12, 11, 8), with_heart_at(heart)
    image = reference + 0.1 * volume(12, 11, 8, seed=1)
    elsewhere = [k for k in range(8) if k not in heart]
    spoiled, brighter = image.clone(), reference.clone()
    spoiled[..., elsewhere] = 7
    brighter[..., elsewhere] = 50
    for metric in (ssim, psnr, rmse):
        assert metric(spoiled, brighter, regions) == metric(image, reference, regions)


def test_slices_with_other_blood_alone_do_not_count():
    image, reference = volume(12, 11, 8), volume(12, 11, 8, seed=1)
    regions = with_heart_at([2, 3, 4])
    with_vessels = regions.clone()
    with_vessels[9, 4:8] = 3
    for metric in (ssim, psnr, rmse):
        assert metric(image, reference, with_vessels) == metric(image, reference, regions)


def test_metrics_divide_by_the_reference_s_maximum_and_agree_with_scikit_image():
    reference, regions = 40 * volume(12, 11, 8), with_heart_at([2, 3, 4])
    image = reference + volume(12, 11, 8, seed=1)
    maximum = reference[..., 2:5].max()
    scaled, scaled_reference = ((v[..., 2:5] / maximum).numpy() for v in (image, reference))
    expected = np.mean([by_scikit_image(scaled[..., k], scaled_reference[..., k], 1.0) for k in range(3)])
    assert ssim(image, reference, regions).item() == pytest.approx(expected, abs=1e-12)
    error = np.sqrt(np.mean((scaled - scaled_reference) ** 2))
    assert rmse(image, reference, regions).item() == pytest.approx(error, rel=1e-12)
    decibel = peak_signal_noise_ratio(scaled_reference, scaled, data_range=1.0)
    assert psnr(image, reference, regions).item() == pytest.approx(decibel, rel=1e-12)


def test_metrics_do_not_depend_on_the_unit_of_activity():
    reference, regions = volume(12, 11, 8), with_heart_at([2, 3])
    image = volume(12, 11, 8, seed=1)
    for metric in (ssim, psnr, rmse, imbv_error):
        torch.testing.assert_close(metric(1e6 * image, 1e6 * reference, regions), metric(image, reference, regions))


def test_regions_without_heart_are_refused():
    with pytest.raises(BadInput, match=r"slices with myocardium \(1\) or left-ventricular blood pool \(2\), got none"):
        rmse(volume(4, 4, 4), volume(4, 4, 4), torch.full((4, 4, 4), 6))


def test_volumes_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        rmse(volume(4, 4, 4), volume(4, 4, 5), torch.ones(4, 4, 4))


def cohort(n=3):
    """Predictions and targets of volumes, the regions as the second channel."""
    regions = with_heart_at([2, 3, 4]).double()
    targets = [torch.stack([volume(12, 11, 8, seed=k), regions]) for k in range(n)]
    return [0.9 * target[:1] + 0.05 for target in targets], targets


@pytest.mark.parametrize("metric", METRICS)
def test_metrics_average_over_volumes_in_batches_and_in_lists(metric):
    predictions, targets = cohort()
    expected = torch.stack([metric.measure(p[0], t[0], t[1]) for p, t in zip(predictions, targets, strict=True)]).mean()
    batched, listed = metric(), metric()
    batched(torch.stack(predictions[:2]), torch.stack(targets[:2]))
    batched(torch.stack(predictions[2:]), torch.stack(targets[2:]))
    listed(predictions, targets)
    assert batched.aggregate().item() == pytest.approx(expected.item(), rel=1e-6)
    assert listed.aggregate().item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_volume_without_blood_pool_is_left_out_of_the_average():
    predictions, targets = cohort(2)
    targets[1][1][targets[1][1] == 2] = 3
    metric = ImbvErrorMetric()
    metric(predictions, targets)
    expected = imbv_error(predictions[0][0], targets[0][0], targets[0][1])
    assert metric.aggregate().item() == pytest.approx(expected.item(), rel=1e-6)


def test_metrics_work_in_a_monai_handler():
    predictions, targets = cohort()
    engine = Engine(lambda _, batch: [{"pred": batch[0], "label": batch[1]}])
    handler = IgniteMetricHandler(metric_fn=RmseMetric(), output_transform=from_engine(["pred", "label"]))
    handler.attach(engine, "rmse")
    engine.run(list(zip(predictions, targets, strict=True)))
    expected = np.mean([rmse(p[0], t[0], t[1]).item() for p, t in zip(predictions, targets, strict=True)])
    assert engine.state.metrics["rmse"] == pytest.approx(expected, rel=1e-6)


def test_a_target_without_regions_is_refused():
    with pytest.raises(ValueError, match=r"\(B, 2, X, Y, Z\)"):
        RmseMetric()(torch.rand(1, 1, 4, 4, 4), torch.rand(1, 1, 4, 4, 4))
