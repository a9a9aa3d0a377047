"""The files that an evaluation leaves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from custom.errors import BadInput
from custom.evaluation.measures import Measures
from custom.evaluation.results import ResultsFolder, written_whole

ROW = Measures(study="a_gate-ed", animal="a", gate="ed", method="truth", imbv=0.15, segments=tuple(range(17)))
SUMMARY = {"methods": {"truth": {"imbv": {"mean": 0.15, "sd": None, "n": 1}}}}


def write(folder: Path, summary: dict, *, overwrite: bool = False) -> None:
    ResultsFolder(folder, ["plot"], overwrite).write([ROW], summary, {"plot": Figure()})


def test_table_summary_and_figures_are_written(tmp_path: Path) -> None:
    write(tmp_path / "results", SUMMARY)
    assert {file.name for file in (tmp_path / "results").iterdir()} == {
        "measures.csv",
        "segments.csv",
        "summary.json",
        "plot.png",
    }
    with (tmp_path / "results" / "measures.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["study"] == "a_gate-ed"
    assert (float(row["imbv"]), row["ssim"]) == (0.15, "")
    with (tmp_path / "results" / "segments.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["method"], row["basal anterior"], row["apex"]) == ("truth", "0", "16")
    assert json.loads((tmp_path / "results" / "summary.json").read_text()) == SUMMARY


def test_results_are_not_replaced_unasked(tmp_path: Path) -> None:
    write(tmp_path, SUMMARY)
    with pytest.raises(BadInput, match=r"holds results \(measures\.csv, segments\.csv, .*png\); set overwrite"):
        write(tmp_path, SUMMARY)
    write(tmp_path, SUMMARY, overwrite=True)


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(tmp_path, {"methods": {}, "p": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match="output_dir must be a folder that can be written to"):
        write(tmp_path / "file", SUMMARY)


def test_files_move_into_place_together_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("old")
    with pytest.raises(FileNotFoundError), written_whole(tmp_path) as partial:
        (partial / "old.txt").write_text((partial / "absent.txt").read_text())
    assert [file.name for file in tmp_path.iterdir()] == ["old.txt"]
    assert (tmp_path / "old.txt").read_text() == "old"
    with written_whole(tmp_path) as partial:
        (partial / "old.txt").write_text("new")
    assert (tmp_path / "old.txt").read_text() == "new"
