"""Synthetic CT series on disk, as scanners write them: one DICOM file per slice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

TRANSVERSE = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SPACING_MM = (2.0, 2.0, 3.0)


def body(shape: tuple[int, int, int] = (100, 90, 60), blood_hu: float = 45.0) -> np.ndarray:
    """Draw a chest: soft tissue about two lungs, a ball of blood in the middle, air around; whole HU."""
    x, y, z = (2 * axis / (n - 1) - 1 for axis, n in zip(np.indices(shape), shape, strict=True))
    heart = x**2 + y**2 + z**2 < 0.16
    lungs = (abs(x) < 0.7) & (abs(y) < 0.6)
    return np.select([heart, lungs, x**2 + y**2 < 0.9], [blood_hu, -750.0, 30.0], -1000.0)


def ct_slice(
    hu: np.ndarray,
    position: np.ndarray,
    *,
    orientation: tuple[float, ...] = TRANSVERSE,
    pixel_spacing: tuple[float, float] = (2.0, 2.0),
    rescale: tuple[float, float] = (1.0, -1024.0),
    **header: Any,
) -> FileDataset:
    """Make one slice whose row j, column i holds hu[i, j]; `header` changes elements, None leaves one out."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.KVP, dataset.SliceThickness = "CT", "120", "3"
    dataset.PatientName, dataset.PatientID = "Somebody", "S-1"
    dataset.SeriesInstanceUID, dataset.SeriesDescription = "1.2.3", "chest"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 1
    dataset.Columns, dataset.Rows = hu.shape
    dataset.PixelSpacing = [_decimal(step) for step in pixel_spacing]
    dataset.ImageOrientationPatient = [_decimal(cosine) for cosine in orientation]
    dataset.ImagePositionPatient = [_decimal(place) for place in position]
    dataset.RescaleSlope, dataset.RescaleIntercept = (_decimal(value) for value in rescale)
    stored = np.round((hu.T - rescale[1]) / rescale[0])
    dataset.PixelData = np.ascontiguousarray(stored).astype("<i2").tobytes()
    for keyword, value in header.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return dataset


def write_series(
    folder: Path,
    hu: np.ndarray,
    *,
    position: tuple[float, ...] = (-99.0, -89.0, -88.5),
    step: tuple[float, ...] | None = None,
    orientation: tuple[float, ...] = TRANSVERSE,
    order: np.ndarray | None = None,
    prefix: str = "slice",
    **slice_: Any,
) -> Path:
    """Save hu (i, j, k) as files; slice k lies k steps (LPS mm, default 3 mm along the normal) from the position.

    Args:
        folder: gets the files; made where it is not.
        hu: whole numbers.
        position: of the first slice's first pixel, LPS mm.
        step: from slice to slice.
        orientation: direction cosines of row and column.
        order: in which slices are numbered, which says nothing of where they lie.
        prefix: of the files' names.
        slice_: more for `ct_slice`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    along_row, along_column = np.reshape(orientation, (2, 3))
    way = np.asarray(3 * np.cross(along_row, along_column) if step is None else step)
    for number, k in enumerate(range(hu.shape[2]) if order is None else order):
        dataset = ct_slice(hu[:, :, k], np.asarray(position) + k * way, orientation=orientation, **slice_)
        dataset.InstanceNumber = number + 1
        dataset.save_as(folder / f"{prefix}_{number:03}.dcm", enforce_file_format=True)
    return folder


def _decimal(value: float) -> str:
    """Write a number within the 16 characters of a DICOM decimal string."""
    return f"{value:.10g}"[:16]
