from __future__ import annotations

import numpy as np
import pytest
import torch

from custom.projection.sparse_products import SparseProducts
from tests.projection.test_system_matrix import dense

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def products(tiny_matrix):
    return SparseProducts(tiny_matrix, CPU, torch.float64)


@pytest.fixture(scope="module")
def factors(tiny_camera):
    shape = (2, *tiny_camera.counts_shape[:1], *tiny_camera.grid.shape)
    return torch.rand(shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def attenuated(matrix, factor):
    """The dense matrix with each pinhole's rows times that pinhole's transmission."""
    n_pinholes = len(matrix.camera.pinholes)
    rows = dense(matrix).reshape(n_pinholes, -1, matrix.grid.n_voxels)
    return (rows * factor.reshape(n_pinholes, 1, -1).numpy()).reshape(-1, matrix.grid.n_voxels)


def test_products_are_those_of_the_dense_matrix(tiny_matrix, products, factors):
    matrix = attenuated(tiny_matrix, factors[0])
    generator = np.random.default_rng(0)
    image, counts = generator.random(matrix.shape[1]), generator.random(matrix.shape[0])
    factor = products.per_view(factors[0])
    np.testing.assert_allclose(products.project(torch.from_numpy(image), factor), matrix @ image, rtol=1e-12)
    back = products.back_project(torch.from_numpy(counts), factor)
    np.testing.assert_allclose(back, matrix.T @ counts, rtol=1e-12)


def test_each_column_of_a_batch_has_its_own_transmission(tiny_matrix, products, factors):
    images = torch.rand(tiny_matrix.grid.n_voxels, 2, dtype=torch.float64)
    together = products.project(images, products.per_view(factors))
    for number in range(2):
        expected = attenuated(tiny_matrix, factors[number]) @ images[:, number].numpy()
        np.testing.assert_allclose(together[:, number], expected, rtol=1e-12)


def test_inputs_are_left_as_they_were(products, factors, tiny_matrix):
    image = torch.ones(tiny_matrix.grid.n_voxels, dtype=torch.float64)
    products.project(image, products.per_view(factors[0]))
    assert (image == 1).all()


@pytest.mark.parametrize("shape", [(3, 10, 9, 7), (2, 10, 9, 8), (10, 9, 8), (1, 1, 3, 10, 9, 8)])
def test_transmission_of_another_shape_is_refused(products, shape):
    with pytest.raises(ValueError, match="transmission must have the shape"):
        products.per_view(torch.ones(shape))


@pytest.mark.parametrize("value", [1.01, -0.01, float("nan")])
def test_transmission_outside_nought_and_one_is_refused(products, value):
    with pytest.raises(ValueError, match=r"lie in \[0, 1\]"):
        products.per_view(torch.full((3, 10, 9, 8), value))
