from __future__ import annotations

import pytest
import torch

from custom.scanner.shapes import Counts, Image, Regions, Transmission


@pytest.mark.parametrize(
    ("alias", "shape"),
    [(Image, (4, 3, 2)), (Image, (5, 4, 3, 2)), (Counts, (2, 3, 4)), (Transmission, (5, 2, 4, 3, 2))],
)
def test_a_shape_holds_with_and_without_a_batch(alias, shape):
    assert isinstance(torch.zeros(shape), alias)


@pytest.mark.parametrize(("alias", "shape"), [(Image, (3, 2)), (Counts, (4,)), (Transmission, (4, 3, 2))])
def test_too_few_axes_are_no_such_array(alias, shape):
    assert not isinstance(torch.zeros(shape), alias)


def test_regions_are_whole_numbers_in_three_dimensions():
    assert isinstance(torch.zeros(4, 3, 2, dtype=torch.uint8), Regions)
    assert not isinstance(torch.zeros(4, 3, 2), Regions)
    assert not isinstance(torch.zeros(1, 4, 3, 2, dtype=torch.uint8), Regions)
