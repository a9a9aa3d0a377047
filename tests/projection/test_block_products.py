from __future__ import annotations

from contextlib import contextmanager

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.projection.block_products import FEWEST_TOGETHER, N_TOGETHER, BlockProducts
from custom.projection.sparse_products import SparseProducts
from custom.projection.system_matrix import assemble
from tests.projection import product_laws
from tests.projection.product_laws import random
from tests.projection.test_system_matrix import dense
from tests.strategies import cameras


@pytest.fixture(scope="module")
def products(tiny_matrix):
    return BlockProducts(tiny_matrix)


@contextmanager
def threads(n_threads):
    usual = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def test_the_batches_tried_cover_both_ways():
    assert {FEWEST_TOGETHER - 1, FEWEST_TOGETHER, N_TOGETHER, N_TOGETHER + 1} <= set(product_laws.BATCHES)


@pytest.mark.parametrize("batch", product_laws.BATCHES)
@pytest.mark.parametrize("medium", product_laws.MEDIA)
def test_products_are_those_of_the_dense_matrix(tiny_matrix, products, batch, medium):
    product_laws.assert_products_are_dense(products, tiny_matrix, batch=batch, medium=medium, dtype=torch.float32)


@pytest.mark.parametrize("batch", [1, FEWEST_TOGETHER])
def test_inputs_are_left_as_they_were(tiny_matrix, products, batch):
    product_laws.assert_inputs_are_left(products, tiny_matrix, batch=batch, dtype=torch.float32)


@settings(deadline=None, max_examples=25)
@given(cameras(max_side=5), st.sampled_from(product_laws.BATCHES), st.integers(1, 5))
def test_on_any_number_of_threads_they_are_the_sparse_tensors_of_any_camera(camera, batch, n_threads):
    matrix = assemble(camera, camera.grid, progress=False)
    blocks, sparse = BlockProducts(matrix), SparseProducts(matrix, torch.device("cpu"), torch.float64)
    transmission = random(matrix.n_pinholes, matrix.grid.n_voxels, dtype=torch.float64)
    factor, exact_factor = blocks.per_view(transmission.float()), sparse.per_view(transmission)
    images = random(batch, matrix.grid.n_voxels, dtype=torch.float64)
    counts = random(batch, matrix.n_pixels, dtype=torch.float64)
    with threads(n_threads):
        projected, returned = blocks.project(images.float(), factor), blocks.back_project(counts.float(), factor)
    product_laws.assert_close(projected, sparse.project(images, exact_factor).numpy())
    product_laws.assert_close(returned, sparse.back_project(counts, exact_factor).numpy())


@pytest.mark.parametrize("batch", [1, FEWEST_TOGETHER])
@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_the_same_number_of_threads_gives_the_same_bits(tiny_matrix, products, batch, n_threads):
    images = random(batch, tiny_matrix.grid.n_voxels, dtype=torch.float32)
    counts = random(batch, tiny_matrix.n_pixels, dtype=torch.float32)
    with threads(n_threads):
        assert torch.equal(products.project(images, None), products.project(images, None))
        assert torch.equal(products.back_project(counts, None), products.back_project(counts, None))


def test_an_image_is_the_same_alone_and_beside_others(tiny_matrix, products):
    images = random(N_TOGETHER, tiny_matrix.grid.n_voxels, dtype=torch.float32)
    together = products.project(images, None)
    alone = torch.cat([products.project(image[None], None) for image in images])
    product_laws.assert_close(together, alone.numpy())


@pytest.mark.parametrize("batch", [2, 3, N_TOGETHER, N_TOGETHER + 2])
def test_in_a_batch_an_image_is_the_same_to_the_bit_beside_whatever_others(tiny_matrix, products, batch):
    images = random(batch, tiny_matrix.grid.n_voxels, dtype=torch.float32)
    counts = random(batch, tiny_matrix.n_pixels, dtype=torch.float32)
    transmission = random(tiny_matrix.n_pinholes, tiny_matrix.grid.n_voxels, dtype=torch.float32)
    one_map, own_maps = products.per_view(transmission), products.per_view(transmission.expand(batch, -1, -1))
    pairs = images[:2].flip(0), counts[:2].flip(0)
    for factor in (one_map, own_maps):
        assert torch.equal(products.project(images, factor)[:2], products.project(pairs[0], one_map).flip(0))
        assert torch.equal(products.back_project(counts, factor)[:2], products.back_project(pairs[1], one_map).flip(0))


def test_one_pixels_count_gives_back_its_row(tiny_matrix, products):
    counts = torch.zeros(1, tiny_matrix.n_pixels)
    assert (products.back_project(counts, None) == 0).all()
    counts[0, 5] = 1
    product_laws.assert_close(products.back_project(counts, None)[0], dense(tiny_matrix)[5])
