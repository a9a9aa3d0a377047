"""A gate of a virtual animal as the gallery opens it: what was measured, what is true, and the camera that saw it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import torch
from torch import Tensor

from custom.evaluation.sections import Picture, picture_of
from custom.projection.projector import MatrixProjector
from custom.reconstruction.iterative_yang import iterative_yang
from custom.reconstruction.mlem import mlem
from custom.reconstruction.pipeline import Pipeline
from custom.reconstruction.regions import Region, region_means
from custom.reconstruction.study import Study, read_study
from custom.reconstruction.study_files import BESIDE, PROJECTIONS, StudyFiles
from custom.scanner.camera import load_camera

CAMERA = Path("custom/scanner/discovery_570c.yaml")
COHORT = Path("data/gallery")


def gate_files(animal: str, gate: str, cohort: Path = COHORT) -> str:
    """Return how the names of all files of a gate begin, such as data/gallery/sub-001/gate-ed/sub-001_gate-ed."""
    return f"{cohort}/{animal}/gate-{gate}/{animal}_gate-{gate}"


@dataclass(frozen=True, kw_only=True)
class VirtualGate:
    """One gate.

    Args:
        study: counts, scatter, μ-map and regions.
        projector: of the camera, through the animal.
        truth: photons emitted per voxel, (x, y, z).
        picture: the truth as it is shown.
        tissue_imbv: intramyocardial blood volume of the tissues, before they are averaged into voxels.
    """

    study: Study
    projector: MatrixProjector
    truth: np.ndarray
    picture: Picture
    tissue_imbv: float

    def imbv(self, image: Tensor) -> float:
        """Return an image's mean of the myocardium over that of the left ventricle's blood."""
        anywhere = torch.ones_like(self.study.regions, dtype=torch.bool)
        means = region_means(image, self.study.regions, anywhere)
        return float(means[Region.MYOCARDIUM] / means[Region.LEFT_VENTRICULAR_BLOOD])

    @property
    def brightest(self) -> float:
        """Where a picture's grey scale ends: a little above the left ventricle's true blood."""
        blood = self.study.regions.numpy() == Region.LEFT_VENTRICULAR_BLOOD
        return 1.1 * float(self.truth[blood].mean())


def open_gate(files: str, camera_file: Path = CAMERA) -> VirtualGate:
    """Read a gate's files.

    Args:
        files: how their names begin, see `gate_files`.
        camera_file: of the camera that measured it.
    """
    camera = load_camera(camera_file)
    pipeline = Pipeline(camera=camera, reconstruct=mlem, correct=iterative_yang)
    beside = {name: files + end for name, end in BESIDE.items()}
    study = read_study(StudyFiles(projections=files + PROJECTIONS, **beside), camera)
    animal = Path(files).parents[1]
    parameters = json.loads((animal / f"{animal.name}_parameters.json").read_text(encoding="utf-8"))
    truth = nibabel.load(f"{files}_activity.nii.gz").get_fdata(dtype=np.float32)
    return VirtualGate(
        study=study,
        projector=pipeline.projector().with_transmission(pipeline.transmission(study)),
        truth=truth,
        picture=picture_of({"truth": truth}, camera.grid.affine, study.regions.numpy()),
        tissue_imbv=parameters["gates"][Path(files).parent.name.removeprefix("gate-")]["imbv"]["true"],
    )
