"""A projector that is a small dense matrix, for answers that can be worked out by hand and for drawn cases."""

from __future__ import annotations

import math

import torch
from hypothesis import strategies as st
from torch import Tensor

from custom.projection.projector import Projector


class DenseProjector(Projector):
    """Counts are a matrix of shape (pixel, voxel) times the image."""

    def __init__(self, matrix: Tensor, image_shape: tuple[int, int, int], counts_shape: tuple[int, int, int]) -> None:
        assert matrix.shape == (math.prod(counts_shape), math.prod(image_shape))
        self.matrix, self.image_shape, self.counts_shape = matrix, image_shape, counts_shape
        self.dtype, self.device = matrix.dtype, matrix.device

    def forward(self, image: Tensor) -> Tensor:
        return (image.flatten(-3) @ self.matrix.T).unflatten(-1, self.counts_shape)

    def adjoint(self, counts: Tensor) -> Tensor:
        return (counts.flatten(-3) @ self.matrix).unflatten(-1, self.image_shape)

    @property
    def sensitivity(self) -> Tensor:
        return self.adjoint(torch.ones(self.counts_shape, dtype=self.dtype))


@st.composite
def projectors(draw: st.DrawFn, dtype: torch.dtype = torch.float64) -> DenseProjector:
    """Sparse random matrices whose elements differ by orders of magnitude; some pixels and voxels see nothing."""
    image_shape = draw(st.tuples(*[st.integers(1, 4)] * 3))
    counts_shape = draw(st.tuples(*[st.integers(1, 4)] * 3))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    shape = (math.prod(counts_shape), math.prod(image_shape))
    exponents = -draw(st.floats(0, 6)) * torch.rand(shape, generator=generator, dtype=torch.float64)
    present = torch.rand(shape, generator=generator) < draw(st.floats(0.2, 1))
    present &= torch.rand((shape[0], 1), generator=generator) < 0.9
    present &= torch.rand((1, shape[1]), generator=generator) < 0.9
    scale = draw(st.sampled_from([1e-6, 1e-2, 1.0]))
    return DenseProjector((scale * 10**exponents * present).to(dtype), image_shape, counts_shape)
