"""Training losses: mean absolute error, structural similarity, edges and intramyocardial blood volume.

Every loss takes a prediction (B, 1, X, Y, Z) and a target (B, 2, X, Y, Z): the reference image, in the same normalised
activity, and the region labels. Source: section II.E of the paper, equations 5 to 9.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from custom.metrics import BLOOD_POOL, MYOCARDIUM, PLANES, along, as_precise, region_mean, ssim_by_slice

SMALLEST_BLOOD_POOL = 1e-3  # mean activity below which IMBV means nothing; 1 is the image's brightest


def sobel_matrices(n: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Return Sobel's difference (−1, 0, 1) and smoothing (1, 2, 1) along n voxels, the edge voxels repeated."""
    centre = torch.arange(n, device=like.device)
    identity = torch.eye(n, dtype=like.dtype, device=like.device)
    before, after = identity[(centre - 1).clamp(min=0)], identity[(centre + 1).clamp(max=n - 1)]
    return after - before, before + 2 * identity + after


class SsimLoss(nn.Module):
    """One minus structural similarity, over the transverse, coronal and sagittal slices alike.

        ℓ = 1 − mean over planes, slices and windows of SSIM

    Args:
        data_range: R; 1 because images are normalised to it, and one bright voxel of a label should not set it.
    """

    def __init__(self, data_range: float = 1.0) -> None:
        super().__init__()
        self.data_range = data_range

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the loss of a batch; see `ssim_by_slice` for what raises."""
        reference = target[:, :1]
        planes = [ssim_by_slice(prediction, reference, axes, data_range=self.data_range).mean() for axes in PLANES]
        return 1 - torch.stack(planes).mean()


class SobelLoss(nn.Module):
    """Mean absolute error of the edges in three planes.

        ℓ = mean |SO(ŷ) − SO(y)| = mean |SO(ŷ − y)|

    SO are two gradient maps of 3×3 voxels in every slice of every plane.

    Source: equation 7 of the paper.
    """

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the loss of a batch."""
        error = prediction - target[:, :1]
        matrices = {axis: sobel_matrices(error.shape[axis], error) for axis in (-3, -2, -1)}
        losses = []
        for first, second in PLANES:
            for across, within in ((first, second), (second, first)):
                edges = along(across, matrices[across][0], along(within, matrices[within][1], error))
                losses.append(edges.abs().mean())
        return torch.stack(losses).mean()


class ImbvLoss(nn.Module):
    """Error of the intramyocardial blood volume.

        ℓ = mean over volumes |IMBV(ŷ) − IMBV(y)|,    IMBV = mean of the myocardium / mean of the LV blood pool

    Volumes that lack either region, or whose reference has an empty blood pool, contribute nothing.
    """

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the loss of a batch."""
        reference, regions = target[:, :1], target[:, 1:2]
        predicted_muscle, has_muscle = region_mean(prediction, regions, MYOCARDIUM)
        predicted_blood, has_blood = region_mean(prediction, regions, BLOOD_POOL)
        muscle, blood = (region_mean(reference, regions, label)[0] for label in (MYOCARDIUM, BLOOD_POOL))
        counted = has_muscle & has_blood & (blood > SMALLEST_BLOOD_POOL)
        predicted_ratio = predicted_muscle / predicted_blood.clamp(min=SMALLEST_BLOOD_POOL)
        error = (predicted_ratio - muscle / blood.clamp(min=SMALLEST_BLOOD_POOL)).abs()
        return (error * counted).sum() / counted.sum().clamp(min=1)


class PartialVolumeLoss(nn.Module):
    """Composite loss of the partial-volume correction.

        L = w_MAE ℓ_MAE + w_SSIM ℓ_SSIM + w_SO ℓ_SO + w_IMBV ℓ_IMBV

    It is computed in float32 whatever precision the network ran in.

    Args:
        mae_weight: 1 in the paper.
        ssim_weight: 0.8 in the paper.
        sobel_weight: 0.1 in the paper.
        imbv_weight: 0.1 for the networks named "-BV", 0 for the others.

    Raises:
        ValueError: a negative weight.
    Source: equation 9 of the paper.
    """

    def __init__(
        self,
        *,
        mae_weight: float = 1.0,
        ssim_weight: float = 0.8,
        sobel_weight: float = 0.1,
        imbv_weight: float = 0.1,
    ) -> None:
        super().__init__()
        self.weights = {"mae": mae_weight, "ssim": ssim_weight, "sobel": sobel_weight, "imbv": imbv_weight}
        if min(self.weights.values()) < 0:
            raise ValueError(f"weights of losses must not be negative, got {self.weights}")
        self.losses = nn.ModuleDict({"ssim": SsimLoss(), "sobel": SobelLoss(), "imbv": ImbvLoss()})

    def terms(self, prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Return each loss with a weight, unweighted, by its name.

        Raises:
            ValueError: shapes other than (B, 1, X, Y, Z) and (B, 2, X, Y, Z).
        """
        if prediction.shape[1:2] != (1,) or target.shape != (len(prediction), 2, *prediction.shape[2:]):
            raise ValueError(
                "the loss needs a prediction (B, 1, X, Y, Z) and a target (B, 2, X, Y, Z) of reference and regions, "
                f"got {tuple(prediction.shape)} and {tuple(target.shape)}"
            )
        with torch.autocast(prediction.device.type, enabled=False):
            prediction, target = as_precise(prediction), as_precise(target)
            terms = {"mae": (prediction - target[:, :1]).abs().mean()}
            for name, loss in self.losses.items():
                if self.weights[name] > 0:
                    terms[name] = loss(prediction, target)
            return terms

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the weighted sum of `terms`."""
        terms = self.terms(prediction, target)
        return torch.stack([self.weights[name] * term for name, term in terms.items()]).sum()
