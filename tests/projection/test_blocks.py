from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.projection.blocks import BLOCK_SIZE, blocks_of
from custom.projection.columns import Columns

N_PIXELS = 12


@st.composite
def pinholes(draw):
    """Columns of some views, each seen by a few pixels, and the views' distances."""
    seen_by = draw(st.lists(st.sets(st.integers(0, N_PIXELS - 1), min_size=1, max_size=4), max_size=40))
    generator = np.random.default_rng(draw(st.integers(0, 1000)))
    pixel = np.array([at for pixels in seen_by for at in sorted(pixels)], np.int32)
    pointer = np.cumsum([0, *map(len, seen_by)]).astype(np.int64)
    voxel = np.sort(generator.choice(1000, len(seen_by), replace=False)).astype(np.int32)
    value = generator.uniform(0.1, 1, len(pixel)).astype(np.float32)
    return Columns(voxel, pointer, pixel, value), generator.random(len(seen_by))


def elements(blocks):
    """(voxel, pixel) → value of every element that is not 0."""
    found = {}
    for run, pixel in enumerate(blocks.run_pixel):
        for block in range(blocks.run_block[run], blocks.run_block[run + 1]):
            for lane in range(BLOCK_SIZE):
                value = blocks.value[block * BLOCK_SIZE + lane]
                if value != 0:
                    place = int(blocks.voxel[blocks.block_view[block] + lane]), int(pixel)
                    assert place not in found
                    found[place] = value
    return found


@settings(deadline=None)
@given(pinholes())
def test_blocks_hold_each_element_once(pinhole):
    columns, distance = pinhole
    voxel = np.repeat(columns.voxel, np.diff(columns.pointer)).tolist()
    expected = dict(zip(zip(voxel, columns.pixel.tolist(), strict=True), columns.value, strict=True))
    assert elements(blocks_of(columns, distance, N_PIXELS)) == expected


@settings(deadline=None)
@given(pinholes())
def test_views_stand_in_the_order_of_their_best_pixel_and_distance(pinhole):
    columns, distance = pinhole
    blocks = blocks_of(columns, distance, N_PIXELS)
    spans = zip(columns.pointer[:-1], columns.pointer[1:], strict=True)
    best = [columns.pixel[a + np.argmax(columns.value[a:b])] for a, b in spans]
    expected = sorted(zip(best, distance, columns.voxel, strict=True))
    assert blocks.voxel.tolist() == [voxel for *_, voxel in expected]
    assert blocks.pinhole_view.tolist() == [0, len(columns.voxel)]
    assert blocks.pinhole_run.tolist() == [0, len(blocks.run_pixel)]


def test_a_run_by_hand():
    # nine voxels, all best seen by pixel 3; pixel 5 sees the nearest and the farthest, which one block cannot hold
    pixels = [[3, 5], *[[3]] * 7, [3, 5]]
    value = np.array([1, 0.5, *[1] * 7, 1, 0.25], np.float32)
    pointer = np.cumsum([0, *map(len, pixels)])
    columns = Columns(np.arange(9, dtype=np.int32), pointer, np.array([3, 5, *[3] * 7, 3, 5], np.int32), value)
    blocks = blocks_of(columns, np.arange(9.0), N_PIXELS)
    assert blocks.run_pixel.tolist() == [3, 5]
    assert blocks.run_block.tolist() == [0, 2, 4]
    assert blocks.block_view.tolist() == [0, 8, 0, 8]
    np.testing.assert_array_equal(
        blocks.value.reshape(4, 8), [[1] * 8, [1] + [0] * 7, [0.5] + [0] * 7, [0.25] + [0] * 7]
    )
