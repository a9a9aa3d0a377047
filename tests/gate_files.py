"""Reconstructed gates of one heartbeat on disk, as the run `description` finds them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.nm_files import write_nifti
from tests.virtual_cohort import RELATIVE_ACTIVITY, label_regions

SHAPE = (20, 22, 12)
POOL_MM = (18.0, 16.0, 14.0, 13.0, 15.0, 16.0, 17.0, 18.0)


def write_gates(folder: Path, *, complete: bool = True) -> list[np.ndarray]:
    """Write eight reconstructed gates and, if complete, their truth and regions; return the true activities."""
    folder.mkdir(parents=True, exist_ok=True)
    regions = [label_regions(SHAPE, pool_mm, 9.0, (0, 0, 0)) for pool_mm in POOL_MM]
    truth = [1000 * np.array(RELATIVE_ACTIVITY)[labels] for labels in regions]
    for gate, (activity, labels) in enumerate(zip(truth, regions, strict=True), start=1):
        reconstructed = folder / "reconstructed" / f"sub-001_gate-{gate}"
        reconstructed.mkdir(parents=True)
        write_nifti(reconstructed / "mlem.nii.gz", 0.9 * activity)
        if complete:
            write_nifti(folder / f"sub-001_gate-{gate}_activity.nii.gz", activity)
            write_nifti(folder / f"sub-001_gate-{gate}_regions.nii.gz", labels.astype(np.uint8))
    return truth
