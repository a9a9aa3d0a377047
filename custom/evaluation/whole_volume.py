"""Volumes on disk, read whole or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from custom.errors import BadInput
from custom.nifti_file import UNREADABLE, open_nifti


def read_volume(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the voxels of a NIfTI file, float32, and its affine.

    Raises:
        BadInput: no file, or one that cannot be read to its end.
    """
    try:
        image = open_nifti(path)
        return np.asarray(image.dataobj, dtype=np.float32), image.affine
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error
    except UNREADABLE as error:
        raise BadInput(f"{path} must be a whole NIfTI volume ({error}); was it cut short?") from error


def check_grid(
    path: Path, shape: tuple[int, ...], affine: np.ndarray, *, like: tuple[int, ...], grid: np.ndarray
) -> None:
    """Hold a volume's grid against that of another.

    Args:
        path: of the volume, to be named.
        shape: of its voxels.
        affine: its own.
        like: the shape it should have.
        grid: the affine it should have.

    Raises:
        BadInput: it has another.
    """
    if shape != like or not np.allclose(affine, grid, atol=1e-3):
        raise BadInput(
            f"volumes that are compared lie on one grid {like}, but {path} does not ({shape}); is it another's?"
        )
