"""Synthetic studies on disk: NM DICOM reconstructions, as gamma cameras write them, and NIfTI volumes."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, NuclearMedicineImageStorage, generate_uid

TRANSVERSE = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def heart(shape: tuple[int, int, int] = (32, 32, 32), level: float = 1000.0, noise: float = 0.0) -> np.ndarray:
    """Draw a bright ball with a darker shell in a dim body; the outermost voxels are exactly 0."""
    middle = (np.asarray(shape) - 1) / 2
    radius = np.sqrt(sum((axis - m) ** 2 for axis, m in zip(np.indices(shape), middle, strict=True)))
    activity = level * np.select([radius < 4, radius < 7], [1.0, 0.2], 0.05)
    activity *= 1 + noise * np.random.default_rng(0).random(shape)
    reached = radius < min(shape) / 2 - 1
    return np.where(reached, activity, 0)


def regions_of(activity: np.ndarray) -> np.ndarray:
    """Label `heart`: ball 2 (blood pool), shell 1 (myocardium), the rest of the body 6."""
    level = activity.max()
    return np.select([activity > level / 2, activity > level / 10, activity > 0], [2, 1, 6], 0).astype(np.uint8)


def nm_dataset(
    voxels: np.ndarray,
    *,
    position: tuple[float, ...] = (-60.0, -60.0, 60.0),
    orientation: tuple[float, ...] = TRANSVERSE,
    pixel_spacing: tuple[float, float] = (4.0, 4.0),
    slice_spacing: float = -4.0,
    rescale: tuple[float, float] | None = None,
) -> FileDataset:
    """Make a multi-frame NM reconstruction whose frame k, row j, column i holds voxels[i, j, k] (16 bits)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = NuclearMedicineImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Modality = "NM"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 0
    dataset.Columns, dataset.Rows, dataset.NumberOfFrames = voxels.shape
    dataset.PixelSpacing = [_decimal(step) for step in pixel_spacing]
    dataset.SpacingBetweenSlices = _decimal(slice_spacing)
    dataset.SliceVector = list(range(1, voxels.shape[2] + 1))
    dataset.NumberOfSlices = voxels.shape[2]
    detector = Dataset()
    detector.ImagePositionPatient = [_decimal(x) for x in position]
    detector.ImageOrientationPatient = [_decimal(cosine) for cosine in orientation]
    dataset.DetectorInformationSequence = Sequence([detector])
    if rescale is not None:
        dataset.RescaleSlope, dataset.RescaleIntercept = (_decimal(x) for x in rescale)
    dataset.PixelData = np.ascontiguousarray(voxels.transpose(2, 1, 0)).astype("<u2").tobytes()
    return dataset


def write_nm(path: Path, voxels: np.ndarray, **geometry: object) -> Path:
    """Save `nm_dataset` as a file."""
    nm_dataset(voxels, **geometry).save_as(path, enforce_file_format=True)
    return path


def write_ct_slice(path: Path) -> Path:
    """Save one slice of a CT."""
    dataset = nm_dataset(np.zeros((8, 8, 1)))
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.Modality = "CT"
    del dataset.NumberOfFrames, dataset.DetectorInformationSequence
    dataset.save_as(path, enforce_file_format=True)
    return path


def write_nifti(path: Path, voxels: np.ndarray, affine: np.ndarray | None = None) -> Path:
    """Save a volume; the default affine is that of 4 mm voxels along R, A and H."""
    affine = np.diag([4.0, 4.0, 4.0, 1.0]) if affine is None else affine
    kind = np.uint8 if voxels.dtype == np.uint8 else np.float32
    nibabel.save(nibabel.Nifti1Image(voxels.astype(kind), affine), path)
    return path


def _decimal(value: float) -> str:
    """Write a number within the 16 characters of a DICOM decimal string."""
    return f"{value:.10g}"[:16]
