"""Forward projection and its adjoint, for one image or a batch, on CPU and CUDA, differentiable."""

from __future__ import annotations

import warnings
from typing import Any, Protocol

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor

from custom.projection.system_matrix import SystemMatrix


class Projector(Protocol):
    """A linear map from emitted photons per voxel to expected counts per pixel, with its adjoint."""

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
        """Aᵀ 1: the fraction of photons emitted in a voxel that the whole camera detects."""


class MatrixProjector:
    """Projector by a stored system matrix and a transmission factor for each pinhole and voxel.

        A = B · diag(t) · S

    S repeats the image's voxels for each pinhole that sees them, t is the transmission along that line of sight, B the
    geometric matrix. Autograd's backward of `forward` is `adjoint` and the other way round.

    Args:
        matrix: the geometric system matrix.
        transmission: t, (pinhole, x, y, z), or (batch, pinhole, x, y, z) for one μ-map per study; default 1 (air).
        device: where the matrix lies and images are expected.
        dtype: torch.float32 or torch.float64.

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
        self._set_up(_Geometry(matrix, torch.device(device), dtype), transmission)

    def _set_up(self, geometry: _Geometry, transmission: Tensor | None) -> None:
        self._geometry = geometry
        self.image_shape = geometry.matrix.grid.shape
        self.counts_shape = geometry.matrix.camera.counts_shape
        self.dtype, self.device = geometry.dtype, geometry.device
        self._transmission = None if transmission is None else geometry.per_view(transmission)
        self._sensitivity: Tensor | None = None

    @property
    def matrix(self) -> SystemMatrix:
        """The geometric system matrix."""
        return self._geometry.matrix

    @property
    def sensitivity(self) -> Tensor:
        """Aᵀ 1, (x, y, z), or (batch, x, y, z) with one μ-map per study; exactly 0 where no pinhole sees."""
        if self._sensitivity is None:
            batch = () if self._transmission is None else self._transmission.shape[1:]
            ones = torch.ones((*batch, *self.counts_shape), dtype=self.dtype, device=self.device)
            self._sensitivity = self.adjoint(ones).detach()
        return self._sensitivity

    def forward(self, image: Tensor) -> Tensor:
        """Expected counts A x.

        Args:
            image: x, (..., x, y, z), emitted photons per voxel.

        Returns:
            (..., pinhole, row, column), counts.

        Raises:
            ValueError: an image of another shape, type or device than the projector's.
        """
        self._check(image, self.image_shape, "image")
        counts = _Apply.apply(image.reshape(-1, self.matrix.grid.n_voxels), self, False)
        return counts.reshape(*image.shape[:-3], *self.counts_shape)

    def adjoint(self, counts: Tensor) -> Tensor:
        """Back projection Aᵀ y.

        Args:
            counts: y, (..., pinhole, row, column).

        Returns:
            (..., x, y, z).

        Raises:
            ValueError: counts of another shape, type or device than the projector's.
        """
        self._check(counts, self.counts_shape, "counts")
        image = _Apply.apply(counts.reshape(-1, int(np.prod(self.counts_shape))), self, True)
        return image.reshape(*counts.shape[:-3], *self.image_shape)

    def with_transmission(self, transmission: Tensor | None) -> MatrixProjector:
        """Return a projector for another patient that shares this one's matrix."""
        projector = MatrixProjector.__new__(MatrixProjector)
        projector._set_up(self._geometry, transmission)
        return projector

    def to(self, device: str | torch.device) -> MatrixProjector:
        """Return this projector on another device."""
        projector = MatrixProjector(self.matrix, device=device, dtype=self.dtype)
        if self._transmission is not None:
            projector._transmission = self._transmission.to(device)
        return projector

    def _check(self, tensor: Tensor, shape: tuple[int, int, int], what: str) -> None:
        if tuple(tensor.shape[-3:]) != shape:
            raise ValueError(f"{what} must end in the shape {shape}, got {tuple(tensor.shape)}; is it of another camera?")
        if tensor.dtype != self.dtype or tensor.device.type != self.device.type:
            raise ValueError(
                f"{what} must be {self.dtype} on {self.device}, got {tensor.dtype} on {tensor.device}; convert it first"
            )
        if self._transmission is not None and self._transmission.ndim == 2:
            n_studies = self._transmission.shape[1]
            if tuple(tensor.shape[:-3]) != (n_studies,):
                raise ValueError(f"{what} must hold {n_studies} studies as its transmission, got {tuple(tensor.shape)}")

    def _apply(self, flat: Tensor, transposed: bool) -> Tensor:
        """Apply A or its transpose to the rows of a (batch, n) tensor."""
        columns = flat[0] if len(flat) == 1 else flat.T.contiguous()
        factor = self._transmission
        if factor is not None and factor.ndim > columns.ndim:
            factor = factor[:, 0]
        elif factor is not None and factor.ndim < columns.ndim:
            factor = factor[:, None]
        result = self._geometry.back(columns, factor) if transposed else self._geometry.project(columns, factor)
        return result[None] if len(flat) == 1 else result.T


class _Apply(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, flat: Tensor, projector: MatrixProjector, transposed: bool) -> Tensor:
        ctx.projector, ctx.transposed = projector, transposed
        return projector._apply(flat, transposed)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return _Apply.apply(gradients[0], ctx.projector, not ctx.transposed), None, None


class _Geometry:
    """The matrix as torch tensors on one device; its transposed copy is made when first needed."""

    def __init__(self, matrix: SystemMatrix, device: torch.device, dtype: torch.dtype) -> None:
        self.matrix, self.device, self.dtype = matrix, device, dtype
        n_pixels = len(matrix.row_pointer) - 1
        self.voxel = torch.as_tensor(matrix.voxel, device=device)
        self._rows = _csr(matrix.row_pointer, matrix.view, matrix.value, (n_pixels, matrix.n_views), device, dtype)
        self._columns: Tensor | None = None
        self._gather: Tensor | None = None

    def project(self, image: Tensor, factor: Tensor | None) -> Tensor:
        """B · diag(t) · S of an image (n_voxels,) or of several (n_voxels, batch)."""
        views = image.index_select(0, self.voxel)
        return self._rows @ (views if factor is None else views.mul_(factor))

    def back(self, counts: Tensor, factor: Tensor | None) -> Tensor:
        """Sᵀ · diag(t) · Bᵀ of counts (n_pixels,) or (n_pixels, batch)."""
        if self._columns is None or self._gather is None:
            self._columns, self._gather = self._transposed(), self._summing()
        views = self._columns @ counts
        return self._gather @ (views if factor is None else views.mul_(factor))

    def per_view(self, transmission: Tensor) -> Tensor:
        """Take from (..., pinhole, x, y, z) the factors of the views: (n_views,) or (n_views, batch)."""
        shape = (len(self.matrix.camera.pinholes), *self.matrix.grid.shape)
        if tuple(transmission.shape[-4:]) != shape or transmission.ndim > 5:
            raise ValueError(f"transmission must be (batch,) {shape}, got {tuple(transmission.shape)}")
        if not (transmission.min() >= 0 and transmission.max() <= 1):
            raise ValueError("transmission lies in [0, 1]; was the μ-map itself given?")
        n_views = np.diff(self.matrix.pinhole_pointer)
        pinhole = torch.from_numpy(np.repeat(np.arange(shape[0]), n_views)).to(self.device)
        flat = transmission.to(self.device, self.dtype).reshape(*transmission.shape[:-4], -1)
        return flat[..., pinhole * self.matrix.grid.n_voxels + self.voxel].movedim(-1, 0).contiguous()

    def _transposed(self) -> Tensor:
        matrix = self.matrix
        shape = (len(matrix.row_pointer) - 1, matrix.n_views)
        columns = csr_array((matrix.value, matrix.view, _index32(matrix.row_pointer)), shape=shape).T.tocsr()
        return _csr(columns.indptr, columns.indices, columns.data, shape[::-1], self.device, self.dtype)

    def _summing(self) -> Tensor:
        """Sᵀ, which adds up each voxel's views."""
        n_views, n_voxels = self.matrix.n_views, self.matrix.grid.n_voxels
        views = np.argsort(self.matrix.voxel, kind="stable")
        pointer = np.cumsum([0, *np.bincount(self.matrix.voxel, minlength=n_voxels)])
        return _csr(pointer, views, np.ones(n_views, np.float32), (n_voxels, n_views), self.device, self.dtype)


def _csr(
    pointer: np.ndarray,
    index: np.ndarray,
    value: np.ndarray,
    shape: tuple[int, int],
    device: torch.device,
    dtype: torch.dtype,
) -> Tensor:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(
            torch.from_numpy(_index32(pointer)).to(device),
            torch.from_numpy(_index32(index)).to(device),
            torch.from_numpy(value).to(device, dtype),
            shape,
            check_invariants=False,
        )


def _index32(index: np.ndarray) -> np.ndarray:
    """Narrow indices to the 32 bits that sparse products want."""
    if index.size and index[-1] > np.iinfo(np.int32).max:
        raise ValueError(f"a system matrix holds at most {np.iinfo(np.int32).max} elements; take a coarser grid")
    return index.astype(np.int32, copy=False)
