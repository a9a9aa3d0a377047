"""describe.yaml, run as a user would run it, on a tiny cohort."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import RunPython
from tests.described_cohort import write_described
from tests.gate_files import write_gates
from tests.nm_files import heart, write_nm

DESCRIBE = Path(__file__).resolve().parents[2] / "bundle" / "configs" / "describe.yaml"
RUN = ("-m", "monai.bundle", "run", "description", "--config_file", DESCRIBE)


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("data")
    write_gates(folder / "gates")
    return {
        "dataset_dir": write_described(folder / "cohort"),
        "wrong_gate_dir": write_described(folder / "wrong", ct_gate="other"),
        "perfusion_dir": write_described(folder / "perfusion", tracer="perfusion"),
        "gates_dir": folder / "gates",
    }


def one_line(outcome: subprocess.CompletedProcess[str]) -> str:
    assert outcome.returncode == 1
    assert "Traceback" not in outcome.stderr
    (error,) = [line for line in outcome.stderr.splitlines() if line.startswith("error: ")]
    return error


def test_it_shows_and_describes_all_that_is_given(
    cohorts: dict[str, Path], run_python: RunPython, tmp_path: Path
) -> None:
    study = write_nm(tmp_path / "study.dcm", heart())
    options = [text for key, folder in cohorts.items() for text in (f"--{key}", folder)]
    options += ["--study", study, "--study_credit", "a hospital", "--animals", "2", "--output_dir", "results"]
    outcome = run_python(*RUN, *options, folder=tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    results = tmp_path / "results"
    pictures = ("animal_sub-001", "animal_sub-003", "distributions", "gates", "imbv", "real_and_virtual", "wrong_gate")
    assert {file.name for file in results.iterdir()} == {
        "description.json",
        "tables.md",
        *(f"{name}.png" for name in pictures),
    }
    assert json.loads((results / "description.json").read_text())["wrong_gate"]["both"]["rmse"]["n_grown"] == 6
    assert "The description of 3 simulated animals is in results" in outcome.stdout
    again = run_python(*RUN, *options, folder=tmp_path)
    assert "set overwrite" in one_line(again)


def test_without_a_cohort_it_names_the_command(run_python: RunPython, tmp_path: Path) -> None:
    outcome = run_python(*RUN, "--dataset_dir", tmp_path, "--output_dir", tmp_path / "results", folder=tmp_path)
    assert "run `make simulation` first" in one_line(outcome)
    assert not (tmp_path / "results").exists()


def test_a_study_that_is_no_image_is_named(cohorts: dict[str, Path], run_python: RunPython, tmp_path: Path) -> None:
    (tmp_path / "study.dcm").write_text("no image")
    options = ("--dataset_dir", cohorts["dataset_dir"], "--study", tmp_path / "study.dcm", "--output_dir", "results")
    assert "study.dcm" in one_line(run_python(*RUN, *options, folder=tmp_path))
