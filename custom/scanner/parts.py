"""The parts of a multi-pinhole camera; what can be built is valid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

Vector = tuple[float, float, float]


def check_positive(owner: str, **values: float | int) -> None:
    """Hold the rule that some of a part's numbers are positive.

    Raises:
        ValueError: one is not.
    """
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{owner}: {name} must be positive, got {value}")


def _whole(owner: str, **values: int) -> None:
    for name, value in values.items():
        if value != int(value) or value < 1:
            raise ValueError(f"{owner}: {name} must be a positive whole number, got {value}")


@dataclass(frozen=True, kw_only=True)
class Pinhole:
    """One aperture with its detector module, centred behind it and parallel to it.

    The module's rows grow along `up`, its columns along `up` × `axis`: to the right for someone who stands at the
    patient and looks at the detector.

    Args:
        position_mm: middle of the aperture, patient coordinates, mm.
        axis: unit vector from the aperture towards the patient, normal to plate and detector.
        up: unit vector along the detector's rows, normal to `axis`.
        aperture_mm: diameter of the physical opening, mm.
        focal_length_mm: distance from the aperture to the detector's front face, mm.

    Raises:
        ValueError: a length that is not positive, or axes that are not orthogonal unit vectors.
    """

    position_mm: Vector
    axis: Vector
    up: Vector
    aperture_mm: float
    focal_length_mm: float

    def __post_init__(self) -> None:
        """Hold the rules that make a pinhole valid."""
        check_positive("pinhole", aperture_mm=self.aperture_mm, focal_length_mm=self.focal_length_mm)
        for name in ("axis", "up"):
            if not math.isclose(math.hypot(*getattr(self, name)), 1, abs_tol=1e-6):
                raise ValueError(f"pinhole: {name} must be a unit vector, got {getattr(self, name)}")
        if abs(np.dot(self.axis, self.up)) > 1e-6:
            raise ValueError(f"pinhole: axis {self.axis} and up {self.up} must be at right angles")

    @property
    def frame(self) -> np.ndarray:
        """Rows: directions of the columns, of the rows, and the axis; shape (3, 3)."""
        return np.stack([np.cross(self.up, self.axis), self.up, self.axis])


@dataclass(frozen=True, kw_only=True)
class Collimator:
    """The plate: a double cone with a knife edge in the aperture's plane.

    Args:
        attenuation_per_mm: linear attenuation coefficient at the camera's energy, per mm; infinite for an ideal edge.
        opening_angle_deg: full angle of the cone, degrees.
    """

    attenuation_per_mm: float
    opening_angle_deg: float

    def __post_init__(self) -> None:
        """Hold the rules that make a plate valid."""
        check_positive("collimator", attenuation_per_mm=self.attenuation_per_mm)
        if not 0 < self.opening_angle_deg < 180:
            raise ValueError(f"collimator: opening_angle_deg lies between 0 and 180, got {self.opening_angle_deg}")


@dataclass(frozen=True, kw_only=True)
class Detector:
    """A pixelated module; every pinhole has one of the same kind.

    Args:
        n_rows: pixels along the module's rows.
        n_columns: pixels along its columns.
        pixel_mm: pitch of the pixels, mm.
        thickness_mm: of the crystal, mm.
        attenuation_per_mm: of the crystal, per mm; infinite for a detector that stops everything at its face.
        window_fraction: photons counted in the energy window, of those that interact.
        intrinsic_sigma_mm: standard deviation of the Gaussian intrinsic blur, mm.
    """

    n_rows: int
    n_columns: int
    pixel_mm: float
    thickness_mm: float
    attenuation_per_mm: float
    window_fraction: float
    intrinsic_sigma_mm: float = 0.0

    def __post_init__(self) -> None:
        """Hold the rules that make a detector valid."""
        _whole("detector", n_rows=self.n_rows, n_columns=self.n_columns)
        check_positive("detector", pixel_mm=self.pixel_mm, thickness_mm=self.thickness_mm)
        check_positive("detector", attenuation_per_mm=self.attenuation_per_mm)
        if not 0 < self.window_fraction <= 1:
            raise ValueError(f"detector: window_fraction lies in (0, 1], got {self.window_fraction}; is it in percent?")
        if not 0 <= self.intrinsic_sigma_mm < math.inf:
            raise ValueError(f"detector: intrinsic_sigma_mm is zero or more, got {self.intrinsic_sigma_mm}")


@dataclass(frozen=True, kw_only=True)
class ResponseModel:
    """How finely the response is computed.

    Args:
        depth_of_interaction: whether photons are seen where they interact in the crystal, not at its face.
        voxel_samples: Gauss–Legendre points per axis of a voxel; 1 reduces the voxel to its centre.
        nearest_mm: a pinhole sees nothing nearer to its plane than this, mm.
    """

    depth_of_interaction: bool = False
    voxel_samples: int = 2
    nearest_mm: float = 20.0

    def __post_init__(self) -> None:
        """Hold the rules that make a model valid."""
        _whole("model", voxel_samples=self.voxel_samples)
        check_positive("model", nearest_mm=self.nearest_mm)
