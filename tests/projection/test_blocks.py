from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.errors import BadInput
from custom.projection.blocks import BLOCK_SIZE, GREATEST, blocks_of
from custom.projection.columns import Columns

N_ROWS, N_COLUMNS = 3, 4


def columns_of(seen_by, value):
    pointer = np.cumsum([0, *map(len, seen_by)]).astype(np.int64)
    pixel = np.array([at for pixels in seen_by for at in sorted(pixels)], np.int32)
    return Columns(np.arange(5, 5 + len(seen_by), dtype=np.int32), pointer, pixel, np.asarray(value, np.float32))


@st.composite
def pinholes(draw):
    """Columns of some views, each seen by a few pixels; their greatest elements differ by orders of magnitude."""
    seen_by = draw(st.lists(st.sets(st.integers(0, N_ROWS * N_COLUMNS - 1), min_size=1, max_size=4), max_size=40))
    generator = np.random.default_rng(draw(st.integers(0, 1000)))
    columns = columns_of(seen_by, generator.uniform(0.1, 1, sum(map(len, seen_by))))
    peak = 10 ** generator.uniform(-9, 0, len(seen_by)).astype(np.float32)
    return columns._replace(value=columns.value * np.repeat(peak, np.diff(columns.pointer)))


def elements(blocks):
    """(voxel, pixel) → value of every element that is not 0."""
    found = {}
    for block in range(len(blocks.entry) - 1):
        for entry in range(blocks.entry[block], blocks.entry[block + 1]):
            for lane in range(BLOCK_SIZE):
                view, value = block * BLOCK_SIZE + lane, blocks.value[entry * BLOCK_SIZE + lane]
                if value != 0:
                    place = int(blocks.voxel[view]), int(blocks.pixel[entry])
                    assert place not in found
                    found[place] = value * blocks.scale[view]
    return found


@settings(deadline=None)
@given(pinholes())
def test_blocks_hold_each_element_once_to_half_a_step_of_its_views_greatest(columns):
    found = elements(blocks_of(columns, N_ROWS, N_COLUMNS))
    number_of_elements = np.diff(columns.pointer)
    places = zip(np.repeat(columns.voxel, number_of_elements).tolist(), columns.pixel.tolist(), strict=True)
    assert set(found) == set(places)
    spans = zip(columns.pointer[:-1], columns.pointer[1:], strict=True)
    step = np.repeat([columns.value[begin:end].max() / GREATEST for begin, end in spans], number_of_elements)
    voxels = np.repeat(columns.voxel, number_of_elements)
    for voxel, pixel, value, of_its_view in zip(voxels, columns.pixel, columns.value, step, strict=True):
        assert abs(found[int(voxel), int(pixel)] - value) <= 0.5001 * of_its_view + 1e-7 * value


@settings(deadline=None)
@given(pinholes())
def test_views_stand_in_the_order_of_the_box_of_their_pixels(columns):
    blocks = blocks_of(columns, N_ROWS, N_COLUMNS)
    boxes = []
    for begin, end, voxel in zip(columns.pointer[:-1], columns.pointer[1:], columns.voxel, strict=True):
        row, column = np.divmod(columns.pixel[begin:end], N_COLUMNS)
        boxes.append((column.min(), column.max(), row.min(), row.max(), voxel))
    assert blocks.voxel[: len(boxes)].tolist() == [voxel for *_, voxel in sorted(boxes)]
    n_blocks = -(-len(boxes) // BLOCK_SIZE)
    assert len(blocks.voxel) == len(blocks.scale) == n_blocks * BLOCK_SIZE
    assert blocks.pinhole_block.tolist() == [0, n_blocks]


def test_blocks_by_hand():
    # Nine voxels, all seen by pixel 3, the first and the last also by pixel 2: their box comes first
    columns = columns_of([{2, 3}, *[{3}] * 7, {2, 3}], [0.5, 1, *[2] * 7, 1, 0.25])
    blocks = blocks_of(columns, N_ROWS, N_COLUMNS)
    assert blocks.voxel.tolist() == [5, 13, 6, 7, 8, 9, 10, 11, 12, *[0] * 7]
    assert blocks.entry.tolist() == [0, 2, 3]
    assert blocks.pixel.tolist() == [2, 3, 3]
    quarter, half = round(GREATEST / 4), round(GREATEST / 2)
    first = [[half, GREATEST, *[0] * 6], [GREATEST, quarter, *[GREATEST] * 6]]
    np.testing.assert_array_equal(blocks.value.reshape(3, 8), [*first, [GREATEST, *[0] * 7]])
    np.testing.assert_allclose(blocks.scale[:9] * GREATEST, [1, 1, *[2] * 7], rtol=1e-7)


def test_a_module_with_more_pixels_than_blocks_can_count_is_refused():
    with pytest.raises(BadInput, match=r"65,536 pixels at most, got 257 × 256"):
        blocks_of(columns_of([{3}], [1]), 257, 256)
