"""The layout of the system matrix: blocks of eight views that nearly the same pixels see."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from custom.errors import BadInput
from custom.projection.columns import Columns

BLOCK_SIZE = 8
GREATEST = np.iinfo(np.uint16).max
"""Of the whole numbers that stand for a view's elements: half a step is a 130,000th of its greatest element."""


class Blocks(NamedTuple):
    """The elements of one pinhole's matrix, or of all pinholes'.

    A view is a pinhole together with a voxel that it sees. Views whose responses cover the same box of pixels stand
    beside each other, eight to a block; a pinhole's last block is filled up with views of voxel 0 that no pixel sees. A
    block has one entry for each pixel that sees any of its views, with 0 for those that the pixel does not see.

        element = value · scale of its view

    Args:
        voxel: (n_blocks · 8,) int32, flat index of each view's voxel in (x, y, z) order.
        scale: (n_blocks · 8,) float32, a 65,535th of the view's greatest element.
        entry: (n_blocks + 1,) int64, where each block's entries start.
        pixel: (n_entries,) uint16, each entry's pixel, counted within its pinhole.
        value: (n_entries · 8,) uint16.
        pinhole_block: (n_pinholes + 1,) int64, where each pinhole's blocks start.
    """

    voxel: np.ndarray
    scale: np.ndarray
    entry: np.ndarray
    pixel: np.ndarray
    value: np.ndarray
    pinhole_block: np.ndarray


def blocks_of(columns: Columns, n_rows: int, n_columns: int) -> Blocks:
    """Lay out one pinhole's columns as blocks.

    Args:
        columns: the pinhole's matrix.
        n_rows: of the module's pixels.
        n_columns: of the module's pixels.
    """
    if n_rows * n_columns > GREATEST + 1:
        raise BadInput(f"a module may have {GREATEST + 1:,} pixels at most, got {n_rows} × {n_columns}")
    begin = columns.pointer[:-1]
    scale = np.maximum.reduceat(columns.value, begin) / np.float32(GREATEST)
    order = _by_box(columns, n_columns)
    whole = np.rint(columns.value / np.repeat(scale, np.diff(columns.pointer))).astype(np.uint16)
    pixel, value = np.empty(len(whole), np.uint16), np.zeros(len(whole) * BLOCK_SIZE, np.uint16)
    latest = np.full(n_rows * n_columns, -1)
    entry = _fill(order, columns.pointer, columns.pixel, whole, latest, pixel, value)
    n_blocks, n_entries = len(entry) - 1, entry[-1]
    fill_up = n_blocks * BLOCK_SIZE - len(order)
    voxel, scale = (np.pad(numbers[order], (0, fill_up)) for numbers in (columns.voxel, scale))
    return Blocks(voxel, scale, entry, pixel[:n_entries], value[: n_entries * BLOCK_SIZE], np.array([0, n_blocks]))


def _by_box(columns: Columns, n_columns: int) -> np.ndarray:
    """Return the order of the columns by the first and last column, then first and last row, of their pixels.

    Modules stand around the patient, and a module's column sees voxels of all z, which are neighbours in memory.
    """
    row, column, begin = columns.pixel // n_columns, columns.pixel % n_columns, columns.pointer[:-1]
    first, last = np.minimum.reduceat, np.maximum.reduceat
    return np.lexsort((last(row, begin), first(row, begin), last(column, begin), first(column, begin)))


@numba.njit(nogil=True)
def _fill(
    order: np.ndarray,
    pointer: np.ndarray,
    pixel: np.ndarray,
    whole: np.ndarray,
    latest: np.ndarray,
    entry_pixel: np.ndarray,
    entry_value: np.ndarray,
) -> np.ndarray:
    """Gather each eight views' elements by pixel; return where each block's entries start.

    Args:
        order: of the columns.
        pointer: of the columns, see `Columns`.
        pixel: of the columns.
        whole: of the columns, their elements as whole numbers.
        latest: (n_pixels,) −1; each pixel's latest entry.
        entry_pixel: room for as many entries as there are elements.
        entry_value: room for eight times as many, 0.
    """
    entry = np.zeros(-(-order.size // BLOCK_SIZE) + 1, np.int64)
    n = 0
    for view in range(order.size):
        block = view // BLOCK_SIZE
        for element in range(pointer[order[view]], pointer[order[view] + 1]):
            at = pixel[element]
            if latest[at] < entry[block]:
                latest[at] = n
                entry_pixel[n] = at
                n += 1
            entry_value[latest[at] * BLOCK_SIZE + view % BLOCK_SIZE] = whole[element]
        entry[block + 1] = n
    return entry
