"""A CT brought onto the grid of a SPECT volume: where it lies, and its means over the grid's voxels."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from monai.config import KeysCollection
from monai.data import MetaTensor
from monai.transforms import MapTransform
from monai.utils import convert_to_numpy
from scipy.ndimage import map_coordinates
from scipy.spatial.transform import Rotation

from custom.data.ct_scan import AIR_HU, CtScan
from custom.errors import BadInput
from custom.projection.attenuation import mu_per_mm_from_hu


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A rigid motion from the CT's world to that of the SPECT volume.

        p' = m + shift + R (p − c)

    m is the middle of the SPECT grid; R turns about the axes R, A and H through it, in this order, by the right hand.

    Args:
        centre_mm: c, the place in the CT that lies in the middle of the SPECT grid; None where both files have one
            world, so that c = m.
        shift_mm: to the right, anterior, to the head.
        rotation_deg: about these axes.

    Raises:
        BadInput: not three finite numbers each.
    """

    centre_mm: tuple[float, float, float] | None = None
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        """Refuse what is no motion."""
        for name in ("centre_mm", "shift_mm", "rotation_deg"):
            value = getattr(self, name)
            if value is not None and not _three_numbers(value):
                raise BadInput(
                    f"{name} must be three finite numbers (right, anterior, head), got {value!r}; "
                    f'write --{name} "[0, 0, 0]"'
                )

    def matrix(self, middle_mm: np.ndarray) -> np.ndarray:
        """Return the motion (4, 4) for a SPECT grid about `middle_mm`."""
        centre = middle_mm if self.centre_mm is None else np.asarray(self.centre_mm)
        motion = np.eye(4)
        motion[:3, :3] = Rotation.from_euler("xyz", self.rotation_deg, degrees=True).as_matrix()
        motion[:3, 3] = middle_mm + np.asarray(self.shift_mm) - motion[:3, :3] @ centre
        return motion


@dataclass(frozen=True, kw_only=True)
class OnGrid:
    """Means over the voxels of a grid, each (x, y, z), float32.

    Args:
        hu: CT number, HU.
        mu_per_mm: linear attenuation coefficient at 140.5 keV, per mm.
        covered: share of the voxel that the CT covers; the rest counts as air.
    """

    hu: np.ndarray
    mu_per_mm: np.ndarray
    covered: np.ndarray


def means_on_grid(scan: CtScan, motion: np.ndarray, affine: np.ndarray, shape: tuple[int, ...]) -> OnGrid:
    """Average a CT over the voxels of a grid.

    CT numbers become μ in the CT's own voxels; then each voxel of the grid is cut into equal parts, none longer than a
    voxel of the CT, in whose middles both are interpolated linearly, and the parts are averaged. μ is what adds up
    along a ray, and it is not linear in HU: at the rims of lung and bone the μ of a mean is not the mean of μ.

    Args:
        scan: the CT.
        motion: (4, 4) from the CT's world to the grid's.
        affine: (4, 4) from the grid's indices to its world, RAS+ mm.
        shape: of the grid.
    """
    mu_per_mm = mu_per_mm_from_hu(torch.from_numpy(scan.hu)).numpy()
    everywhere = np.ones(scan.hu.shape, np.float32)
    to_ct = np.linalg.inv(motion @ scan.affine) @ affine
    hu, mu, covered = _averages([(scan.hu, AIR_HU), (mu_per_mm, 0.0), (everywhere, 0.0)], to_ct, shape)
    return OnGrid(hu=hu, mu_per_mm=mu, covered=covered)


class AverageOnGridd(MapTransform):
    """Bring CTs onto the grid of an image by the mean over its voxels, as `means_on_grid` does; air outside.

    Interpolated between its own voxels alone, a fine CT would keep a noise that networks have not seen.

    Args:
        keys: CTs (1, X', Y', Z'), HU, registered to the image.
        key_dst: image (C, X, Y, Z) whose grid they are brought onto.
        allow_missing_keys: skip keys that a study does not have.
    """

    def __init__(self, keys: KeysCollection, key_dst: str = "image", allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)
        self.key_dst = key_dst

    def __call__(self, data: Mapping[Hashable, MetaTensor]) -> dict[Hashable, MetaTensor]:
        """Return the study with its CTs on the image's grid."""
        study = dict(data)
        image = study[self.key_dst]
        for key in self.key_iterator(study):
            ct = study[key]
            to_ct = np.linalg.inv(convert_to_numpy(ct.affine)) @ convert_to_numpy(image.affine)
            [hu] = _averages([(convert_to_numpy(ct)[0], AIR_HU)], to_ct, tuple(image.shape[1:]))
            study[key] = MetaTensor(torch.from_numpy(hu)[None], meta=dict(ct.meta))
            study[key].affine = image.affine
        return study


def hu_at(scan: CtScan, motion: np.ndarray, points_mm: np.ndarray) -> np.ndarray:
    """Interpolate a moved CT at points (..., 3) of the SPECT volume's world; air where it does not reach; HU."""
    to_ct = np.linalg.inv(motion @ scan.affine)
    places = np.moveaxis(points_mm @ to_ct[:3, :3].T + to_ct[:3, 3], -1, 0)
    return np.where(_covered(scan.hu, places), _interpolated(scan.hu, places), np.float32(AIR_HU))


def _averages(
    volumes: Sequence[tuple[np.ndarray, float]], to_ct: np.ndarray, shape: tuple[int, ...]
) -> list[np.ndarray]:
    """Average volumes of one CT, each with its value outside, over the voxels of a grid."""
    n_parts = np.ceil(np.abs(to_ct[:3, :3]).max(axis=0) - 1e-3).astype(int).clip(min=1)
    parts = [(np.arange(n * cut) + 0.5) / cut - 0.5 for n, cut in zip(shape, n_parts, strict=True)]
    means = [np.empty(shape, np.float32) for _ in volumes]
    for layer in range(shape[2]):  # all at once would take gigabytes for a fine CT
        z = parts[2][layer * n_parts[2] : (layer + 1) * n_parts[2]]
        places = _places(to_ct, parts[0], parts[1], z)
        for mean, (volume, outside) in zip(means, volumes, strict=True):
            values = np.where(_covered(volume, places), _interpolated(volume, places), np.float32(outside))
            blocks = values.reshape(shape[0], n_parts[0], shape[1], n_parts[1], n_parts[2])
            mean[:, :, layer] = blocks.mean(axis=(1, 3, 4), dtype=np.float64)
    return means


def _covered(volume: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Tell which places (3, ...) in indices lie in a volume, to the rims of its voxels."""
    ends = np.asarray(volume.shape).reshape(3, *[1] * (places.ndim - 1)) - 0.5
    return np.all((places >= -0.5) & (places <= ends), axis=0)


def _interpolated(volume: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Interpolate linearly between voxel centres; from the outermost to the rim their values hold."""
    return map_coordinates(volume, places, order=1, mode="nearest")


def _places(matrix: np.ndarray, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Apply a matrix (4, 4) to all points of three axes; (3, x, y, z)."""
    along = matrix[:3, :3].T[:, :, None, None, None]
    grid = np.meshgrid(x, y, z, indexing="ij", sparse=True)
    return sum((along[axis] * grid[axis] for axis in range(3)), matrix[:3, 3, None, None, None])


def _three_numbers(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 3
        and all(isinstance(number, int | float) and not isinstance(number, bool) for number in value)
        and bool(np.isfinite(value).all())
    )
