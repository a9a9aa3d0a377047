"""What the results page is made of, all of it read from files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from custom.evaluation.ct_shift_picture import ShiftErrors
from custom.evaluation.measures import Measures
from custom.evaluation.study_images import StudyImages
from custom.evaluation.trained import Trained


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Methods compared on the test animals of one cohort.

    Args:
        title: which animals.
        measures: one row per study and method.
        over_animals: `variance` by measure, `imbv_agreement` by reference and method, and `components`.
        over_volumes: the same with every volume on its own, as in the paper.
    """

    title: str
    measures: Sequence[Measures]
    over_animals: Mapping[str, Any]
    over_volumes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that the page shows.

    Args:
        command: that made the page.
        made: what the page says of itself, such as machine, date and cohorts, by name.
        trained: every member of the comparison, by name.
        paper: the methods on as many animals as the paper tests.
        further: the same methods on further animals, for equivalence.
        others: measures on animals unlike the training's, by what they are.
        studies: whose images are shown.
        shifts: errors by method at every shift of the CT.
        wrong_gate: draws iterative Yang by the CT of the right and of the wrong gate.
        findings: what came out and must be borne in mind, a paragraph each.
    """

    command: str
    made: Mapping[str, str]
    trained: Mapping[str, Trained]
    paper: Comparison
    further: Comparison
    others: Mapping[str, Sequence[Measures]]
    studies: Sequence[StudyImages]
    shifts: Mapping[str, ShiftErrors]
    wrong_gate: Callable[[], Figure]
    findings: Sequence[str]
