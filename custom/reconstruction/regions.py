"""The regions that anatomy distinguishes, and the mean activity in them."""

from __future__ import annotations

from enum import IntEnum

import torch
from torch import Tensor


class Region(IntEnum):
    """Numbers of the label maps."""

    OUTSIDE = 0
    MYOCARDIUM = 1
    LEFT_VENTRICULAR_BLOOD = 2
    OTHER_BLOOD = 3  # right heart, atria, great vessels
    LIVER = 4
    LUNG = 5
    BACKGROUND = 6  # rest of the body

    @property
    def words(self) -> str:
        """The region as one would say it."""
        return self.name.lower().replace("_", " ")


def region_means(image: Tensor, regions: Tensor, inside: Tensor, *, otherwise: Tensor | None = None) -> Tensor:
    """Mean activity of each region.

        mean_O = Σ_{j in O} x_j / |O|

    Args:
        image: x, shape (..., x, y, z).
        regions: label map, same shape or without the leading dimensions, integers from 0.
        inside: which voxels count, boolean, broadcastable to the image.
        otherwise: values for regions of which no voxel counts, shape (..., region); default 0.

    Returns:
        Shape (..., region), one value for each number of `Region`.
    """
    labels = regions.long().expand(image.shape).flatten(-3)
    weights = inside.expand(image.shape).flatten(-3).double()
    empty = torch.zeros(*labels.shape[:-1], len(Region), dtype=torch.float64, device=image.device)
    totals = empty.scatter_add(-1, labels, image.flatten(-3).double() * weights)
    voxels = empty.scatter_add(-1, labels, weights)
    means = (totals / voxels.clamp(min=1)).to(image.dtype)
    return means if otherwise is None else torch.where(voxels > 0, means, otherwise)


def template(means: Tensor, regions: Tensor) -> Tensor:
    """Noise-free image in which each region has its mean.

        T = Σ_O mean_O · ROI_O

    Args:
        means: mean_O, shape (..., region).
        regions: label map, shape (..., x, y, z) or (x, y, z), integers from 0.

    Returns:
        T, shape (..., x, y, z).
    """
    labels = regions.long().expand(*means.shape[:-1], *regions.shape[-3:])
    return means.gather(-1, labels.flatten(-3)).reshape(labels.shape)
