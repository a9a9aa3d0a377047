"""Smooth random fields as sums of a few plane waves, so that they can be evaluated anywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class PlaneWaves:
    """A smooth field, Σ a_n cos(k_n·r + φ_n).

    Args:
        wave_vectors: k, shape (wave, 3), per mm.
        phases: φ, shape (wave,).
        amplitudes: a, shape (wave,) for a scalar field or (wave, 3) for a displacement.
    """

    wave_vectors: np.ndarray
    phases: np.ndarray
    amplitudes: np.ndarray

    def at(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Evaluate on the grid that three axes span; shape (x, y, z), or (3, x, y, z) for a displacement."""
        waves = [np.exp(1j * np.outer(k, r)) for k, r in zip(self.wave_vectors.T, (x, y, z), strict=True)]
        weights = (self.amplitudes.T * np.exp(1j * self.phases)).astype(np.complex64)
        planes = np.einsum("wx,wy->wxy", waves[0], waves[1]).astype(np.complex64)
        along_z = waves[2].astype(np.complex64)
        if weights.ndim == 1:
            return np.tensordot(planes * weights[:, None, None], along_z, axes=(0, 0)).real
        return np.stack([np.tensordot(planes * w[:, None, None], along_z, axes=(0, 0)).real for w in weights])


def random_field(generator: np.random.Generator, *, sd: float, n_waves: int = 24) -> PlaneWaves:
    """Draw a scalar field of mean 0 and standard deviation sd, with wavelengths of 30 to 120 mm."""
    wave_vectors, phases = _waves(generator, n_waves, shortest_mm=30.0, longest_mm=120.0)
    return PlaneWaves(wave_vectors=wave_vectors, phases=phases, amplitudes=np.full(n_waves, sd * np.sqrt(2 / n_waves)))


def random_displacement(generator: np.random.Generator, *, rms_mm: float, n_waves: int = 12) -> PlaneWaves:
    """Draw a displacement whose divergence is 0, so that volumes stay the same to first order.

    Each wave moves points at right angles to the direction that it runs in; wavelengths of 100 to 220 mm.
    """
    wave_vectors, phases = _waves(generator, n_waves, shortest_mm=100.0, longest_mm=220.0)
    across = np.cross(wave_vectors, generator.normal(size=(n_waves, 3)))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return PlaneWaves(wave_vectors=wave_vectors, phases=phases, amplitudes=across * rms_mm * np.sqrt(2 / n_waves))


def _waves(
    generator: np.random.Generator, n_waves: int, *, shortest_mm: float, longest_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    directions = generator.normal(size=(n_waves, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    wavelengths = generator.uniform(shortest_mm, longest_mm, size=(n_waves, 1))
    return directions * 2 * np.pi / wavelengths, generator.uniform(0, 2 * np.pi, size=n_waves)
