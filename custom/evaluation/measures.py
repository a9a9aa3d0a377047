"""What is measured of each study: against iterative Yang, and against the true activity that a simulation knows."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from custom.errors import BadInput
from custom.evaluation.json_record import JsonRecord
from custom.evaluation.methods import REFERENCE, TRUTH, Correction, estimates, find_methods
from custom.evaluation.study_volumes import StudyVolumes, read_study
from custom.evaluation.true_heart import TrueHeart
from custom.metrics import imbv, psnr, rmse, ssim

QUALITY = {"ssim": ssim, "psnr_db": psnr, "rmse": rmse}
GATED_NAME = re.compile(r"(?P<animal>.+)_gate-(?P<gate>[^_]+)$")


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Measures of one method on one study; None is what does not apply to iterative Yang or to the truth.

    Args:
        study, animal, gate, method: which.
        imbv: intramyocardial blood volume.
        ssim, psnr_db, rmse: image quality against iterative Yang, see `custom.metrics`.
        imbv_error: IMBV − that of iterative Yang.
        imbv_error_voxels: IMBV − that of the true activity averaged into voxels.
        imbv_error_tissues: IMBV − that of the tissues themselves, however thin the wall.
        wall_recovery, cavity_recovery, heart_rmse, segment_rmse, segments: against the truth, see `TrueHeart`.
    """

    study: str
    animal: str
    gate: str
    method: str
    imbv: float
    ssim: float | None = None
    psnr_db: float | None = None
    rmse: float | None = None
    imbv_error: float | None = None
    imbv_error_voxels: float | None = None
    imbv_error_tissues: float | None = None
    wall_recovery: float | None = None
    cavity_recovery: float | None = None
    heart_rmse: float | None = None
    segment_rmse: float | None = None
    segments: tuple[float, ...] = ()


NUMBERS = (
    *("imbv", *QUALITY, "imbv_error", "imbv_error_voxels", "imbv_error_tissues"),
    *("wall_recovery", "cavity_recovery", "heart_rmse", "segment_rmse"),
)
"""Measures that are one number a study."""


def measure_studies(
    studies: Sequence[Mapping[str, str]], corrected_dir: str | Path, dataset_dir: str | Path
) -> list[Measures]:
    """Measure every method on every study.

    Args:
        studies: paths under `image`, `label`, `truth` and `regions`, and each study's name under `study`.
        corrected_dir: one folder per method, each as the run `inference` wrote it, see `find_methods`.
        dataset_dir: the cohort, whose <animal>/<animal>_parameters.json hold the true IMBV of the tissues.

    Returns:
        One row per study and method: no correction, the methods of `find_methods`, iterative Yang, the truth.

    Raises:
        BadInput: a method lacks a study or corrected another image, volumes lie on different grids, regions do not
            show the heart that is measured, or a study's true IMBV is not known.
    """
    methods = find_methods(corrected_dir, [study["study"] for study in studies])
    return measure_methods(studies, methods, dataset_dir)


def measure_methods(
    studies: Sequence[Mapping[str, str]], methods: Mapping[str, Mapping[str, Correction]], dataset_dir: str | Path
) -> list[Measures]:
    """Measure given methods on every study, as `measure_studies` does.

    Args:
        studies: as there.
        methods: what each made of every study, by name.
        dataset_dir: the cohort.
    """
    rows: list[Measures] = []
    for study in tqdm(studies, desc="measuring studies"):
        volumes = read_study(study, {method: corrected[study["study"]] for method, corrected in methods.items()})
        rows += _measure(study["study"], volumes, Path(dataset_dir))
    return rows


def methods_of(measures: Sequence[Measures]) -> list[str]:
    """Return the methods that were measured, in their order."""
    return list(dict.fromkeys(row.method for row in measures))


def by_animal(measures: Sequence[Measures]) -> list[list[Measures]]:
    """Return the rows of each animal, in their order."""
    animals = dict.fromkeys(row.animal for row in measures)
    return [[row for row in measures if row.animal == animal] for animal in animals]


def _measure(study: str, volumes: StudyVolumes, dataset_dir: Path) -> list[Measures]:
    name = GATED_NAME.match(study)
    if name is None:
        raise BadInput(f"studies of a cohort are named <animal>_gate-<gate>, got {study}; was it made by hand?")
    by_method = volumes.by_method
    parameters = JsonRecord(dataset_dir / name["animal"] / f"{name['animal']}_parameters.json")
    blood = {method: _imbv(volume, volumes.regions, f"{method} of {study}") for method, volume in by_method.items()}
    true_blood = {"voxels": blood[TRUTH], "tissues": parameters.number("gates", name["gate"], "imbv", "true")}
    heart = TrueHeart(activity=by_method[TRUTH], regions=volumes.regions, affine=volumes.affine)
    rows = []
    for method, volume in by_method.items():
        numbers: dict[str, Any] = {"imbv": blood[method], "segments": heart.segments(volume)}
        if method in estimates(by_method):
            numbers["imbv_error"] = blood[method] - blood[REFERENCE]
            numbers |= _quality(volume, by_method[REFERENCE], volumes.regions)
        if method != TRUTH:
            numbers |= {f"imbv_error_{of}": blood[method] - true for of, true in true_blood.items()}
            numbers |= _true_errors(volume, heart)
        rows.append(Measures(study=study, animal=name["animal"], gate=name["gate"], method=method, **numbers))
    return rows


def _imbv(volume: np.ndarray, regions: np.ndarray, which: str) -> float:
    value = float(imbv(torch.from_numpy(volume), torch.from_numpy(regions)))
    if not math.isfinite(value):
        raise BadInput(
            f"IMBV needs myocardium, and activity in the left ventricular blood, got none in {which}; are the regions "
            "those of this study?"
        )
    return value


def _quality(volume: np.ndarray, reference: np.ndarray, regions: np.ndarray) -> dict[str, float]:
    tensors = [torch.from_numpy(array) for array in (volume, reference, regions)]
    return {measure: float(function(*tensors)) for measure, function in QUALITY.items()}


def _true_errors(volume: np.ndarray, heart: TrueHeart) -> dict[str, float]:
    return {
        "wall_recovery": heart.wall_recovery(volume),
        "cavity_recovery": heart.cavity_recovery(volume),
        "heart_rmse": heart.rmse(volume),
        "segment_rmse": heart.segment_rmse(volume),
    }
