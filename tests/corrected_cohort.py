"""Corrected studies of a tiny cohort, as the run `inference` would leave them, without a network."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np

NETWORK_TAKES = 0.8  # of the way from the blurred volume to the reference


def write_corrected(cohort: Path, folder: Path) -> Path:
    """Write the mean of each test study's volume and reference as its corrected volume, and return the folder."""
    for entry in json.loads((cohort / "dataset.json").read_text())["test"]:
        image, label = (nibabel.load(cohort / entry[key]) for key in ("image", "label"))
        corrected = (1 - NETWORK_TAKES) * image.get_fdata() + NETWORK_TAKES * label.get_fdata()
        study = Path(entry["image"]).name.removesuffix("_mlem.nii.gz")
        (folder / study).mkdir(parents=True)
        volume = nibabel.Nifti1Image(corrected.astype(np.float32), image.affine)
        nibabel.save(volume, folder / study / f"{study}_corrected.nii.gz")
    return folder
