"""Region means and templates, by hand and by law."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from custom.reconstruction.regions import Region, region_means, template
from tests.strategies import label_maps

SHAPES = st.tuples(*[st.integers(1, 5)] * 3)


def test_labels_are_those_of_the_conventions():
    assert {region.words: int(region) for region in Region} == {
        "outside": 0,
        "myocardium": 1,
        "left ventricular blood": 2,
        "other blood": 3,
        "liver": 4,
        "lung": 5,
        "background": 6,
    }


def test_means_by_hand():
    image = torch.tensor([1.0, 3.0, 10.0, 20.0]).reshape(4, 1, 1)
    regions = torch.tensor([1, 1, 2, 2], dtype=torch.uint8).reshape(4, 1, 1)
    inside = torch.tensor([True, True, True, False]).reshape(4, 1, 1)
    assert region_means(image, regions, inside).tolist() == [0, 2, 10, 0, 0, 0, 0]


@given(st.data(), SHAPES)
def test_a_template_has_its_own_means(data, shape):
    regions = data.draw(label_maps(shape))
    means = torch.arange(1.0, 1 + len(Region), dtype=torch.float64)
    again = region_means(template(means, regions), regions, torch.tensor(True))
    present = torch.zeros(len(Region), dtype=torch.bool).index_fill_(0, regions.unique().long(), True)
    assert torch.allclose(again, torch.where(present, means, 0), rtol=1e-14)


@given(st.data(), SHAPES)
def test_a_batch_is_its_members(data, shape):
    generator = torch.Generator().manual_seed(0)
    images = torch.rand((3, *shape), generator=generator, dtype=torch.float64)
    maps = torch.stack([data.draw(label_maps(shape)) for _ in range(3)])
    inside = torch.rand((3, *shape), generator=generator) < 0.7
    means = region_means(images, maps, inside)
    for index in range(3):
        assert torch.equal(means[index], region_means(images[index], maps[index], inside[index]))
        assert torch.equal(template(means, maps)[index], template(means[index], maps[index]))
        one_map = template(means, maps[0])
        assert torch.equal(one_map[index], template(means[index], maps[0]))
