"""Forward projection and its adjoint, for one image or a batch, on CPU and CUDA, differentiable."""

from __future__ import annotations

import copy
import math
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from custom.projection.block_products import BlockProducts
from custom.projection.sparse_products import SparseProducts
from custom.projection.system_matrix import SystemMatrix
from custom.scanner.shapes import Counts, Image


@runtime_checkable
class Projector(Protocol):
    """A linear map A from emitted photons per voxel to expected counts per pixel, with its adjoint."""

    image_shape: tuple[int, int, int]
    counts_shape: tuple[int, int, int]
    dtype: torch.dtype
    device: torch.device

    def forward(self, image: Tensor) -> Tensor:
        """Return A x, shape (..., pinhole, row, column), of an image x, shape (..., x, y, z)."""

    def adjoint(self, counts: Tensor) -> Tensor:
        """Return Aᵀ y, shape (..., x, y, z), of counts y, shape (..., pinhole, row, column)."""

    @property
    def sensitivity(self) -> Tensor:
        """Aᵀ 1: the fraction of the photons emitted in a voxel that the whole camera detects."""

    def update(self, image: Tensor, counts: Tensor, background: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return w · x · Aᵀ(y / (A x + b)), where y = 0 gives 0, and A x + b: a step of expectation maximisation.

        Args:
            image: x, shape (..., x, y, z).
            counts: y, shape (..., pinhole, row, column).
            background: b, shape of the counts, or without their leading axes.
            weight: w, shape of the image, or without its leading axes.

        The leading axes of all four are broadcast.
        """
        expected = self.forward(image) + background
        ratio = torch.where(counts > 0, counts / expected, 0)
        return self.adjoint(ratio).mul_(image).mul_(weight), expected


class MatrixProjector(Projector):
    """Projector by a stored system matrix and a factor of transmission for each pinhole and voxel.

        A = B · diag(t) · S

    S repeats the image's voxels for each pinhole that sees them, t is the transmission along that line of sight, B the
    geometric matrix. Autograd's backward of `forward` is `adjoint`, and the other way round.

    Args:
        matrix: the geometric system matrix.
        transmission: t, (pinhole, x, y, z), or (batch, pinhole, x, y, z) for one μ-map per study; default 1 (air).
        device: where the matrix lies and images are expected.
        dtype: torch.float32 or torch.float64, of images and counts.

    Raises:
        ValueError: transmission of another shape than the matrix's, or outside [0, 1].
    """

    def __init__(
        self,
        matrix: SystemMatrix,
        *,
        transmission: Tensor | None = None,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.image_shape = matrix.grid.shape
        self.counts_shape = matrix.camera.counts_shape
        self.device, self.dtype = torch.device(device), dtype
        in_blocks = self.device.type == "cpu" and dtype == torch.float32
        self._products = BlockProducts(matrix) if in_blocks else SparseProducts(matrix, self.device, dtype)
        self._sensitivity: Tensor | None = None
        self._set(transmission)

    @property
    def matrix(self) -> SystemMatrix:
        """The geometric system matrix."""
        return self._products.matrix

    @property
    def sensitivity(self) -> Tensor:
        """Aᵀ 1, (x, y, z), or (batch, x, y, z) with one μ-map per study; exactly 0 where no pinhole sees."""
        if self._sensitivity is None:
            ones = torch.ones((*self._batch, *self.counts_shape), dtype=self.dtype, device=self.device)
            self._sensitivity = self.adjoint(ones)
        return self._sensitivity

    def forward(self, image: Image) -> Counts:
        """Return the expected counts A x.

        Args:
            image: x, (..., x, y, z), emitted photons per voxel.

        Returns:
            (..., pinhole, row, column), counts per pixel.

        Raises:
            ValueError: an image of another shape, type or device than the projector's.
        """
        self._check(image, self.image_shape, "image")
        counts = _Apply.apply(_rows(image), self, False)
        return counts.reshape(*image.shape[:-3], *self.counts_shape)

    def adjoint(self, counts: Counts) -> Image:
        """Return the back projection Aᵀ y.

        Args:
            counts: y, (..., pinhole, row, column).

        Returns:
            (..., x, y, z).

        Raises:
            ValueError: counts of another shape, type or device than the projector's.
        """
        self._check(counts, self.counts_shape, "counts")
        image = _Apply.apply(_rows(counts), self, True)
        return image.reshape(*counts.shape[:-3], *self.image_shape)

    @torch.no_grad()
    def update(self, image: Tensor, counts: Tensor, background: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return w · x · Aᵀ(y / (A x + b)) and A x + b as `Projector` does; not differentiable.

        Raises:
            ValueError: image or counts of another shape, type or device than the projector's.
        """
        if not isinstance(self._products, BlockProducts):
            return super().update(image, counts, background, weight)
        self._check(image, self.image_shape, "image")
        self._check(counts, self.counts_shape, "counts")
        given = image, counts, background, weight
        leading = torch.broadcast_shapes(*(tensor.shape[:-3] for tensor in given))
        x, y = (_rows(tensor.expand(*leading, *tensor.shape[-3:])) for tensor in (image, counts))
        b, w = (
            _rows(tensor if tensor.ndim == 3 else tensor.expand(*leading, *tensor.shape[-3:]))
            for tensor in (background, weight)
        )
        updated, expected = self._products.update(x, y, b, w, self._factor)
        return updated.reshape(*leading, *self.image_shape), expected.reshape(*leading, *self.counts_shape)

    def with_transmission(self, transmission: Tensor | None) -> MatrixProjector:
        """Return a projector for another patient, or for several, that shares this one's matrix."""
        projector = copy.copy(self)
        projector._set(transmission)
        return projector

    def to(self, device: str | torch.device) -> MatrixProjector:
        """Return this projector on another device."""
        return MatrixProjector(self.matrix, transmission=self._transmission, device=device, dtype=self.dtype)

    def _set(self, transmission: Tensor | None) -> None:
        """Take a transmission, which may ask a leading shape of images."""
        self._transmission, self._sensitivity = transmission, None
        self._factor: Tensor | None = None
        self._batch: tuple[int, ...] = ()
        if transmission is None:
            return
        shape = (self.matrix.n_pinholes, *self.image_shape)
        if tuple(transmission.shape[-4:]) != shape or transmission.ndim > len(shape) + 1:
            got = tuple(transmission.shape)
            raise ValueError(f"transmission must have the shape {shape}, or one more axis, got {got}")
        if not (transmission.min() >= 0 and transmission.max() <= 1):
            raise ValueError("transmission must lie in [0, 1]; is it the μ-map itself?")
        self._batch = tuple(transmission.shape[:-4])
        self._factor = self._products.per_view(transmission.flatten(-3).to(self.dtype))

    def _check(self, tensor: Tensor, shape: tuple[int, int, int], what: str) -> None:
        got = tuple(tensor.shape)
        if got[-3:] != shape:
            raise ValueError(f"{what} must end in the shape {shape}, got {got}; does it belong to another camera?")
        if self._batch and got[:-3] != self._batch:
            raise ValueError(f"{what} must hold one study for each of {self._batch[0]} μ-maps, got shape {got}")
        if tensor.dtype != self.dtype or tensor.device.type != self.device.type:
            wanted = f"{self.dtype} on {self.device.type}"
            raise ValueError(f"{what} must be {wanted}, got {tensor.dtype} on {tensor.device.type}; convert it first")

    def _apply(self, flat: Tensor, transposed: bool) -> Tensor:
        """Apply A or its transpose to each row of a (batch, n) tensor."""
        product = self._products.back_project if transposed else self._products.project
        return product(flat, self._factor)


def _rows(tensor: Tensor) -> Tensor:
    """Return a tensor of images or counts as (batch, n)."""
    return tensor.reshape(math.prod(tensor.shape[:-3]), math.prod(tensor.shape[-3:]))


class _Apply(torch.autograd.Function):
    """A or Aᵀ as one step of autograd, whose backward is the other."""

    @staticmethod
    def forward(ctx: Any, flat: Tensor, projector: MatrixProjector, transposed: bool) -> Tensor:  # noqa: ANN401
        ctx.projector, ctx.transposed = projector, transposed
        return projector._apply(flat, transposed)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401
        return _Apply.apply(gradients[0], ctx.projector, not ctx.transposed), None, None
