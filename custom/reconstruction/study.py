"""What a reference correction starts from: projections, regions, μ-map and background, read from NIfTI and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import torch
from torch import Tensor

from custom.errors import BadInput
from custom.nifti_file import UNREADABLE, open_nifti
from custom.reconstruction.regions import Region
from custom.reconstruction.study_files import StudyFiles
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid

GRID_TOLERANCE_MM = 0.1


@dataclass(frozen=True, kw_only=True)
class Study:
    """Checked inputs of one reconstruction.

    Args:
        counts: shape (pinhole, row, column), counts.
        regions: label map in the numbers of `Region`, shape (x, y, z).
        mu_per_mm: linear attenuation coefficient at the camera's energy, shape (x, y, z), per mm; None without.
        background: expected counts that are not primary photons, shape of the counts; None without.
    """

    counts: Tensor
    regions: Tensor
    mu_per_mm: Tensor | None = None
    background: Tensor | None = None


def read_study(files: StudyFiles, camera: Camera) -> Study:
    """Read the NIfTI files of one study and hold them against the camera.

    Args:
        files: counts and background, (pinhole, row, column); regions and μ-map, per mm, on the camera's grid. The
            μ-map's values are `custom.projection.attenuation`'s to judge.
        camera: the camera that measured the projections.

    Raises:
        BadInput: a file is missing or no image, or its shape, grid or values cannot be right.
    """
    grid, mu_map, background = camera.grid, files.mu_map, files.background
    return Study(
        counts=_read_counts(files.projections, "projections", camera, may_be_zero=False),
        regions=read_regions(files.regions, grid),
        mu_per_mm=None if mu_map is None else torch.from_numpy(_values_on_grid(mu_map, "mu_map", grid)),
        background=None if background is None else _read_counts(background, "background", camera, may_be_zero=True),
    )


def _read_counts(path: str | Path | None, name: str, camera: Camera, *, may_be_zero: bool) -> Tensor:
    counts = _values(_open(path, name), name)
    if counts.shape != camera.counts_shape:
        raise BadInput(
            f"{name} of {camera.name} must have shape {camera.counts_shape} (pinhole, row, column), got {counts.shape} "
            f"in {path}; are axes in another order, or is it another camera's file?"
        )
    if not np.isfinite(counts).all() or counts.min() < 0:
        raise BadInput(
            f"{name} must be finite and not negative, got {_range(counts)} in {path}; leave scatter in the counts and "
            "give it as background"
        )
    if not may_be_zero and not counts.any():
        raise BadInput(f"{name} must hold counts, got zeros only in {path}; was the acquisition or the gate empty?")
    return torch.from_numpy(counts)


def read_regions(path: str | Path | None, grid: ImageGrid) -> Tensor:
    """Read a label map that lies on a grid.

    Raises:
        BadInput: no such file, another grid, labels that are no region's, or no myocardium or left ventricular blood.
    """
    labels = _values_on_grid(path, "regions", grid)
    known = [int(region) for region in Region]
    unknown = sorted(set(np.unique(labels).tolist()) - set(known))
    if unknown:
        raise BadInput(
            f"regions must hold the labels {known}, got {unknown[:5]} in {path}; is it another label map, or was it "
            "resampled with interpolation?"
        )
    for region in (Region.MYOCARDIUM, Region.LEFT_VENTRICULAR_BLOOD):
        if not (labels == region).any():
            raise BadInput(
                f"regions must hold label {region} ({region.words}), got none in {path}; was it left out when "
                "the heart was outlined?"
            )
    return torch.from_numpy(labels.astype(np.uint8))


def _values_on_grid(path: str | Path | None, name: str, grid: ImageGrid) -> np.ndarray:
    """Return the values of a file that lies on the grid, whatever order and direction its axes are stored in."""
    image = nibabel.as_closest_canonical(_open(path, name))
    values = _values(image, name)
    if values.shape != grid.shape or not _same_place(image.affine, grid):
        raise BadInput(
            f"{name} must lie on the camera's grid, {_described(grid.shape, grid.affine)}, got "
            f"{_described(values.shape, image.affine)} in {path}; resample it onto the reconstruction"
        )
    return np.ascontiguousarray(values)


def _open(path: str | Path | None, name: str) -> Any:  # noqa: ANN401  nibabel publishes no types
    if path is None:
        raise BadInput(f"{name} must be given, got nothing; name a NIfTI file as in --{name} {name}.nii.gz")
    if not Path(path).is_file():
        raise BadInput(f"{name} must be an existing file, got {path}; is the name or the working directory another?")
    try:
        return open_nifti(path)
    except BadInput as error:
        raise BadInput(f"{name}, {path}: {error}") from error
    except UNREADABLE as error:
        raise BadInput(
            f"{name} must be a NIfTI image, got {path} ({error}); is it another format or cut off?"
        ) from error


def _values(image: Any, name: str) -> np.ndarray:  # noqa: ANN401
    try:
        values = image.get_fdata(dtype=np.float32)
    except UNREADABLE as error:
        path = image.get_filename()
        raise BadInput(f"{name} must be a whole image of real numbers, got {path} ({error}); is it cut off?") from error
    return values[..., 0] if values.ndim == 4 and values.shape[-1] == 1 else values


def _same_place(affine: np.ndarray, grid: ImageGrid) -> bool:
    """Return whether every voxel of the grid lies at the same place by both affines."""
    corners = np.stack(np.meshgrid(*[(0, n - 1) for n in grid.shape], [1], indexing="ij")).reshape(4, -1)
    return bool(np.abs((affine - grid.affine) @ corners).max() <= GRID_TOLERANCE_MM)


def _described(shape: tuple[int, ...], affine: np.ndarray) -> str:
    size = "×".join(str(n) for n in shape)
    spacing = "×".join(f"{step:g}" for step in np.linalg.norm(affine[:3, :3], axis=0))
    first = ", ".join(f"{place:g}" for place in affine[:3, 3])
    return f"{size} voxels of {spacing} mm from ({first}) mm"


def _range(values: np.ndarray) -> str:
    if np.isnan(values).any():
        return "NaN"
    return f"values from {values.min():g} to {values.max():g}"
