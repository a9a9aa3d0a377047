"""The slices of one CT series among all files of a folder."""

from __future__ import annotations

import logging
from collections import defaultdict
from pathlib import Path

import pydicom
from pydicom.misc import is_dicom

from custom.data.nm_dicom import bad_input_in
from custom.errors import BadInput

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"
ENHANCED_CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2.1"

logger = logging.getLogger(__name__)


def find_slices(folder: Path, series: str | None = None) -> list[pydicom.Dataset]:
    """Read the headers of a CT series.

    Localisers, other modalities and files that are no DICOM are left out, with a line in the log for each kind.

    Args:
        folder: searched with its subfolders, hidden ones left out.
        series: Series Instance UID, where the folder holds several.

    Returns:
        Datasets without their pixels, in no order, each with its `filename`.

    Raises:
        BadInput: no CT slice, several series and none chosen, a chosen one that is not there, or a damaged file.
    """
    slices, left_out = _ct_slices(folder)
    for reason, files in left_out.items():
        logger.info("left out: %d files, %s (such as %s)", len(files), reason, files[0].name)
    by_series = defaultdict(list)
    for header in slices:
        by_series[str(header.SeriesInstanceUID)].append(header)
    if not by_series:
        found = ", ".join(f"{len(files)} {reason}" for reason, files in left_out.items()) or "no files"
        raise BadInput(f"a CT is a folder with the DICOM files of its slices, got {found} in {folder}; another folder?")
    if series is None and len(by_series) > 1:
        raise BadInput(f"one CT series is wanted, got {_listed(by_series)} in {folder}; choose one with --series <UID>")
    chosen = next(iter(by_series)) if series is None else str(series)
    if chosen not in by_series:
        raise BadInput(f"series must be one of the folder's, got {chosen}; {folder} holds {_listed(by_series)}")
    return by_series[chosen]


def _ct_slices(folder: Path) -> tuple[list[pydicom.Dataset], dict[str, list[Path]]]:
    """Split a folder's files into CT slices and, by reason, what is none."""
    slices: list[pydicom.Dataset] = []
    left_out: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if path.suffix.lower() != ".dcm" and not is_dicom(path):
            left_out["no DICOM"].append(path)
            continue
        with bad_input_in(path):
            header = pydicom.dcmread(path, stop_before_pixels=True)
            reason = _why_no_slice(header)
        if reason:
            left_out[reason].append(path)
        else:
            slices.append(header)
    return slices, left_out


def _why_no_slice(header: pydicom.Dataset) -> str:
    """Say why a DICOM file is no slice of a CT; nothing where it is one."""
    storage = header.get("SOPClassUID", header.file_meta.get("MediaStorageSOPClassUID"))
    modality = str(header.get("Modality") or "")
    if storage == ENHANCED_CT_IMAGE_STORAGE:
        return "enhanced CT (all slices in one file; convert it to classic DICOM or to NIfTI)"
    if storage == MEDIA_STORAGE_DIRECTORY:
        return "directory of a disc"
    if len(modality) < 2 or (modality == "CT" and "SeriesInstanceUID" not in header):  # no modality has one letter
        raise BadInput(
            f"a DICOM image states its modality and series, got modality {modality!r}; is the file cut short?"
        )
    if modality != "CT":
        return f"of modality {modality}"
    if storage != CT_IMAGE_STORAGE:
        return "of modality CT but no CT image"
    return "localiser" if "LOCALIZER" in header.get("ImageType", []) else ""


def _listed(by_series: dict[str, list[pydicom.Dataset]]) -> str:
    """Name series by what tells them apart."""
    return "; ".join(
        f"{uid} ('{slices[0].get('SeriesDescription', '')}', {len(slices)} slices)" for uid, slices in by_series.items()
    )
