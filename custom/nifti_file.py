"""NIfTI files, opened once it is sure that they are whole and that their numbers can be taken as they stand."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from custom.errors import BadInput

UNREADABLE = (ImageFileError, HeaderDataError, OSError, EOFError, zlib.error, ValueError, TypeError)
"""What opening or reading a file raises that is damaged or no NIfTI."""


def open_nifti(path: str | Path) -> Any:  # noqa: ANN401  nibabel publishes no types
    """Open a NIfTI file; its voxels are read when they are asked for.

    Raises:
        BadInput: its numbers are not real, its lengths not in mm, or it states two voxel sizes.
        UNREADABLE: it is damaged, cut short or no NIfTI.
    """
    _read_to_its_checksum(Path(path))
    image = nibabel.load(path)
    kind = image.get_data_dtype()
    if kind.kind not in "iuf":
        raise BadInput(f"a volume holds real numbers, got {kind}; is it a colour picture, or complex?")
    _check_lengths(image)
    return image


def _read_to_its_checksum(path: Path) -> None:
    """Read a compressed file to its end, which nibabel, content with the voxels, does not reach."""
    if path.suffix.lower() == ".gz":
        with gzip.open(path) as file:
            while file.read(1 << 20):
                pass


def _check_lengths(image: Any) -> None:  # noqa: ANN401
    """Refuse lengths in another unit, and two voxel sizes, of which a reader would silently choose one."""
    unit = image.header.get_xyzt_units()[0] if hasattr(image.header, "get_xyzt_units") else "mm"
    if unit not in ("mm", "unknown"):
        raise BadInput(f"a header states lengths in mm, got {unit}; was the file converted badly?")
    by_affine = np.linalg.norm(image.affine[:3, :3], axis=0)
    stated = np.asarray(image.header.get_zooms()[:3], dtype=float)
    if not np.allclose(stated, by_affine[: len(stated)], rtol=1e-3):
        raise BadInput(
            f"a header states one voxel size, got pixdim {stated.tolist()} and {by_affine.tolist()} mm by its affine; "
            "was the file converted badly?"
        )
