"""What a wrong CT costs, against errors put in by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.cohort import read_cohort
from custom.evaluation.wrong_gate import check_other_gate, wrong_gate_numbers
from tests.described_cohort import change_parameters, write_described


@pytest.fixture(scope="module")
def numbers(described: Path, described_wrong: Path) -> dict:
    return wrong_gate_numbers(read_cohort(described), read_cohort(described_wrong))


def test_errors_of_imbv_are_those_worked_out_by_hand(numbers: dict) -> None:
    """At end-systole by the tissues' truth: 0.01, 0.01, 0.03 with the right CT; 0, 0.02, 0.02 with the wrong one."""
    error = numbers["es"]["imbv_error_tissues"]
    assert error["same_gate"]["mean"] == pytest.approx(0.05 / 3)
    assert error["other_gate"]["mean"] == pytest.approx(0.04 / 3)
    assert error["difference"]["mean_difference"] == pytest.approx(-0.01 / 3)
    assert error["n_grown"] == 1
    voxels = numbers["ed"]["imbv_error_voxels"]
    assert (voxels["same_gate"]["mean"], voxels["other_gate"]["mean"]) == (pytest.approx(0.07), pytest.approx(0.04))
    assert (voxels["n_grown"], voxels["n_gates"]) == (0, 3)


def test_a_shifted_image_is_farther_from_the_truth_in_every_gate(numbers: dict) -> None:
    rmse = numbers["both"]["rmse"]
    assert (rmse["n_grown"], rmse["n_gates"]) == (6, 6)
    assert rmse["difference"]["n"] == 3, "animals, not gates, are independent"
    assert rmse["difference"]["mean_difference"] > 0
    halves = [numbers[gate]["rmse"]["difference"]["mean_difference"] for gate in ("ed", "es")]
    assert rmse["difference"]["mean_difference"] == pytest.approx(np.mean(halves))
    assert rmse["difference"]["p_t_test_holm"] >= rmse["difference"]["p_t_test"]


def test_interchanged_cohorts_are_refused(described: Path, described_wrong: Path) -> None:
    with pytest.raises(BadInput, match="got other and same; were they interchanged"):
        check_other_gate(read_cohort(described_wrong), read_cohort(described))
    with pytest.raises(BadInput, match="got same and same"):
        check_other_gate(read_cohort(described), read_cohort(described))


def test_another_cohort_is_refused(described: Path, tmp_path: Path) -> None:
    cohort = read_cohort(described)
    folder = write_described(tmp_path, ct_gate="other", seed=7)
    with pytest.raises(BadInput, match="got seeds 7 and 0"):
        check_other_gate(cohort, read_cohort(folder))


def test_another_number_of_iterations_is_refused(described: Path, tmp_path: Path) -> None:
    folder = write_described(tmp_path, ct_gate="other")
    for animal in ("sub-001", "sub-002", "sub-003"):
        change_parameters(folder, animal, lambda p: p["identity"]["recipe"].update(n_iterations=40))
    with pytest.raises(BadInput, match=r"the same settings but ct_gate, got .*80.* and .*40"):
        check_other_gate(read_cohort(described), read_cohort(folder))


def test_other_animals_are_refused(described: Path, tmp_path: Path) -> None:
    cohort = read_cohort(described)
    folder = write_described(tmp_path, ct_gate="other")
    change_parameters(folder, "sub-002", lambda p: p["drawn"]["body"].update(weight_kg=26))
    other = read_cohort(folder)
    with pytest.raises(BadInput, match="sub-002 was drawn or measured otherwise"):
        check_other_gate(cohort, other)
    fewer = replace(other, animals=other.animals[:2])
    with pytest.raises(BadInput, match="got 2 and 3"):
        check_other_gate(cohort, fewer)


def test_some_animals_are_held_against_the_same_ones(described: Path, described_wrong: Path) -> None:
    cohort, wrong = read_cohort(described), read_cohort(described_wrong)
    some = replace(wrong, animals=wrong.animals[1:])
    same = cohort.animals_also_in(some)
    assert [animal.name for animal in same.animals] == [animal.name for animal in some.animals]
    check_other_gate(same, some)
