"""Errors when the CT is shifted, read from cohorts."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from custom.data.datalist import read_datalist
from custom.errors import BadInput
from custom.evaluation.corrected_set import CorrectedSet
from custom.evaluation.ct_shift import errors_by_shift, read_shifted
from custom.evaluation.results_sources import Sources
from tests.described_cohort import change_parameters, write_described
from tests.faked_comparison import write_comparison
from tests.virtual_cohort import write_cohort

READ = partial(read_datalist, split="test", keys=("image", "label", "truth", "regions"))
SHIFTS = {"cohort": 0.0, "ct_shift_8": 8.0, "ct_shift_12.5": 12.5}


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One cohort with three shifts of its CT, and one with fewer animals."""
    folder = tmp_path_factory.mktemp("cohorts")
    for name, shift_mm in SHIFTS.items():
        write_described(folder / name)
        for animal in ("sub-002", "sub-003"):
            change_parameters(folder / name, animal, partial(shift, shift_mm=shift_mm))
    write_cohort(folder / "ct_shift_4", n_training=1, n_validation=1, n_test=1)
    return {name: folder / name for name in (*SHIFTS, "ct_shift_4")}


def shift(parameters: dict, shift_mm: float) -> None:
    parameters["identity"]["recipe"]["registration"]["shift_mm"] = shift_mm


@pytest.fixture(scope="module")
def sources(cohorts: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return Sources(comparison_dir=write_comparison(tmp_path_factory.mktemp("work"), cohorts), read_studies=READ)


@pytest.fixture(scope="module")
def aligned(sources: Sources, cohorts: dict[str, Path]) -> CorrectedSet:
    return sources.read("cohort", cohorts["cohort"])


def test_shifts_ascend_and_networks_are_told_apart_by_what_they_see(
    sources: Sources, aligned: CorrectedSet, cohorts: dict[str, Path]
) -> None:
    shifted = read_shifted(sources, aligned, {"12.5": cohorts["ct_shift_12.5"], "8": cohorts["ct_shift_8"]})
    by_label = errors_by_shift(sources.trained, aligned, shifted)
    assert len(by_label) == 3
    errors = by_label["absolute error of IMBV against the tissues"]
    assert {method: one.kind for method, one in errors.items()} == {
        "iterative Yang": "regions of the CT",
        "U-net-BV": "SPECT only",
        "Dy-U-CT": "with CT",
        "DC-Dy-U-BV": "SPECT only",
    }
    assert all(list(one.errors) == [0.0, 8.0, 12.5] for one in errors.values())


@pytest.mark.parametrize("given", ["far", "0", "-4", "nan"])
def test_a_shift_is_a_positive_number(
    sources: Sources, aligned: CorrectedSet, cohorts: dict[str, Path], given: str
) -> None:
    with pytest.raises(BadInput, match="above 0"):
        read_shifted(sources, aligned, {given: cohorts["cohort"]})


def test_animals_are_those_of_the_cohort(sources: Sources, aligned: CorrectedSet, cohorts: dict[str, Path]) -> None:
    with pytest.raises(BadInput, match="must have the test animals of dataset_dir"):
        read_shifted(sources, aligned, {"4": cohorts["ct_shift_4"]})


def test_a_shift_is_that_of_the_simulation(sources: Sources, aligned: CorrectedSet, cohorts: dict[str, Path]) -> None:
    with pytest.raises(BadInput, match=r"got 8 for .* with 12\.5 mm; were two interchanged"):
        read_shifted(sources, aligned, {"8": cohorts["ct_shift_12.5"]})


def test_without_shifts_there_are_no_errors(sources: Sources, aligned: CorrectedSet) -> None:
    assert errors_by_shift(sources.trained, aligned, read_shifted(sources, aligned, {})) == {}
