"""MLEM as PyTomography computes it with a system matrix of one's own; only where PyTomography is installed."""

from __future__ import annotations

from collections.abc import Callable

import pytomography
import torch
from pytomography.algorithms import OSEM
from pytomography.likelihoods import PoissonLogLikelihood
from pytomography.metadata import ObjectMeta, ProjMeta
from pytomography.projectors import SystemMatrix
from torch import Tensor

from benchmarks.contenders import CsrPair
from custom.scanner.camera import Camera


class CsrSystemMatrix(SystemMatrix):
    """Torch's sparse tensors in the form that PyTomography's algorithms ask for.

    Args:
        pair: the matrix and its transpose, on the CPU.
        camera: whose matrix it is, on the camera's own grid.
    """

    def __init__(self, pair: CsrPair, camera: Camera) -> None:
        super().__init__(ObjectMeta(camera.grid.spacing_mm, camera.grid.shape), ProjMeta(range(len(camera.pinholes))))
        self.pair, self.counts_shape = pair, camera.counts_shape

    def forward(self, image: Tensor, _subset: int | None = None) -> Tensor:
        """Return A x."""
        return self.pair.project(image.flatten()).reshape(self.counts_shape)

    def backward(self, counts: Tensor, _subset: int | None = None) -> Tensor:
        """Return Aᵀ y."""
        return self.pair.back_project(counts.flatten()).reshape(self.object_meta.shape)

    def compute_normalization_factor(self, _subset: int | None = None) -> Tensor:
        """Return Aᵀ 1."""
        return self.backward(torch.ones(self.counts_shape))


def reconstruction(pair: CsrPair, camera: Camera, counts: Tensor, n_iterations: int) -> Callable[[], Tensor]:
    """Return work that reconstructs one image: PyTomography's OSEM with a single subset, which is MLEM."""
    pytomography.set_device("cpu")
    likelihood = PoissonLogLikelihood(CsrSystemMatrix(pair, camera), counts)
    return lambda: OSEM(likelihood)(n_iters=n_iterations, n_subsets=1)
