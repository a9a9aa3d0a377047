from __future__ import annotations

import itertools

import numpy as np
import pytest

from custom.projection import kernels
from custom.projection.blocks import BLOCK_SIZE

PROJECTING = [kernels.project_one, kernels.project_eight]
RETURNING = [kernels.back_project_one, kernels.back_project_eight]
KERNELS = PROJECTING + RETURNING


def n_images(kernel):
    return 8 if kernel in (kernels.project_eight, kernels.back_project_eight) else 1


def run(kernel, matrix, *, cuts=(), given=None):
    """Call a kernel on the second pinhole's blocks, cut into parts; a pixel's lanes are added up."""
    blocks, generator = matrix.blocks, np.random.default_rng(1)
    n_given, n_found = matrix.grid.n_voxels * n_images(kernel), matrix.n_pixels_by_pinhole * BLOCK_SIZE
    if kernel in RETURNING:
        n_given, n_found = matrix.n_pixels_by_pinhole * n_images(kernel), n_given
    if given is None:
        given = generator.random(n_given, dtype=np.float32)
    factor = np.random.default_rng(2).random(matrix.n_views, dtype=np.float32)
    found = np.zeros(n_found, np.float32)
    first, end = blocks.pinhole_block[1:3].tolist()
    for part in itertools.pairwise([first, *(first + cut for cut in cuts), end]):
        kernel(blocks, *part, given, factor, found)
    return found.reshape(-1, BLOCK_SIZE).sum(axis=1) if kernel is kernels.project_one else found


@pytest.mark.parametrize("kernel", KERNELS)
def test_parts_add_up(tiny_matrix, kernel):
    whole = run(kernel, tiny_matrix)
    assert whole.any()
    np.testing.assert_allclose(run(kernel, tiny_matrix, cuts=[0, 1, 4, 4, 7]), whole, rtol=2e-6)


@pytest.mark.parametrize(("one", "eight"), [PROJECTING, RETURNING])
def test_eight_side_by_side_are_eight_alone(tiny_matrix, one, eight):
    n_given = tiny_matrix.grid.n_voxels if eight in PROJECTING else tiny_matrix.n_pixels_by_pinhole
    given = np.random.default_rng(3).random((n_given, 8), dtype=np.float32)
    together = run(eight, tiny_matrix, given=given.ravel()).reshape(-1, 8)
    for number in range(8):
        alone = run(one, tiny_matrix, given=np.ascontiguousarray(given[:, number]))
        np.testing.assert_allclose(together[:, number], alone, rtol=3e-6)
