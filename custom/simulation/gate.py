"""One gate of a virtual animal, and the numbers that describe what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from custom.reconstruction.regions import Region, region_means
from custom.simulation.acquisition import Acquisition
from custom.simulation.activity import concentration_mbq_per_ml, gate_seconds
from custom.simulation.animal import Animal
from custom.simulation.ventricle import LeftVentricle


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One gate of an animal before reconstruction, on the camera's grid where nothing else is said.

    Args:
        number: which of the eight gates, from 0, which is centred on the R wave; files count from 1.
        volume_ml: mean volume of the left ventricle's cavity.
        ventricle: the left ventricle's shape at that volume.
        true_imbv: of the tissues themselves.
        regions: majority label of each voxel.
        outlined: the same as outlined on the contrast CT, which may lie wrongly over the image.
        truth: emitted photons per voxel.
        full_ct: contrast CT on the anatomy's grid, HU, int16.
        acquisition: what the camera measured.
    """

    number: int
    volume_ml: float
    ventricle: LeftVentricle
    true_imbv: float
    regions: Tensor
    outlined: Tensor
    truth: np.ndarray
    full_ct: np.ndarray
    acquisition: Acquisition


def derived_numbers(animal: Animal) -> dict[str, float]:
    """Return what follows from the drawn numbers for both gates."""
    return {
        "concentration_of_unit_activity_mbq_per_ml": concentration_mbq_per_ml(animal),
        "seconds_per_gate": gate_seconds(animal.scan),
    }


def measured_numbers(gate: Gate, image: Tensor, label: Tensor, kept: Tensor) -> dict[str, Any]:
    """Gather volume, counts, and region means within the reconstructed region: true, uncorrected and corrected."""
    maps = {"true_in_voxels": torch.from_numpy(gate.truth), "mlem": image, "iterative_yang": label}
    means = {name: region_means(values, gate.regions, kept).tolist() for name, values in maps.items()}
    acquisition = gate.acquisition
    return {
        "gate": gate.number + 1,
        "left_ventricular_volume_ml": gate.volume_ml,
        "left_ventricular_inner_diameter_mm": 2 * gate.ventricle.radius_mm,
        "left_ventricular_wall_mm": gate.ventricle.wall_mm,
        "imbv": {"true": gate.true_imbv} | {name: _imbv(values) for name, values in means.items()},
        "region_means_photons_per_voxel": {
            name: {region.name.lower(): values[region] for region in Region} for name, values in means.items()
        },
        "counts": {
            "measured": float(acquisition.counts.double().sum()),
            "expected_primary": float(acquisition.expected_primary.sum()),
            "expected_scatter": float(acquisition.expected_scatter.sum()),
            "estimated_scatter": float(acquisition.scatter_estimate.double().sum()),
        },
    }


def _imbv(means: list[float]) -> float | None:
    blood = means[Region.LEFT_VENTRICULAR_BLOOD]
    return means[Region.MYOCARDIUM] / blood if blood > 0 else None
