"""evaluate.yaml, run as a user would run it, on a tiny cohort corrected without a network."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import RunPython
from tests.corrected_cohort import write_corrected
from tests.virtual_cohort import write_cohort

EVALUATE = Path(__file__).resolve().parents[2] / "bundle" / "configs" / "evaluate.yaml"
RUN = ("-m", "monai.bundle", "run", "evaluation", "--config_file", EVALUATE)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("data") / "cohort", n_training=1, n_validation=1, n_test=3)


def test_it_measures_sums_up_and_draws(cohort: Path, run_python: RunPython, tmp_path: Path) -> None:
    write_corrected(cohort, tmp_path / "corrected" / "network")
    write_corrected(cohort, tmp_path / "corrected" / "unet", takes=0.5, network="U-net")
    options = ("--dataset_dir", cohort, "--corrected_dir", "corrected", "--output_dir", "results")
    outcome = run_python(*RUN, *options, folder=tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    results = tmp_path / "results"
    names = {"measures.csv", "segments.csv", "summary.json", "bland_altman.png", "imbv.png"}
    assert {file.name for file in results.iterdir()} == names
    with (results / "measures.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 2 * 5
    summary = json.loads((results / "summary.json").read_text())
    assert summary["n_animals"] == 3
    assert summary["remark"] == "Virtual (simulated) animals"
    comparisons = summary["comparisons_over_animals"]["imbv"]
    assert comparisons["network - no correction"]["interval_95"][1] < 0
    assert comparisons["U-net - iterative Yang"]["mean_difference"] > 0
    assert "IMBV, network:" in outcome.stdout
    assert "IMBV, U-net:" in outcome.stdout
    assert summary["methods"]["U-net"]["heart_rmse"]["mean"] > summary["methods"]["network"]["heart_rmse"]["mean"]


def test_without_corrected_studies_it_names_the_command(
    cohort: Path, run_python: RunPython, tmp_path: Path, repository: Path
) -> None:
    options = ("--dataset_dir", cohort, "--output_dir", tmp_path / "results")
    outcome = run_python(*RUN, *options, folder=repository)
    assert outcome.returncode == 1
    (error,) = [line for line in outcome.stderr.splitlines() if line.startswith("error: ")]
    assert "run `make inference`" in error
    assert "Traceback" not in outcome.stderr
    assert list((tmp_path / "results").iterdir()) == []
