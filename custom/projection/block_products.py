"""Products with the system matrix in its own layout: CPU, float32, several threads."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from custom.projection import kernels
from custom.projection.blocks import BLOCK_SIZE, Blocks
from custom.projection.system_matrix import SystemMatrix

N_TOGETHER = 8
"""Images that share a pass over the matrix, side by side in the processor's registers."""
FEWEST_TOGETHER = 2
"""One image alone has kernels of its own; in a batch, an image comes out the same to the bit beside whatever others."""


class Part(NamedTuple):
    """Some of one pinhole's blocks, from the first to before the end."""

    pinhole: int
    first: int
    end: int


class BlockProducts:
    """Products of the blocks of a system matrix, dealt out to as many threads as torch has.

    Every thread sums what it computes apart, and the threads' sums are added in their order: the same input gives the
    same bits for a given number of threads. Images that go through the matrix together lie side by side in memory, in
    what is returned, too, so that a batch which is handed on is not rearranged again. Nothing here runs on torch's own
    threads: those go on turning for milliseconds after they have finished, on the cores that the products need.

    Args:
        matrix: the system matrix.
    """

    def __init__(self, matrix: SystemMatrix) -> None:
        self.matrix = matrix
        self._blocks = Blocks(*(np.asarray(array) for array in matrix.blocks))  # memory maps would be slow to index

    def project(self, images: Tensor, factor: Tensor | None) -> Tensor:
        """Return A x of each image: (batch, n_voxels) to (batch, n_pixels)."""
        pairs = zip(_groups(images), self._factors(factor, len(images)), strict=True)
        return _joined([self._project(x, t) for x, t in pairs], len(images))

    def back_project(self, counts: Tensor, factor: Tensor | None) -> Tensor:
        """Return Aᵀ y of each set of counts: (batch, n_pixels) to (batch, n_voxels)."""
        pairs = zip(_groups(counts), self._factors(factor, len(counts)), strict=True)
        return _joined([self._back_project(y, t) for y, t in pairs], len(counts))

    def update(
        self, images: Tensor, counts: Tensor, background: Tensor, weight: Tensor, factor: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return w · x · Aᵀ(y / (A x + b)), where y = 0 gives 0, and A x + b.

        Args:
            images: x, (batch, n_voxels).
            counts: y, (batch, n_pixels).
            background: b, (batch, n_pixels), or (1, n_pixels) for all alike.
            weight: w, (batch, n_voxels), or (1, n_voxels) for all alike.
            factor: from `per_view`.
        """
        updated, expected = [], []
        n = len(images)
        given = zip(_groups(images), _groups(counts), self._factors(factor, n), strict=True)
        offsets, weights = _for_groups(background, n), _for_groups(weight, n)
        for (x, y, t), b, w in zip(given, offsets, weights, strict=True):
            expected.append(self._project(x, t) + b)
            ratio = np.divide(y, expected[-1], out=_zeros(*y.shape), where=y > 0)
            updated.append(self._back_project(ratio, t, x, w))
        return _joined(updated, n), _joined(expected, n)

    def per_view(self, transmission: Tensor) -> Tensor:
        """Take the factor of each view from the transmission, as the products ask for it.

        Args:
            transmission: (pinhole, voxel), or (batch, pinhole, voxel).

        Returns:
            (n_views,), or (groups, n_views · n) for groups of n images that go through the matrix together.
        """
        factor = transmission[..., self.matrix.pinhole_of_view(), torch.from_numpy(self._blocks.voxel).long()]
        factor *= torch.from_numpy(self._blocks.scale)
        return factor if factor.ndim == 1 else torch.from_numpy(np.stack([group.ravel() for group in _groups(factor)]))

    def _factors(self, factor: Tensor | None, batch: int) -> list[np.ndarray]:
        """Return the factor of each group of a batch."""
        if factor is None or factor.ndim == 1:
            return [self._blocks.scale if factor is None else factor.numpy()] * _number_of_groups(batch)
        return list(factor.numpy())

    def _project(self, images: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Return the counts, (n_pixels, n), of images, (n_voxels, n), of which there are one or eight."""
        n_images, given = images.shape[1], images.ravel()
        kernel = kernels.project_one if n_images == 1 else kernels.project_eight
        shares = self._shares()
        shape = len(shares), self.matrix.n_pinholes, self.matrix.n_pixels_by_pinhole * BLOCK_SIZE
        found = _zeros(*shape)

        def run(thread: int) -> None:
            for part in shares[thread]:
                kernel(self._blocks, part.first, part.end, given, factor, found[thread, part.pinhole])

        kernel(self._blocks, 0, 0, given, factor, found[0, 0])  # compiled once, not by all threads at a time
        _on_threads(run, len(shares))
        lanes = found.sum(axis=0).reshape(-1, BLOCK_SIZE)
        return lanes @ np.ones((BLOCK_SIZE, 1), np.float32) if n_images == 1 else lanes

    def _back_project(self, counts: np.ndarray, factor: np.ndarray, *weights: np.ndarray) -> np.ndarray:
        """Return the images, (n_voxels, n), of counts, (n_pixels, n), times weights, (n_voxels, n) or (n_voxels, 1)."""
        n_images, given = counts.shape[1], counts.reshape(self.matrix.n_pinholes, -1)
        kernel = kernels.back_project_one if n_images == 1 else kernels.back_project_eight
        shares = self._shares()
        found = _zeros(len(shares), self.matrix.grid.n_voxels, n_images)
        cuts = np.linspace(0, self.matrix.grid.n_voxels, len(shares) + 1).round().astype(int)

        def run(thread: int) -> None:
            for part in shares[thread]:
                kernel(self._blocks, part.first, part.end, given[part.pinhole], factor, found[thread].ravel())

        def add_up(thread: int) -> None:
            here = slice(*cuts[thread : thread + 2])
            image = found[0, here]
            for other in found[1:, here]:
                image += other
            for weight in weights:
                image *= weight[here]

        kernel(self._blocks, 0, 0, given[0], factor, found[0].ravel())  # compiled once, not by all threads at a time
        _on_threads(run, len(shares))
        _on_threads(add_up, len(shares))
        return found[0]

    def _shares(self) -> list[list[Part]]:
        """Deal the blocks out to torch's number of threads for equal numbers of entries, cut where a pinhole ends."""
        ends = np.linspace(0, self._blocks.entry[-1], torch.get_num_threads() + 1).round().astype(np.int64)
        cuts = np.searchsorted(self._blocks.entry, ends).tolist()
        pinholes = itertools.pairwise(self._blocks.pinhole_block.tolist())
        whole = [Part(pinhole, *ends) for pinhole, ends in enumerate(pinholes)]
        return [
            [
                part._replace(first=max(part.first, first), end=min(part.end, end))
                for part in whole
                if part.first < end and first < part.end
            ]
            for first, end in itertools.pairwise(cuts)
        ]


def _on_threads(work: Callable[[int], None], n_threads: int) -> None:
    """Do some work for each thread's number, the last one's on this thread."""
    with ThreadPoolExecutor(n_threads) as pool:
        others = [pool.submit(work, thread) for thread in range(n_threads - 1)]
        work(n_threads - 1)
        for other in others:
            other.result()


def _number_of_groups(batch: int) -> int:
    return max(1, batch if batch < FEWEST_TOGETHER else -(-batch // N_TOGETHER))


def _groups(rows: Tensor) -> list[np.ndarray]:
    """Rearrange (batch, n) to groups of (n, 1), or of (n, 8), the last one filled up with zeros."""
    if len(rows) == 0:
        return [_zeros(rows.shape[1], 1)]
    if len(rows) < FEWEST_TOGETHER:
        return [np.ascontiguousarray(row)[:, None] for row in rows.numpy()]
    return [_side_by_side(group) for group in np.split(rows.numpy(), range(N_TOGETHER, len(rows), N_TOGETHER))]


def _side_by_side(rows: np.ndarray) -> np.ndarray:
    """Rearrange up to eight rows to (n, 8), without a copy where they are eight that already lie so."""
    if len(rows) == N_TOGETHER and rows.T.flags.c_contiguous:
        return rows.T
    columns = _zeros(rows.shape[1], N_TOGETHER)
    columns[:, : len(rows)] = rows.T
    return columns


def _zeros(*shape: int) -> np.ndarray:
    """Return zeros that begin where a cache line does, unlike numpy's: else rows of eight would lie in two lines."""
    zeros = torch.empty(shape, dtype=torch.float32, device="cpu").numpy()
    zeros[...] = 0
    return zeros


def _for_groups(rows: Tensor, batch: int) -> list[np.ndarray]:
    """Return what belongs to each group of a batch: of rows of its own, or of the one row that all share."""
    return [rows.numpy().T] * _number_of_groups(batch) if len(rows) == 1 else _groups(rows)


def _joined(groups: list[np.ndarray], batch: int) -> Tensor:
    """Rearrange groups of (n, 1) or (n, 8) to (batch, n), without a copy where there is one group only."""
    rows = groups[0].T if len(groups) == 1 else np.concatenate([group.T for group in groups])
    return torch.from_numpy(rows[:batch])
