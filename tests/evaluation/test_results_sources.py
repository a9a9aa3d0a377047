"""What the results page takes from the disk."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from custom.data.datalist import read_datalist
from custom.errors import BadInput
from custom.evaluation.results_sources import Sources, made_by, read_findings, shift_errors_of, shown_studies
from tests.faked_comparison import write_comparison
from tests.virtual_cohort import write_cohort

READ = partial(read_datalist, split="test", keys=("image", "label", "truth", "regions"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort with fewer animals."""
    return write_cohort(tmp_path_factory.mktemp("other"), n_training=1, n_validation=1, n_test=1)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("small"), n_training=1, n_validation=1, n_test=2)


@pytest.fixture(scope="module")
def sources(small: Path, other: Path, tmp_path_factory: pytest.TempPathFactory) -> Sources:
    sets = {"cohort": small, "ct_shift_8": small, "ct_shift_12.5": small, "ct_shift_4": other}
    return Sources(comparison_dir=write_comparison(tmp_path_factory.mktemp("work"), sets), read_studies=READ)


def test_findings_are_paragraphs(tmp_path: Path) -> None:
    (tmp_path / "findings.txt").write_text("One,\nin two lines.\n\n\nAnother.\n")
    assert read_findings(tmp_path / "findings.txt") == ["One, in two lines.", "Another."]
    assert read_findings(None) == []
    with pytest.raises(BadInput, match="findings must be a text file"):
        read_findings(tmp_path / "nowhere.txt")


def test_both_gates_of_the_first_animal_are_shown_by_the_papers_methods(sources: Sources, small: Path) -> None:
    images = shown_studies(sources.read("cohort", small))
    assert [one.study for one in images] == ["sub-003_gate-ed", "sub-003_gate-es"]
    methods = ["no correction", "U-net-BV", "Dy-U-CT", "DC-Dy-U-BV", "iterative Yang", "truth"]
    assert list(images[0].volumes) == methods


def test_it_is_told_when_and_where_networks_corrected(sources: Sources, small: Path) -> None:
    made = made_by(sources.read("cohort", small), {"cohort": small})
    assert made["networks corrected"] == "2026-11-26, cpu"
    assert made["cohort"] == f"{small}: seed 0, version tests of the simulation"


def test_shifts_ascend_and_networks_are_told_apart_by_what_they_see(sources: Sources, small: Path) -> None:
    errors = shift_errors_of(sources, sources.read("cohort", small), {"12.5": small, "8": small})
    assert {method: one.kind for method, one in errors.items()} == {
        "iterative Yang": "iterative Yang",
        "U-net-BV": "SPECT only",
        "Dy-U-CT": "with CT",
        "DC-Dy-U-BV": "SPECT only",
    }
    assert all(list(one.errors) == [0.0, 8.0, 12.5] for one in errors.values())


@pytest.mark.parametrize("shift", ["far", "0", "-4", "nan"])
def test_a_shift_is_a_positive_number(sources: Sources, small: Path, shift: str) -> None:
    with pytest.raises(BadInput, match="above 0"):
        shift_errors_of(sources, sources.read("cohort", small), {shift: small})


def test_shifted_animals_are_those_of_the_cohort(sources: Sources, small: Path, other: Path) -> None:
    with pytest.raises(BadInput, match="must have the test animals of dataset_dir"):
        shift_errors_of(sources, sources.read("cohort", small), {"4": other})
