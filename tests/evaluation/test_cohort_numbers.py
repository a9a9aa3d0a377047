"""What a cohort is like in numbers, worked out by hand for three animals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.evaluation.cohort import Cohort, read_cohort
from custom.evaluation.cohort_numbers import cohort_numbers


@pytest.fixture(scope="module")
def cohort(described: Path) -> Cohort:
    return read_cohort(described)


@pytest.fixture(scope="module")
def numbers(cohort: Cohort) -> dict:
    return cohort_numbers(cohort)


def test_animals_are_described_by_mean_sd_and_range(numbers: dict) -> None:
    assert (numbers["n_animals"], numbers["n_gates"]) == (3, 6)
    assert numbers["with_deficit"] == ["sub-002", "sub-003"]
    assert numbers["animals"]["weight_kg"] == {"n": 3, "mean": 25, "sd": 5, "minimum": 20, "maximum": 30}
    assert numbers["animals"]["heart_rate_per_minute"]["mean"] == 110
    assert numbers["animals"]["ejection_fraction"]["mean"] == pytest.approx(0.6)
    assert numbers["animals"]["ejection_fraction"]["sd"] == pytest.approx(0, abs=1e-12)


def test_gates_are_described_apart(numbers: dict) -> None:
    gates = numbers["gates"]
    assert {gate: gates["left_ventricular_volume_ml"][gate]["mean"] for gate in ("ed", "es")} == {"ed": 60, "es": 24}
    assert gates["left_ventricular_wall_mm"]["ed"]["sd"] == pytest.approx(0.5)
    assert gates["counts"]["es"] == {"n": 3, "mean": 3e6, "sd": 1e6, "minimum": 2e6, "maximum": 4e6}
    assert gates["scatter_fraction"]["ed"]["mean"] == pytest.approx(0.2)
    assert gates["estimated_over_expected_scatter"]["ed"]["mean"] == pytest.approx(0.95)
    assert numbers["imbv"]["mlem"]["ed"]["mean"] == pytest.approx(0.35)
    assert numbers["imbv"]["iterative_yang"]["ed"]["sd"] == pytest.approx(0.05)


def test_what_correction_does_to_imbv(numbers: dict) -> None:
    """Means: MLEM (0.30 + 0.35 + 0.40 + 0.24 + 0.28 + 0.20) / 6, iterative Yang (0.42 + 0.28) / 6."""
    change = numbers["imbv_change"]
    assert change["ratio_of_means"] == pytest.approx(1.77 / 0.70)
    ratios = (30 / 9, 35 / 14, 40 / 19, 24 / 7, 28 / 10, 20 / 11)
    assert change["mean_of_ratios"]["mean"] == pytest.approx(sum(ratios) / 6)
    assert change["published_ratio_of_means"] == pytest.approx(1.2515, abs=1e-4)
    assert change["uncorrected_above_corrected"] == {"n": 6, "share": 1.0, "exceptions": []}
    tissues = change["corrected_closer_to_truth_of_tissues"]
    assert tissues == {"n": 6, "share": 1.0, "exceptions": []}
    voxels = change["corrected_closer_to_truth_in_voxels"]
    assert voxels == {"n": 6, "share": pytest.approx(5 / 6), "exceptions": ["sub-003 es"]}


def test_files_and_bytes_add_up(numbers: dict, described: Path) -> None:
    disk = numbers["disk"]
    assert {kind: disk["kinds"][kind]["files"] for kind in ("image", "full_ct", "other")} == {
        "image": 6,
        "full_ct": 6,
        "other": 4,
    }
    assert disk["total"]["files"] == 10 * 6 + 4
    assert disk["total"]["bytes"] == sum(file.stat().st_size for file in described.rglob("*") if file.is_file())
    assert sum(kind["bytes"] for kind in disk["kinds"].values()) == disk["total"]["bytes"]


def test_one_animal_has_no_spread(cohort: Cohort) -> None:
    alone = replace(cohort, animals=cohort.animals[:1])
    with pytest.raises(BadInput, match="at least 2 animals, got 1"):
        cohort_numbers(alone)
