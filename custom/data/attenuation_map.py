"""The μ-map of a SPECT study from a patient's CT."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pydicom
from pydicom.misc import is_dicom

from custom.data.ct_on_grid import OnGrid, Placement, means_on_grid
from custom.data.ct_remarks import remarks, voltage_of, within_mm
from custom.data.ct_scan import CtScan, read_ct
from custom.data.nm_dicom import bad_input_in
from custom.data.study_rules import check_activity, check_ct
from custom.data.study_rules import remarks as study_remarks
from custom.data.volume import Volume, describe_grid, read_volume
from custom.errors import BadInput
from custom.scanner.grid import ImageGrid

FIELD_OF_VIEW_MM = 190.0  # a disc of this width in the middle of the grid fills each module of the camera
SMALLEST_COVERED_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class AttenuationMap:
    """A CT on the grid of a SPECT volume, with what it came from.

    Args:
        scan: the CT.
        kvp: voltage of its tube; None where nobody says.
        spect: the volume whose grid it is; zero without a study.
        placement: where the CT lies, with the centre that was taken.
        on_grid: CT number and μ over the grid's voxels.
        warnings: what must be known before they are believed.
    """

    scan: CtScan
    kvp: float | None
    spect: Volume
    placement: Placement
    on_grid: OnGrid
    warnings: list[str]

    @property
    def motion(self) -> np.ndarray:
        """Matrix (4, 4) from the CT's world to the grid's."""
        return self.placement.matrix(middle_mm(self.spect))

    @property
    def covered_in_view(self) -> float:
        """Share of the field of view that the CT covers."""
        return covered_in_view(self.on_grid, self.spect)


def attenuation_map(
    *,
    ct: str | Path,
    study: str | Path | None,
    grid: ImageGrid,
    placement: Placement,
    series: str | None = None,
    kvp: float | None = None,
) -> AttenuationMap:
    """Read a CT and bring it onto the grid of a study.

    Args:
        ct: folder of a DICOM series, or a NIfTI file in HU.
        study: reconstructed volume, NIfTI or NM DICOM; None for the camera's own grid.
        grid: the camera's.
        placement: where the CT lies; without a study and a centre, the CT's middle lies in the grid's.
        series: Series Instance UID, where the folder holds several.
        kvp: voltage of the CT's tube, where its files do not say.

    Raises:
        BadInput: a file breaks a rule, or the CT covers less than half of the field of view.
    """
    spect, warnings = _volume_of(study, grid)
    scan = read_ct(ct, series)
    kvp = voltage_of(scan, kvp)
    if study is None and placement.centre_mm is None:
        x, y, z = (float(mm) for mm in scan.middle_mm)
        placement = replace(placement, centre_mm=(x, y, z))
        warnings.append(
            f"no centre_mm was given: the CT's middle ({x:.1f}, {y:.1f}, {z:.1f}) lies in the middle of the camera's "
            "grid, where the heart should be"
        )
    if placement.centre_mm is None and _frame_of(study) and scan.frame not in ("", _frame_of(study)):
        warnings.append(
            "study and CT name different frames of reference: without centre_mm their coordinates were taken as one"
        )
    motion = placement.matrix(middle_mm(spect))
    with bad_input_in(Path(ct)):
        check_ct(Volume(voxels=scan.hu, affine=motion @ scan.affine), spect)
        on_grid = means_on_grid(scan, motion, spect.affine, spect.voxels.shape)
        _check_covered(on_grid, spect)
    warnings += remarks(scan, kvp, on_grid, spect.affine)
    return AttenuationMap(scan=scan, kvp=kvp, spect=spect, placement=placement, on_grid=on_grid, warnings=warnings)


def middle_mm(volume: Volume) -> np.ndarray:
    """Return the position of the middle of a volume, mm."""
    return (volume.affine @ [*(np.asarray(volume.voxels.shape) - 1) / 2, 1])[:3]


def covered_in_view(on_grid: OnGrid, spect: Volume) -> float:
    """Return which share of a ball of 190 mm about the middle of the grid a CT covers."""
    return float(on_grid.covered[within_mm(FIELD_OF_VIEW_MM / 2, spect.affine, spect.voxels.shape)].mean())


def _volume_of(study: str | Path | None, grid: ImageGrid) -> tuple[Volume, list[str]]:
    """Return a study and what must be known of it, or an empty volume on the camera's grid."""
    if study is None:
        return Volume(voxels=np.zeros(grid.shape, np.float32), affine=grid.affine), []
    with bad_input_in(Path(study)):
        volume = read_volume(study)
        check_activity(volume, grid)
    return volume, study_remarks(volume, grid)


def _frame_of(study: str | Path | None) -> str:
    """Return the UID of a DICOM study's coordinates; empty where there is none."""
    if study is None or not is_dicom(study):
        return ""
    return str(pydicom.dcmread(study, specific_tags=["FrameOfReferenceUID"]).get("FrameOfReferenceUID") or "")


def _check_covered(on_grid: OnGrid, spect: Volume) -> None:
    share = covered_in_view(on_grid, spect)
    if share < SMALLEST_COVERED_SHARE:
        raise BadInput(
            f"a CT covers at least {SMALLEST_COVERED_SHARE:.0%} of the {FIELD_OF_VIEW_MM:g} mm about the middle of the "
            f"grid, got {share:.0%} of {describe_grid(spect)}; is centre_mm or shift_mm wrong, or are study and CT not "
            "registered?"
        )
