"""A tiny cohort with what the run `description` reads: numbers that can be worked out by hand, and a finer CT."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np
from scipy.ndimage import shift

from tests.virtual_cohort import write_cohort

WEIGHTS_KG = (20.0, 25.0, 30.0)
SEVERITIES = (0.0, 0.3, 0.5)  # the first animal has no deficit
VOLUMES_ML = {"ed": (50.0, 60.0, 70.0), "es": (20.0, 24.0, 28.0)}
DIAMETERS_MM = {"ed": (37.0, 39.0, 41.0), "es": (25.0, 26.0, 27.0)}
WALLS_MM = {"ed": (8.5, 9.0, 9.5), "es": (13.0, 14.0, 15.0)}
# Tissues, in voxels, MLEM, iterative Yang; the last gate is corrected too far to be nearer the truth in voxels
IMBV = {
    "ed": ((0.10, 0.16, 0.30, 0.09), (0.15, 0.21, 0.35, 0.14), (0.20, 0.26, 0.40, 0.19)),
    "es": ((0.08, 0.12, 0.24, 0.07), (0.11, 0.15, 0.28, 0.10), (0.14, 0.18, 0.20, 0.11)),
}
METHODS = ("true", "true_in_voxels", "mlem", "iterative_yang")
WRONG_CT_ADDS = (0.01, 0.03, 0.05)  # to the IMBV of iterative Yang
FINER = 4


def write_described(folder: Path, *, tracer: str = "red_blood_cells", ct_gate: str = "same", seed: int = 0) -> Path:
    """Write three animals, the last two for testing, and return the folder.

    With the CT of the other gate, corrected images are shifted by a voxel and their IMBV is higher.
    """
    write_cohort(folder, n_training=1, n_validation=0, n_test=2, seed=0)
    dataset = json.loads((folder / "dataset.json").read_text())
    for split in ("training", "validation", "test"):
        for entry in dataset[split]:
            entry["full_ct"] = entry["ct"].replace("_ct.nii.gz", "_res-full_ct.nii.gz")
            _write_finer(folder / entry["ct"], folder / entry["full_ct"])
            if ct_gate == "other":
                _shift(folder / entry["label"])
    (folder / "dataset.json").write_text(json.dumps(dataset | {"tracer": tracer, "seed": seed}))
    for number in range(len(WEIGHTS_KG)):
        name = f"sub-{number + 1:03d}"
        parameters = json.dumps(parameters_of(number, ct_gate, seed))
        (folder / name / f"{name}_parameters.json").write_text(parameters)
    return folder


def parameters_of(number: int, ct_gate: str = "same", seed: int = 0) -> dict:
    """Return an animal's parameters as the simulation writes them, as far as they are read."""
    gates = {gate: _gate(gate, number) for gate in ("ed", "es")}
    if ct_gate == "other":
        for gate in gates.values():
            gate["imbv"]["iterative_yang"] += WRONG_CT_ADDS[number]
    return {
        "identity": {
            "seed": seed,
            "recipe": {"n_iterations": 80, "list_mode": False, "registration": {"shift_mm": 0.0, "gate": ct_gate}},
        },
        "drawn": {
            "body": {"weight_kg": WEIGHTS_KG[number]},
            "scan": {"heart_rate_per_minute": 100.0 + 10 * number},
            "pattern": {"deficit_severity": SEVERITIES[number]},
            "has_deficit": SEVERITIES[number] > 0,
        },
        "gates": gates,
    }


def change_parameters(folder: Path, animal: str, change) -> None:
    """Rewrite an animal's parameters as a function changes them in place."""
    path = folder / animal / f"{animal}_parameters.json"
    parameters = json.loads(path.read_text())
    change(parameters)
    path.write_text(json.dumps(parameters))


def _gate(gate: str, number: int) -> dict:
    return {
        "left_ventricular_volume_ml": VOLUMES_ML[gate][number],
        "left_ventricular_inner_diameter_mm": DIAMETERS_MM[gate][number],
        "left_ventricular_wall_mm": WALLS_MM[gate][number],
        "imbv": dict(zip(METHODS, IMBV[gate][number], strict=True)),
        "counts": {
            "measured": 2e6 + 1e6 * number,
            "expected_primary": 1.6e6,
            "expected_scatter": 0.4e6,
            "estimated_scatter": 0.38e6,
        },
    }


def _write_finer(source: Path, path: Path) -> None:
    image = nibabel.load(source)
    voxels = np.asarray(image.dataobj)
    for axis in range(3):
        voxels = voxels.repeat(FINER, axis=axis)
    affine = image.affine.copy()
    affine[:3, :3] /= FINER
    affine[:3, 3] += (affine - image.affine)[:3, :3].sum(axis=1) / 2
    nibabel.save(nibabel.Nifti1Image(voxels, affine), path)


def _shift(path: Path) -> None:
    image = nibabel.load(path)
    voxels = shift(image.get_fdata(), (1, 0, 0), order=1).astype(np.float32)
    nibabel.save(nibabel.Nifti1Image(voxels, image.affine), path)
