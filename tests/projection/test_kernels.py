from __future__ import annotations

import itertools

import numpy as np
import pytest

from custom.projection import kernels
from custom.projection.blocks import BLOCK_SIZE

N_IMAGES = {
    kernels.project_one: 1,
    kernels.project_eight: 8,
    kernels.back_project_one: 1,
    kernels.back_project_eight: 8,
}
PROJECTING = [kernels.project_one, kernels.project_eight]
RETURNING = [kernels.back_project_one, kernels.back_project_eight]


def run(kernel, matrix, *, stretches=None, given=None):
    """Call a kernel on stretches of runs one after the other, views left as the one before left them."""
    blocks, n_images = matrix.blocks, N_IMAGES[kernel]
    n_given, n_found = matrix.grid.n_voxels, matrix.n_pixels
    if kernel in RETURNING:
        n_given, n_found = n_found, n_given
    if given is None:
        given = np.random.default_rng(1).random(n_given * n_images, dtype=np.float32)
    factor = np.random.default_rng(2).random(matrix.n_views, dtype=np.float32)
    found = np.zeros(n_found * n_images, np.float32)
    views = np.full((np.diff(blocks.pinhole_view).max() + BLOCK_SIZE) * n_images, np.nan, np.float32)
    for start, stop in stretches or [(0, len(blocks.run_pixel))]:
        kernel(blocks, start, stop, given, factor, views, found)
    return found


@pytest.mark.parametrize("kernel", N_IMAGES)
def test_stretches_of_runs_add_up(tiny_matrix, kernel):
    n_runs = len(tiny_matrix.blocks.run_pixel)
    ends = [0, 1, n_runs // 3, n_runs // 3, n_runs // 2 + 1, n_runs]
    parts = run(kernel, tiny_matrix, stretches=list(itertools.pairwise(ends)))
    np.testing.assert_allclose(parts, run(kernel, tiny_matrix), rtol=2e-6)


@pytest.mark.parametrize("kernel", N_IMAGES)
def test_no_runs_add_nothing(tiny_matrix, kernel):
    assert (run(kernel, tiny_matrix, stretches=[(3, 3)]) == 0).all()


@pytest.mark.parametrize(("one", "eight"), [PROJECTING, RETURNING])
def test_eight_side_by_side_are_eight_alone(tiny_matrix, one, eight):
    n_given = tiny_matrix.grid.n_voxels if eight in PROJECTING else tiny_matrix.n_pixels
    given = np.random.default_rng(3).random((n_given, 8), dtype=np.float32)
    together = run(eight, tiny_matrix, given=given.ravel()).reshape(-1, 8)
    for number in range(8):
        alone = run(one, tiny_matrix, given=np.ascontiguousarray(given[:, number]))
        np.testing.assert_allclose(together[:, number], alone, rtol=3e-6)
