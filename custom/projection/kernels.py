"""Products of blocks of the system matrix with one image, or with eight at once, on one thread."""

from __future__ import annotations

import numba
import numpy as np

from custom.projection.blocks import Blocks
from custom.projection.lanes import every, load, multiply_add, number, store, total


@numba.njit(nogil=True, error_model="numpy")
def project_one(
    blocks: Blocks, start: int, stop: int, image: np.ndarray, factor: np.ndarray, views: np.ndarray, counts: np.ndarray
) -> None:
    """Add to counts what the runs from start to stop see of one image."""
    for pinhole in range(blocks.pinhole_run.size - 1):
        first, last = max(start, blocks.pinhole_run[pinhole]), min(stop, blocks.pinhole_run[pinhole + 1])
        if first >= last:
            continue
        offset = blocks.pinhole_view[pinhole]
        n_views = blocks.pinhole_view[pinhole + 1] - offset
        views[n_views : n_views + 8] = 0
        for view in range(n_views):
            views[view] = number(image, number(blocks.voxel, offset + view)) * number(factor, offset + view)
        for run in range(first, last):
            even = odd = every(np.float32(0))
            begin, end = number(blocks.run_block, run), number(blocks.run_block, run + 1)
            for block in range(begin, end - 1, 2):
                even = multiply_add(load(blocks.value, block * 8), load(views, number(blocks.block_view, block)), even)
                odd = multiply_add(
                    load(blocks.value, block * 8 + 8), load(views, number(blocks.block_view, block + 1)), odd
                )
            if (end - begin) % 2:
                even = multiply_add(
                    load(blocks.value, end * 8 - 8), load(views, number(blocks.block_view, end - 1)), even
                )
            counts[number(blocks.run_pixel, run)] += total(even) + total(odd)


@numba.njit(nogil=True, error_model="numpy")
def back_project_one(
    blocks: Blocks, start: int, stop: int, counts: np.ndarray, factor: np.ndarray, views: np.ndarray, image: np.ndarray
) -> None:
    """Add to an image what the runs from start to stop give back of one set of counts."""
    for pinhole in range(blocks.pinhole_run.size - 1):
        first, last = max(start, blocks.pinhole_run[pinhole]), min(stop, blocks.pinhole_run[pinhole + 1])
        if first >= last:
            continue
        offset = blocks.pinhole_view[pinhole]
        n_views = blocks.pinhole_view[pinhole + 1] - offset
        views[: n_views + 8] = 0
        for run in range(first, last):
            count = number(counts, number(blocks.run_pixel, run))
            if count == 0:
                continue
            counted = every(count)
            for block in range(number(blocks.run_block, run), number(blocks.run_block, run + 1)):
                view = number(blocks.block_view, block)
                store(multiply_add(load(blocks.value, block * 8), counted, load(views, view)), views, view)
        for view in range(n_views):
            image[number(blocks.voxel, offset + view)] += number(views, view) * number(factor, offset + view)


@numba.njit(nogil=True, error_model="numpy")
def project_eight(
    blocks: Blocks, start: int, stop: int, image: np.ndarray, factor: np.ndarray, views: np.ndarray, counts: np.ndarray
) -> None:
    """Add to counts, eight to a pixel, what the runs from start to stop see of eight images side by side."""
    zero = every(np.float32(0))
    shared = factor.size == blocks.voxel.size
    for pinhole in range(blocks.pinhole_run.size - 1):
        first, last = max(start, blocks.pinhole_run[pinhole]), min(stop, blocks.pinhole_run[pinhole + 1])
        if first >= last:
            continue
        offset = blocks.pinhole_view[pinhole]
        n_views = blocks.pinhole_view[pinhole + 1] - offset
        views[n_views * 8 : (n_views + 8) * 8] = 0
        for view in range(n_views):
            weight = every(number(factor, offset + view)) if shared else load(factor, (offset + view) * 8)
            store(multiply_add(load(image, number(blocks.voxel, offset + view) * 8), weight, zero), views, view * 8)
        for run in range(first, last):
            pixel = number(blocks.run_pixel, run) * 8
            a, b, c, d = load(counts, pixel), zero, zero, zero
            for block in range(number(blocks.run_block, run), number(blocks.run_block, run + 1)):
                view, at = number(blocks.block_view, block) * 8, block * 8
                a = multiply_add(every(number(blocks.value, at)), load(views, view), a)
                b = multiply_add(every(number(blocks.value, at + 1)), load(views, view + 8), b)
                c = multiply_add(every(number(blocks.value, at + 2)), load(views, view + 16), c)
                d = multiply_add(every(number(blocks.value, at + 3)), load(views, view + 24), d)
                a = multiply_add(every(number(blocks.value, at + 4)), load(views, view + 32), a)
                b = multiply_add(every(number(blocks.value, at + 5)), load(views, view + 40), b)
                c = multiply_add(every(number(blocks.value, at + 6)), load(views, view + 48), c)
                d = multiply_add(every(number(blocks.value, at + 7)), load(views, view + 56), d)
            one = every(np.float32(1))
            store(multiply_add(one, multiply_add(one, a, b), multiply_add(one, c, d)), counts, pixel)


@numba.njit(nogil=True, error_model="numpy")
def back_project_eight(
    blocks: Blocks, start: int, stop: int, counts: np.ndarray, factor: np.ndarray, views: np.ndarray, image: np.ndarray
) -> None:
    """Add to eight images side by side what the runs from start to stop give back of eight sets of counts."""
    shared = factor.size == blocks.voxel.size
    for pinhole in range(blocks.pinhole_run.size - 1):
        first, last = max(start, blocks.pinhole_run[pinhole]), min(stop, blocks.pinhole_run[pinhole + 1])
        if first >= last:
            continue
        offset = blocks.pinhole_view[pinhole]
        n_views = blocks.pinhole_view[pinhole + 1] - offset
        views[: (n_views + 8) * 8] = 0
        for run in range(first, last):
            counted = load(counts, number(blocks.run_pixel, run) * 8)
            for block in range(number(blocks.run_block, run), number(blocks.run_block, run + 1)):
                view = number(blocks.block_view, block) * 8
                for lane in range(8):
                    at = view + lane * 8
                    value = every(number(blocks.value, block * 8 + lane))
                    store(multiply_add(value, counted, load(views, at)), views, at)
        for view in range(n_views):
            weight = every(number(factor, offset + view)) if shared else load(factor, (offset + view) * 8)
            at = number(blocks.voxel, offset + view) * 8
            store(multiply_add(load(views, view * 8), weight, load(image, at)), image, at)
