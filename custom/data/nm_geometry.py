"""What a multi-frame NM DICOM file says about itself: whether it is one reconstruction, and where it lies."""

from __future__ import annotations

import numpy as np
import pydicom

from custom.errors import BadInput

NUCLEAR_MEDICINE_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.20"
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
ONE_OF_EACH = ("EnergyWindowVector", "RRIntervalVector", "TimeSlotVector", "PhaseVector", "TimeSliceVector")
COUNTED = ("NumberOfEnergyWindows", "NumberOfRRIntervals", "NumberOfTimeSlots", "NumberOfPhases")
WHAT_ELSE = {
    "RECON GATED TOMO": "are these all gates in one file? Give one file per gate",
    "TOMO": "are these projections? Reconstruct them first",
    "GATED TOMO": "are these gated projections? Reconstruct them first",
}


def check_is_reconstruction(dataset: pydicom.Dataset) -> None:
    """Refuse what is no single reconstructed NM volume.

    Raises:
        BadInput: another modality, no reconstruction, or several volumes in one file.
    """
    modality = dataset.get("Modality", "none")
    if modality != "NM" or dataset.get("SOPClassUID") != NUCLEAR_MEDICINE_IMAGE_STORAGE:
        raise BadInput(
            f"a SPECT study has modality NM and is stored as Nuclear Medicine Image, got modality {modality}; "
            "is it another examination, such as the CT of the same patient, or a file cut short?"
        )
    if "PixelData" not in dataset:
        raise BadInput("an image file ends with Pixel Data, got none; is the file cut short?")
    kind = ([*dataset.get("ImageType", []), "", "", ""])[2]
    if kind != "RECON TOMO":
        cause = WHAT_ELSE.get(kind, "is it a planar image or a screen capture?")
        raise BadInput(f"a reconstruction has Image Type RECON TOMO, got '{kind}'; {cause}")
    several = [name for name in ONE_OF_EACH if len(set(np.atleast_1d(dataset.get(name, 1)).tolist())) > 1]
    several += [name for name in COUNTED if int(dataset.get(name) or 1) > 1]
    if several:
        raise BadInput(
            f"a volume has one energy window, gate and time, got several by {several[0]}; export one file for each"
        )
    n_frames = int(dataset.get("NumberOfFrames", 1))
    slices = [int(index) for index in np.atleast_1d(dataset.get("SliceVector", range(1, n_frames + 1)))]
    if slices != list(range(1, n_frames + 1)):
        raise BadInput(
            f"a volume has one frame per slice, in order, got {n_frames} frames of {len(set(slices))} slices; "
            "are there several volumes (energy windows, gates, time) in one file?"
        )


def affine_ras(dataset: pydicom.Dataset) -> np.ndarray:
    """Return the affine from (column, row, frame) to world millimetres, RAS+.

        p = position + column · Δc · r + row · Δr · c + frame · Δs · (r × c),  then x and y change their sign

    r and c are the direction cosines of a row and of a column. Δs, Spacing Between Slices, may be negative: slices
    then lie in front of the first one, against r × c; with transverse slices they run from head to feet.

    Raises:
        BadInput: position, orientation or spacing is missing, of another length, or impossible.
    Source: DICOM PS3.3, C.8.4 (nuclear medicine modules) and C.7.6.2 (image plane).
    """
    detector = (dataset.get("DetectorInformationSequence") or [pydicom.Dataset()])[0]
    position = _numbers(detector, "ImagePositionPatient", 3)
    along_row, along_column = orientation = _numbers(detector, "ImageOrientationPatient", 6).reshape(2, 3)
    row_spacing, column_spacing = _numbers(dataset, "PixelSpacing", 2)
    (slice_spacing,) = _numbers(dataset, "SpacingBetweenSlices", 1)
    if not np.allclose(orientation @ orientation.T, np.eye(2), atol=1e-3):
        raise BadInput(
            f"Image Orientation (Patient) must be two perpendicular unit vectors, got {orientation.tolist()}"
        )
    if min(row_spacing, column_spacing, abs(slice_spacing)) <= 0:
        raise BadInput(
            f"voxels must have a size, got Pixel Spacing {row_spacing:g}, {column_spacing:g} and Spacing Between "
            f"Slices {slice_spacing:g} mm; was the geometry lost in a conversion?"
        )
    affine_lps = np.eye(4)
    affine_lps[:3, 0] = along_row * column_spacing
    affine_lps[:3, 1] = along_column * row_spacing
    affine_lps[:3, 2] = np.cross(along_row, along_column) * slice_spacing
    affine_lps[:3, 3] = position
    return LPS_TO_RAS @ affine_lps


def _numbers(dataset: pydicom.Dataset, keyword: str, n_numbers: int) -> np.ndarray:
    value = dataset.get(keyword)
    numbers = np.atleast_1d(np.asarray([] if value is None else value, dtype=float))
    if numbers.shape != (n_numbers,) or not np.isfinite(numbers).all():
        raise BadInput(
            f"a reconstruction needs {keyword} ({n_numbers} finite numbers), got {numbers.tolist()}; "
            "was the geometry lost when the file was made anonymous or converted?"
        )
    return numbers
