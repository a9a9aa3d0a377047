"""The test animals of one cohort, as the members of a comparison corrected them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from custom.errors import BadInput
from custom.evaluation.measures import Measures, measure_methods
from custom.evaluation.methods import (
    NETWORKS,
    OF_THE_PAPER,
    REFERENCE,
    TRUTH,
    UNCORRECTED,
    Correction,
    find_methods,
    place_of_network,
)
from custom.evaluation.trained import Trained, method_names


@dataclass(frozen=True, kw_only=True)
class CorrectedSet:
    """Test studies of one cohort by every method.

    Args:
        studies: paths under `image`, `label`, `truth` and `regions`, and each study's name under `study`.
        methods: what each method made of every study, by its name on the page, see `method_names`.
        measures: one row per study and method.
    """

    studies: Sequence[Mapping[str, str]]
    methods: Mapping[str, Mapping[str, Correction]]
    measures: Sequence[Measures]

    @property
    def n_animals(self) -> int:
        """How many animals these are."""
        return len({row.animal for row in self.measures})

    @property
    def of_the_paper(self) -> list[Measures]:
        """Rows of the paper's methods and of the truth."""
        return [row for row in self.measures if row.method in OF_THE_PAPER]

    def with_earlier(self, rows: Sequence[Measures]) -> CorrectedSet:
        """Add methods that were measured earlier on the same studies; what is measured here stays.

        Args:
            rows: one for each study and method.
        """
        measured = {row.method for row in self.measures}
        added = [row for row in rows if row.method not in measured]
        places = {study["study"]: place for place, study in enumerate(self.studies)}
        together = sorted([*self.measures, *added], key=lambda row: (places[row.study], _place(row.method)))
        return replace(self, measures=together)


def read_corrected_set(
    folder: Path,
    studies: Sequence[Mapping[str, str]],
    dataset_dir: str | Path,
    trained: Mapping[str, Trained],
    *,
    may_be_gone: bool = False,
) -> CorrectedSet:
    """Find and measure what a comparison made of a cohort's test animals.

    Args:
        folder: <comparison_dir>/corrected/<test set>, with a folder for each member, and for other methods.
        studies: as `CorrectedSet` holds them.
        dataset_dir: the cohort.
        trained: all members, by name.
        may_be_gone: whether the folder may be absent; then there are only no correction, iterative Yang and the truth.

    Raises:
        BadInput: a member that lacks studies, or corrected them with other weights than `members.json` tells of; or
            what cannot be measured, see `measure_studies`.
    """
    gone = may_be_gone and not folder.is_dir()
    found = {} if gone else find_methods(folder, [study["study"] for study in studies])
    methods = _named(found, trained)
    return CorrectedSet(studies=studies, methods=methods, measures=measure_methods(studies, methods, dataset_dir))


def _place(method: str) -> int:
    """Return where a method stands: the paper's networks before others, and what all are held against last."""
    ends = {UNCORRECTED: -1, REFERENCE: len(NETWORKS) + 1, TRUTH: len(NETWORKS) + 2}
    return ends[method] if method in ends else place_of_network(method)


def _named(
    found: Mapping[str, Mapping[str, Correction]], trained: Mapping[str, Trained]
) -> dict[str, Mapping[str, Correction]]:
    """Name methods as the page does: the paper's first and in its order, then others as they were found."""
    names = method_names(trained)
    methods = {}
    for method, corrections in found.items():
        folder = next(iter(corrections.values())).volume.parents[1]
        if folder.name in trained:
            _check_weights(folder, corrections, trained[folder.name])
        methods[names.get(folder.name, method)] = corrections
    return {name: methods[name] for name in (*(n for n in NETWORKS if n in methods), *methods)}


def _check_weights(folder: Path, corrections: Mapping[str, Correction], member: Trained) -> None:
    stale = [one.volume for one in corrections.values() if one.weights not in (None, member.record["sha256"])]
    if stale:
        raise BadInput(
            f"what stands in {folder} must be corrected with the weights that members.json tells of, but {stale[0]} "
            "was corrected with others; was the network trained anew? run `comparison` again"
        )
