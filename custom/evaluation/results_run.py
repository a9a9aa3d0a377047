"""The run `results`: the results page from what a comparison left on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from custom.errors import BadInput
from custom.evaluation.cohort import read_cohort
from custom.evaluation.corrected_set import CorrectedSet
from custom.evaluation.ct_shift import errors_by_shift, read_shifted, shifted_set
from custom.evaluation.deficit import compare_deficit
from custom.evaluation.evidence import Comparison, Evidence
from custom.evaluation.measures_table import read_table, write_measures
from custom.evaluation.method_comparison import compare_methods
from custom.evaluation.page_files import write_page
from custom.evaluation.results import prepare_folder
from custom.evaluation.results_numbers import results_numbers, write_numbers
from custom.evaluation.results_page import MEASURES, NAME, results_page
from custom.evaluation.results_places import Place, Places
from custom.evaluation.results_sources import ReadStudies, Sources, made_by, read_findings, shown_studies
from custom.evaluation.wrong_gate import read_other_gate
from custom.evaluation.wrong_gate_picture import wrong_gate_of_test_animal

logger = logging.getLogger(__name__)


def make_results(places: Places, *, read_studies: ReadStudies, output_dir: str | Path, overwrite: bool = False) -> Path:
    """Write the results page with its pictures, its HTML twin and its numbers.

    Args:
        places: where all that it shows lies.
        read_studies: lists the test studies of a cohort, see `CorrectedSet`.
        output_dir: gets results.md, results.html, results.json, results_measures.csv and the pictures.
        overwrite: whether a page that stands there is replaced.

    Returns:
        The page.

    Raises:
        BadInput: a file or cohort that is missing or does not fit the others, or a page that is not to be replaced.
    """
    prepare_folder(output_dir, [f"{NAME}.md"], overwrite)
    evidence = read_evidence(places, read_studies)
    beside = {
        f"{NAME}.json": partial(write_numbers, numbers=results_numbers(evidence)),
        MEASURES: partial(write_measures, measures=evidence.measured, weights=evidence.weights),
    }
    page = write_page(results_page(evidence), output_dir, name=NAME, overwrite=overwrite, beside=beside)
    logger.info("The results page is %s", page)
    return page


def read_evidence(places: Places, read_studies: ReadStudies) -> Evidence:
    """Read and measure all that the page shows, the quick first, so that what is missing is said at once."""
    findings, wrong_gate, deficit_dirs = read_findings(places.findings), _wrong_gate(places), _deficit_dirs(places)
    earlier = read_table(places.measures) if places.measures else ()
    sources = Sources(comparison_dir=Path(places.comparison_dir), read_studies=read_studies, earlier=earlier)
    cohort = sources.measure("cohort", places.dataset_dir)
    further = sources.read("further", places.further_dir) if places.further_dir else None
    folders = {title: Path(folder) for title, folder in (places.other_dirs or {}).items()}
    others = {title: sources.read(folder.name, folder) for title, folder in folders.items()}
    shifted = read_shifted(sources, cohort, places.shifted_dirs or {})
    deficit = {test_set: sources.read(test_set, folder) for test_set, folder in deficit_dirs.items()}
    sets = {
        "cohort": cohort,
        "further": further,
        **{folders[title].name: of for title, of in others.items()},
        **deficit,
    }
    sets |= {shifted_set(shift_mm): of for shift_mm, of in shifted.items()}
    return Evidence(
        command=places.command,
        made=made_by(
            cohort,
            places.cohorts,
            measured_earlier=[test_set for test_set, of in sets.items() if of is not None and not of.studies],
            earlier_measures=places.measures,
        ),
        trained=sources.trained,
        paper=_compared(cohort, "test animals"),
        studies=shown_studies(cohort),
        further=None if further is None else _compared(further, "further test animals"),
        others={title: of.measures for title, of in others.items()},
        deficit=compare_deficit(*(of.measures for of in deficit.values())) if deficit else None,
        shifts=errors_by_shift(sources.trained, cohort, shifted),
        wrong_gate=wrong_gate,
        findings=findings,
        measured={test_set: of.measures for test_set, of in sets.items() if of is not None},
        weights=sources.weights,
    )


def _deficit_dirs(places: Places) -> dict[str, Place]:
    """Return by test set the folders of animals with a territory with less blood and of the same without it, if any."""
    pair = {"deficit": places.deficit_dir, "no_deficit": places.no_deficit_dir}
    given = {test_set: folder for test_set, folder in pair.items() if folder}
    if len(given) == 1:
        raise BadInput(
            f"deficit_dir and no_deficit_dir come together, got {next(iter(given))}_dir alone; the other holds what "
            "it is compared with"
        )
    return given


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


def _wrong_gate(places: Places) -> Callable[[], Figure] | None:
    if not places.wrong_gate_dir:
        return None
    both_gates = read_other_gate(read_cohort(places.dataset_dir), places.wrong_gate_dir)
    return partial(wrong_gate_of_test_animal, *both_gates)
