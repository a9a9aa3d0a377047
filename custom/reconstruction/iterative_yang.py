"""Iterative Yang partial volume correction through the camera's own system matrix."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from tqdm import tqdm

from custom.projection.projector import Projector
from custom.reconstruction.mlem import mlem
from custom.reconstruction.regions import Region, region_means, template
from custom.scanner.shapes import Image

Callback = Callable[[int, Tensor, Tensor], bool | None]

LARGEST_FACTOR = 10.0  # beyond, less than a tenth of a region comes back: MLEM's edge artefacts, not partial volume
SMALLEST_SENSITIVITY = 0.01  # of the camera's greatest; below, MLEM piles up activity at the edge of the field of view


@torch.no_grad()
def iterative_yang(
    projector: Projector,
    image: Image,
    regions: Tensor,
    *,
    n_iterations: int = 10,
    n_mlem_iterations: int = 80,
    mask: Tensor | None = None,
    callback: Callback | None = None,
    progress: bool = False,
) -> Image:
    """Image freed from the exchange of activity between regions, by what the camera does to a noise-free template.

        T = Σ_O mean_O(x) · ROI_O,   F = T / MLEM(S T),   x ← I · F

    Every iteration scales the first image I, not the previous one. The factor is 1 outside the mask and where the
    template's reconstruction means nothing: where it vanishes, or holds less than a tenth of the template. Voxels with
    a meaningful factor make the next means, so that a template equal to the truth stays as it is; a region without
    such voxels keeps its mean.

    Args:
        projector: S, as used for the reconstruction of the image.
        image: I, MLEM image, shape (..., x, y, z).
        regions: label map in the numbers of `Region`, shape (..., x, y, z) or (x, y, z); all blood shares one template.
        n_iterations: number of templates.
        n_mlem_iterations: MLEM updates of each template, as many as the image had.
        mask: where to correct, boolean, shape of the image; default every region within the camera's field of view.
        callback: called as callback(iteration, image, means) after each template, counted from 1; means, shape
            (..., region), made the template and hold all blood under `Region.LEFT_VENTRICULAR_BLOOD`. Returning True
            stops.
        progress: show a progress bar.

    Returns:
        Corrected image, shape (..., x, y, z), in the image's units; outside the mask as it came.

    Raises:
        ValueError: image or regions of another shape than the projector's, a label that is not in `Region`, or an
            image that is not finite.

    Source: Erlandsson et al. 2012, doi:10.1088/0031-9155/57/21/R119.
    """
    _check(projector, image, regions)
    image = image.to(projector.sensitivity)
    labels = regions.to(image.device).long()
    labels = torch.where(labels == Region.OTHER_BLOOD, Region.LEFT_VENTRICULAR_BLOOD, labels)
    in_region = labels != Region.OUTSIDE
    inside = field_of_view(projector) & in_region
    if mask is not None:
        inside = inside & mask.to(image.device)
    anywhere = region_means(image, labels, (projector.sensitivity > 0) & in_region)
    corrected, means = image, region_means(image, labels, inside, otherwise=anywhere)
    for iteration in tqdm(range(1, n_iterations + 1), desc="iterative Yang", unit="template", disable=not progress):
        noise_free = template(means, labels)
        recovered = mlem(projector, projector.forward(noise_free), n_iterations=n_mlem_iterations)
        meaningful = inside & (recovered > 0) & (recovered * LARGEST_FACTOR >= noise_free)
        corrected = image * torch.where(meaningful, noise_free / recovered, 1)
        if callback is not None and callback(iteration, corrected, means):
            break
        means = region_means(corrected, labels, meaningful, otherwise=means)
    return corrected


def field_of_view(projector: Projector) -> Tensor:
    """Return where the camera sees enough to correct: a hundredth of its greatest sensitivity, shape (..., x, y, z)."""
    sensitivity = projector.sensitivity
    return sensitivity > SMALLEST_SENSITIVITY * sensitivity.amax(dim=(-3, -2, -1), keepdim=True)


def _check(projector: Projector, image: Tensor, regions: Tensor) -> None:
    """Raise ValueError where image or regions do not fit the projector or each other."""
    for name, volume in (("image", image), ("regions", regions)):
        if tuple(volume.shape[-3:]) != tuple(projector.image_shape):
            raise ValueError(
                f"{name} must have the projector's shape (..., {projector.image_shape}), got {tuple(volume.shape)}"
            )
    if not bool(torch.isfinite(image).all()):
        raise ValueError("image must be finite, got NaN or infinity; reconstruct it with the same projector first")
    unknown = sorted(set(regions.unique().tolist()) - set(Region))
    if unknown:
        raise ValueError(f"regions must hold the labels {[int(r) for r in Region]}, got {unknown}")
