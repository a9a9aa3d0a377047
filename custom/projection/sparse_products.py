"""Products with a system matrix and its transpose by sparse tensors of torch, on any device and in any precision."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from scipy.sparse import block_diag, csr_array
from torch import Tensor

from custom.projection.system_matrix import SystemMatrix


class SparseProducts:
    """The system matrix on views as one sparse tensor, and its transpose, made when first needed.

        A x = B (t · S x),   Aᵀ y = Sᵀ (t · Bᵀ y)

    S repeats voxels for the pinholes that see them. All sums are products of sparse matrices, none is scattered, so
    that their order does not change from run to run.

    Args:
        matrix: the system matrix.
        device: where the products are computed.
        dtype: torch.float32 or torch.float64.
    """

    def __init__(self, matrix: SystemMatrix, device: torch.device, dtype: torch.dtype) -> None:
        self.matrix, self.device, self.dtype = matrix, device, dtype
        self._voxel = torch.from_numpy(np.asarray(matrix.blocks.voxel)).to(device)
        self._rows = self._sparse(self._on_views())
        self._transposed: tuple[Tensor, Tensor] | None = None

    def project(self, images: Tensor, factor: Tensor | None) -> Tensor:
        """Return A x of each image: (batch, n_voxels) to (batch, n_pixels)."""
        views = images.T.contiguous().index_select(0, self._voxel)
        return (self._rows @ (views if factor is None else views.mul_(factor))).T

    def back_project(self, counts: Tensor, factor: Tensor | None) -> Tensor:
        """Return Aᵀ y of each set of counts: (batch, n_pixels) to (batch, n_voxels)."""
        if self._transposed is None:
            self._transposed = self._sparse(self._on_views().T.tocsr()), self._sparse(self._by_voxel())
        columns, by_voxel = self._transposed
        views = columns @ counts.T.contiguous()
        return (by_voxel @ (views if factor is None else views.mul_(factor))).T

    def per_view(self, transmission: Tensor) -> Tensor:
        """Take the factor of each view from the transmission.

        Args:
            transmission: (pinhole, voxel), or (batch, pinhole, voxel).

        Returns:
            (n_views, 1) or (n_views, batch).
        """
        given = transmission.to(self.device, self.dtype)
        factor = given[..., self.matrix.pinhole_of_view().to(self.device), self._voxel]
        return torch.atleast_2d(factor).T.contiguous()

    def _on_views(self) -> csr_array:
        """Return B, (pixels, views)."""
        pinholes = range(self.matrix.n_pinholes)
        return csr_array(block_diag([self.matrix.rows(pinhole) for pinhole in pinholes], format="csr"))

    def _by_voxel(self) -> csr_array:
        """Return Sᵀ, (voxels, views)."""
        shape = self.matrix.grid.n_voxels, self.matrix.n_views
        return csr_array((np.ones(shape[1]), (self.matrix.blocks.voxel, np.arange(shape[1]))), shape=shape)

    def _sparse(self, matrix: csr_array) -> Tensor:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
            return torch.sparse_csr_tensor(
                torch.from_numpy(matrix.indptr.astype(np.int32)).to(self.device),
                torch.from_numpy(matrix.indices.astype(np.int32)).to(self.device),
                torch.from_numpy(matrix.data).to(self.device, self.dtype),
                matrix.shape,
                check_invariants=False,
            )
