from __future__ import annotations

import pytest
import torch

from custom.scanner.shapes import Counts, Image


@pytest.mark.parametrize(
    ("alias", "shape"),
    [(Image, (4, 3, 2)), (Image, (5, 4, 3, 2)), (Counts, (2, 3, 4))],
)
def test_a_shape_holds_with_and_without_a_batch(alias, shape):
    assert isinstance(torch.zeros(shape), alias)


@pytest.mark.parametrize(("alias", "shape"), [(Image, (3, 2)), (Counts, (4,))])
def test_too_few_axes_are_no_such_array(alias, shape):
    assert not isinstance(torch.zeros(shape), alias)
