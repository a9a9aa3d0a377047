"""Products with a system matrix and its transpose on one device."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor

from custom.projection.system_matrix import SystemMatrix

LARGEST_INDEX = np.iinfo(np.int32).max


class SparseProducts:
    """The system matrix B as a sparse tensor by rows; a second one by columns is made when first needed.

    S repeats the image's voxels for each pinhole that sees them: one entry per view. `factor`, (n_views,) or
    (n_views, batch), is the transmission t along each view, None for air. Images are (n_voxels,) or (n_voxels, batch),
    counts (n_pixels,) or (n_pixels, batch).

    Args:
        matrix: the system matrix.
        device: where the products are computed.
        dtype: torch.float32 or torch.float64.
    """

    def __init__(self, matrix: SystemMatrix, device: torch.device, dtype: torch.dtype) -> None:
        self.matrix, self.device, self.dtype = matrix, device, dtype
        self._voxel = torch.from_numpy(matrix.voxel).to(device)
        self._by_rows = self._sparse(matrix.row_pointer, matrix.view, matrix.value, (matrix.n_pixels, matrix.n_views))
        self._by_columns: Tensor | None = None
        self._sum_of_views: Tensor | None = None

    def project(self, image: Tensor, factor: Tensor | None) -> Tensor:
        """Return B · diag(t) · S · image."""
        views = image.index_select(0, self._voxel)
        return self._by_rows @ (views if factor is None else views.mul_(factor))

    def back_project(self, counts: Tensor, factor: Tensor | None) -> Tensor:
        """Return Sᵀ · diag(t) · Bᵀ · counts."""
        if self._by_columns is None or self._sum_of_views is None:
            self._by_columns, self._sum_of_views = self._transposed(), self._summing()
        views = self._by_columns @ counts
        return self._sum_of_views @ (views if factor is None else views.mul_(factor))

    def per_view(self, transmission: Tensor) -> Tensor:
        """Take the factor of each view from (pinhole, x, y, z) or (batch, pinhole, x, y, z)."""
        shape = (len(self.matrix.camera.pinholes), *self.matrix.grid.shape)
        if tuple(transmission.shape[-4:]) != shape or transmission.ndim > len(shape) + 1:
            got = tuple(transmission.shape)
            raise ValueError(f"transmission must have the shape {shape}, or one more axis, got {got}")
        if not (transmission.min() >= 0 and transmission.max() <= 1):
            raise ValueError("transmission must lie in [0, 1]; is it the μ-map itself?")
        pinhole = np.repeat(np.arange(shape[0]), np.diff(self.matrix.pinhole_pointer))
        index = torch.from_numpy(pinhole * self.matrix.grid.n_voxels + self.matrix.voxel).to(self.device)
        flat = transmission.to(self.device, self.dtype).reshape(*transmission.shape[:-4], -1)
        return flat[..., index].movedim(-1, 0).contiguous()

    def _transposed(self) -> Tensor:
        matrix = self.matrix
        rows = csr_array(
            (matrix.value, matrix.view, _narrow(matrix.row_pointer)), shape=(matrix.n_pixels, matrix.n_views)
        )
        columns = rows.T.tocsr()
        return self._sparse(columns.indptr, columns.indices, columns.data, (matrix.n_views, matrix.n_pixels))

    def _summing(self) -> Tensor:
        """Return Sᵀ, which adds up each voxel's views."""
        voxel, n_voxels = self.matrix.voxel, self.matrix.grid.n_voxels
        pointer = np.cumsum([0, *np.bincount(voxel, minlength=n_voxels)])
        ones = np.ones(len(voxel), np.float32)
        return self._sparse(pointer, np.argsort(voxel, kind="stable"), ones, (n_voxels, len(voxel)))

    def _sparse(self, pointer: np.ndarray, index: np.ndarray, value: np.ndarray, shape: tuple[int, int]) -> Tensor:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
            return torch.sparse_csr_tensor(
                torch.from_numpy(_narrow(pointer)).to(self.device),
                torch.from_numpy(_narrow(index)).to(self.device),
                torch.from_numpy(value).to(self.device, self.dtype),
                shape,
                check_invariants=False,
            )


def _narrow(index: np.ndarray) -> np.ndarray:
    """Narrow indices, or pointers that end with their largest, to the 32 bits that sparse products take."""
    if index.dtype != np.int32 and index.size and index[-1] > LARGEST_INDEX:
        raise ValueError(f"a system matrix has at most {LARGEST_INDEX} elements, got {index[-1]}; take a coarser grid")
    return index.astype(np.int32, copy=False)
