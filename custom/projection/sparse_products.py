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

    Pinhole after pinhole, the voxels that it sees are gathered from the images, weighted with the transmission along
    each view, and multiplied with its part of the matrix; what is gathered stays small enough for a processor's cache.

    Args:
        matrix: the system matrix.
        device: where the products are computed.
        dtype: torch.float32 or torch.float64.
    """

    def __init__(self, matrix: SystemMatrix, device: torch.device, dtype: torch.dtype) -> None:
        self.matrix, self.device, self.dtype = matrix, device, dtype
        self._parts = [self._sparse(matrix.rows(pinhole)) for pinhole in range(matrix.n_pinholes)]
        voxels = (np.asarray(matrix.voxels(pinhole)) for pinhole in range(matrix.n_pinholes))
        self._voxels = [torch.from_numpy(voxel).to(device).long() for voxel in voxels]
        self._transposed_parts: list[Tensor] = []

    def project(self, images: Tensor, factor: Tensor | None) -> Tensor:
        """Return A x of each image: (batch, n_voxels) to (batch, n_pixels)."""
        columns = images.T.contiguous()
        counts = images.new_empty(self.matrix.n_pinholes, self.matrix.n_pixels_by_pinhole, len(images))
        for row, part, voxel, weight in zip(counts, self._parts, self._voxels, self._by_pinhole(factor), strict=True):
            views = columns.index_select(0, voxel)
            row.copy_(part @ (views if weight is None else views.mul_(weight)))
        return counts.flatten(0, 1).T

    def back_project(self, counts: Tensor, factor: Tensor | None) -> Tensor:
        """Return Aᵀ y of each set of counts: (batch, n_pixels) to (batch, n_voxels)."""
        if not self._transposed_parts:
            rows = (self.matrix.rows(pinhole) for pinhole in range(self.matrix.n_pinholes))
            self._transposed_parts = [self._sparse(part.T.tocsr()) for part in rows]
        columns = counts.new_zeros(self.matrix.grid.n_voxels, len(counts))
        rows = counts.T.contiguous().unflatten(0, (self.matrix.n_pinholes, self.matrix.n_pixels_by_pinhole))
        for row, part, voxel, weight in zip(
            rows, self._transposed_parts, self._voxels, self._by_pinhole(factor), strict=True
        ):
            views = part @ row
            index = voxel[:, None].expand_as(views)
            columns.scatter_add_(0, index, views if weight is None else views.mul_(weight))  # index_add_ is far slower
        return columns.T

    def per_view(self, transmission: Tensor) -> Tensor:
        """Take the factor of each view from the transmission.

        Args:
            transmission: (pinhole, voxel), or (batch, pinhole, voxel).

        Returns:
            (n_views, 1) or (n_views, batch).
        """
        given = transmission.to(self.device, self.dtype)
        seen = [given[..., pinhole, :][..., voxel] for pinhole, voxel in enumerate(self._voxels)]
        return torch.atleast_2d(torch.cat(seen, dim=-1)).T.contiguous()

    def _by_pinhole(self, factor: Tensor | None) -> list[Tensor] | list[None]:
        return [None] * len(self._voxels) if factor is None else list(factor.split([len(v) for v in self._voxels]))

    def _sparse(self, part: csr_array) -> Tensor:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
            return torch.sparse_csr_tensor(
                torch.from_numpy(part.indptr).to(self.device),
                torch.from_numpy(part.indices).to(self.device),
                torch.from_numpy(part.data).to(self.device, self.dtype),
                part.shape,
                check_invariants=False,
            )
