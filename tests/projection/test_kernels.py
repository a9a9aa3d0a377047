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


def run(kernel, matrix, *, cuts=(), given=None):
    """Call a kernel on the second pinhole's runs, cut into parts; views are left as the part before left them."""
    blocks, n_images = matrix.blocks, N_IMAGES[kernel]
    n_given, n_found = matrix.grid.n_voxels, matrix.n_pixels
    if kernel in RETURNING:
        n_given, n_found = n_found, n_given
    if given is None:
        given = np.random.default_rng(1).random(n_given * n_images, dtype=np.float32)
    factor = np.random.default_rng(2).random(matrix.n_views, dtype=np.float32)
    found = np.zeros(n_found * n_images, np.float32)
    view, runs = blocks.pinhole_view[1:3].tolist(), blocks.pinhole_run[1:3].tolist()
    views = np.full((view[1] - view[0] + BLOCK_SIZE) * n_images, np.nan, np.float32)
    for first, end in itertools.pairwise([runs[0], *(runs[0] + cut for cut in cuts), runs[1]]):
        kernel(blocks, kernels.Part(*view, first, end), given, factor, views, found)
    return found


@pytest.mark.parametrize("kernel", N_IMAGES)
def test_parts_add_up(tiny_matrix, kernel):
    whole = run(kernel, tiny_matrix)
    assert whole.any()
    np.testing.assert_allclose(run(kernel, tiny_matrix, cuts=[0, 1, 20, 20, 31]), whole, rtol=2e-6)


@pytest.mark.parametrize(("one", "eight"), [PROJECTING, RETURNING])
def test_eight_side_by_side_are_eight_alone(tiny_matrix, one, eight):
    n_given = tiny_matrix.grid.n_voxels if eight in PROJECTING else tiny_matrix.n_pixels
    given = np.random.default_rng(3).random((n_given, 8), dtype=np.float32)
    together = run(eight, tiny_matrix, given=given.ravel()).reshape(-1, 8)
    for number in range(8):
        alone = run(one, tiny_matrix, given=np.ascontiguousarray(given[:, number]))
        np.testing.assert_allclose(together[:, number], alone, rtol=3e-6)
