"""A virtual gate seen by a small camera, as the gallery opens it, made once."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch

from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import load_or_assemble
from custom.scanner.camera import load_camera
from docs.virtual_gate import VirtualGate, gate_files, open_gate
from tests.virtual_cohort import BLOOD_PHOTONS, RELATIVE_ACTIVITY, label_regions

SMALL_CAMERA = Path(__file__).resolve().parents[1] / "simulation" / "small_camera.yaml"


@pytest.fixture(scope="session")
def small_cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort of one gate: the files that the gallery reads."""
    cohort = tmp_path_factory.mktemp("small_cohort")
    camera = load_camera(SMALL_CAMERA)
    regions = label_regions(camera.grid.shape, pool_mm=18.0, wall_mm=9.0, shift_mm=(0.0, 0.0, 0.0))
    activity = (BLOOD_PHOTONS * np.array(RELATIVE_ACTIVITY)[regions]).astype(np.float32)
    projector = MatrixProjector(load_or_assemble(camera, camera.grid, progress=False))
    counts = np.random.default_rng(0).poisson(projector.forward(torch.from_numpy(activity)).numpy()).astype(np.float32)
    files = Path(gate_files("sub-001", "ed", cohort))
    files.parent.mkdir(parents=True)
    (files.parents[1] / "sub-001_parameters.json").write_text(json.dumps({"gates": {"ed": {"imbv": {"true": 0.14}}}}))
    on_grid = {"regions": regions.astype(np.uint8), "activity": activity, "mu": np.zeros_like(activity)}
    for kind, volume in (on_grid | {"mlem": activity, "counts": counts, "scatter": np.zeros_like(counts)}).items():
        affine = np.eye(4) if kind in ("counts", "scatter") else camera.grid.affine
        nibabel.save(nibabel.Nifti1Image(volume, affine), f"{files}_{kind}.nii.gz")
    return cohort


@pytest.fixture(scope="session")
def gate(small_cohort: Path) -> VirtualGate:
    return open_gate(gate_files("sub-001", "ed", small_cohort), SMALL_CAMERA)
