"""A CT of a patient, read from the slices of a DICOM series or from NIfTI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.pixels import apply_rescale, get_decoder

from custom.data.ct_geometry import affine_ras, in_order
from custom.data.ct_slices import find_slices
from custom.data.nm_dicom import bad_input_in
from custom.data.volume import read_volume
from custom.errors import BadInput

AIR_HU = -1000.0
LOWEST_HU = -1024.0
HIGHEST_HU = 3071.0  # of 12 bits; what scanners with more store above it is metal
STATED = {  # what may be told of a series: nothing here names a patient, a place or a time
    "series": "SeriesDescription",
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
    "kernel": "ConvolutionKernel",
    "patient_position": "PatientPosition",
}


@dataclass(frozen=True, kw_only=True)
class CtScan:
    """CT numbers (x, y, z), HU from −1024 to 3071, and their affine to world millimetres, RAS+.

    Args:
        hu: float32; air where the file marks padding or holds less than −1024.
        affine: from indices to the position of the voxel's centre.
        kvp: voltage of the tube; None where the file does not say.
        contrast_agent: as the file names it; empty where it names none, which proves nothing.
        slice_thickness_mm: that was measured, which may be less than the distance of slices; None where unknown.
        share_above: of the voxels that held more than 3071 HU.
        frame: UID of the coordinates' frame of reference; empty where unknown.
        states_orientation: whether the file says where right and left are.
        description: free text of a NIfTI file.
        stated: what else is told of the scan, without what names the patient.
    """

    hu: np.ndarray
    affine: np.ndarray
    kvp: float | None = None
    contrast_agent: str = ""
    slice_thickness_mm: float | None = None
    share_above: float = 0.0
    frame: str = ""
    states_orientation: bool = True
    description: str = ""
    stated: dict[str, Any] = field(default_factory=dict)

    @property
    def spacing_mm(self) -> np.ndarray:
        """Distance of neighbouring voxels along the three axes of the array, mm."""
        return np.linalg.norm(self.affine[:3, :3], axis=0)

    @property
    def middle_mm(self) -> np.ndarray:
        """Position of the middle of the volume, mm."""
        return (self.affine @ [*(np.asarray(self.hu.shape) - 1) / 2, 1])[:3]


def read_ct(path: str | Path, series: str | None = None) -> CtScan:
    """Read a CT.

    Args:
        path: a folder with the DICOM files of a series, among others or not; or a NIfTI file in HU.
        series: Series Instance UID, where the folder holds several.

    Raises:
        BadInput: no CT there, or one that is damaged, has gaps or a tilt, or cannot be decoded.
    """
    path = Path(path)
    if path.is_dir():
        with bad_input_in(path):
            return _scan_of(in_order(find_slices(path, series)))
    if path.is_file() and not path.name.lower().endswith((".nii", ".nii.gz")):
        raise BadInput(f"a CT is a folder of DICOM slices or a NIfTI file, got the file {path}; give its folder")
    if series is not None:
        raise BadInput(f"series chooses among those of a folder, got {series} for {path}; leave it out")
    with bad_input_in(path):
        volume = read_volume(path)
        hu, share_above = _tamed(volume.voxels.astype(np.float32))
        return CtScan(
            hu=hu,
            affine=volume.affine,
            share_above=share_above,
            states_orientation=volume.states_orientation,
            description=volume.description,
        )


def _scan_of(ordered: Sequence[pydicom.Dataset]) -> CtScan:
    first = ordered[0]
    hu = np.empty((int(first.Columns), int(first.Rows), len(ordered)), np.float32)
    for index, header in enumerate(ordered):
        path = Path(header.filename)
        with bad_input_in(path):
            hu[:, :, index] = _pixels(pydicom.dcmread(path)).T
    hu, share_above = _tamed(hu)
    return CtScan(
        hu=hu,
        affine=affine_ras(ordered),
        kvp=_number(first, "KVP"),
        contrast_agent=str(first.get("ContrastBolusAgent") or ""),
        slice_thickness_mm=_number(first, "SliceThickness"),
        share_above=share_above,
        frame=str(first.get("FrameOfReferenceUID") or ""),
        stated={name: str(first[keyword].value) for name, keyword in STATED.items() if first.get(keyword)},
    )


def _pixels(dataset: pydicom.Dataset) -> np.ndarray:
    """Return the CT numbers of one slice (row, column)."""
    if "PixelData" not in dataset:
        raise BadInput("an image file ends with Pixel Data, got none; is the file cut short?")
    if "RescaleSlope" not in dataset or "RescaleIntercept" not in dataset:
        raise BadInput(
            "a CT slice says how its numbers become HU, got no Rescale Slope and Intercept; was it converted?"
        )
    if (unit := dataset.get("RescaleType") or "HU") != "HU":
        raise BadInput(f"a CT slice is in HU, got Rescale Type '{unit}'; is it a map of another quantity?")
    _check_decoder(dataset)
    stored = dataset.pixel_array
    hu = apply_rescale(stored, dataset)
    padding = dataset.get("PixelPaddingValue")
    if padding is not None:
        ends = int(padding), int(dataset.get("PixelPaddingRangeLimit", padding))
        hu = np.where((stored >= min(ends)) & (stored <= max(ends)), AIR_HU, hu)
    return hu


def _check_decoder(dataset: pydicom.Dataset) -> None:
    """Refuse a compression that no installed library undoes."""
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        readable = not syntax.is_compressed or get_decoder(syntax).is_available
    except NotImplementedError:
        readable = False
    if not readable:
        raise BadInput(
            f"pixels must be stored in a way that can be read here, got {syntax.name}; "
            "write them uncompressed, as with gdcmconv --raw or dcmdjpeg"
        )


def _tamed(hu: np.ndarray) -> tuple[np.ndarray, float]:
    """Return HU within what the scale holds, and the share of voxels above; NaN stays for others to refuse."""
    share_above = float((hu > HIGHEST_HU).mean())
    hu[hu < LOWEST_HU] = AIR_HU
    return np.minimum(hu, HIGHEST_HU, out=hu), share_above


def _number(header: pydicom.Dataset, keyword: str) -> float | None:
    value = header.get(keyword)
    return None if value in (None, "") else float(value)
