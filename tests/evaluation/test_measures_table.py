"""The table of all measures, written and read."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from custom.errors import BadInput
from custom.evaluation.measures import Measures
from custom.evaluation.measures_table import all_measures_of, measures_of, read_table, write_measures

SEGMENTS = tuple(number / 17 for number in range(17))
NETWORK = Measures(
    study="a_gate-ed", animal="a", gate="ed", method="U-net", imbv=0.15, ssim=1 / 3, imbv_error=-0.01, segments=SEGMENTS
)
ROWS = [
    NETWORK,
    replace(NETWORK, study="a_gate-es", gate="es", imbv=0.12),
    replace(NETWORK, method="truth", ssim=None, imbv_error=None),
]
WEIGHTS = {"U-net": "1" * 64}
STUDIES = ["a_gate-ed", "a_gate-es"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    write_measures(tmp_path / "measures.csv", {"cohort": ROWS, "further": ROWS[:1]}, WEIGHTS)
    return tmp_path / "measures.csv"


def test_a_line_holds_what_was_measured_and_by_which_weights(table: Path) -> None:
    with table.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["test_set"] for line in lines] == ["cohort", "cohort", "cohort", "further"]
    first, _, truth, _ = lines
    assert (first["imbv"], first["ssim"], first["rmse"], first["apex"]) == ("0.150000", "0.333333", "", "0.941176")
    assert (first["weights"], truth["weights"]) == ("1" * 64, "")


def test_measures_are_read_as_they_were_written(table: Path) -> None:
    read = measures_of(read_table(table), "cohort", WEIGHTS, STUDIES)
    assert [row.study for row in read] == STUDIES
    assert read[0].ssim == pytest.approx(NETWORK.ssim, abs=1e-6)
    assert read[0].segments == pytest.approx(SEGMENTS, abs=1e-6)
    assert (read[0].rmse, read[1].imbv) == (None, 0.12)


@pytest.mark.parametrize(
    ("test_set", "weights", "studies"),
    [
        ("cohort", {"U-net": "2" * 64}, STUDIES),
        ("cohort", {"Dy-U": "1" * 64}, STUDIES),
        ("cohort", WEIGHTS, [*STUDIES, "b_gate-ed"]),
        ("cohort", WEIGHTS, STUDIES[:1]),
        ("further", WEIGHTS, STUDIES),
        ("perfusion", WEIGHTS, STUDIES),
    ],
    ids=["other weights", "another network", "a study more", "a study less", "another set", "an unknown set"],
)
def test_what_was_measured_otherwise_is_left(
    table: Path, test_set: str, weights: dict[str, str], studies: list[str]
) -> None:
    assert measures_of(read_table(table), test_set, weights, studies) == []


@pytest.mark.parametrize(("sha256", "methods"), [("1" * 64, ["U-net", "U-net", "truth"]), ("2" * 64, ["truth"])])
def test_all_of_a_test_set_is_read_but_for_networks_with_other_weights(
    table: Path, sha256: str, methods: list[str]
) -> None:
    read = all_measures_of(read_table(table), "cohort", {"U-net": sha256})
    assert [row.method for row in read] == methods
    assert all_measures_of(read_table(table), "perfusion", WEIGHTS) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("imbv_error_voxels", "error"), "has others"),
        (lambda text: text.rsplit(",", 3)[0], "has others"),
        (lambda text: text.replace("0.150000", "a lot"), "measures are numbers, got .*a lot"),
    ],
    ids=["another header", "cut short", "words"],
)
def test_a_spoilt_table_is_refused(table: Path, change, said: str) -> None:
    table.write_text(change(table.read_text()))
    with pytest.raises(BadInput, match=said):
        measures_of(read_table(table), "cohort", WEIGHTS, STUDIES)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a table of measures must be a CSV file, got .*nowhere"):
        read_table(tmp_path / "nowhere.csv")
