"""Errors of all methods when the CT is shifted against the SPECT, from cohorts that were corrected so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from custom.errors import BadInput
from custom.evaluation.corrected_set import CorrectedSet
from custom.evaluation.ct_shift_picture import BY_REGIONS, ShiftErrors, shift_errors
from custom.evaluation.json_record import JsonRecord
from custom.evaluation.measures import methods_of
from custom.evaluation.methods import NETWORKS, RBV, REFERENCE
from custom.evaluation.results_sources import Sources
from custom.evaluation.trained import Trained, method_names

SHOWN = {
    "absolute error of IMBV against the tissues": "imbv_error_tissues",
    "RMSE of 17 segments against the truth, true blood = 1": "segment_rmse",
    "RMSE in the heart against the truth, true blood = 1": "heart_rmse",
}
"""Which errors are told, by their label."""


def read_shifted(
    sources: Sources, aligned: CorrectedSet, shifted_dirs: Mapping[str, str | Path]
) -> dict[float, CorrectedSet]:
    """Measure animals at every shift of the CT.

    Args:
        sources: of the comparison, which corrected each cohort as the test set of `shifted_set`.
        aligned: the same animals with a CT that fits.
        shifted_dirs: cohorts by the shift of their CT, mm.

    Raises:
        BadInput: a shift that is no positive number or not the cohort's, or other animals.
    """
    sets = {}
    for shift_mm, folder in sorted((_shift_mm(given), Path(folder)) for given, folder in shifted_dirs.items()):
        sets[shift_mm] = sources.read(shifted_set(shift_mm), folder)
        _check_shifted(sets[shift_mm], folder, shift_mm, aligned)
    return sets


def shifted_set(shift_mm: float) -> str:
    """Return the name of the test set with a shifted CT."""
    return f"ct_shift_{shift_mm:g}"


def errors_by_shift(
    trained: Mapping[str, Trained], aligned: CorrectedSet, shifted: Mapping[float, CorrectedSet]
) -> dict[str, dict[str, ShiftErrors]]:
    """Return errors of iterative Yang, RBV and the paper's networks at every shift of the CT, by what is told.

    Args:
        trained: all members, by name.
        aligned: animals with a CT that fits.
        shifted: the same ones by the shift of their CT, mm; without any there are no errors.
    """
    if not shifted:
        return {}
    sets = {0.0: aligned, **shifted}
    everywhere = set.intersection(*(set(methods_of(one.measures)) for one in sets.values()))
    kinds = {REFERENCE: BY_REGIONS, RBV: BY_REGIONS, **_kinds(trained)}
    shown = {method: kind for method, kind in kinds.items() if method in everywhere}
    by_shift = {shift_mm: one.measures for shift_mm, one in sets.items()}
    return {label: shift_errors(by_shift, shown, measure) for label, measure in SHOWN.items()}


def _kinds(trained: Mapping[str, Trained]) -> dict[str, str]:
    """Tell of the paper's networks what they know of the CT."""
    names = method_names(trained)
    with_ct = {names[name]: "ct" in one.record["settings"]["image_keys"] for name, one in trained.items()}
    return {name: "with CT" if with_ct[name] else "SPECT only" for name in NETWORKS if name in with_ct}


def _shift_mm(given: str) -> float:
    try:
        shift_mm = float(given)
    except ValueError:
        shift_mm = 0.0
    if not shift_mm > 0:
        raise BadInput(f"shifted_dirs gives cohorts by the shift of their CT in mm, above 0, got {given!r}")
    return shift_mm


def _check_shifted(shifted: CorrectedSet, folder: Path, shift_mm: float, aligned: CorrectedSet) -> None:
    if {row.study for row in shifted.measures} != {row.study for row in aligned.measures}:
        raise BadInput(
            f"a cohort with a shifted CT must have the test animals of dataset_dir, {folder} has others; was it "
            "simulated with another n_animals?"
        )
    if not shifted.studies:
        return  # measures of an earlier page, which held the shift against the cohort
    animal = shifted.measures[0].animal
    parameters = JsonRecord(folder / animal / f"{animal}_parameters.json")
    simulated = parameters.number("identity", "recipe", "registration", "shift_mm")
    if simulated != shift_mm:
        raise BadInput(
            f"shifted_dirs gives cohorts by the shift of their simulation, got {shift_mm:g} for {folder} with "
            f"{simulated:g} mm; were two interchanged?"
        )
