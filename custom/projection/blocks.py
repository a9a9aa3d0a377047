"""The layout of the system matrix: blocks of eight neighbouring views of one pixel."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from custom.projection.columns import Columns

BLOCK_SIZE = 8


class Blocks(NamedTuple):
    """The elements of one pinhole's matrix, or of all pinholes'.

    A view is a pinhole together with a voxel that it sees. Views lie in the order of the pixel that sees them best, and
    by their distance: what one pixel sees are then a few stretches of neighbouring views. Each stretch is a run of
    blocks of eight views, with 0 for those that the pixel does not see.

    Args:
        voxel: (n_views,) int32, flat index of each view's voxel in (x, y, z) order.
        run_pixel: (n_runs,) int32, the pixel of each run.
        run_block: (n_runs + 1,) int64, where each run's blocks start.
        block_view: (n_blocks,) int32, the first view of each block, counted within its pinhole.
        value: (n_blocks · 8,) float32; the last blocks may reach up to seven views beyond the pinhole's.
        pinhole_view: (n_pinholes + 1,) int64, where each pinhole's views start.
        pinhole_run: (n_pinholes + 1,) int64, where each pinhole's runs start.
    """

    voxel: np.ndarray
    run_pixel: np.ndarray
    run_block: np.ndarray
    block_view: np.ndarray
    value: np.ndarray
    pinhole_view: np.ndarray
    pinhole_run: np.ndarray


def blocks_of(columns: Columns, distance: np.ndarray, n_pixels: int) -> Blocks:
    """Lay out one pinhole's columns as blocks.

    Args:
        columns: the pinhole's matrix.
        distance: (n_views,) of each voxel from the pinhole, in any unit.
        n_pixels: of the module.
    """
    best = _best_pixels(columns.pointer, columns.pixel, columns.value)
    order = np.lexsort((distance, best))
    tile = np.concatenate([np.flatnonzero(np.diff(best[order], prepend=-1)), [len(order)]])
    run_pixel, run_block, block_view, value = _runs(
        tile, order, columns.pointer, columns.pixel, columns.value, n_pixels
    )
    voxel = columns.voxel[order]
    ends = np.array([0, len(voxel)]), np.array([0, len(run_pixel)])
    return Blocks(voxel, run_pixel, run_block, block_view, value, *ends)


@numba.njit(nogil=True)
def _best_pixels(pointer: np.ndarray, pixel: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Return the pixel of each column's greatest element."""
    best = np.empty(pointer.size - 1, np.int64)
    for view in range(best.size):
        elements = slice(pointer[view], pointer[view + 1])
        best[view] = pixel[elements][np.argmax(value[elements])]
    return best


@numba.njit(nogil=True)
def _runs(
    tile: np.ndarray, order: np.ndarray, pointer: np.ndarray, pixel: np.ndarray, value: np.ndarray, n_pixels: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gather each tile's views into one run per pixel: pixels, pointer to blocks, first views, values."""
    n_runs, n_blocks = _counted(tile, order, pointer, pixel, n_pixels)
    run_pixel, run_block = np.empty(n_runs, np.int32), np.zeros(n_runs + 1, np.int64)
    block_view, blocks = np.empty(n_blocks, np.int32), np.zeros(n_blocks * BLOCK_SIZE, np.float32)
    reach, block = np.full(n_pixels, -1), np.zeros(n_pixels, np.int64)
    run = 0
    for number in range(tile.size - 1):
        first_run = run
        for view in range(tile[number], tile[number + 1]):
            for element in range(pointer[order[view]], pointer[order[view] + 1]):
                at = pixel[element]
                if reach[at] < view:
                    if reach[at] < 0:
                        run_pixel[run] = at
                        run += 1
                    reach[at] = view + BLOCK_SIZE - 1
                    block[at] += 1
        for begun in range(first_run, run):
            at = run_pixel[begun]
            run_block[begun + 1] = run_block[begun] + block[at]
            block[at], reach[at] = run_block[begun] - 1, -1
        for view in range(tile[number], tile[number + 1]):
            for element in range(pointer[order[view]], pointer[order[view] + 1]):
                at = pixel[element]
                if reach[at] < view:
                    block[at] += 1
                    block_view[block[at]] = view
                    reach[at] = view + BLOCK_SIZE - 1
                blocks[block[at] * BLOCK_SIZE + view - block_view[block[at]]] = value[element]
        for begun in range(first_run, run):
            block[run_pixel[begun]], reach[run_pixel[begun]] = 0, -1
    return run_pixel, run_block, block_view, blocks


@numba.njit(nogil=True)
def _counted(
    tile: np.ndarray, order: np.ndarray, pointer: np.ndarray, pixel: np.ndarray, n_pixels: int
) -> tuple[int, int]:
    """Return the numbers of runs and of blocks."""
    reach, first_of_tile = np.full(n_pixels, -1), 0
    n_runs = n_blocks = 0
    for number in range(tile.size - 1):
        first_of_tile = tile[number]
        for view in range(first_of_tile, tile[number + 1]):
            for element in range(pointer[order[view]], pointer[order[view] + 1]):
                at = pixel[element]
                if reach[at] < view:
                    n_runs += reach[at] < 0
                    n_blocks += 1
                    reach[at] = view + BLOCK_SIZE - 1
        for view in range(first_of_tile, tile[number + 1]):
            for element in range(pointer[order[view]], pointer[order[view] + 1]):
                reach[pixel[element]] = -1
    return n_runs, n_blocks
