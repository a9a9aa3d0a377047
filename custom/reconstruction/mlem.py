"""Maximum-likelihood expectation maximisation."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from tqdm import tqdm

from custom.projection.projector import Projector
from custom.scanner.shapes import Counts, Image

Callback = Callable[[int, Tensor, Tensor], bool | None]


@torch.no_grad()
def mlem(
    projector: Projector,
    counts: Counts,
    *,
    n_iterations: int = 80,
    background: Counts | None = None,
    start: Image | None = None,
    callback: Callback | None = None,
    progress: bool = False,
) -> Image:
    """Maximum-likelihood image of Poisson counts.

        x ← x / (Aᵀ1) · Aᵀ( y / (A x + b) )

    Voxels that no pinhole sees (Aᵀ1 = 0) stay exactly 0. Pixels with y = 0 contribute nothing, nor do pixels where the
    model expects nothing at all, because no image explains their counts.

    Args:
        projector: A, from activity per voxel to expected counts per pixel.
        counts: y, shape (..., pinhole, row, column), counts, ≥ 0.
        n_iterations: number of updates.
        background: b, expected counts that A does not explain (scatter); shape of the counts; default none.
        start: first image, shape (..., x, y, z), > 0 where activity may be; default uniform with the counts' total.
        callback: called as callback(iteration, image, log_likelihood) after each update, counted from 1; the
            log-likelihood has one value per image. Returning True stops.
        progress: show a progress bar.

    Returns:
        Image of shape (..., x, y, z), emitted photons per voxel.

    Raises:
        ValueError: counts, background or start of another shape than the projector's, negative or not finite.

    Source: Shepp and Vardi 1982, doi:10.1109/TMI.1982.4307558.
    """
    sensitivity = projector.sensitivity
    seen = sensitivity >= torch.finfo(sensitivity.dtype).tiny
    weight = torch.where(seen, 1 / sensitivity, 0)
    counts = _checked(counts, projector.counts_shape, "counts").to(sensitivity)
    background = torch.zeros(projector.counts_shape) if background is None else background
    background = _checked(background, projector.counts_shape, "background").to(sensitivity)
    image = _uniform(counts, sensitivity) if start is None else _checked(start, projector.image_shape, "start")
    image = torch.where(seen, image.to(sensitivity), 0)
    counts = torch.where(_explained(counts, projector.forward(image) + background), counts, 0)
    for iteration in tqdm(range(n_iterations), desc="MLEM", unit="iteration", disable=not progress):
        updated, expected = projector.update(image, counts, background, weight)
        if callback is not None and iteration > 0 and callback(iteration, image, log_likelihood(expected, counts)):
            return image
        image = updated
    if callback is not None and n_iterations > 0:
        callback(n_iterations, image, log_likelihood(projector.forward(image) + background, counts))
    return image


def log_likelihood(projected: Counts, counts: Counts) -> Tensor:
    """Poisson log-likelihood of counts, without the term that no image changes.

        Σ y · ln(p) − p,   0 · ln(0) = 0

    Args:
        projected: p, expected counts (A x + b), shape (..., pinhole, row, column).
        counts: y, measured counts, same shape.

    Returns:
        One float64 value for each image, shape (...); −∞ where counts stand in a pixel that expects none.

    Source: Shepp and Vardi 1982, doi:10.1109/TMI.1982.4307558.
    """
    projected, counts = projected.double(), counts.double()
    return (torch.xlogy(counts, projected) - projected).sum(dim=(-3, -2, -1))


def _uniform(counts: Tensor, sensitivity: Tensor) -> Tensor:
    """Return the uniform image that is expected to give the counts' total, one for each set of counts."""
    total, seen = (values.contiguous().double().sum(dim=(-3, -2, -1)) for values in (counts, sensitivity))
    level = (total / seen.clamp(min=torch.finfo(counts.dtype).tiny)).to(counts)
    return level[..., None, None, None].expand(*level.shape, *sensitivity.shape[-3:])


def _explained(counts: Tensor, expected: Tensor) -> Tensor:
    """Return where an expected count is large enough beside the measured one to divide by."""
    return expected > counts * torch.finfo(counts.dtype).eps ** 4


def _checked(values: Tensor, shape: tuple[int, int, int], name: str) -> Tensor:
    """Return the values if their last three axes have the shape and all are finite and ≥ 0."""
    if tuple(values.shape[-3:]) != tuple(shape):
        raise ValueError(f"{name} must have the projector's shape (..., {shape}), got {tuple(values.shape)}")
    if not bool(torch.isfinite(values).all() and (values >= 0).all()):
        raise ValueError(f"{name} must be finite and not negative; subtracted background makes counts negative")
    return values
