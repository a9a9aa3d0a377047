"""Products of one pinhole's blocks with one image, or with eight images at once, on one thread."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from custom.projection.blocks import Blocks
from custom.projection.lanes import every, load, multiply_add, number, store, total


class Part(NamedTuple):
    """One pinhole's views, and some or all of its runs: each from the first to before the end."""

    first_view: int
    end_view: int
    first_run: int
    end_run: int


@numba.njit(nogil=True, error_model="numpy")
def project_one(
    blocks: Blocks, part: Part, image: np.ndarray, factor: np.ndarray, views: np.ndarray, counts: np.ndarray
) -> None:
    """Add to the counts what a part of the matrix makes of an image.

    Args:
        blocks: the matrix.
        part: which runs.
        image: (n_voxels,) float32.
        factor: (n_views,) float32, the transmission along each view.
        views: room for eight more views than the pinhole has.
        counts: (n_pixels,) float32.
    """
    n_views = part.end_view - part.first_view
    views[n_views : n_views + 8] = 0
    for view in range(n_views):
        at = part.first_view + view
        views[view] = number(image, number(blocks.voxel, at)) * number(factor, at)
    for run in range(part.first_run, part.end_run):
        even = odd = every(np.float32(0))
        first, end = number(blocks.run_block, run), number(blocks.run_block, run + 1)
        for block in range(first, end - 1, 2):
            even = _dot(blocks, block, views, even)
            odd = _dot(blocks, block + 1, views, odd)
        if (end - first) % 2:
            even = _dot(blocks, end - 1, views, even)
        counts[number(blocks.run_pixel, run)] += total(even) + total(odd)


@numba.njit(nogil=True, error_model="numpy")
def back_project_one(
    blocks: Blocks, part: Part, counts: np.ndarray, factor: np.ndarray, views: np.ndarray, image: np.ndarray
) -> None:
    """Add to an image what a part of the matrix gives back of counts; arguments as in `project_one`."""
    n_views = part.end_view - part.first_view
    views[: n_views + 8] = 0
    for run in range(part.first_run, part.end_run):
        count = number(counts, number(blocks.run_pixel, run))
        if count == 0:
            continue
        counted = every(count)
        for block in range(number(blocks.run_block, run), number(blocks.run_block, run + 1)):
            view = number(blocks.block_view, block)
            store(multiply_add(load(blocks.value, block * 8), counted, load(views, view)), views, view)
    for view in range(n_views):
        at = part.first_view + view
        image[number(blocks.voxel, at)] += number(views, view) * number(factor, at)


@numba.njit(nogil=True, error_model="numpy")
def project_eight(
    blocks: Blocks, part: Part, images: np.ndarray, factor: np.ndarray, views: np.ndarray, counts: np.ndarray
) -> None:
    """Add to eight sets of counts what a part of the matrix makes of eight images.

    Args:
        blocks: the matrix.
        part: which runs.
        images: (n_voxels · 8,) float32, eight numbers to a voxel.
        factor: (n_views,) float32 for all images alike, or (n_views · 8,).
        views: room for eight times eight more views than the pinhole has.
        counts: (n_pixels · 8,) float32.
    """
    zero = every(np.float32(0))
    n_views = part.end_view - part.first_view
    views[n_views * 8 : n_views * 8 + 64] = 0
    for view in range(n_views):
        at = part.first_view + view
        seen = load(images, number(blocks.voxel, at) * 8)
        store(multiply_add(seen, _weights(blocks, factor, at), zero), views, view * 8)
    for run in range(part.first_run, part.end_run):
        pixel = number(blocks.run_pixel, run) * 8
        a, b, c, d = load(counts, pixel), zero, zero, zero
        for block in range(number(blocks.run_block, run), number(blocks.run_block, run + 1)):
            view = number(blocks.block_view, block)
            a = _scale(blocks, block, 4, views, view, _scale(blocks, block, 0, views, view, a))
            b = _scale(blocks, block, 5, views, view, _scale(blocks, block, 1, views, view, b))
            c = _scale(blocks, block, 6, views, view, _scale(blocks, block, 2, views, view, c))
            d = _scale(blocks, block, 7, views, view, _scale(blocks, block, 3, views, view, d))
        one = every(np.float32(1))
        store(multiply_add(one, multiply_add(one, a, b), multiply_add(one, c, d)), counts, pixel)


@numba.njit(nogil=True, error_model="numpy")
def back_project_eight(
    blocks: Blocks, part: Part, counts: np.ndarray, factor: np.ndarray, views: np.ndarray, images: np.ndarray
) -> None:
    """Add to eight images what a part of the matrix gives back of eight sets of counts; as in `project_eight`."""
    n_views = part.end_view - part.first_view
    views[: n_views * 8 + 64] = 0
    for run in range(part.first_run, part.end_run):
        counted = load(counts, number(blocks.run_pixel, run) * 8)
        for block in range(number(blocks.run_block, run), number(blocks.run_block, run + 1)):
            view = number(blocks.block_view, block) * 8
            for lane in range(8):
                value, at = every(number(blocks.value, block * 8 + lane)), view + lane * 8
                store(multiply_add(value, counted, load(views, at)), views, at)
    for view in range(n_views):
        at = part.first_view + view
        voxel = number(blocks.voxel, at) * 8
        given = multiply_add(load(views, view * 8), _weights(blocks, factor, at), load(images, voxel))
        store(given, images, voxel)


@numba.njit(nogil=True)
def _dot(blocks, block, views, lanes):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Add to each lane the product of a block's element and its view."""
    return multiply_add(load(blocks.value, block * 8), load(views, number(blocks.block_view, block)), lanes)


@numba.njit(nogil=True)
def _scale(blocks, block, element, views, view, lanes):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Add to each lane, which is an image, the product of one element of a block and its view."""
    return multiply_add(every(number(blocks.value, block * 8 + element)), load(views, (view + element) * 8), lanes)


@numba.njit(nogil=True)
def _weights(blocks, factor, view):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Return the transmission along a view for each of eight images."""
    if factor.size == blocks.voxel.size:
        return every(number(factor, view))
    return load(factor, view * 8)
