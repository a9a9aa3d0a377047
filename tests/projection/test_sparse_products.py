from __future__ import annotations

import pytest
import torch

from custom.projection.sparse_products import SparseProducts
from tests.projection import product_laws

CPU = torch.device("cpu")


@pytest.fixture(scope="module", params=[torch.float32, torch.float64], ids=str)
def dtype(request):
    return request.param


@pytest.fixture(scope="module")
def products(tiny_matrix, dtype):
    return SparseProducts(tiny_matrix, CPU, dtype)


@pytest.mark.parametrize("batch", product_laws.BATCHES)
@pytest.mark.parametrize("medium", product_laws.MEDIA)
def test_products_are_those_of_the_dense_matrix(tiny_matrix, products, dtype, batch, medium):
    product_laws.assert_products_are_dense(products, tiny_matrix, batch=batch, medium=medium, dtype=dtype)


def test_inputs_are_left_as_they_were(tiny_matrix, products, dtype):
    product_laws.assert_inputs_are_left(products, tiny_matrix, batch=2, dtype=dtype)
