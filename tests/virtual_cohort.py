"""A tiny cohort in the layout of `custom/simulation/cohort.py`: ellipsoids for animals, blur for a camera."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np
from scipy.ndimage import gaussian_filter

SHAPE = (32, 32, 12)  # the smallest x and y that four unpadded convolutions of stride 2 leave anything of are 31
SPACING_MM = 4.0
#                      outside, myocardium, LV blood, other blood, liver, lung, background
RELATIVE_ACTIVITY = (0.0, 0.15, 1.0, 1.0, 0.25, 0.15, 0.04)
HOUNSFIELD = (-1000, 45, 350, 220, 110, -820, 40)
BLOOD_PHOTONS = 4.0e4
SPILLED_MM, REFERENCE_BLUR_MM = 4.5, 1.5  # standard deviations
VOXELS_ADD = 0.02  # to the IMBV of the tissues
VALVE_MM = 10.0  # the ventricle is cut off there, its apex behind, the atrium before


def write_cohort(
    folder: Path,
    *,
    n_training: int = 3,
    n_validation: int = 1,
    n_test: int = 2,
    shape: tuple[int, int, int] = SHAPE,
    seed: int = 0,
) -> Path:
    """Write animals with an end-diastolic and an end-systolic gate each, and return the folder."""
    folder = Path(folder)
    splits = {"training": n_training, "validation": n_validation, "test": n_test}
    dataset: dict[str, object] = {
        "name": "tiny virtual cohort",
        "description": "Ellipsoids, for tests only",
        "tracer": "Tc-99m red blood cells",
        "seed": seed,
        "generator_version": "tests",
    }
    animal = 0
    for split, n_animals in splits.items():
        dataset[split] = []
        for _ in range(n_animals):
            animal += 1
            dataset[split].extend(
                write_animal(folder, f"sub-{animal:03d}", shape, np.random.default_rng((seed, animal)))
            )
    (folder / "dataset.json").write_text(json.dumps(dataset, indent=2))
    return folder


def write_animal(
    folder: Path, subject: str, shape: tuple[int, int, int], generator: np.random.Generator
) -> list[dict[str, str]]:
    """Write both gates and the drawn parameters of one animal, and return its entries in the dataset."""
    shift_mm, imbv = generator.uniform(-4, 4, 3), generator.uniform(0.1, 0.2)
    entries = [
        write_gate(folder, subject, gate, shape, pool_mm, wall_mm, shift_mm, imbv, generator)
        for gate, pool_mm, wall_mm in (("ed", 18.0, 9.0), ("es", 13.0, 13.0))
    ]
    gates = {gate: {"imbv": {"true": imbv - VOXELS_ADD}} for gate in ("ed", "es")}
    parameters = {"shift_mm": shift_mm.tolist(), "gates": gates}
    (folder / subject / f"{subject}_parameters.json").write_text(json.dumps(parameters))
    return entries


def write_gate(folder, subject, gate, shape, pool_mm, wall_mm, shift_mm, imbv, generator) -> dict[str, str]:
    """Write the volumes and projections of one gate, and return their paths relative to the cohort."""
    regions = label_regions(shape, pool_mm, wall_mm, shift_mm)
    activity = np.array(RELATIVE_ACTIVITY)
    activity[1] = imbv
    truth = BLOOD_PHOTONS * activity[regions]
    image = np.maximum(gaussian_filter(truth, SPILLED_MM / SPACING_MM), 0)
    image = generator.poisson(image / 100) * 100.0
    hounsfield = np.array(HOUNSFIELD, float)[regions] + generator.normal(0, 10, shape)
    volumes = {
        "image": ("mlem", image.astype(np.float32)),
        "label": ("iy", gaussian_filter(truth, REFERENCE_BLUR_MM / SPACING_MM).astype(np.float32)),
        "ct": ("ct", hounsfield.round().astype(np.int16)),
        "regions": ("regions", regions.astype(np.uint8)),
        "outlined": ("outlined", regions.astype(np.uint8)),
        "truth": ("activity", truth.astype(np.float32)),
        "mu": ("mu", np.where(regions > 0, 0.01538, 0).astype(np.float32)),
        "counts": ("counts", generator.poisson(5, (19, 32, 32)).astype(np.float32)),
        "scatter": ("scatter", np.full((19, 32, 32), 1.5, np.float32)),
    }
    relative = Path(subject) / f"gate-{gate}"
    (folder / relative).mkdir(parents=True, exist_ok=True)
    entry = {}
    for key, (suffix, volume) in volumes.items():
        entry[key] = str(relative / f"{subject}_gate-{gate}_{suffix}.nii.gz")
        affine = np.eye(4) if key in ("counts", "scatter") else centred_affine(shape)
        nibabel.save(nibabel.Nifti1Image(volume, affine), folder / entry[key])
    return entry


def label_regions(shape, pool_mm: float, wall_mm: float, shift_mm) -> np.ndarray:
    """Return a label map: a left ventricle, atrium and right-heart blood beside it, liver, lung behind, body around."""
    axes = [(np.arange(n) - (n - 1) / 2) * SPACING_MM for n in shape]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    x, y, z = x - shift_mm[0], y - shift_mm[1], z - shift_mm[2]
    regions = np.where(np.hypot(x / axes[0][-1], y / axes[1][-1]) < 0.95, 6, 0)
    regions[(regions > 0) & (y < -30)] = 5
    regions[(regions > 0) & (z < -12) & (x > 20)] = 4
    regions[np.hypot(np.hypot(x + 34, y - 6), z) < 11] = 3
    distance = np.hypot(np.hypot(x, y), z)
    regions[distance < pool_mm + wall_mm] = 1
    regions[distance < pool_mm] = 2
    regions[(distance < pool_mm + wall_mm) & (y > VALVE_MM)] = 3
    return regions


def centred_affine(shape) -> np.ndarray:
    """Return the affine of a grid whose middle is the world's origin."""
    affine = np.diag([SPACING_MM] * 3 + [1.0])
    affine[:3, 3] = [-(n - 1) / 2 * SPACING_MM for n in shape]
    return affine
