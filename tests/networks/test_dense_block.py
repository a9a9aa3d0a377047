"""A dense block is the chain of concatenations that its formula says."""

from __future__ import annotations

import pytest
import torch

from custom.networks.dense_block import DenseBlock


@pytest.mark.parametrize("n_convolutions", [1, 3])
def test_each_convolution_sees_all_before_it(n_convolutions):
    torch.manual_seed(0)
    block = DenseBlock(2, 3, n_convolutions).double()
    seen, previous = [torch.rand(2, 2, 5, 4, 6, dtype=torch.float64)], torch.rand(2, 4, dtype=torch.float64)
    features, handed_on = block(seen[0], previous)
    for convolution in block.convolutions:
        output, previous = convolution(torch.cat(seen, dim=1), previous)
        seen.append(output.relu())
    torch.testing.assert_close(features, seen[-1], rtol=0, atol=1e-15)
    torch.testing.assert_close(handed_on, previous, rtol=0, atol=1e-15)


def test_convolutions_are_3_3_5_and_keep_the_size():
    block = DenseBlock(2, 3, 3)
    assert [tuple(c.weight.shape) for c in block.convolutions] == [(3, n, 3, 3, 5) for n in (2, 5, 8)]
    assert block(torch.rand(1, 2, 3, 2, 1))[0].shape == (1, 3, 3, 2, 1)


def test_the_input_stays_as_it_was():
    features = torch.randn(1, 2, 4, 4, 4)
    before = features.clone()
    DenseBlock(2, 2, 2)(features)
    assert torch.equal(features, before)


def test_a_block_without_convolutions_is_refused():
    with pytest.raises(ValueError, match="at least 1 convolution, got 0"):
        DenseBlock(2, 3, 0)
