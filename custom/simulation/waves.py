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
        across, along = self._planes(x, y), self._lines(z)
        if self.amplitudes.ndim == 1:
            return _product(across, along, self.amplitudes)
        return np.stack([_product(across, along, a) for a in self.amplitudes.T])

    def at_points(self, points_mm: np.ndarray) -> np.ndarray:
        """Evaluate at points, shape (..., 3); shape (...) or (..., 3)."""
        return np.cos(points_mm @ self.wave_vectors.T + self.phases) @ self.amplitudes

    def _planes(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return cosines and sines over x and y, shape (2, wave, x, y), float32."""
        kx, ky, _ = self.wave_vectors.T
        angle = kx[:, None, None] * x[:, None] + ky[:, None, None] * y + self.phases[:, None, None]
        return np.stack([np.cos(angle), np.sin(angle)]).astype(np.float32)

    def _lines(self, z: np.ndarray) -> np.ndarray:
        """Return cosines and minus sines over z, shape (2, wave, z), float32."""
        angle = np.outer(self.wave_vectors[:, 2], z)
        return np.stack([np.cos(angle), -np.sin(angle)]).astype(np.float32)


def _product(across: np.ndarray, along: np.ndarray, amplitudes: np.ndarray) -> np.ndarray:
    """Return Σ a (cos cos − sin sin) as one product of real matrices, shape (x, y, z)."""
    weighted = along * amplitudes.astype(np.float32)[:, None]
    return np.tensordot(across, weighted, axes=((0, 1), (0, 1)))


def random_field(
    generator: np.random.Generator,
    *,
    sd: float,
    n_waves: int = 24,
    shortest_mm: float = 30.0,
    longest_mm: float = 120.0,
) -> PlaneWaves:
    """Draw a scalar field of mean 0 and standard deviation sd, with wavelengths between two lengths."""
    wave_vectors, phases = _waves(generator, n_waves, shortest_mm=shortest_mm, longest_mm=longest_mm)
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
