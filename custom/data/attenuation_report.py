"""What run `attenuation` says of a μ-map in numbers."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from custom.data.attenuation_map import FIELD_OF_VIEW_MM, AttenuationMap
from custom.data.ct_remarks import HEART_MM, lung_hu, soft_tissue_hu, within_mm
from custom.data.ct_scan import CtScan
from custom.digest import sha256

BODY_FROM_PER_CM = 0.005  # lung has more; air and foam have less
MIDDLE_MM = 30.0
MEANING = {
    "body": f"voxels above {BODY_FROM_PER_CM:g} per cm, from lung on, with the table where it lies in the grid",
    "about_the_middle": f"within {MIDDLE_MM:g} mm of the middle of the grid",
    "soft_tissue": f"median of 0 to 600 HU within {HEART_MM:g} mm of the middle of the grid",
    "lung": "median of -950 to -500 HU",
    "field_of_view": f"within {FIELD_OF_VIEW_MM / 2:g} mm of the middle of the grid",
}
METHOD = (
    "CT numbers turned into mu at 140.5 keV by the bilinear rule for 120 kVp in the CT's own voxels, both interpolated "
    "linearly on parts no longer than a CT voxel and averaged over each voxel of the grid"
)


def report(made: AttenuationMap, *, study: str | Path | None, software: str) -> dict[str, Any]:
    """Gather what a reader of the μ-map needs, ready for JSON; nothing that names the patient.

    Args:
        made: the map.
        study: file whose grid was taken; None for the camera's.
        software: name and version.
    """
    affine, shape = made.spect.affine, made.spect.voxels.shape
    mu_per_cm = 10 * made.on_grid.mu_per_mm
    body, middle = mu_per_cm > BODY_FROM_PER_CM, within_mm(MIDDLE_MM, affine, shape)
    return {
        "software": software,
        "ct": _scan_entry(made.scan, made.kvp),
        "study": None if study is None else {"sha256": sha256(study)},
        "grid": {"shape": list(shape), "affine": affine.tolist()},
        "placement": {**asdict(made.placement), "matrix_from_ct_to_grid": made.motion.tolist()},
        "covered_share": {"grid": float(made.on_grid.covered.mean()), "field_of_view": made.covered_in_view},
        "soft_tissue_about_the_middle_hu": soft_tissue_hu(made.on_grid, affine),
        "lung_hu": lung_hu(made.on_grid, affine),
        "mean_mu_per_cm": {"body": _mean(mu_per_cm[body]), "about_the_middle": _mean(mu_per_cm[middle])},
        "meaning": MEANING,
        "method": METHOD,
        "warnings": made.warnings,
    }


def summary(report: dict[str, Any]) -> str:
    """Return what a report says of the map in one line."""
    mu, covered = report["mean_mu_per_cm"], report["covered_share"]["grid"]
    return (
        f"mean μ {_shown(mu['body'])} per cm in the body, {_shown(mu['about_the_middle'])} about the middle; "
        f"the CT covers {covered:.0%} of the grid"
    )


def _scan_entry(scan: CtScan, kvp: float | None) -> dict[str, Any]:
    content = hashlib.sha256(scan.affine.tobytes())
    content.update(scan.hu.tobytes())
    return {
        **scan.stated,
        "kvp": kvp,
        "contrast_agent_stated": scan.contrast_agent or None,
        "shape": list(scan.hu.shape),
        "spacing_mm": scan.spacing_mm.tolist(),
        "slice_thickness_mm": scan.slice_thickness_mm,
        "sha256_of_hu_and_affine": content.hexdigest(),
    }


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean(dtype=float)) if values.size else None


def _shown(mean: float | None) -> str:
    return "undefined" if mean is None else f"{mean:.3f}"
