"""Products of blocks of one pinhole with one image, or with eight images side by side, on one thread."""

from __future__ import annotations

import numba
import numpy as np

from custom.projection.blocks import Blocks
from custom.projection.lanes import (
    every,
    gather,
    load,
    load_whole,
    multiply_add,
    number,
    prefetch,
    scatter_add,
    spread,
    store,
)

AHEAD = 4
"""Blocks between the one that is computed and the one whose voxels are asked for, of eight images beside each other."""


@numba.njit(nogil=True, error_model="numpy")
def project_one(
    blocks: Blocks, first: int, end: int, image: np.ndarray, factor: np.ndarray, counts: np.ndarray
) -> None:
    """Add to a pinhole's counts what some of its blocks make of an image.

    Args:
        blocks: the matrix.
        first: of the blocks.
        end: behind the last.
        image: (n_voxels,) float32.
        factor: (n_views,) float32, the transmission along each view.
        counts: (n_pixels · 8,) float32, the pinhole's; a pixel's count is the sum of its eight numbers.
    """
    zero = every(np.float32(0))
    for block in range(first, end):
        views = multiply_add(gather(image, blocks.voxel, block * 8), load(factor, block * 8), zero)
        for entry in range(number(blocks.entry, block), number(blocks.entry, block + 1)):
            at = number(blocks.pixel, entry) * 8
            store(multiply_add(load_whole(blocks.value, entry * 8), views, load(counts, at)), counts, at)


@numba.njit(nogil=True, error_model="numpy")
def back_project_one(
    blocks: Blocks, first: int, end: int, counts: np.ndarray, factor: np.ndarray, image: np.ndarray
) -> None:
    """Add to an image what some blocks give back of their pinhole's counts, (n_pixels,); else as in `project_one`."""
    zero = every(np.float32(0))
    for block in range(first, end):
        views = zero
        for entry in range(number(blocks.entry, block), number(blocks.entry, block + 1)):
            count = every(number(counts, number(blocks.pixel, entry)))
            views = multiply_add(load_whole(blocks.value, entry * 8), count, views)
        scatter_add(multiply_add(views, load(factor, block * 8), zero), image, blocks.voxel, block * 8)


@numba.njit(nogil=True, error_model="numpy")
def project_eight(
    blocks: Blocks, first: int, end: int, images: np.ndarray, factor: np.ndarray, counts: np.ndarray
) -> None:
    """Add to a pinhole's eight sets of counts what some of its blocks make of eight images.

    Args:
        blocks: the matrix.
        first: of the blocks.
        end: behind the last.
        images: (n_voxels · 8,) float32, eight numbers to a voxel.
        factor: (n_views,) float32 for all images alike, or (n_views · 8,).
        counts: (n_pixels · 8,) float32, the pinhole's, eight numbers to a pixel.
    """
    zero, one = every(np.float32(0)), every(np.float32(1))
    for block in range(first, end):
        _call(blocks, block + AHEAD, end, images)
        a = _seen(blocks, images, factor, block * 8)
        b = _seen(blocks, images, factor, block * 8 + 1)
        c = _seen(blocks, images, factor, block * 8 + 2)
        d = _seen(blocks, images, factor, block * 8 + 3)
        e = _seen(blocks, images, factor, block * 8 + 4)
        f = _seen(blocks, images, factor, block * 8 + 5)
        g = _seen(blocks, images, factor, block * 8 + 6)
        h = _seen(blocks, images, factor, block * 8 + 7)
        for entry in range(number(blocks.entry, block), number(blocks.entry, block + 1)):
            at, values = number(blocks.pixel, entry) * 8, load_whole(blocks.value, entry * 8)
            even = multiply_add(spread(values, 0), a, load(counts, at))
            odd = multiply_add(spread(values, 1), b, zero)
            even = multiply_add(spread(values, 2), c, even)
            odd = multiply_add(spread(values, 3), d, odd)
            even = multiply_add(spread(values, 4), e, even)
            odd = multiply_add(spread(values, 5), f, odd)
            even = multiply_add(spread(values, 6), g, even)
            odd = multiply_add(spread(values, 7), h, odd)
            store(multiply_add(one, even, odd), counts, at)


@numba.njit(nogil=True, error_model="numpy")
def back_project_eight(
    blocks: Blocks, first: int, end: int, counts: np.ndarray, factor: np.ndarray, images: np.ndarray
) -> None:
    """Add to eight images what some blocks give back of their pinhole's counts; as in `project_eight`."""
    zero = every(np.float32(0))
    for block in range(first, end):
        _call(blocks, block + AHEAD, end, images)
        a = b = c = d = e = f = g = h = zero
        for entry in range(number(blocks.entry, block), number(blocks.entry, block + 1)):
            count, values = load(counts, number(blocks.pixel, entry) * 8), load_whole(blocks.value, entry * 8)
            a = multiply_add(spread(values, 0), count, a)
            b = multiply_add(spread(values, 1), count, b)
            c = multiply_add(spread(values, 2), count, c)
            d = multiply_add(spread(values, 3), count, d)
            e = multiply_add(spread(values, 4), count, e)
            f = multiply_add(spread(values, 5), count, f)
            g = multiply_add(spread(values, 6), count, g)
            h = multiply_add(spread(values, 7), count, h)
        _give(blocks, a, factor, block * 8, images)
        _give(blocks, b, factor, block * 8 + 1, images)
        _give(blocks, c, factor, block * 8 + 2, images)
        _give(blocks, d, factor, block * 8 + 3, images)
        _give(blocks, e, factor, block * 8 + 4, images)
        _give(blocks, f, factor, block * 8 + 5, images)
        _give(blocks, g, factor, block * 8 + 6, images)
        _give(blocks, h, factor, block * 8 + 7, images)


@numba.njit(nogil=True)
def _call(blocks, block, end, images):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Have a later block's voxels at hand when it comes."""
    if block < end:
        for view in range(block * 8, block * 8 + 8):
            prefetch(images, number(blocks.voxel, view) * 8)


@numba.njit(nogil=True)
def _seen(blocks, images, factor, view):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Return what reaches the pinhole along one view, for each of eight images."""
    zero = every(np.float32(0))
    return multiply_add(load(images, number(blocks.voxel, view) * 8), _weights(blocks, factor, view), zero)


@numba.njit(nogil=True)
def _give(blocks, lanes, factor, view, images):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Add to one voxel of eight images what comes back along a view."""
    at = number(blocks.voxel, view) * 8
    store(multiply_add(lanes, _weights(blocks, factor, view), load(images, at)), images, at)


@numba.njit(nogil=True)
def _weights(blocks, factor, view):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Return the transmission along a view for each of eight images."""
    if factor.size == blocks.voxel.size:
        return every(number(factor, view))
    return load(factor, view * 8)
