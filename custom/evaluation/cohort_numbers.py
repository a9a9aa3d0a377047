"""What a cohort of virtual animals is like, in numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from custom.errors import BadInput
from custom.evaluation.cohort import IMBV, AnimalRecord, Cohort, GateRecord
from custom.evaluation.published import UNCORRECTED_OVER_IY
from custom.evaluation.statistics import describe

OF_ANIMALS: dict[str, Callable[[AnimalRecord], float]] = {
    "weight_kg": lambda animal: animal.weight_kg,
    "heart_rate_per_minute": lambda animal: animal.heart_rate_per_minute,
    "ejection_fraction": lambda animal: animal.ejection_fraction,
}
OF_GATES: dict[str, Callable[[GateRecord], float]] = {
    "left_ventricular_volume_ml": lambda gate: gate.volume_ml,
    "left_ventricular_inner_diameter_mm": lambda gate: gate.inner_diameter_mm,
    "left_ventricular_wall_mm": lambda gate: gate.wall_mm,
    "counts": lambda gate: gate.counts["measured"],
    "scatter_fraction": lambda gate: gate.scatter_fraction,
    "estimated_over_expected_scatter": lambda gate: gate.counts["estimated_scatter"] / gate.counts["expected_scatter"],
}


def cohort_numbers(cohort: Cohort) -> dict[str, Any]:
    """Describe a cohort.

    Returns:
        What JSON can hold: who the animals are; mean, SD and range over the animals of every measure, those of gates
        apart; IMBV with what correction does to it; files and bytes on disk.

    Raises:
        BadInput: fewer than two animals.
    """
    if len(cohort.animals) < 2:
        raise BadInput(
            f"a cohort is described by means and SD over at least 2 animals, got {len(cohort.animals)} in "
            f"{cohort.folder}; simulate more (`make simulation ANIMALS=28`)"
        )
    gates = list(cohort.animals[0].gates)
    return {
        "remark": "Virtual (simulated) animals",
        "seed": cohort.seed,
        "tracer": cohort.tracer,
        "n_animals": len(cohort.animals),
        "n_gates": len(cohort.animals) * len(gates),
        "with_deficit": [animal.name for animal in cohort.animals if animal.has_deficit],
        "animals": {name: _described(map(of, cohort.animals)) for name, of in OF_ANIMALS.items()},
        "gates": {
            name: {gate: _described(of(animal.gates[gate]) for animal in cohort.animals) for gate in gates}
            for name, of in OF_GATES.items()
        },
        "imbv": {
            method: {gate: _described(animal.gates[gate].imbv[method] for animal in cohort.animals) for gate in gates}
            for method in IMBV
        },
        "imbv_change": imbv_change(cohort.animals),
        "disk": _disk(cohort),
    }


def imbv_change(animals: Iterable[AnimalRecord]) -> dict[str, Any]:
    """Tell what iterative Yang does to IMBV, gate by gate.

    Returns:
        Uncorrected over corrected IMBV, as ratio of the means (which a paper gives) and as mean of the ratios; and the
        share of gates whose uncorrected IMBV is above the corrected one, and whose corrected IMBV is closer than the
        uncorrected one to the truth of the tissues and to the truth in voxels, each with the exceptions named.
    """
    imbv = {f"{animal.name} {name}": gate.imbv for animal in animals for name, gate in animal.gates.items()}
    values = {method: np.array([row[method] for row in imbv.values()]) for method in IMBV}
    before, after = values["mlem"], values["iterative_yang"]
    closer = {truth: abs(after - values[truth]) < abs(before - values[truth]) for truth in ("true", "true_in_voxels")}
    names = list(imbv)
    return {
        "ratio_of_means": float(before.mean() / after.mean()),
        "mean_of_ratios": _described(before / after),
        "published_ratio_of_means": UNCORRECTED_OVER_IY,
        "uncorrected_above_corrected": _share(before > after, names),
        "corrected_closer_to_truth_of_tissues": _share(closer["true"], names),
        "corrected_closer_to_truth_in_voxels": _share(closer["true_in_voxels"], names),
    }


def _share(holds: np.ndarray, names: list[str]) -> dict[str, Any]:
    exceptions = [name for name, held in zip(names, holds, strict=True) if not held]
    return {"n": len(names), "share": float(holds.mean()), "exceptions": exceptions}


def _described(values: Iterable[float]) -> dict[str, Any]:
    return asdict(describe(list(values)))


def _disk(cohort: Cohort) -> dict[str, Any]:
    """Count files and bytes of each kind; what is no volume of an animal is counted as other."""
    kind_of = {
        file.resolve(): kind
        for animal in cohort.animals
        for gate in animal.gates.values()
        for kind, file in gate.files.items()
    }
    kinds: dict[str, dict[str, int]] = {}
    for file in sorted(cohort.folder.rglob("*")):
        if file.is_file():
            kind = kinds.setdefault(kind_of.get(file.resolve(), "other"), {"files": 0, "bytes": 0})
            kind["files"] += 1
            kind["bytes"] += file.stat().st_size
    total = {unit: sum(kind[unit] for kind in kinds.values()) for unit in ("files", "bytes")}
    return {"kinds": dict(sorted(kinds.items(), key=lambda item: -item[1]["bytes"])), "total": total}
