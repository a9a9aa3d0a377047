"""What all products with a system matrix keep to, whatever the layout and the device."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from custom.projection.system_matrix import SystemMatrix
from tests.projection.test_system_matrix import dense

BATCHES = [1, 2, 8, 9]
MEDIA = ["air", "one map", "one map per study"]
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}


def random(*shape: int, dtype: torch.dtype, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def assert_close(ours: Tensor, theirs: np.ndarray) -> None:
    scale = np.abs(theirs).max(initial=np.finfo(np.float32).tiny)
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=0, atol=TOLERANCE[ours.dtype] * scale)


def assert_products_are_dense(
    products: Any, matrix: SystemMatrix, *, batch: int, medium: str, dtype: torch.dtype
) -> None:
    """Each image goes through the dense matrix times its own transmission."""
    factors = random(batch, matrix.n_pinholes, matrix.grid.n_voxels, dtype=dtype, seed=3)
    if medium == "air":
        factors, factor = torch.ones_like(factors), None
    elif medium == "one map":
        factors, factor = factors[:1].expand_as(factors), products.per_view(factors[0])
    else:
        factor = products.per_view(factors)
    images, counts = random(batch, matrix.grid.n_voxels, dtype=dtype), random(batch, matrix.n_pixels, dtype=dtype)
    matrices = [_attenuated(matrix, factor) for factor in factors]
    projected = np.stack([matrix @ image.numpy() for matrix, image in zip(matrices, images, strict=True)])
    returned = np.stack([matrix.T @ count.numpy() for matrix, count in zip(matrices, counts, strict=True)])
    assert_close(products.project(images, factor), projected)
    assert_close(products.back_project(counts, factor), returned)


def assert_inputs_are_left(products: Any, matrix: SystemMatrix, *, batch: int, dtype: torch.dtype) -> None:
    images = torch.ones(batch, matrix.grid.n_voxels, dtype=dtype)
    counts = torch.ones(batch, matrix.n_pixels, dtype=dtype)
    factor = products.per_view(torch.full((matrix.n_pinholes, matrix.grid.n_voxels), 0.5, dtype=dtype))
    factor_before = factor.clone()
    products.project(images, factor)
    products.back_project(counts, factor)
    assert (images == 1).all()
    assert (counts == 1).all()
    assert torch.equal(factor, factor_before)


def _attenuated(matrix: SystemMatrix, factor: Tensor) -> np.ndarray:
    """The dense matrix with each pinhole's rows times that pinhole's transmission, (pinhole, voxel)."""
    rows = dense(matrix).reshape(matrix.n_pinholes, -1, matrix.grid.n_voxels)
    return (rows * factor[:, None].numpy()).reshape(-1, matrix.grid.n_voxels)
