"""A multi-pinhole camera, and the file that describes one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np
import yaml

from custom.errors import BadInput
from custom.scanner.grid import ImageGrid
from custom.scanner.parts import Collimator, Detector, Pinhole, ResponseModel, Vector, check_positive
from custom.scanner.reconstructed_region import ReconstructedRegion

T = TypeVar("T")
PARTS = {
    "detector": Detector,
    "collimator": Collimator,
    "model": ResponseModel,
    "reconstructed_region": ReconstructedRegion,
}


@dataclass(frozen=True, kw_only=True)
class Camera:
    """What a camera sees with, and the grid and the region that its images live on.

    Args:
        name: what the camera is called.
        pinholes: the apertures with their modules, in the order of the projections.
        detector: the kind of module.
        collimator: the plate.
        grid: the voxel grid of reconstructions.
        model: how finely the response is computed.
        reconstructed_region: the part of the grid that images fill; default all of it.
        energy_kev: of the photons, keV.
        energy_window_kev: lower and upper limit of the energy window, keV.
        photons_per_decay: photons of that energy per decay.
    """

    name: str
    pinholes: tuple[Pinhole, ...]
    detector: Detector
    collimator: Collimator
    grid: ImageGrid
    model: ResponseModel = field(default_factory=ResponseModel)
    reconstructed_region: ReconstructedRegion = field(default_factory=ReconstructedRegion)
    energy_kev: float = 140.5
    energy_window_kev: tuple[float, float] = (126.45, 154.55)
    photons_per_decay: float = 0.885

    def __post_init__(self) -> None:
        """Hold the rules that make a camera valid."""
        if not self.pinholes:
            raise ValueError("a camera has at least one pinhole, got none")
        check_positive("camera", energy_kev=self.energy_kev, photons_per_decay=self.photons_per_decay)

    @property
    def counts_shape(self) -> tuple[int, int, int]:
        """Shape of its projections: pinhole, row, column."""
        return len(self.pinholes), self.detector.n_rows, self.detector.n_columns

    def reconstructed_voxels(self) -> np.ndarray:
        """Return which voxels of the camera's grid its images fill, boolean, (x, y, z)."""
        return self.reconstructed_region.voxels(self.grid, [pinhole.position_mm for pinhole in self.pinholes])


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
    for name, kind in PARTS.items():
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
