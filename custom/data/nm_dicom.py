"""Reader of reconstructed nuclear medicine volumes: multi-frame NM DICOM, and NIfTI through MONAI's own reader."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from monai.config import PathLike
from monai.data import ImageReader, NibabelReader
from monai.utils import MetaKeys, SpaceKeys, ensure_tuple
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.misc import is_dicom
from pydicom.pixels import apply_rescale

from custom.data.nm_geometry import affine_ras, check_is_reconstruction
from custom.errors import BadInput
from custom.nifti_file import open_nifti

# What pydicom, nibabel and gzip raise on damaged files, found by cutting and changing bytes.
DAMAGED = (
    AttributeError,
    BytesLengthException,
    EOFError,
    HeaderDataError,
    ImageFileError,
    InvalidDicomError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class NuclearMedicineReader(ImageReader):
    """Read one reconstructed volume as array (x, y, z), float32 from DICOM, with its affine (RAS+, mm).

    General DICOM readers look for geometry where multi-frame NM files have none, and scramble them. NIfTI files are
    left to MONAI's `NibabelReader`, so that one reader serves all studies.

    Raises:
        BadInput: a file that is no image, is cut short, has another modality, or lacks geometry; it begins with the
            file's path.
    """

    def __init__(self) -> None:
        super().__init__()
        self._nifti = NibabelReader(squeeze_non_spatial_dims=True)

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Tell whether all files are NIfTI by name or DICOM by content."""
        return all(looks_like_image(Path(name)) for name in ensure_tuple(filename))

    def read(self, data: Sequence[PathLike] | PathLike, **kwargs: Any) -> Any:  # noqa: ANN401, ARG002
        """Open a file; of several names the first, as a volume is one file."""
        path = Path(ensure_tuple(data)[0])
        with bad_input_in(path):
            if not path.is_file():
                raise BadInput("a study is a file that exists, got nothing of this name; is the path right?")
            if not looks_like_image(path):
                raise BadInput(
                    "a volume is NIfTI (.nii, .nii.gz) or NM DICOM, got neither; is it no image, or cut short?"
                )
            if _is_nifti(path):
                open_nifti(path)  # refuses what MONAI would read
                return self._nifti.read(path)
            return pydicom.dcmread(path)

    def get_data(self, img: Any) -> tuple[np.ndarray, dict]:  # noqa: ANN401
        """Return array and metadata of an opened file."""
        if isinstance(img, pydicom.Dataset):
            with bad_input_in(Path(img.filename)):
                return _nuclear_medicine_volume(img)
        with bad_input_in(Path(img.get_filename())):
            return self._nifti.get_data(img)


def looks_like_image(path: Path) -> bool:
    """Tell whether a file is NIfTI by its name or DICOM by its first bytes or its name."""
    return path.is_file() and (_is_nifti(path) or path.suffix.lower() == ".dcm" or is_dicom(path))


@contextmanager
def bad_input_in(path: Path) -> Iterator[None]:
    """Begin every `BadInput` with the file, once, and make one of what readers raise on a damaged file."""
    try:
        yield
    except BadInput as error:
        if str(error).startswith(f"{path}: "):
            raise
        raise BadInput(f"{path}: {error}") from error
    except DAMAGED as error:
        reason = " ".join(str(error).split())[:80] or type(error).__name__
        raise BadInput(
            f"{path}: an image must be readable whole, got '{reason}'; is the file cut short, or no image?"
        ) from error


def _is_nifti(path: Path) -> bool:
    return path.name.lower().endswith((".nii", ".nii.gz"))


def _nuclear_medicine_volume(dataset: pydicom.Dataset) -> tuple[np.ndarray, dict]:
    check_is_reconstruction(dataset)
    affine = affine_ras(dataset)
    frames = apply_rescale(dataset.pixel_array, dataset)
    n_frames = int(dataset.get("NumberOfFrames", 1))
    if frames.ndim == 3 and len(frames) != n_frames:
        raise BadInput(
            f"a file holds as many frames as it states, got {len(frames)} for a Number of Frames of {n_frames}; "
            "was the header changed, or the file put together by hand?"
        )
    if frames.ndim != 3:
        raise BadInput(
            f"a volume has several slices of one value per voxel, got shape {frames.shape}; is it a picture?"
        )
    array = np.ascontiguousarray(frames.transpose(2, 1, 0), dtype=np.float32)
    meta = {
        MetaKeys.AFFINE: affine,
        MetaKeys.ORIGINAL_AFFINE: affine.copy(),
        MetaKeys.SPATIAL_SHAPE: np.asarray(array.shape),
        MetaKeys.ORIGINAL_CHANNEL_DIM: "no_channel",
        MetaKeys.SPACE: SpaceKeys.RAS,
    }
    return array, meta
