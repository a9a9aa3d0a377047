"""What multiplies with the system matrix: ours, and sparse matrices of scipy and torch with a transmission baked in."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor

from benchmarks.rounds import Row, clock
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import SystemMatrix
from custom.reconstruction.mlem import mlem

N_ITERATIONS = 10
"""Of MLEM in one measurement, or products in a row."""


def csr_of(matrix: SystemMatrix, transmission: Tensor) -> csr_array:
    """Return the whole matrix for one patient, (pixels, voxels), float32.

    Its indices are int32, which torch multiplies several times faster than int64, and sorted within each row.

    Args:
        matrix: the geometric system matrix.
        transmission: (pinhole, x, y, z).
    """
    data, indices, lengths = [], [], []
    for pinhole, through in enumerate(transmission.flatten(1).numpy()):
        rows = matrix.rows(pinhole)
        voxel = matrix.voxels(pinhole)[rows.indices]
        data.append(rows.data * through[voxel])
        indices.append(voxel)
        lengths.append(np.diff(rows.indptr))
    ends = np.cumsum(np.concatenate([[0], *lengths]), dtype=np.int32)
    shape = matrix.n_pixels, matrix.grid.n_voxels
    whole = csr_array((np.concatenate(data), np.concatenate(indices), ends), shape=shape)
    whole.sort_indices()
    return whole


class CsrPair:
    """A matrix and a second, transposed copy of it as torch's sparse tensors.

    Args:
        rows: from `csr_of`.
        device: where the products are computed.
    """

    def __init__(self, rows: csr_array, device: str = "cpu") -> None:
        self._rows = _sparse(rows, device)
        self._columns = _sparse(rows.T.tocsr(), device)
        self.device = device

    def project(self, images: Tensor) -> Tensor:
        """Return A x of an image, (n_voxels,), or of images as columns, (n_voxels, n)."""
        return self._rows @ images

    def back_project(self, counts: Tensor) -> Tensor:
        """Return Aᵀ y of counts, (n_pixels,), or of sets of counts as columns, (n_pixels, n)."""
        return self._columns @ counts

    def row(self, name: str, n_images: int) -> Row:
        """Return the row of a forward and a back projection, per image."""
        shape = () if n_images == 1 else (n_images,)
        images = torch.rand(self._rows.shape[1], *shape, device=self.device)
        counts = torch.rand(self._rows.shape[0], *shape, device=self.device)
        return _row(name, lambda: (self.project(images), self.back_project(counts)), n_images)


def scipy_row(name: str, rows: csr_array) -> Row:
    """Return the row of a forward and a back projection by scipy, of one image."""
    image, counts = (np.random.default_rng(0).random(n, np.float32) for n in rows.shape[::-1])
    return _row(name, lambda: (rows @ image, rows.T @ counts), 1)


def products_row(name: str, projector: MatrixProjector, n_images: int) -> Row:
    """Return the row of our forward and back projection, per image."""
    images = torch.rand(n_images, *projector.image_shape, device=projector.device)
    counts = torch.rand(n_images, *projector.counts_shape, device=projector.device)
    return _row(name, lambda: (projector.forward(images), projector.adjoint(counts)), n_images)


def iteration_row(name: str, projector: MatrixProjector, counts: Tensor) -> Row:
    """Return the row of our MLEM iteration, per image: forward projection, ratio, back projection, update.

    Args:
        name: of the row.
        projector: A.
        counts: y, (n_images, pinhole, row, column).
    """
    share = N_ITERATIONS * len(counts)
    return Row(name, "ms", clock(lambda: mlem(projector, counts, n_iterations=N_ITERATIONS), share=share))


def _row(name: str, products: Callable[[], object], n_images: int) -> Row:
    return Row(name, "ms", clock(products, repeats=N_ITERATIONS, share=n_images))


def _sparse(rows: csr_array, device: str) -> Tensor:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        ends, columns, values = (torch.from_numpy(part).to(device) for part in (rows.indptr, rows.indices, rows.data))
        return torch.sparse_csr_tensor(ends, columns, values, rows.shape, check_invariants=False)
