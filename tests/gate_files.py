"""Reconstructed gates of one heartbeat on disk, as the run `description` finds them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tests.nm_files import write_nifti
from tests.virtual_cohort import RELATIVE_ACTIVITY, label_regions

SHAPE = (20, 22, 12)
POOL_MM = (18.0, 16.0, 14.0, 13.0, 15.0, 16.0, 17.0, 18.0)


def write_gates(folder: Path, *, complete: bool = True) -> list[np.ndarray]:
    """Write eight gates and, if complete, the truth, the regions and the volumes; return the true activities."""
    folder.mkdir(parents=True, exist_ok=True)
    regions = [label_regions(SHAPE, pool_mm, 9.0, (0, 0, 0)) for pool_mm in POOL_MM]
    truth = [1000 * np.array(RELATIVE_ACTIVITY)[labels] for labels in regions]
    for gate, activity in enumerate(truth, start=1):
        (folder / f"gate-{gate}").mkdir()
        write_nifti(folder / f"gate-{gate}" / f"sub-001_gate-{gate}_mlem.nii.gz", 0.9 * activity)
    if complete:
        write_nifti(folder / "sub-001_gates_activity.nii.gz", np.stack(truth, axis=-1))
        write_nifti(folder / "sub-001_regions.nii.gz", regions[0].astype(np.uint8))
        volumes = [4 / 3 * np.pi * pool_mm**3 / 1000 for pool_mm in POOL_MM]
        (folder / "sub-001_gates.json").write_text(json.dumps({"left_ventricular_volume_ml": volumes}))
    return truth
