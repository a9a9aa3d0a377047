"""What it costs to correct a gate with regions outlined on the CT of the other gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from custom.errors import BadInput
from custom.evaluation.cohort import AnimalRecord, Cohort, GateRecord, read_cohort
from custom.evaluation.statistics import compare_paired, describe, holm
from custom.evaluation.summary import TESTS
from custom.evaluation.true_heart import HEART_MARGIN_MM, TrueHeart

ERRORS = ("imbv_error_tissues", "imbv_error_voxels", "rmse")


@dataclass(frozen=True, kw_only=True)
class Errors:
    """How far an image is from the truth.

    Args:
        imbv_error_tissues: |IMBV − that of the tissues|.
        imbv_error_voxels: |IMBV − that of the truth averaged into voxels|.
        rmse: of the image in the heart, see `TrueHeart.rmse`.
    """

    imbv_error_tissues: float
    imbv_error_voxels: float
    rmse: float


def wrong_gate_numbers(cohort: Cohort, wrong: Cohort) -> dict[str, Any]:
    """Compare iterative Yang by the CT of the same gate with that by the CT of the other gate.

    Args:
        cohort: made with the CT of the same gate.
        wrong: the same animals, made with the CT of the other gate, see `check_other_gate`.

    Returns:
        What JSON can hold, for each gate and for both (each animal's mean of its gates), by error: means with either
        CT, the paired comparison over animals (other gate − same gate), with its tests' probabilities as they are and,
        named `_holm`, corrected for the number of comparisons, and in how many gates the error grew.

    Raises:
        BadInput: a volume that cannot be read.
    """
    pairs = list(zip(cohort.animals, wrong.animals, strict=True))
    gates = list(cohort.animals[0].gates)
    right_errors = {gate: [_errors(right.gates[gate], right.gates[gate]) for right, _ in pairs] for gate in gates}
    wrong_errors = {gate: [_errors(other.gates[gate], right.gates[gate]) for right, other in pairs] for gate in gates}
    numbers = {
        gate: {error: _compared([right_errors[gate]], [wrong_errors[gate]], error) for error in ERRORS}
        for gate in gates
    }
    numbers["both"] = {error: _compared([*right_errors.values()], [*wrong_errors.values()], error) for error in ERRORS}
    _correct_for_number([compared["difference"] for errors in numbers.values() for compared in errors.values()])
    return {"heart_margin_mm": HEART_MARGIN_MM, **numbers}


def read_other_gate(cohort: Cohort, wrong_gate_dir: str | Path) -> tuple[Cohort, Cohort]:
    """Return the animals of a cohort that were corrected by the CT of the other gate too, and these so corrected.

    Args:
        cohort: made with the CT of the same gate.
        wrong_gate_dir: the cohort, or some of its animals, made with the CT of the other gate.

    Raises:
        BadInput: no such cohort, or see `check_other_gate`.
    """
    wrong = read_cohort(wrong_gate_dir)
    right = cohort.animals_also_in(wrong)
    check_other_gate(right, wrong)
    return right, wrong


def check_other_gate(cohort: Cohort, wrong: Cohort) -> None:
    """Hold a cohort that was corrected by the CT of the other gate against the one that it is compared with.

    Raises:
        BadInput: it does not hold the same animals, or was made with the same CT.
    """
    gates = [each.registration["gate"] for each in (cohort, wrong)]
    if gates != ["same", "other"]:
        raise BadInput(
            "dataset_dir must be made with ct_gate same and wrong_gate_dir with ct_gate other, "
            f"got {' and '.join(gates)}; were they interchanged?"
        )
    if _settings_but_gate(cohort) != _settings_but_gate(wrong):
        raise BadInput(
            "dataset_dir and wrong_gate_dir must be made with the same settings but ct_gate, got "
            f"{_settings_but_gate(cohort)} and {_settings_but_gate(wrong)}; simulate one of them again"
        )
    if cohort.seed != wrong.seed:
        raise BadInput(f"wrong_gate_dir must hold the animals of dataset_dir, got seeds {wrong.seed} and {cohort.seed}")
    names, others = ([animal.name for animal in each.animals] for each in (cohort, wrong))
    if names != others:
        raise BadInput(
            f"wrong_gate_dir must hold the animals of dataset_dir, got {len(others)} and {len(names)}; "
            "were they simulated with another n_animals?"
        )
    differing = [a.name for a, b in zip(cohort.animals, wrong.animals, strict=True) if not _is_same(a, b)]
    if differing:
        raise BadInput(
            f"wrong_gate_dir must hold the animals of dataset_dir, but {differing[0]} was drawn or measured otherwise; "
            "was another version, tracer or set of ranges used?"
        )


def _settings_but_gate(cohort: Cohort) -> dict[str, Any]:
    """Return the settings that decide images and corrections, without the gate of the CT."""
    settings = {name: value for name, value in cohort.recipe.items() if name not in ("registration", "list_mode")}
    return settings | {"ct_shift_mm": cohort.registration["shift_mm"]}


def _is_same(animal: AnimalRecord, other: AnimalRecord) -> bool:
    """Tell whether two records are of one animal that was measured once: IMBV before correction is the same."""
    before, after = (np.array([gate.imbv["mlem"] for gate in record.gates.values()]) for record in (animal, other))
    return animal.drawn == other.drawn and np.allclose(before, after, rtol=1e-4)


def _errors(corrected: GateRecord, right: GateRecord) -> Errors:
    (image, affine), (truth, _), (regions, _) = corrected.load("label"), right.load("truth"), right.load("regions")
    after = corrected.imbv["iterative_yang"]
    return Errors(
        imbv_error_tissues=abs(after - right.imbv["true"]),
        imbv_error_voxels=abs(after - right.imbv["true_in_voxels"]),
        rmse=TrueHeart(activity=truth, regions=regions, affine=affine).rmse(image),
    )


def _compared(right: Sequence[Sequence[Errors]], wrong: Sequence[Sequence[Errors]], error: str) -> dict[str, Any]:
    """Compare one error, (gate, animal) with either CT."""
    before, after = (np.array([[getattr(row, error) for row in gate] for gate in each]) for each in (right, wrong))
    return {
        "same_gate": asdict(describe(before.mean(axis=0))),
        "other_gate": asdict(describe(after.mean(axis=0))),
        "difference": asdict(compare_paired(after.mean(axis=0), before.mean(axis=0))),
        "n_grown": int((after > before).sum()),
        "n_gates": before.size,
    }


def _correct_for_number(comparisons: Sequence[dict[str, Any]]) -> None:
    for test in TESTS:
        corrected = holm([comparison[test] for comparison in comparisons])
        for comparison, p_holm in zip(comparisons, corrected, strict=True):
            comparison[f"{test}_holm"] = p_holm
