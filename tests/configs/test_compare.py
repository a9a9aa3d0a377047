"""compare.yaml: what it compares, and a comparison of one small network, killed and continued."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nibabel
import pytest
from monai.bundle import ConfigParser

from custom.training.curve import read_curve
from tests.configs.conftest import RunConfig
from tests.conftest import REPOSITORY, RunPython
from tests.virtual_cohort import write_cohort

COMPARE = REPOSITORY / "bundle" / "configs" / "compare.yaml"
RUN = ("-m", "monai.bundle", "run", "comparison", "--config_file", COMPARE)
PAPER = ["unet", "unet_bv", "unet_ct", "dy_unet", "dy_unet_bv", "dy_unet_ct", "dy_unet_ct_bv", "dc_dy_unet_bv"]
MEMBER = "unet_ct_n_filters-2"
SMALL = {
    "members": "[{network:unet_ct,n_filters:2}]",
    "batch_size": 2,
    "crops": "{max_epochs:6,crop_size:[31,31,31],step_degrees:90}",
    "volumes": "{max_epochs:1,learning_rate:1e-4}",
    "device": "cpu",
}


@pytest.fixture(scope="module")
def parser() -> ConfigParser:
    parser = ConfigParser()
    parser.read_config(str(COMPARE))
    parser["bundle_root"] = str(COMPARE.parents[1])
    parser.get_parsed_content("imports")
    return parser


def test_it_compares_the_papers_networks_and_what_makes_their_comparison_fair(parser: ConfigParser) -> None:
    names = [member.name for member in parser.get_parsed_content("listed")]
    assert names[:8] == PAPER
    seeds = [f"{name}_seed-{seed}" for name in ("dc_dy_unet_bv", "dy_unet_bv", "unet_bv_wide") for seed in (2, 3)]
    scales = ["unet_bv_kernel_scale-0.5", "dy_unet_bv_kernel_scale-1.0", "dc_dy_unet_bv_kernel_scale-1.0"]
    assert set(names) == {*PAPER, "unet_bv_wide", *seeds, *scales, "dc_dy_unet_bv_label_kind-truth"}


def test_its_settings_are_those_of_training_and_inference(parser: ConfigParser) -> None:
    protocol = parser.get_parsed_content("protocol")
    for member in parser.get_parsed_content("listed"):
        runs = protocol.trainings(member)
        crops, volumes = (run.value("settings") for run in runs.values())
        assert (crops["crop_size"], volumes["crop_size"]) == ([48, 48, 40], None)
        assert crops["seed"] == volumes["seed"] == member.seed
        correction = protocol.correction_of(member, "cohort")
        for name in ("network_name", "image_keys", "dynamic", "dense_connection", "n_filters", "kernel_scale"):
            assert correction.value(name) == runs["crops"].value(name) == runs["volumes"].value(name)


def options(**settings: object) -> list[str]:
    return [text for name, value in {**SMALL, **settings}.items() for text in (f"--{name}", str(value))]


def killed_in_the_crops(arguments: list[str], folder: Path, checkpoint: Path) -> None:
    """Run a comparison until its first epoch is kept, then end all of it at once."""
    command = [sys.executable, *map(str, RUN), *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def test_a_comparison_that_was_killed_is_continued(tmp_path: Path, run_python: RunPython) -> None:
    cohort = write_cohort(tmp_path / "cohort", n_training=2, n_validation=1, n_test=1, shape=(32, 32, 32))
    results = tmp_path / "results"
    arguments = options(dataset_dir=cohort, output_dir="results")
    killed_in_the_crops(arguments, tmp_path, results / MEMBER / "crops" / "last.pt")
    assert not (results / "members.json").exists()

    continued = run_python(*RUN, *arguments, folder=tmp_path)
    assert continued.returncode == 0, continued.stderr
    assert "members: 100%" in continued.stderr
    assert [point.epoch for point in read_curve(results / MEMBER / "curve.csv")] == [1, 2, 3, 4, 5, 6, 7]
    assert "Continuing after epoch" in (results / MEMBER / "log.txt").read_text()
    record = json.loads((results / "members.json").read_text())[MEMBER]
    assert (record["epochs"], record["volumes"], record["seed"]) == (7, 28, 1)
    for gate in ("ed", "es"):
        study = f"sub-004_gate-{gate}"
        folder = results / "corrected" / "cohort" / MEMBER / study
        assert nibabel.load(folder / f"{study}_corrected.nii.gz").shape == (32, 32, 32)
        report = json.loads((folder / f"{study}.json").read_text())
        assert report["network"]["image_keys"] == ["image", "ct"]
        assert report["weights"]["sha256"] == record["sha256"]


@pytest.fixture
def run(run_config: RunConfig) -> Callable[..., Path]:
    return partial(run_config, "compare")


def test_a_test_set_that_is_not_there_ends_it_before_any_training(tmp_path: Path, refused: Callable[..., str]) -> None:
    cohort = write_cohort(tmp_path / "cohort", n_training=1, n_validation=1, n_test=1)
    sets = {"cohort": str(cohort), "second": str(tmp_path / "nowhere")}
    assert "nowhere" in refused(dataset_dir=str(cohort), test_sets=sets)
