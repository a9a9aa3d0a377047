"""What a user must know of a CT before its μ-map is believed."""

from __future__ import annotations

import numpy as np
import torch

from custom.data.ct_on_grid import OnGrid
from custom.data.ct_scan import HIGHEST_HU, CtScan
from custom.errors import BadInput
from custom.projection.attenuation import mu_per_mm_from_hu

RULE_KVP = 120.0
# Slope of μ at 511 keV above water, per cm and HU (Carney et al. 2006, doi:10.1118/1.2174132): as μ of bone is one and
# the same, slopes at two voltages are as the CT numbers of bone at them are, turned round
SLOPE_OF_BONE = {80.0: 3.64e-5, 100.0: 4.43e-5, 110.0: 4.92e-5, 120.0: 5.10e-5, 130.0: 5.51e-5, 140.0: 5.64e-5}
BONE_HU = 1000.0

BLOOD_HU = 50.0  # without contrast agent
CONTRAST_FROM_HU = 80.0
HEART_MM = 60.0
IODINE_HU = 25.0  # at 120 kVp, of 1 mg per ml
IODINE_PER_MM = (
    8.2e-5  # at 140.5 keV, of 1 mg per ml: 0.823 cm² per g, between NIST's 1.942 at 100 and 0.698 at 150 keV
)

LUNG_HU = (-950.0, -500.0)
SMALLEST_LUNG_ML = 100.0
INSPIRED_HU = -800.0  # lung that breathes quietly lies about -700 to -780

THIN_SHARE = 0.9
COVERED_SHARE = 0.99
METAL_SHARE = 1e-6


def soft_tissue_hu(on_grid: OnGrid, affine: np.ndarray) -> float | None:
    """Return the median of CT numbers from 0 to 600 HU within 60 mm of the grid's middle; None without any."""
    near = on_grid.hu[within_mm(HEART_MM, affine, on_grid.hu.shape)]
    soft = near[(near > 0) & (near < 600)]
    return float(np.median(soft)) if soft.size else None


def lung_hu(on_grid: OnGrid, affine: np.ndarray) -> float | None:
    """Return the median of CT numbers from −950 to −500 HU; None where they are less than 100 ml."""
    lung = on_grid.hu[(on_grid.hu > LUNG_HU[0]) & (on_grid.hu < LUNG_HU[1])]
    volume_ml = lung.size * abs(np.linalg.det(affine[:3, :3])) / 1000
    return float(np.median(lung)) if volume_ml >= SMALLEST_LUNG_ML else None


def within_mm(radius_mm: float, affine: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Mark the voxels whose centres lie in a ball about the middle of a grid."""
    from_middle = np.indices(shape, dtype=np.float32) - (np.asarray(shape).reshape(3, 1, 1, 1) - 1) / 2
    return np.linalg.norm(np.tensordot(affine[:3, :3], from_middle, axes=1), axis=0) <= radius_mm


def voltage_of(scan: CtScan, told: float | None) -> float | None:
    """Return the tube's voltage, kVp, as the file or else the user says.

    Raises:
        BadInput: the user says what cannot be, or what the file contradicts.
    """
    if told is None:
        return scan.kvp
    if isinstance(told, bool) or not isinstance(told, int | float) or not 40 <= told <= 200:
        raise BadInput(f"kvp is the voltage of a CT's tube, 40 to 200 kV, got {told!r}; leave it out to use the file's")
    if scan.kvp not in (None, told):
        raise BadInput(f"kvp must be what the CT's files say, {scan.kvp:g}, got {told:g}; leave it out")
    return float(told)


def remarks(scan: CtScan, kvp: float | None, on_grid: OnGrid, affine: np.ndarray) -> list[str]:
    """List what a CT's μ-map leaves to be wished.

    Args:
        scan: the CT.
        kvp: voltage of its tube; None where nobody says.
        on_grid: its means.
        affine: of their grid.
    """
    found = [
        _voltage(kvp),
        _contrast(scan.contrast_agent, soft_tissue_hu(on_grid, affine)),
        _breath(lung_hu(on_grid, affine)),
        _gaps(scan),
    ]
    if not scan.states_orientation:
        found.append("the CT states no orientation (sform and qform codes are 0): right and left may be swapped")
    if scan.share_above > METAL_SHARE:
        found.append(
            f"{scan.share_above * scan.hu.size:.0f} voxels of the CT exceeded {HIGHEST_HU:g} HU and were set to it; "
            "about metal, μ and its streaks are not to be trusted"
        )
    covered = float(on_grid.covered.mean())
    if covered < COVERED_SHARE:
        found.append(f"the CT covers {covered:.1%} of the grid; the rest counts as air")
    if "simulat" in scan.description.lower():
        found.append("this CT is simulated")
    found.append("the table and whatever else lay in the CT stay in the μ-map")
    return [remark for remark in found if remark]


def _voltage(kvp: float | None) -> str:
    if kvp is None:
        return "the CT does not state the voltage of its tube; it was taken as 120 kVp (say --kvp)"
    if kvp == RULE_KVP:
        return ""
    ratio = np.interp(kvp, list(SLOPE_OF_BONE), list(SLOPE_OF_BONE.values())) / SLOPE_OF_BONE[RULE_KVP]
    water, bone = _mu(0.0), _mu(BONE_HU)
    error = bone / (water + (bone - water) * ratio) - 1
    return (
        f"the CT was taken at {kvp:g} kVp, the rule for μ holds at 120: μ of dense bone ({BONE_HU:g} HU) is about "
        f"{error:+.0%} off, soft tissue and lung hardly"
    )


def _contrast(agent: str, soft_hu: float | None) -> str:
    """Tell what iodine does: it weighs more in a CT than at 140.5 keV."""
    enhanced = soft_hu is not None and soft_hu > CONTRAST_FROM_HU
    if not agent and not enhanced:
        return ""
    grounds = [f"by its header ({agent})"] if agent else []
    grounds += [f"by {soft_hu:.0f} HU in the soft tissue about the middle"] if enhanced else []
    level = soft_hu if soft_hu is not None and enhanced else 350.0
    return (
        f"the CT has contrast agent, {' and '.join(grounds)}: μ of blood is about {_excess(level):.0%} too high at "
        f"{level:.0f} HU" + (f", {_excess(350.0):.0%} where it has 350 HU" if level < 300 else "")
    )


def _breath(lung: float | None) -> str:
    if lung is None or lung >= INSPIRED_HU:
        return ""
    return (
        f"the lung is at {lung:.0f} HU, as when a deep breath is held: in a SPECT of quiet breathing heart and "
        "diaphragm lie higher and the lung attenuates more; look at the picture, and give shift_mm"
    )


def _excess(hu: float) -> float:
    """Return by what share the rule overstates μ of blood whose CT number iodine has raised."""
    return _mu(hu) / (_mu(BLOOD_HU) + (hu - BLOOD_HU) / IODINE_HU * IODINE_PER_MM) - 1


def _gaps(scan: CtScan) -> str:
    thickness, step = scan.slice_thickness_mm, float(scan.spacing_mm[2])
    if thickness is None or thickness >= THIN_SHARE * step:
        return ""
    return (
        f"slices of {thickness:g} mm stand {step:g} mm apart: {1 - thickness / step:.0%} of the body was not measured"
    )


def _mu(hu: float) -> float:
    return float(mu_per_mm_from_hu(torch.tensor(hu, dtype=torch.float64)))
