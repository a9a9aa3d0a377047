"""A multi-pinhole camera: pinholes, plate, detectors, and the file that describes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np
import yaml

from custom.errors import BadInput
from custom.scanner.grid import ImageGrid

Vector = tuple[float, float, float]
T = TypeVar("T")


def _positive(owner: str, **values: float | int) -> None:
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
        _positive("pinhole", aperture_mm=self.aperture_mm, focal_length_mm=self.focal_length_mm)
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
        _positive("collimator", attenuation_per_mm=self.attenuation_per_mm)
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
        _positive("detector", pixel_mm=self.pixel_mm, thickness_mm=self.thickness_mm)
        _positive("detector", attenuation_per_mm=self.attenuation_per_mm)
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
        _positive("model", nearest_mm=self.nearest_mm)


@dataclass(frozen=True, kw_only=True)
class Camera:
    """All that the system matrix depends on, and the grid that its images live on.

    Args:
        name: what the camera is called.
        pinholes: the apertures with their modules, in the order of the projections.
        detector: the kind of module.
        collimator: the plate.
        grid: the voxel grid of reconstructions.
        model: how finely the response is computed.
        energy_kev: of the photons, keV.
        energy_window_kev: lower and upper limit of the energy window, keV.
        photons_per_decay: photons of that energy per decay.
    """

    name: str
    pinholes: tuple[Pinhole, ...]
    detector: Detector
    collimator: Collimator
    grid: ImageGrid
    model: ResponseModel = ResponseModel()
    energy_kev: float = 140.5
    energy_window_kev: tuple[float, float] = (126.45, 154.55)
    photons_per_decay: float = 0.885

    def __post_init__(self) -> None:
        """Hold the rules that make a camera valid."""
        if not self.pinholes:
            raise ValueError("a camera has at least one pinhole, got none")
        _positive("camera", energy_kev=self.energy_kev, photons_per_decay=self.photons_per_decay)

    @property
    def counts_shape(self) -> tuple[int, int, int]:
        """Shape of its projections: pinhole, row, column."""
        return len(self.pinholes), self.detector.n_rows, self.detector.n_columns


def load_camera(path: str | Path) -> Camera:
    """Read a camera from its YAML file; `discovery_570c.yaml` shows and explains every key.

    Pinholes stand in the file one by one under `pinholes`, or as rows on circles about the grid's centre under `arcs`.

    Raises:
        BadInput: no such file, no YAML, an unknown or missing key, or a value that breaks a rule.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"camera file {path} cannot be read: {error}; is it a camera's YAML file?") from error
    if not isinstance(content, dict):
        raise BadInput(f"camera file {path} must hold keys such as name, grid, pinholes; got {type(content).__name__}")
    try:
        return _camera(dict(content))
    except KeyError as error:
        raise BadInput(f"camera file {path} lacks the key {error}; compare it with discovery_570c.yaml") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise BadInput(f"camera file {path} breaks a rule: {error}; compare it with discovery_570c.yaml") from error


def _camera(content: dict[str, Any]) -> Camera:
    grid = _build(ImageGrid, content.pop("grid"))
    pinholes = [_listed_pinhole(entry) for entry in content.pop("pinholes", None) or []]
    for arc in content.pop("arcs", None) or []:
        pinholes += _arc(centre_mm=grid.centre_mm, **arc)
    content["pinholes"] = tuple(pinholes)
    content["grid"] = grid
    for name, kind in (("detector", Detector), ("collimator", Collimator), ("model", ResponseModel)):
        if name in content:
            content[name] = _build(kind, content[name])
    return _build(Camera, content)


def _build(kind: type[T], values: dict[str, Any]) -> T:
    """Build a dataclass from a part of the file, whole numbers standing for numbers with a point as well."""
    hints = get_type_hints(kind)
    if unknown := set(values) - set(hints):
        raise ValueError(f"unknown key {sorted(unknown)} for {kind.__name__.lower()}, known are {sorted(hints)}")
    return kind(**{name: _converted(value, hints[name]) for name, value in values.items()})


def _converted(value: Any, hint: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return tuple(_converted(entry, get_args(hint)[0]) for entry in value)
    return float(value) if hint is float else value


def _listed_pinhole(entry: dict[str, Any]) -> Pinhole:
    axis, up = _unit(np.asarray(entry["axis"], float)), np.asarray(entry["up"], float)
    return _build(Pinhole, entry | {"axis": _vector(axis), "up": _vector(_unit(up - axis * (up @ axis)))})


def _arc(
    *,
    n_pinholes: int,
    elevation_deg: float,
    azimuth_deg: Sequence[float],
    distance_mm: float,
    aperture_mm: float,
    focal_length_mm: float,
    centre_mm: Vector,
) -> list[Pinhole]:
    """Place pinholes on a circle about the patient's long axis, each looking at the grid's centre.

    Azimuth is counted from the patient's front (+y) towards the left (−x), elevation towards the head.
    """
    head, elevation = np.array([0.0, 0.0, 1.0]), math.radians(elevation_deg)
    pinholes = []
    for azimuth in np.radians(np.linspace(azimuth_deg[0], azimuth_deg[1], n_pinholes)):
        level = np.array([-math.sin(azimuth), math.cos(azimuth), 0.0])
        outward = math.cos(elevation) * level + math.sin(elevation) * head
        pinholes.append(
            Pinhole(
                position_mm=_vector(centre_mm + distance_mm * outward),
                axis=_vector(-outward),
                up=_vector(math.cos(elevation) * head - math.sin(elevation) * level),
                aperture_mm=float(aperture_mm),
                focal_length_mm=float(focal_length_mm),
            )
        )
    return pinholes


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    if vector.shape != (3,) or not 0 < length < math.inf:
        raise ValueError(f"a direction has three numbers and a length, got {vector.tolist()}")
    return vector / length


def _vector(array: np.ndarray) -> Vector:
    x, y, z = (float(value) for value in array)
    return x, y, z
