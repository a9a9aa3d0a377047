"""A volume with its place in the world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nibabel
import numpy as np

from custom.data.nm_dicom import NuclearMedicineReader
from custom.errors import BadInput
from custom.scanner.grid import ImageGrid


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Voxels (x, y, z) and the affine from their indices to world millimetres, RAS+, with what a header adds."""

    voxels: np.ndarray
    affine: np.ndarray
    states_orientation: bool = True
    description: str = ""

    @property
    def spacing_mm(self) -> np.ndarray:
        """Distance of neighbouring voxels along the three axes of the array, mm."""
        return np.linalg.norm(self.affine[:3, :3], axis=0)

    @property
    def distance_mm(self) -> np.ndarray:
        """Distance of every voxel from the middle of the volume, mm."""
        return np.linalg.norm(self._from_middle_mm, axis=0)

    def inside(self, grid: ImageGrid) -> np.ndarray:
        """Mark the voxels that lie in a box of the grid's size about the middle of this volume."""
        half_size = np.multiply(grid.shape, grid.spacing_mm) / 2
        return np.all(np.abs(self._from_middle_mm) <= half_size[:, None, None, None], axis=0)

    @cached_property
    def _from_middle_mm(self) -> np.ndarray:
        indices = np.indices(self.voxels.shape, dtype=np.float32)
        middle = (np.asarray(self.voxels.shape) - 1) / 2
        return np.tensordot(self.affine[:3, :3], indices - middle[:, None, None, None], axes=1)


def read_volume(path: str | Path) -> Volume:
    """Read a NIfTI file or an NM DICOM reconstruction.

    Raises:
        BadInput: the file is none, damaged, or not three-dimensional, or its geometry is impossible.
    """
    reader = NuclearMedicineReader()
    image = reader.read(path)
    voxels, meta = reader.get_data(image)
    if voxels.ndim != 3 or min(voxels.shape) < 2:
        raise BadInput(
            f"a volume has three dimensions of several voxels, got shape {voxels.shape}; "
            "is it a planar image, or are gates or time points in one file?"
        )
    affine = np.asarray(meta["affine"], dtype=float)
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        raise BadInput("a volume lies in the world by an invertible affine, got a singular one; is the header damaged?")
    header = getattr(image, "header", None)
    if not isinstance(header, nibabel.Nifti1Header):
        return Volume(voxels=voxels, affine=affine)
    return Volume(
        voxels=voxels,
        affine=affine,
        states_orientation=bool(header["sform_code"] or header["qform_code"]),
        description=header["descrip"].item().decode("utf-8", errors="replace"),
    )


def describe_grid(volume: Volume) -> str:
    """Name a grid by its shape, spacing and origin."""
    shape = "x".join(str(n) for n in volume.voxels.shape)
    spacing = "x".join(f"{step:.4g}" for step in volume.spacing_mm)
    origin = ", ".join(f"{x:.1f}" for x in volume.affine[:3, 3])
    return f"{shape} voxels of {spacing} mm from ({origin})"
