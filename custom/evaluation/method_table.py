"""One measure of all methods, a row per subject: what statistics of repeated measures start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from custom.errors import BadInput
from custom.evaluation.measures import Measures
from custom.evaluation.methods import REFERENCE

ABSOLUTE_IMBV_ERROR = "absolute_imbv_error"
Subject = Literal["animal", "study"]


@dataclass(frozen=True, kw_only=True)
class MethodTable:
    """Values of one measure, shape (subject, method)."""

    subjects: tuple[str, ...]
    methods: tuple[str, ...]
    values: np.ndarray

    def of(self, method: str) -> np.ndarray:
        """Return the values of one method, shape (subject)."""
        return self.values[:, self.methods.index(method)]


def method_table(
    measures: Sequence[Measures], measure: str, *, by: Subject, methods: Sequence[str] | None = None
) -> MethodTable:
    """Arrange a measure by subject and method.

    Args:
        measures: one row per study and method.
        measure: name of a number in a row, such as "imbv"; or "absolute_imbv_error", |IMBV − IMBV of iterative Yang|.
        by: what counts as a subject: "animal", whose value is the mean over its gates, as these are not independent;
            or "study", each volume on its own.
        methods: in the order of the columns; default: all that have the measure, in the order of the rows.

    Raises:
        BadInput: a method lacks the measure of a study, or has two rows for it.
    """
    values = _values(measures, measure)
    columns = tuple(dict.fromkeys(method for _, method in values) if methods is None else methods)
    studies_of: dict[str, list[str]] = {}
    for subject, study in dict.fromkeys((getattr(row, by), row.study) for row in measures):
        studies_of.setdefault(subject, []).append(study)
        _check_complete(values, measure, study, columns)
    means = [
        [np.mean([values[study, method] for study in studies]) for method in columns] for studies in studies_of.values()
    ]
    return MethodTable(subjects=tuple(studies_of), methods=columns, values=np.array(means))


def _values(measures: Sequence[Measures], measure: str) -> Mapping[tuple[str, str], float]:
    """Return a measure by study and method, where it is defined."""
    if measure == ABSOLUTE_IMBV_ERROR:
        reference = {row.study: row.imbv for row in measures if row.method == REFERENCE}
        found = {(row.study, row.method): _imbv_error(row, reference.get(row.study)) for row in measures}
    else:
        found = {(row.study, row.method): getattr(row, measure) for row in measures}
    if len(found) < len(measures):
        raise BadInput(
            f"a method has one row per study, got {len(measures)} rows for {len(found)} pairs of study and method; do "
            "two networks share a name?"
        )
    return {cell: value for cell, value in found.items() if value is not None}


def _imbv_error(row: Measures, reference: float | None) -> float | None:
    return None if reference is None or row.method == REFERENCE else abs(row.imbv - reference)


def _check_complete(values: Mapping[tuple[str, str], float], measure: str, study: str, methods: Sequence[str]) -> None:
    missing = [method for method in methods if (study, method) not in values]
    if missing:
        raise BadInput(
            f"methods are compared on the same studies, but {', '.join(missing)} has no {measure} of {study}; was it "
            "run on the whole test set?"
        )
