"""Points in a cylinder of water, seen through one pinhole: by Monte Carlo, and by the model that simulation runs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from custom.errors import BadInput
from custom.projection.attenuation import WATER_PER_MM
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import assemble
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid
from custom.scanner.parts import Pinhole, Vector
from custom.simulation.scatter import expected_scatter

LIMITS_MM = (5, 9, 15, 20, 30)
WATER_RADIUS_MM = 100.0
PIXEL_MM = 2.46
MODULE = slice(8, 40)  # the 32 pixels of a module, of the 48 in the files


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a module sees of a point in the energy window.

    Args:
        ratio: scattered photons for each primary, on the whole module.
        shares: of the scatter, within each of `LIMITS_MM` of the middle of the point's image.
        rings: mean counts per pixel and emitted photon in rings about it, (ring,), of "primary" and "scatter".
    """

    ratio: float
    shares: tuple[float, ...]
    rings: Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class PointInWater:
    """A point in a cylinder of water whose axis is y, and what Monte Carlo saw of it.

    Args:
        name: of the file.
        source_mm: the point, from the cylinder's middle.
        pinhole: in the same coordinates; it looks along −z, its module's columns grow along x.
        image_mm: middle of the point's image on the module, along columns.
        edges_mm: of the rings about it.
        seen: by Monte Carlo.
        ratio_error: standard error of the ratio.
        ring_errors: standard errors of the rings.
    """

    name: str
    source_mm: Vector
    pinhole: Pinhole
    image_mm: float
    edges_mm: np.ndarray
    seen: Seen
    ratio_error: float
    ring_errors: Mapping[str, np.ndarray]

    @property
    def water_mm(self) -> float:
        """The way through the water to the pinhole, in the plane y = 0."""
        source, pinhole = (np.array(place)[[0, 2]] for place in (self.source_mm, self.pinhole.position_mm))
        along = float(source @ (pinhole - source) / np.linalg.norm(pinhole - source))
        return math.sqrt(along**2 + WATER_RADIUS_MM**2 - float(source @ source)) - along

    def modelled(self, camera: Camera) -> Seen:
        """Return what simulation expects a camera's plate and module to see of the point.

        Args:
            camera: whose modules have 32 × 32 pixels; its own pinholes do not matter.
        """
        grid = ImageGrid(shape=(1, 1, 1), spacing_mm=(0.1, 0.1, 0.1), centre_mm=self.source_mm)
        alone = replace(camera, pinholes=(self.pinhole,), grid=grid)
        projector = MatrixProjector(assemble(alone, grid, progress=False))
        through, one_photon = torch.full((1, 1, 1, 1), math.exp(-WATER_PER_MM * self.water_mm)), torch.ones(1, 1, 1)
        (primary,) = projector.with_transmission(through).forward(one_photon).double().numpy()
        (scatter,) = expected_scatter(projector, through, one_photon)
        radius = _radius_mm(self.image_mm)
        rings = [(low <= radius) & (radius < high) for low, high in zip(self.edges_mm, self.edges_mm[1:], strict=False)]
        return Seen(
            ratio=float(scatter.sum() / primary.sum()),
            shares=_shares(scatter, radius),
            rings={
                name: np.array([image[ring].mean() for ring in rings])
                for name, image in (("primary", primary), ("scatter", scatter))
            },
        )


def read_points(reference_dir: Path) -> list[PointInWater]:
    """Read all that lie in a folder of references.

    Raises:
        BadInput: there is none.
    """
    files = sorted((reference_dir / "montecarlo").glob("water_*.npz"))
    if not files:
        raise BadInput(
            f"reference_dir must hold montecarlo/water_*.npz, got {reference_dir} without; is it the folder?"
        )
    return [_read(file) for file in files]


def _read(file: Path) -> PointInWater:
    with np.load(file) as content:
        meta = json.loads(str(content["meta"]))
        primary, *scattered = content["batch_totals"][..., meta["quantities"].index("win_centroid_fov")].sum(axis=1).T
        counts = content["pix48_centroid"][1:, MODULE, MODULE].sum(axis=0, dtype=float)
        filled = content["radial_npix"] > 0
        profile, error = content["radial_profile_per_pixel"][:, filled], content["radial_profile_sem"][:, filled]
        edges_mm = content["radial_edges_mm"][: np.count_nonzero(filled) + 1]
    image_mm, ratios = float(meta["image_centre_mm"][0]), sum(scattered) / primary
    x, y, z = map(float, meta["source_mm"])
    return PointInWater(
        name=file.stem,
        source_mm=(x, y, z),
        pinhole=_pinhole(meta),
        image_mm=image_mm,
        edges_mm=edges_mm,
        seen=Seen(
            ratio=float(sum(scattered).sum() / primary.sum()),
            shares=_shares(counts, _radius_mm(image_mm)),
            rings={"primary": profile[0], "scatter": profile[1:].sum(axis=0)},
        ),
        ratio_error=float(ratios.std(ddof=1) / math.sqrt(len(ratios))),
        ring_errors={"primary": error[0], "scatter": np.sqrt((error[1:] ** 2).sum(axis=0))},
    )


def _pinhole(meta: Mapping[str, Any]) -> Pinhole:
    return Pinhole(
        position_mm=(0.0, 0.0, float(meta["pinhole_plane_z_mm"])),
        axis=(0.0, 0.0, -1.0),
        up=(0.0, -1.0, 0.0),
        aperture_mm=float(meta["d_mm"]),
        focal_length_mm=float(meta["front_face_behind_pinhole_mm"]),
    )


def _radius_mm(image_mm: float) -> np.ndarray:
    """Distance of the module's pixels from the middle of the point's image, (row, column)."""
    place = (np.arange(32) - 15.5) * PIXEL_MM
    return np.hypot(place[:, None], place - image_mm)


def _shares(counts: np.ndarray, radius_mm: np.ndarray) -> tuple[float, ...]:
    return tuple(float(counts[radius_mm < limit].sum() / counts.sum()) for limit in LIMITS_MM)
