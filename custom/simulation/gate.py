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
from custom.simulation.tissues import Tissue


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One gate of an animal before reconstruction, on the camera's grid.

    Args:
        number: which of the eight gates, the first centred on the R wave.
        volume_ml: mean volume of the left ventricle's cavity.
        true_imbv: of the tissues themselves.
        regions: majority label of each voxel.
        truth: emitted photons per voxel.
        ct: contrast CT, HU.
        acquisition: what the camera measured.
    """

    number: int
    volume_ml: float
    true_imbv: float
    regions: Tensor
    truth: np.ndarray
    ct: np.ndarray
    acquisition: Acquisition


def true_imbv(tissues: np.ndarray, relative: np.ndarray) -> float:
    """Return the ratio of mean activity in the myocardium and in the left ventricle's blood, however thin the wall.

    Args:
        tissues: on the anatomy's grid, see `Tissue`.
        relative: relative activity per volume there.
    """
    wall, blood = tissues == Tissue.MYOCARDIUM, tissues == Tissue.LEFT_VENTRICULAR_BLOOD
    return float(relative[wall].mean(dtype=np.float64) / relative[blood].mean(dtype=np.float64))


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
        "gate": gate.number,
        "left_ventricular_volume_ml": gate.volume_ml,
        "imbv": {"true": gate.true_imbv}
        | {
            name: values[Region.MYOCARDIUM] / values[Region.LEFT_VENTRICULAR_BLOOD]
            if values[Region.LEFT_VENTRICULAR_BLOOD] > 0
            else None
            for name, values in means.items()
        },
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
