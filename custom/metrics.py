"""Structural similarity, error, and intramyocardial blood volume: formulas, and MONAI metrics over a cohort.

Image quality is measured as in section II.F of the paper: slices without heart are left out, and both images are
divided by the reference's maximum within the rest. Slices with heart hold left-ventricular wall or blood (regions 1 and
2, along z): other blood (3) reaches through the great vessels into every slice.
"""

from __future__ import annotations

from abc import abstractmethod

import torch
from monai.metrics import CumulativeIterationMetric
from monai.metrics.utils import do_metric_reduction
from torch import Tensor

from custom.errors import BadInput

WINDOW_SIZE = 11
WINDOW_SIGMA = 1.5
MYOCARDIUM, BLOOD_POOL = 1, 2
PLANES = ((-3, -2), (-3, -1), (-2, -1))  # transverse, coronal, sagittal: the axes within their slices
HEART = (MYOCARDIUM, BLOOD_POOL)


def as_precise(tensor: Tensor) -> Tensor:
    """Return a tensor in float32, or in float64 where it came so."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def along(axis: int, matrix: Tensor, volume: Tensor) -> Tensor:
    """Multiply every line of voxels along an axis (−3, −2 or −1) of (..., X, Y, Z) by a matrix."""
    if axis == -1:
        return volume @ matrix.T
    if axis == -2:
        return matrix @ volume
    return (matrix @ volume.flatten(-2)).unflatten(-1, volume.shape[-2:])


def gaussian_matrix(n: int, like: Tensor) -> Tensor:
    """Return the (n − 10, n) matrix of an 11-voxel Gaussian window at every place where it fits whole."""
    if n < WINDOW_SIZE:
        raise ValueError(
            f"structural similarity needs at least {WINDOW_SIZE} voxels along every axis, got {n}; "
            "is the volume a crop, or its axes out of order?"
        )
    start = torch.arange(n - WINDOW_SIZE + 1, device=like.device)[:, None]
    offset = torch.arange(n, device=like.device)[None] - start - WINDOW_SIZE // 2
    window = torch.exp(-0.5 * (offset.to(like.dtype) / WINDOW_SIGMA) ** 2) * (offset.abs() <= WINDOW_SIZE // 2)
    return window / window.sum(dim=1, keepdim=True)


def ssim_by_slice(image: Tensor, reference: Tensor, axes: tuple[int, int], *, data_range: float = 1.0) -> Tensor:
    """Mean structural similarity of each slice.

        SSIM = (2 μ_y μ_x + C₁)(2 σ_yx + C₂) / ((μ_y² + μ_x² + C₁)(σ_y² + σ_x² + C₂)),  C₁ = (0.01 R)², C₂ = (0.03 R)²
             = (1 − (μ_y − μ_x)² / (μ_y² + μ_x² + C₁)) (1 − σ²_(y−x) / (σ_y² + σ_x² + C₂))

    Windows are Gaussian (σ 1.5) over 11×11 voxels; moments are biased; the mean is over windows that fit whole.

    Args:
        image: shape (..., X, Y, Z).
        reference: the same shape.
        axes: the two axes within a slice, of −3, −2, −1.
        data_range: R, in the image's unit.

    Returns:
        Shape (..., slices).

    Raises:
        ValueError: fewer than 11 voxels along an axis of the slice.

    Source: Wang et al. 2004, doi:10.1109/TIP.2003.819861; equation 6 of the paper.
    """
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    moments = torch.stack([image, reference, (image - reference).square(), image.square() + reference.square()])
    for axis in axes:
        moments = along(axis, gaussian_matrix(image.shape[axis], image), moments)
    mean_image, mean_reference, mean_difference, mean_squares = moments
    # Written with the difference of the images: rounding cancels less where they are bright and alike.
    squared_means = mean_image.square() + mean_reference.square()
    luminance_lost = (mean_image - mean_reference).square()
    structure_lost = mean_difference - luminance_lost
    variances = mean_squares - squared_means
    similarity = (1 - luminance_lost / (squared_means + c1)) * (1 - structure_lost / (variances + c2))
    return similarity.mean(dim=axes)


def region_mean(image: Tensor, regions: Tensor, label: int) -> tuple[Tensor, Tensor]:
    """Return the mean activity in a region, shape (...), and whether there is such a region in (..., X, Y, Z)."""
    inside = (regions == label).to(image.dtype)
    n_voxels = inside.sum(dim=(-3, -2, -1))
    return (image * inside).sum(dim=(-3, -2, -1)) / n_voxels.clamp(min=1), n_voxels > 0


def imbv(image: Tensor, regions: Tensor) -> Tensor:
    """Intramyocardial blood volume.

        IMBV = mean of the myocardium / mean of the left-ventricular blood pool

    Args:
        image: activity in any unit, shape (..., x, y, z).
        regions: labels, the same shape; 1 is the myocardium, 2 the left-ventricular blood pool.

    Returns:
        Shape (...); not a number where either region is absent or its blood pool holds no activity.

    Source: equation 1 of the paper.
    """
    muscle, has_muscle = region_mean(as_precise(image), regions, MYOCARDIUM)
    blood, has_blood = region_mean(as_precise(image), regions, BLOOD_POOL)
    return torch.where(has_muscle & has_blood & (blood > 0), muscle / blood, torch.nan)


def heart_slices(image: Tensor, reference: Tensor, regions: Tensor) -> tuple[Tensor, Tensor]:
    """Return image and reference in the slices that hold heart, divided by the reference's maximum there.

    Args:
        image: activity, shape (x, y, z).
        reference: activity in the same unit, the same shape.
        regions: labels, the same shape.

    Raises:
        ValueError: other shapes.
        BadInput: no heart in the regions.
    """
    if image.ndim != 3 or image.shape != reference.shape or image.shape != regions.shape:
        raise ValueError(
            "image quality needs an image, a reference and regions of one shape (x, y, z), "
            f"got {tuple(image.shape)}, {tuple(reference.shape)} and {tuple(regions.shape)}"
        )
    is_heart = torch.isin(regions, torch.tensor(HEART, dtype=regions.dtype, device=regions.device))
    with_heart = is_heart.any(dim=0).any(dim=0)
    if not with_heart.any():
        raise BadInput(
            "image quality is measured in slices with myocardium (1) or left-ventricular blood pool (2), got none; "
            "do the labels follow another order?"
        )
    image, reference = as_precise(image[..., with_heart]), as_precise(reference[..., with_heart])
    maximum = reference.max()
    return image / maximum, reference / maximum


def rmse(image: Tensor, reference: Tensor, regions: Tensor) -> Tensor:
    """Root mean squared error over the heart's slices, as a fraction of the reference's maximum there."""
    image, reference = heart_slices(image, reference, regions)
    return (image - reference).square().mean().sqrt()


def psnr(image: Tensor, reference: Tensor, regions: Tensor) -> Tensor:
    """Peak signal-to-noise ratio over the heart's slices: −20 log₁₀ RMSE, in dB."""
    return -20 * torch.log10(rmse(image, reference, regions))


def ssim(image: Tensor, reference: Tensor, regions: Tensor) -> Tensor:
    """Mean structural similarity of the heart's transverse slices, data range 1; see `ssim_by_slice`."""
    image, reference = heart_slices(image, reference, regions)
    return ssim_by_slice(image, reference, PLANES[0]).mean()


def imbv_error(image: Tensor, reference: Tensor, regions: Tensor) -> Tensor:
    """Absolute difference between the IMBV of an image and of its reference."""
    return (imbv(image, regions) - imbv(reference, regions)).abs()


class VolumeMetric(CumulativeIterationMetric):
    """Average over volumes of what `measure` says of each.

    Called with predictions (B, 1, X, Y, Z) and targets (B, 2, X, Y, Z), reference and regions, or with lists of such
    without B, as MONAI's handlers do. Volumes measured as not a number are left out of the average.

    Args:
        reduction: how MONAI reduces over volumes in `aggregate`, such as "mean" or "none".
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    @staticmethod
    @abstractmethod
    def measure(image: Tensor, reference: Tensor, regions: Tensor) -> Tensor:
        """Return a scalar for volumes of shape (x, y, z)."""

    def _compute_tensor(self, y_pred: Tensor, y: Tensor | None = None) -> Tensor:
        if y is None or y.shape != (len(y_pred), 2, *y_pred.shape[2:]):
            raise ValueError(
                "metrics need targets (B, 2, X, Y, Z) of reference and regions for predictions (B, 1, X, Y, Z), "
                f"got {None if y is None else tuple(y.shape)} and {tuple(y_pred.shape)}"
            )
        volumes = zip(y_pred[:, 0], y[:, 0], y[:, 1], strict=True)
        return torch.stack([self.measure(*volume) for volume in volumes])[:, None]

    def aggregate(self) -> Tensor:
        """Return the reduced value over all volumes since the last `reset`."""
        values, _ = do_metric_reduction(self.get_buffer(), self.reduction)
        return values


class SsimMetric(VolumeMetric):
    """Mean of `ssim` over volumes."""

    measure = staticmethod(ssim)


class PsnrMetric(VolumeMetric):
    """Mean of `psnr` over volumes, in dB."""

    measure = staticmethod(psnr)


class RmseMetric(VolumeMetric):
    """Mean of `rmse` over volumes."""

    measure = staticmethod(rmse)


class ImbvErrorMetric(VolumeMetric):
    """Mean of `imbv_error` over volumes."""

    measure = staticmethod(imbv_error)
