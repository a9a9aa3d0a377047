"""What is measured of each study: image quality against iterative Yang, and intramyocardial blood volume."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from custom.errors import BadInput
from custom.evaluation.methods import REFERENCE, TRUTH, UNCORRECTED, Correction, estimates, find_methods
from custom.evaluation.whole_volume import check_grid, read_volume
from custom.metrics import imbv, psnr, rmse, ssim

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
        corrected_dir: one folder per method, each as the run `inference` wrote it, see `find_methods`.

    Returns:
        One row per study and method: no correction, the methods of `find_methods`, iterative Yang, the truth.

    Raises:
        BadInput: a method lacks a study or corrected another image, volumes lie on different grids, or regions lack
            one that is needed.
    """
    methods = find_methods(corrected_dir, [study["study"] for study in studies])
    progress = tqdm(studies, desc="measuring studies")
    return [row for study in progress for row in _measure(study, {m: of[study["study"]] for m, of in methods.items()})]


def methods_of(measures: Sequence[Measures]) -> list[str]:
    """Return the methods that were measured, in their order."""
    return list(dict.fromkeys(row.method for row in measures))


def _measure(study: Mapping[str, str], corrections: Mapping[str, Correction]) -> list[Measures]:
    volumes, regions = _load(study, corrections)
    name = GATED_NAME.match(study["study"])
    animal, gate = (name["animal"], name["gate"]) if name else (study["study"], "")
    compared = estimates(volumes)
    return [
        Measures(
            study=study["study"],
            animal=animal,
            gate=gate,
            method=method,
            imbv=_imbv(volume, regions, f"{method} of {study['study']}"),
            **{
                measure: float(function(volume, volumes[REFERENCE], regions)) if method in compared else None
                for measure, function in QUALITY.items()
            },
        )
        for method, volume in volumes.items()
    ]


def _imbv(volume: Tensor, regions: Tensor, which: str) -> float:
    value = float(imbv(volume, regions))
    if not math.isfinite(value):
        raise BadInput(
            f"IMBV needs myocardium, and activity in the left ventricular blood, got none in {which}; are the regions "
            "those of this study?"
        )
    return value


def _load(study: Mapping[str, str], corrections: Mapping[str, Correction]) -> tuple[dict[str, Tensor], Tensor]:
    """Return the volumes by method, and the regions, (x, y, z) each."""
    regions, grid = read_volume(Path(study["regions"]))
    files = {
        UNCORRECTED: Path(study["image"]),
        **{method: correction.volume for method, correction in corrections.items()},
        REFERENCE: Path(study["label"]),
        TRUTH: Path(study["truth"]),
    }
    volumes = {}
    for method, path in files.items():
        volume, affine = read_volume(path)
        check_grid(path, volume.shape, affine, like=regions.shape, grid=grid)
        volumes[method] = torch.from_numpy(volume)
    _check_corrected_image(volumes[UNCORRECTED], corrections)
    return volumes, torch.from_numpy(regions)


def _check_corrected_image(image: Tensor, corrections: Mapping[str, Correction]) -> None:
    """Hold what reports say of the image that was corrected against the image."""
    activity = float(image.sum(dtype=torch.float64))
    for correction in corrections.values():
        if correction.activity is not None and not math.isclose(correction.activity, activity, rel_tol=1e-4):
            raise BadInput(
                f"a method must have corrected the cohort's images, but {correction.volume} was made from one with "
                f"{correction.activity:g} instead of {activity:g}; correct it again, the cohort has changed"
            )
