"""What the results page is made of, all of it read from files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.figure import Figure

from custom.evaluation.ct_shift_picture import ShiftErrors
from custom.evaluation.deficit import Deficit
from custom.evaluation.measures import Measures
from custom.evaluation.study_images import StudyImages
from custom.evaluation.trained import Trained


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Methods compared on the test animals of one cohort.

    Args:
        title: which animals.
        measures: one row per study and method of the paper.
        all_measures: the same, and rows of all other methods.
        over_animals: `means` and `variance` by measure, `imbv_agreement` by reference and method, and `components`.
        over_volumes: the same with every volume on its own, as in the paper.
    """

    title: str
    measures: Sequence[Measures]
    all_measures: Sequence[Measures]
    over_animals: Mapping[str, Any]
    over_volumes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that the page shows; what is absent has no section.

    Args:
        command: that made the page.
        made: what the page says of itself, such as machine, date and cohorts, by name.
        trained: every member of the comparison, by name.
        paper: the methods on as many animals as the paper tests.
        studies: whose images are shown.
        further: the same methods on further animals, for equivalence.
        others: measures on animals unlike the training's, by what they are.
        deficit: what the methods show of a territory with less blood.
        shifts: errors by what is told and by method, at every shift of the CT; the first are drawn.
        wrong_gate: draws iterative Yang by the CT of the right and of the wrong gate.
        findings: what came out and must be borne in mind, a paragraph each.
        measured: all rows, by test set.
        weights: SHA-256 of the weights of every trained network, by its method.
    """

    command: str
    made: Mapping[str, str]
    trained: Mapping[str, Trained]
    paper: Comparison
    studies: Sequence[StudyImages]
    further: Comparison | None = None
    others: Mapping[str, Sequence[Measures]] = field(default_factory=dict)
    deficit: Deficit | None = None
    shifts: Mapping[str, Mapping[str, ShiftErrors]] = field(default_factory=dict)
    wrong_gate: Callable[[], Figure] | None = None
    findings: Sequence[str] = ()
    measured: Mapping[str, Sequence[Measures]] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)

    @property
    def comparisons(self) -> list[Comparison]:
        """The methods on the paper's number of animals and, where they are, on further ones."""
        return [self.paper, *([] if self.further is None else [self.further])]
