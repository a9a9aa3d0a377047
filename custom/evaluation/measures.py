"""What is measured of each study: image quality against iterative Yang, and intramyocardial blood volume."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from custom.errors import BadInput
from custom.metrics import imbv, psnr, rmse, ssim

# Method and the key of its volume in a study; what a study's regions and reference are stands under their own keys.
METHODS = {"no correction": "image", "network": "corrected", "iterative Yang": "label", "truth": "truth"}
COMPARED = ("no correction", "network")  # with iterative Yang, voxel by voxel
QUALITY = {"ssim": ssim, "psnr_db": psnr, "rmse": rmse}
GATED_NAME = re.compile(r"(?P<animal>.+)_gate-(?P<gate>[^_]+)$")


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Measures of one method on one study; image quality is None for methods that are no estimate of the reference."""

    study: str
    animal: str
    gate: str
    method: str
    imbv: float
    ssim: float | None = None
    psnr_db: float | None = None
    rmse: float | None = None


def measure_studies(studies: Sequence[Mapping[str, str]], corrected_dir: str | Path) -> list[Measures]:
    """Measure every method on every study.

    Args:
        studies: paths under `image`, `label`, `truth` and `regions`, and each study's name under `study`.
        corrected_dir: folder that the run `inference` wrote, with <study>/<study>_corrected.nii.gz.

    Returns:
        One row per study and method, in the order of the studies and of `METHODS`.

    Raises:
        BadInput: a study was not corrected, its volumes lie on different grids, or it lacks a region.
    """
    complete = [{**study, "corrected": str(_corrected(study["study"], Path(corrected_dir)))} for study in studies]
    return [row for study in tqdm(complete, desc="measuring studies") for row in _measure(study)]


def _corrected(study: str, folder: Path) -> Path:
    path = folder / study / f"{study}_corrected.nii.gz"
    if not path.is_file():
        raise BadInput(
            f"every test study must have been corrected, but {path} is missing; run `make inference` on the cohort "
            "first, or set corrected_dir to its output_dir"
        )
    return path


def _measure(study: Mapping[str, str]) -> list[Measures]:
    volumes = _load(study)
    regions, reference = volumes["regions"], volumes["label"]
    name = GATED_NAME.match(study["study"])
    animal, gate = (name["animal"], name["gate"]) if name else (study["study"], "")
    rows = []
    for method, key in METHODS.items():
        blood_volume = float(imbv(volumes[key], regions))
        if not math.isfinite(blood_volume):
            raise BadInput(
                f"IMBV needs myocardium, and activity in the left ventricular blood, got none in the {key} of "
                f"{study['study']}; are the regions those of this study?"
            )
        quality = {
            measure: float(function(volumes[key], reference, regions)) if method in COMPARED else None
            for measure, function in QUALITY.items()
        }
        rows.append(
            Measures(study=study["study"], animal=animal, gate=gate, method=method, imbv=blood_volume, **quality)
        )
    return rows


def _load(study: Mapping[str, str]) -> dict[str, Tensor]:
    images = {key: nibabel.load(study[key]) for key in (*METHODS.values(), "regions")}
    grid = images["regions"]
    for key, image in images.items():
        if image.shape != grid.shape or not np.allclose(image.affine, grid.affine, atol=1e-3):
            raise BadInput(
                f"all volumes of a study lie on one grid, but the {key} of {study['study']} ({image.shape}) and its "
                f"regions ({grid.shape}) do not; was {study[key]} made from another cohort?"
            )
    return {key: torch.from_numpy(image.get_fdata(dtype=np.float32)) for key, image in images.items()}
