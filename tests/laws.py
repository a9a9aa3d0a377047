"""Laws that every projector keeps, whatever stands behind it."""

from __future__ import annotations

import torch
from torch import Tensor

from custom.projection.projector import Projector

ADJOINT_TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-12}
"""|⟨Ax, y⟩ − ⟨x, Aᵀy⟩| relative to |Ax| |y|."""


def assert_adjoint(projector: Projector, image: Tensor, counts: Tensor) -> None:
    """⟨A x, y⟩ = ⟨x, Aᵀ y⟩."""
    forward, back = projector.forward(image).double(), projector.adjoint(counts).double()
    left, right = (forward * counts.double()).sum(), (image.double() * back).sum()
    scale = (forward.norm() * counts.double().norm()).clamp(min=torch.finfo(torch.float64).tiny)
    assert abs(left - right) <= ADJOINT_TOLERANCE[projector.dtype] * scale, f"{left} is not {right}"


def assert_linear(projector: Projector, first: Tensor, second: Tensor) -> None:
    """A (2 x − 3 y) = 2 A x − 3 A y."""
    together = projector.forward(2 * first - 3 * second)
    apart = 2 * projector.forward(first) - 3 * projector.forward(second)
    scale = float(projector.forward(2 * first.abs() + 3 * second.abs()).abs().max())
    assert float((together - apart).abs().max()) <= _rounding(projector) * scale


def assert_positive(projector: Projector, image: Tensor) -> None:
    """An image without negative voxels has counts without negative pixels, all finite."""
    counts = projector.forward(image)
    assert torch.isfinite(counts).all()
    assert (counts >= 0).all()


def assert_conserves(projector: Projector, image: Tensor) -> None:
    """Σ A x = Σ (Aᵀ1) x, and no voxel has more photons detected than it emits."""
    sensitivity = projector.sensitivity.double()
    assert (sensitivity >= 0).all()
    assert (sensitivity <= 1).all()
    total, expected = projector.forward(image).double().sum(), (sensitivity * image.double()).sum()
    assert abs(total - expected) <= _rounding(projector) * abs(expected)


def assert_gradient_is_adjoint(projector: Projector, image: Tensor, counts: Tensor) -> None:
    """Autograd's gradient of ⟨A x, y⟩ is Aᵀ y, and that of ⟨x, Aᵀ y⟩ is A x."""
    image = image.detach().requires_grad_()
    counts = counts.detach().requires_grad_()
    (by_image,) = torch.autograd.grad((projector.forward(image) * counts.detach()).sum(), image)
    (by_counts,) = torch.autograd.grad((projector.adjoint(counts) * image.detach()).sum(), counts)
    assert torch.equal(by_image, projector.adjoint(counts.detach()))
    assert torch.equal(by_counts, projector.forward(image.detach()))


def assert_batch_is_loop(projector: Projector, images: Tensor) -> None:
    """A batch is projected as its images one by one; for projectors without a transmission per study."""
    together = projector.forward(images)
    apart = torch.stack([projector.forward(image) for image in images])
    assert float((together - apart).abs().max()) <= _rounding(projector) * float(apart.abs().max())


def _rounding(projector: Projector) -> float:
    return 1e-5 if projector.dtype == torch.float32 else 1e-12


def assert_update_is_its_parts(projector: Projector, image: Tensor, counts: Tensor) -> None:
    """w · x · Aᵀ(y / (A x + b)) and A x + b, with pixels without counts, and one w and b for all images or for each."""
    counts = counts * (counts > counts.mean())
    for background in (torch.ones_like(counts), torch.full_like(counts[(0,) * (counts.ndim - 3)], 2)):
        for weight in (1 + image, torch.rand_like(image[(0,) * (image.ndim - 3)])):
            updated, expected = projector.update(image, counts, background, weight)
            sums = projector.forward(image) + background
            assert torch.allclose(expected, sums, rtol=_rounding(projector), atol=0)
            by_parts = weight * image * projector.adjoint(counts / sums)
            scale = float(by_parts.abs().max())
            assert float((updated - by_parts).abs().max()) <= _rounding(projector) * scale
            assert (updated.shape, expected.shape) == (image.shape, counts.shape)
