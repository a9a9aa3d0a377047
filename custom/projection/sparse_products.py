"""Products with a system matrix and its transpose on one device, pinhole by pinhole."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor

from custom.projection.system_matrix import SystemMatrix


class SparseProducts:
    """The system matrix as one sparse tensor per pinhole, and its transpose, made when first needed.

    Pinhole after pinhole, the voxels that it sees are gathered from the image, weighted with the transmission along
    each view, and multiplied with its block of the matrix; what is gathered stays small enough for a processor's cache.

    Images are (n_voxels,) or (n_voxels, batch), counts (n_pixels,) or (n_pixels, batch); `factor`, (n_views,) or
    (n_views, batch), is the transmission t along each view, None for air.

    Args:
        matrix: the system matrix.
        device: where the products are computed.
        dtype: torch.float32 or torch.float64.
    """

    def __init__(self, matrix: SystemMatrix, device: torch.device, dtype: torch.dtype) -> None:
        self.matrix, self.device, self.dtype = matrix, device, dtype
        self._blocks = [self._sparse(matrix.block(pinhole)) for pinhole in range(matrix.n_pinholes)]
        self._voxels = torch.from_numpy(matrix.voxel).to(device).long().split(matrix.n_views_by_pinhole)
        self._transposed_blocks: list[Tensor] = []

    def project(self, image: Tensor, factor: Tensor | None) -> Tensor:
        """Return, for each pinhole, its block · diag(t) · the image's voxels that it sees."""
        counts = image.new_empty(self.matrix.n_pinholes, self.matrix.n_pixels_by_pinhole, *image.shape[1:])
        for row, block, voxel, weight in zip(counts, self._blocks, self._voxels, self._by_pinhole(factor), strict=True):
            views = image.index_select(0, voxel)
            row.copy_(block @ (views if weight is None else views.mul_(weight)))
        return counts.flatten(0, 1)

    def back_project(self, counts: Tensor, factor: Tensor | None) -> Tensor:
        """Return the transpose of `project` applied to counts."""
        if not self._transposed_blocks:
            blocks = (self.matrix.block(pinhole) for pinhole in range(self.matrix.n_pinholes))
            self._transposed_blocks = [self._sparse(block.T.tocsr()) for block in blocks]
        image = counts.new_zeros(self.matrix.grid.n_voxels, *counts.shape[1:])
        rows = counts.unflatten(0, (self.matrix.n_pinholes, self.matrix.n_pixels_by_pinhole))
        for row, block, voxel, weight in zip(
            rows, self._transposed_blocks, self._voxels, self._by_pinhole(factor), strict=True
        ):
            views = block @ row
            index = voxel.view(-1, *[1] * (views.ndim - 1)).expand_as(views)
            image.scatter_add_(0, index, views if weight is None else views.mul_(weight))  # index_add_ takes far longer
        return image

    def per_view(self, transmission: Tensor) -> Tensor:
        """Take the factor of each view from (pinhole, x, y, z) or (batch, pinhole, x, y, z)."""
        shape = (self.matrix.n_pinholes, *self.matrix.grid.shape)
        if tuple(transmission.shape[-4:]) != shape or transmission.ndim > len(shape) + 1:
            got = tuple(transmission.shape)
            raise ValueError(f"transmission must have the shape {shape}, or one more axis, got {got}")
        if not (transmission.min() >= 0 and transmission.max() <= 1):
            raise ValueError("transmission must lie in [0, 1]; is it the μ-map itself?")
        pinhole = np.repeat(np.arange(self.matrix.n_pinholes), self.matrix.n_views_by_pinhole)
        index = torch.from_numpy(pinhole * self.matrix.grid.n_voxels + self.matrix.voxel).to(self.device)
        flat = transmission.to(self.device, self.dtype).reshape(*transmission.shape[:-4], -1)
        return flat[..., index].movedim(-1, 0).contiguous()

    def _by_pinhole(self, factor: Tensor | None) -> list[Tensor] | list[None]:
        n_views = self.matrix.n_views_by_pinhole
        return [None] * len(n_views) if factor is None else list(factor.split(n_views))

    def _sparse(self, block: csr_array) -> Tensor:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
            return torch.sparse_csr_tensor(
                torch.from_numpy(block.indptr).to(self.device),
                torch.from_numpy(block.indices).to(self.device),
                torch.from_numpy(block.data).to(self.device, self.dtype),
                block.shape,
                check_invariants=False,
            )
