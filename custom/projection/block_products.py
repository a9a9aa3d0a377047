"""Products with the system matrix in its own layout: CPU, float32, several threads."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from custom.projection import kernels
from custom.projection.blocks import BLOCK_SIZE, Blocks
from custom.projection.system_matrix import SystemMatrix

Kernel = Callable[..., None]

N_TOGETHER = 8
"""Images that share a pass over the matrix, side by side in the processor's registers."""
FEWEST_TOGETHER = 4
"""Fewer images than this are faster one after the other."""


class BlockProducts:
    """Products of the blocks of a system matrix, runs dealt out to as many threads as torch has.

    Every thread sums what it computes apart, and the threads' sums are added in their order: the same input gives the
    same bits for a given number of threads.

    Args:
        matrix: the system matrix.
    """

    def __init__(self, matrix: SystemMatrix) -> None:
        self.matrix = matrix
        self._blocks = Blocks(*(np.asarray(array) for array in matrix.blocks))  # memory maps would be slow to index
        self._no_factor = np.ones(matrix.n_views, np.float32)
        self._n_views = int(np.diff(matrix.blocks.pinhole_view).max(initial=0)) + BLOCK_SIZE

    def project(self, images: Tensor, factor: Tensor | None) -> Tensor:
        """Return A x of each image: (batch, n_voxels) to (batch, n_pixels)."""
        return self._products(images, factor, self.matrix.n_pixels, kernels.project_one, kernels.project_eight)

    def back_project(self, counts: Tensor, factor: Tensor | None) -> Tensor:
        """Return Aᵀ y of each set of counts: (batch, n_pixels) to (batch, n_voxels)."""
        n_voxels = self.matrix.grid.n_voxels
        return self._products(counts, factor, n_voxels, kernels.back_project_one, kernels.back_project_eight)

    def per_view(self, transmission: Tensor) -> Tensor:
        """Take the factor of each view from the transmission, as the products ask for it.

        Args:
            transmission: (pinhole, voxel), or (batch, pinhole, voxel).

        Returns:
            (n_views,) or (batch, n_views), or (groups, n_views, 8) where images go through the matrix side by side.
        """
        pinhole = torch.repeat_interleave(
            torch.arange(self.matrix.n_pinholes), torch.from_numpy(np.diff(self.matrix.blocks.pinhole_view))
        )
        factor = transmission[..., pinhole, torch.from_numpy(self._blocks.voxel).long()]
        together = factor.ndim == 2 and len(factor) >= FEWEST_TOGETHER
        return _side_by_side(factor) if together else factor.contiguous()

    def _products(self, given: Tensor, factor: Tensor | None, size: int, one: Kernel, eight: Kernel) -> Tensor:
        factors = self._no_factor if factor is None else factor.numpy()
        if len(given) < FEWEST_TOGETHER:
            each = [factors] * len(given) if factors.ndim == 1 else factors
            pairs = zip(given.contiguous().numpy(), each, strict=True)
            return torch.from_numpy(np.stack([self._sum(one, 1, *pair, size) for pair in pairs]))
        groups = _side_by_side(given).numpy()
        each = [factors] * len(groups) if factors.ndim == 1 else factors
        pairs = zip(groups, each, strict=True)
        found = np.stack([self._sum(eight, N_TOGETHER, x.ravel(), t.ravel(), size) for x, t in pairs])
        return torch.from_numpy(found).unflatten(1, (size, N_TOGETHER)).mT.flatten(0, 1)[: len(given)]

    def _sum(self, kernel: Kernel, n_images: int, given: np.ndarray, factor: np.ndarray, size: int) -> np.ndarray:
        """Run a kernel on all threads and add what they found."""
        n_threads = torch.get_num_threads()
        shares = self._shares(n_threads)
        found = np.zeros((n_threads, size * n_images), np.float32)

        def run(thread: int) -> None:
            views = np.empty(self._n_views * n_images, np.float32)
            for part in shares[thread]:
                if part.first_run < part.end_run:
                    kernel(self._blocks, part, given, factor, views, found[thread])

        with ThreadPoolExecutor(n_threads) as pool:
            list(pool.map(run, range(n_threads)))
        return found.sum(axis=0)

    def _shares(self, n_threads: int) -> list[list[kernels.Part]]:
        """Deal the runs out to threads so that all have about as many blocks, each share cut where a pinhole ends."""
        ends = np.linspace(0, self._blocks.run_block[-1], n_threads + 1).round().astype(np.int64)
        cuts = np.searchsorted(self._blocks.run_block, ends).tolist()
        views = itertools.pairwise(self._blocks.pinhole_view.tolist())
        runs = itertools.pairwise(self._blocks.pinhole_run.tolist())
        whole = [kernels.Part(*view, *run) for view, run in zip(views, runs, strict=True)]
        return [
            [part._replace(first_run=max(part.first_run, first), end_run=min(part.end_run, end)) for part in whole]
            for first, end in itertools.pairwise(cuts)
        ]


def _side_by_side(rows: Tensor) -> Tensor:
    """Rearrange (batch, n) to (groups, n, 8), filled up with zeros."""
    n_groups = -(-len(rows) // N_TOGETHER)
    padded = rows.new_zeros(n_groups * N_TOGETHER, rows.shape[1])
    padded[: len(rows)] = rows
    return padded.unflatten(0, (n_groups, N_TOGETHER)).mT.contiguous()
