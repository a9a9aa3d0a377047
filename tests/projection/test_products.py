"""Every implementation of the products keeps to the dense matrix."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.projection.block_products import FEWEST_TOGETHER, N_TOGETHER, BlockProducts
from custom.projection.sparse_products import SparseProducts
from custom.projection.system_matrix import assemble
from tests.projection.test_system_matrix import dense
from tests.strategies import cameras

CPU = torch.device("cpu")
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}
BATCHES = [1, FEWEST_TOGETHER - 1, FEWEST_TOGETHER, N_TOGETHER, N_TOGETHER + 1]


@pytest.fixture(scope="module", params=["blocks", "sparse float32", "sparse float64"])
def products(request, tiny_matrix):
    if request.param == "blocks":
        return BlockProducts(tiny_matrix)
    return SparseProducts(tiny_matrix, CPU, getattr(torch, request.param.split()[1]))


@pytest.fixture(scope="module")
def dtype(products):
    return getattr(products, "dtype", torch.float32)


def random(*shape, dtype, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def attenuated(matrix, factor):
    """The dense matrix with each pinhole's rows times that pinhole's transmission, (pinhole, voxel)."""
    rows = dense(matrix).reshape(matrix.n_pinholes, -1, matrix.grid.n_voxels)
    return (rows * factor[:, None].numpy()).reshape(-1, matrix.grid.n_voxels)


def assert_close(ours, theirs):
    scale = np.abs(theirs).max(initial=np.finfo(np.float32).tiny)
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=0, atol=TOLERANCE[ours.dtype] * scale)


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("medium", ["air", "one map", "one map per study"])
def test_products_are_those_of_the_dense_matrix(tiny_matrix, products, dtype, batch, medium):
    n_voxels = tiny_matrix.grid.n_voxels
    factors = random(batch, tiny_matrix.n_pinholes, n_voxels, dtype=dtype, seed=3)
    if medium == "air":
        factors, factor = torch.ones_like(factors), None
    elif medium == "one map":
        factors, factor = factors[:1].expand_as(factors), products.per_view(factors[0])
    else:
        factor = products.per_view(factors)
    images, counts = random(batch, n_voxels, dtype=dtype), random(batch, tiny_matrix.n_pixels, dtype=dtype, seed=1)
    matrices = [attenuated(tiny_matrix, factor) for factor in factors]
    projected = np.stack([matrix @ image.numpy() for matrix, image in zip(matrices, images, strict=True)])
    returned = np.stack([matrix.T @ count.numpy() for matrix, count in zip(matrices, counts, strict=True)])
    assert_close(products.project(images, factor), projected)
    assert_close(products.back_project(counts, factor), returned)


@pytest.mark.parametrize("batch", BATCHES)
def test_inputs_are_left_as_they_were(products, dtype, tiny_matrix, batch):
    image = torch.ones(batch, tiny_matrix.grid.n_voxels, dtype=dtype)
    counts = torch.ones(batch, tiny_matrix.n_pixels, dtype=dtype)
    factor = products.per_view(torch.full((tiny_matrix.n_pinholes, tiny_matrix.grid.n_voxels), 0.5, dtype=dtype))
    products.project(image, factor)
    products.back_project(counts, factor)
    assert (image == 1).all()
    assert (counts == 1).all()
    assert (factor == 0.5).all()


@settings(deadline=None, max_examples=25)
@given(cameras(max_side=5), st.sampled_from(BATCHES), st.integers(1, 5))
def test_blocks_on_any_number_of_threads_are_the_sparse_tensors_of_any_camera(camera, batch, n_threads):
    matrix = assemble(camera, camera.grid, progress=False)
    blocks, sparse = BlockProducts(matrix), SparseProducts(matrix, CPU, torch.float64)
    transmission = random(matrix.n_pinholes, matrix.grid.n_voxels, dtype=torch.float64)
    factor, exact_factor = blocks.per_view(transmission.float()), sparse.per_view(transmission)
    images = random(batch, matrix.grid.n_voxels, dtype=torch.float64)
    counts = random(batch, matrix.n_pixels, dtype=torch.float64)
    usual = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        projected, returned = blocks.project(images.float(), factor), blocks.back_project(counts.float(), factor)
    finally:
        torch.set_num_threads(usual)
    assert_close(projected, sparse.project(images, exact_factor).numpy())
    assert_close(returned, sparse.back_project(counts, exact_factor).numpy())


def test_counts_of_nought_give_nothing_back(tiny_matrix, products, dtype):
    counts = torch.zeros(1, tiny_matrix.n_pixels, dtype=dtype)
    assert (products.back_project(counts, None) == 0).all()
    counts[0, 5] = 1
    expected = dense(tiny_matrix)[5]
    assert_close(products.back_project(counts, None)[0], expected)
