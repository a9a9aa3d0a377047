"""All statistics that compare methods: over animals and, to hold against the paper, over volumes as there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from custom.evaluation.components import component_effects
from custom.evaluation.equivalence import IMBV_MARGIN, assess_equivalence
from custom.evaluation.linear_fit import fit_line
from custom.evaluation.measures import Measures
from custom.evaluation.method_table import MethodTable, Subject, method_table
from custom.evaluation.methods import REFERENCE, TRUTH
from custom.evaluation.repeated_measures import analyse_variance, compare_all_pairs
from custom.evaluation.statistics import compare_paired, interval_of_mean

MEASURES = ("imbv", "ssim", "psnr_db", "rmse")
DESCRIBED = ("imbv", "imbv_error", "imbv_error_tissues", "ssim", "psnr_db", "rmse")
SUBJECTS: dict[str, Subject] = {"over_animals": "animal", "over_volumes_as_in_the_paper": "study"}


def compare_methods(measures: Sequence[Measures]) -> dict[str, Any]:
    """Compare all methods on the same studies.

    Over animals, each the mean of its gates, the probabilities hold. Over volumes, as in the paper, gates of one animal
    count as independent, which makes probabilities too small; they are there to be held against the published ones.

    Args:
        measures: one row per study and method.

    Returns:
        What JSON can hold, for both kinds of subject: their number `n`; under `means` mean and interval of each measure
        by method; under `variance` the analysis of variance of
        each measure with all pairs of methods, the truth left out; under `imbv_agreement` the differences of IMBV from
        iterative Yang and from the truth (as Bland and Altman), their equivalence, and the line; and `components`.

    Raises:
        BadInput: a method lacks a measure of a study that it has of others.
    """
    return {name: _compare(measures, by) for name, by in SUBJECTS.items()}


def _compare(measures: Sequence[Measures], by: Subject) -> dict[str, Any]:
    estimates = [row for row in measures if row.method != TRUTH]
    imbv = method_table(measures, "imbv", by=by)
    return {
        "n": len(imbv.subjects),
        "means": {measure: _means(method_table(measures, measure, by=by)) for measure in DESCRIBED},
        "variance": {measure: _variance(method_table(estimates, measure, by=by)) for measure in MEASURES},
        "imbv_agreement": {
            reference: {method: _agreement(imbv, method, reference) for method in imbv.methods if method != reference}
            for reference in (REFERENCE, TRUTH)
        },
        "components": [asdict(effect) for effect in component_effects(estimates, by=by)],
    }


def _means(table: MethodTable) -> dict[str, Any]:
    return {
        method: {"mean": float(table.of(method).mean()), "interval_95": interval_of_mean(table.of(method))}
        for method in table.methods
    }


def _variance(table: MethodTable) -> dict[str, Any] | None:
    analysis = analyse_variance(table.values)
    if analysis is None:
        return None
    return {
        "methods": list(table.methods),
        **asdict(analysis),
        "pairs": [asdict(pair) for pair in compare_all_pairs(table.values, table.methods, analysis)],
    }


def _agreement(table: MethodTable, method: str, reference: str) -> dict[str, Any]:
    values, references = table.of(method), table.of(reference)
    line = fit_line(references, values)
    return {
        "difference": asdict(compare_paired(values, references)),
        "equivalence": asdict(assess_equivalence(values, references, margin=IMBV_MARGIN)),
        "line": None if line is None else asdict(line),
    }
