"""What a correction did to a study, in numbers."""

from __future__ import annotations

import math
from typing import Any

import nibabel
import numpy as np
import torch
from monai.data import MetaTensor
from monai.utils import ImageMetaKey

from custom.metrics import imbv

REGIONS = ("outside", "myocardium", "left ventricular blood", "other blood", "liver", "lung", "background")


def describe_change(
    before: MetaTensor, after: MetaTensor, network_input: MetaTensor, regions: MetaTensor | None = None
) -> dict[str, Any]:
    """Measure what the correction did to a study.

    Args:
        before: the study as read, shape (1, x, y, z).
        after: the corrected study on the same grid.
        network_input: what the network saw, shape (channels, x, y, z).
        regions: labels on the study's grid.

    Returns:
        Input and grids, activity before and after, the largest change of a voxel and, with regions, their means and
        the IMBV.
    """
    total = {"before": _sum(before), "after": _sum(after)}
    report: dict[str, Any] = {
        "input": str(before.meta[ImageMetaKey.FILENAME_OR_OBJ]),
        "grid": describe_grid(before),
        "network_grid": describe_grid(network_input),
        "interpolated": was_interpolated(before, network_input),
        "activity_scale": float(network_input.meta["activity_scale"]),
        "total_activity": total | {"ratio": total["after"] / total["before"]},
        "largest_change": _largest_change(before, after),
    }
    if regions is not None:
        stages = {"before": before, "after": after}
        means = {stage: _region_means(volume, regions) for stage, volume in stages.items()}
        report["regions"] = str(regions.meta[ImageMetaKey.FILENAME_OR_OBJ])
        report["region_means"] = {name: {stage: means[stage][name] for stage in stages} for name in means["before"]}
        report["imbv"] = {stage: _imbv(volume, regions) for stage, volume in stages.items()}
    return report


def voxels(volume: MetaTensor) -> np.ndarray:
    """Return the first channel as an array (x, y, z)."""
    return volume[0].detach().cpu().numpy()


def describe_grid(volume: MetaTensor) -> dict[str, Any]:
    """Name the grid of a volume (channels, x, y, z) by shape, spacing in mm and the directions of its axes."""
    affine = volume.affine.numpy()
    return {
        "shape": list(volume.shape[1:]),
        "spacing_mm": [round(float(step), 4) for step in np.linalg.norm(affine[:3, :3], axis=0)],
        "axes": "".join(nibabel.aff2axcodes(affine)),
    }


def was_interpolated(before: MetaTensor, network_input: MetaTensor) -> bool:
    """Tell whether going from one grid to the other takes more than turning axes, cutting and padding."""
    between = np.linalg.inv(network_input.affine.numpy()) @ before.affine.numpy()
    whole = np.round(between)
    axes = np.abs(whole[:3, :3])
    is_permutation = (axes.sum(axis=0) == 1).all() and (axes.sum(axis=1) == 1).all()
    return not (is_permutation and np.allclose(between, whole, atol=1e-2))


def _sum(volume: MetaTensor) -> float:
    return float(volume.as_tensor().sum(dtype=torch.float64))


def _largest_change(before: MetaTensor, after: MetaTensor) -> dict[str, float]:
    """Return the greatest fall and rise of a voxel, as fractions of the study's greatest activity."""
    change, brightest = voxels(after) - voxels(before), float(voxels(before).max())
    return {"fall": float(change.min()) / brightest, "rise": float(change.max()) / brightest}


def _region_means(volume: MetaTensor, regions: MetaTensor) -> dict[str, float]:
    values, labels = voxels(volume), voxels(regions)
    present = [label for label in range(1, len(REGIONS)) if (labels == label).any()]
    return {REGIONS[label]: float(values[labels == label].mean(dtype=np.float64)) for label in present}


def _imbv(volume: MetaTensor, regions: MetaTensor) -> float | None:
    value = float(imbv(volume[0].as_tensor().cpu(), regions[0].as_tensor().cpu()))
    return value if math.isfinite(value) else None
