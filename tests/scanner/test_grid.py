from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom.scanner.grid import ImageGrid
from tests.strategies import grids


def test_the_cameras_grid_by_hand():
    grid = ImageGrid()
    assert grid.n_voxels == 245_000
    assert grid.voxel_volume_mm3 == 64
    np.testing.assert_array_equal(grid.affine @ [0, 0, 0, 1], [-138, -138, -98, 1])
    np.testing.assert_array_equal(grid.affine @ [69, 69, 49, 1], [138, 138, 98, 1])


@given(grids())
def test_the_affine_leads_to_the_centres(grid):
    axes = grid.centres_mm()
    last = np.array(grid.shape) - 1
    np.testing.assert_allclose((grid.affine @ [*last, 1])[:3], [axis[-1] for axis in axes], atol=1e-9)
    np.testing.assert_allclose([axis.mean() for axis in axes], grid.centre_mm, atol=1e-9)


@given(grids(), st.integers(1, 3))
def test_a_refined_grid_fills_the_same_box(grid, factor):
    fine = grid.refined(factor)
    assert fine.n_voxels == grid.n_voxels * factor**3
    for coarse, dense in zip(grid.centres_mm(), fine.centres_mm(), strict=True):
        np.testing.assert_allclose(dense.reshape(-1, factor).mean(axis=1), coarse, atol=1e-9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": (0, 2, 2)},
        {"spacing_mm": (4.0, -4.0, 4.0)},
        {"spacing_mm": (4.0, float("nan"), 4.0)},
    ],
)
def test_an_impossible_grid_cannot_be_built(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        dataclasses.replace(ImageGrid(), **wrong)


@pytest.mark.parametrize("factor", [0, -1])
def test_a_grid_is_refined_by_whole_numbers(factor):
    with pytest.raises(ValueError, match="refined"):
        ImageGrid().refined(factor)
