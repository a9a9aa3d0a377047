"""The run `results`: the results page from what a comparison left on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from custom.evaluation.cohort import read_cohort
from custom.evaluation.corrected_set import CorrectedSet
from custom.evaluation.ct_shift import shift_errors_of
from custom.evaluation.evidence import Comparison, Evidence
from custom.evaluation.method_comparison import compare_methods
from custom.evaluation.page_files import write_page
from custom.evaluation.results import prepare_folder
from custom.evaluation.results_command import results_command
from custom.evaluation.results_numbers import results_numbers
from custom.evaluation.results_page import NAME, results_page
from custom.evaluation.results_sources import (
    ReadStudies,
    Sources,
    made_by,
    read_findings,
    shown_studies,
)
from custom.evaluation.wrong_gate import check_other_gate
from custom.evaluation.wrong_gate_picture import wrong_gate_of_test_animal

logger = logging.getLogger(__name__)


def make_results(
    *,
    comparison_dir: str | Path,
    dataset_dir: str | Path,
    read_studies: ReadStudies,
    output_dir: str | Path,
    further_dir: str | Path | None = None,
    shifted_dirs: Mapping[str, str | Path] | None = None,
    other_dirs: Mapping[str, str | Path] | None = None,
    wrong_gate_dir: str | Path | None = None,
    findings: str | Path | None = None,
    overwrite: bool = False,
) -> Path:
    """Write the results page with its pictures, its HTML twin and its numbers.

    Args:
        comparison_dir: what the run `comparison` wrote; corrected animals of a cohort lie in its corrected/<test set>.
        dataset_dir: the cohort with as many test animals as the paper; its test set is named `cohort`.
        read_studies: lists the test studies of a cohort, see `CorrectedSet`.
        output_dir: gets results.md, results.html, results.json and the pictures.
        further_dir: a cohort with further test animals; its test set is named `further`.
        shifted_dirs: the cohort with its CT shifted, by the shift in mm; its test sets are named `ct_shift_<shift>`.
        other_dirs: cohorts unlike the training's, by what they are; their test sets are named as their folders.
        wrong_gate_dir: the cohort, corrected by the CT of the other gate.
        findings: text file with what must be borne in mind, paragraphs apart by an empty line.
        overwrite: whether a page that stands there is replaced.

    Returns:
        The page.

    Raises:
        BadInput: a file or cohort that is missing or does not fit the others, or a page that is not to be replaced.
    """
    prepare_folder(output_dir, [f"{NAME}.md"], overwrite)
    said = read_findings(findings)
    wrong_gate = _wrong_gate(dataset_dir, wrong_gate_dir) if wrong_gate_dir else None
    sources = Sources(comparison_dir=Path(comparison_dir), read_studies=read_studies)
    others = other_dirs or {}
    cohorts = {"cohort": dataset_dir, **({"further": further_dir} if further_dir else {}), **others}
    cohort = sources.read("cohort", dataset_dir)
    evidence = Evidence(
        command=results_command(
            dataset_dir,
            comparison_dir=comparison_dir,
            further_dir=further_dir,
            shifted_dirs=shifted_dirs,
            other_dirs=other_dirs,
            wrong_gate_dir=wrong_gate_dir,
            findings=findings,
        ),
        made=made_by(cohort, cohorts),
        trained=sources.trained,
        paper=_compared(cohort, "test animals"),
        studies=shown_studies(cohort),
        further=_compared(sources.read("further", further_dir), "further test animals") if further_dir else None,
        others={title: sources.read(Path(folder).name, folder).measures for title, folder in others.items()},
        shifts=shift_errors_of(sources, cohort, shifted_dirs) if shifted_dirs else {},
        wrong_gate=wrong_gate,
        findings=said,
    )
    numbers = results_numbers(evidence)
    page = write_page(results_page(evidence), output_dir, name=NAME, overwrite=overwrite, numbers=numbers)
    logger.info("The results page is %s", page)
    return page


def _compared(corrected: CorrectedSet, which: str) -> Comparison:
    """Compare the paper's methods."""
    measures = corrected.of_the_paper
    statistics = compare_methods(measures)
    return Comparison(
        title=f"{corrected.n_animals} {which}",
        measures=measures,
        all_measures=corrected.measures,
        over_animals=statistics["over_animals"],
        over_volumes=statistics["over_volumes_as_in_the_paper"],
    )


def _wrong_gate(dataset_dir: str | Path, wrong_gate_dir: str | Path) -> Callable[[], Figure]:
    cohort, wrong = read_cohort(dataset_dir), read_cohort(wrong_gate_dir)
    check_other_gate(cohort, wrong)
    return partial(wrong_gate_of_test_animal, cohort, wrong)
