"""Corrected studies of a tiny cohort, as the runs would leave them, without a network."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np


def write_corrected(
    cohort: Path, folder: Path, *, takes: float = 0.8, network: str | None = None, weights: str = ""
) -> Path:
    """Write a mean of each test study's volume and reference as its corrected volume, and return the folder.

    A correction takes a part of the way from the blurred volume to the reference. A network leaves a report, too.
    """
    for entry in json.loads((cohort / "dataset.json").read_text())["test"]:
        image, label = (nibabel.load(cohort / entry[key]) for key in ("image", "label"))
        corrected = (1 - takes) * image.get_fdata() + takes * label.get_fdata()
        study = Path(entry["image"]).name.removesuffix("_mlem.nii.gz")
        (folder / study).mkdir(parents=True)
        volume = nibabel.Nifti1Image(corrected.astype(np.float32), image.affine)
        nibabel.save(volume, folder / study / f"{study}_corrected.nii.gz")
        if network is not None:
            report = {
                "network": {"name": network},
                "weights": {"sha256": weights},
                "total_activity": {"before": float(image.get_fdata().sum())},
                "date": "2026-11-26T21:15:00+00:00",
                "device": "cpu",
            }
            (folder / study / f"{study}.json").write_text(json.dumps(report))
    return folder
