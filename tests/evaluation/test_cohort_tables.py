"""The tables of a cohort."""

from __future__ import annotations

from pathlib import Path

import pytest

from custom.evaluation.cohort import read_cohort
from custom.evaluation.cohort_numbers import cohort_numbers
from custom.evaluation.cohort_tables import cohort_tables
from custom.evaluation.wrong_gate import wrong_gate_numbers


@pytest.fixture(scope="module")
def tables(described: Path, described_wrong: Path) -> str:
    cohort = read_cohort(described)
    return cohort_tables(
        cohort_numbers(cohort) | {"wrong_gate": wrong_gate_numbers(cohort, read_cohort(described_wrong))}
    )


@pytest.mark.parametrize(
    "line",
    [
        "| weight (kg) | 25.0 ± 5.0 (20.0 to 30.0) |  |",
        "| ejection fraction (%) | 60.0 ± 0.0 (60.0 to 60.0) |  |",
        "| heart rate (per minute) | 110 ± 10 (100 to 120) |  |",
        "| left ventricular volume (ml) | 60.0 ± 10.0 (50.0 to 70.0) | 24.0 ± 4.0 (20.0 to 28.0) |",
        "| counts per gate (millions) | 3.00 ± 1.00 (2.00 to 4.00) | 3.00 ± 1.00 (2.00 to 4.00) |",
        "| scattered photons in the window (%) | 20.0 ± 0.0 (20.0 to 20.0) | 20.0 ± 0.0 (20.0 to 20.0) |",
        "| MLEM, no correction | 0.350 ± 0.050 (0.300 to 0.400) | 0.240 ± 0.040 (0.200 to 0.280) |",
        "| mean IMBV before over mean IMBV after correction | 2.53 |  |",
        "| the same in the network's paper, 20 studies | 1.25 |  |",
        "| corrected closer than uncorrected to the truth averaged into voxels | 83.3 % of 6 | sub-003 es |",
    ],
)
def test_a_row_says_what_was_worked_out_by_hand(tables: str, line: str) -> None:
    assert line in tables.splitlines()


def test_the_wrong_gates_rows_say_how_often_the_error_grew(tables: str) -> None:
    """End-diastole, by the tissues' truth: errors of 0.01 in each animal become 0, 0.02 and 0.04."""
    rows = [
        line.strip("| ").split(" | ") for line in tables.splitlines() if line.startswith("| absolute IMBV error, t")
    ]
    name, gate, same, other, difference, grown, _ = rows[0]
    assert (name, gate) == ("absolute IMBV error, truth of the tissues", "end-diastole")
    assert (same, other, grown) == ("0.010 ± 0.000", "0.020 ± 0.020", "2 of 3")
    assert difference.startswith("+0.010 (−0.0")


def test_every_table_is_markdown_with_rows_as_long_as_its_head(tables: str) -> None:
    blocks = [block.splitlines() for block in tables.split("\n\n") if block.startswith("|")]
    assert len(blocks) == 5
    for block in blocks:
        assert {line.count("|") for line in block} == {block[0].count("|")}
        assert set(block[1]) <= set("| -")


def test_they_say_that_the_animals_are_simulated(tables: str) -> None:
    assert tables.startswith("Virtual (simulated) animals: 3 of seed 0, 6 gates, tracer red blood cells.")


def test_without_another_cohort_there_is_no_table_of_wrong_gates(described: Path) -> None:
    assert "wrong gate" not in cohort_tables(cohort_numbers(read_cohort(described)))
