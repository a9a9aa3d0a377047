"""The measures of a cohort, summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from custom.evaluation.measures import NUMBERS, QUALITY, Measures, methods_of
from custom.evaluation.method_table import method_table
from custom.evaluation.methods import REFERENCE, TRUTH, UNCORRECTED, estimates
from custom.evaluation.statistics import PairedComparison, compare_paired, describe, holm

TESTS = ("p_t_test", "p_wilcoxon")


def summarise(measures: Sequence[Measures], *, remark: str = "") -> dict[str, Any]:
    """Describe every method and compare methods pair by pair.

    Descriptions are over studies. Comparisons are over animals: the gates of one animal are not independent, so its
    mean over gates is one value. Each comparison has the probabilities of two tests, as they are and, named `_holm`,
    corrected for the number of comparisons: a family holds all comparisons of all measures, for each test apart.

    Args:
        measures: one row per study and method.
        remark: what must be known to read the numbers, such as that they come from simulated animals.

    Returns:
        What JSON can hold: the remark; numbers of studies and animals; mean, standard deviation and range of every
        measure that applies under `methods`, and per gate under `gates`; paired comparisons by measure, "A - B" for A
        minus B.
    """
    gates = list(dict.fromkeys(row.gate for row in measures))
    return {
        "remark": remark,
        "n_studies": len({row.study for row in measures}),
        "n_animals": len({row.animal for row in measures}),
        "methods": describe_methods(measures),
        "gates": {gate: describe_methods([row for row in measures if row.gate == gate]) for gate in gates},
        "comparisons_over_animals": _compare(measures),
    }


def compare_over_animals(measures: Sequence[Measures], measure: str, first: str, second: str) -> PairedComparison:
    """Compare a measure between two methods, each animal's mean over its gates being one value.

    Args:
        measures: one row per study and method.
        measure: name of a number in a row, such as "imbv".
        first: method.
        second: method that is subtracted.
    """
    table = method_table(measures, measure, by="animal", methods=(first, second))
    return compare_paired(table.of(first), table.of(second))


def values_of(measures: Sequence[Measures], measure: str, method: str) -> list[float]:
    """Return one measure of one method, study by study."""
    return [getattr(row, measure) for row in measures if row.method == method]


def describe_methods(measures: Sequence[Measures]) -> dict[str, Any]:
    """Describe every measure that applies to a method over its studies: mean, standard deviation and range."""
    described: dict[str, Any] = {}
    for method in methods_of(measures):
        values = {measure: values_of(measures, measure, method) for measure in NUMBERS}
        described[method] = {measure: asdict(describe(of)) for measure, of in values.items() if None not in of}
    return described


def _pairs(methods: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return, for each measure, which method is compared with which."""
    corrections = [method for method in estimates(methods) if method != UNCORRECTED]
    with_uncorrected = [(method, UNCORRECTED) for method in corrections]
    with_reference = [(method, REFERENCE) for method in (UNCORRECTED, *corrections)]
    with_truth = [(method, TRUTH) for method in (REFERENCE, *corrections)]
    return {"imbv": with_uncorrected + with_reference + with_truth, **dict.fromkeys(QUALITY, with_uncorrected)}


def _compare(measures: Sequence[Measures]) -> dict[str, Any]:
    compared = {
        measure: {
            f"{first} - {second}": asdict(compare_over_animals(measures, measure, first, second))
            for first, second in pairs
        }
        for measure, pairs in _pairs(methods_of(measures)).items()
    }
    family = [comparison for pairs in compared.values() for comparison in pairs.values()]
    for test in TESTS:
        corrected = holm([comparison[test] for comparison in family])
        for comparison, p_holm in zip(family, corrected, strict=True):
            comparison[f"{test}_holm"] = p_holm
    return compared
