"""Run `rebinning`, as a user starts it and within this process, on the tiny camera."""

from __future__ import annotations

import json
from functools import partial

import nibabel
import numpy as np
import pytest
from monai.bundle import ConfigWorkflow

from custom.scanner.camera import load_camera
from custom.scanner.list_mode_file import write_list_mode
from custom.simulation.list_mode import Rhythm, simulate_list_mode
from tests.shown_commands import command_line

RHYTHM = Rhythm(
    beats_per_minute=100.0, beat_variation=0.03, breaths_per_minute=15.0, breath_variation=0.01, end_expiration=0.45
)
GATES = [f"scan_gate-{gate}_counts.nii.gz" for gate in range(1, 9)]


@pytest.fixture(scope="module")
def scan_file(repository, tmp_path_factory):
    """A scan of a minute: red cells that leave the heart until gate 4 and come back."""
    camera = load_camera(repository / "tests" / "tiny_camera.yaml")
    filled = np.array([1.0, 0.85, 0.6, 0.45, 0.6, 0.8, 0.85, 0.9])
    rates = 20 * np.broadcast_to(filled[None, :, None, None, None, None], (1, 8, 3, *camera.counts_shape))
    path = tmp_path_factory.mktemp("scan") / "scan.h5"
    generator = np.random.default_rng(0)
    simulated = simulate_list_mode(
        rates, camera=camera, tracer="red_blood_cells", seconds=60.0, rhythm=RHYTHM, generator=generator, seed=0
    )
    write_list_mode(path, *simulated)
    return path


@pytest.fixture(scope="module")
def options(scan_file, repository):
    """What the user of the tiny camera sets."""
    return {"events": str(scan_file), "camera": str(repository / "tests" / "tiny_camera.yaml")}


@pytest.fixture
def run(run_config, options):
    """Run the config within this process, with other options than `options`."""
    return partial(run_config, "rebin", **options)


def test_from_the_repository(run_python, repository, options, tmp_path):
    """Status 0, and results that hang together; then a second start that may not overwrite them."""
    config = repository / "bundle" / "configs" / "rebin.yaml"
    command = ["-m", "monai.bundle", "run", "rebinning", "--config_file", config.relative_to(repository)]
    command += command_line(options | {"output_dir": tmp_path / "results", "end_expiration": "[0.6,1.0]"})
    done = run_python(*command, folder=repository)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "end-diastole gate 1, end-systole gate 4" in done.stdout

    made = json.loads((tmp_path / "results" / "scan_rebinning.json").read_text())
    assert made["software"].startswith("cardiac-spect-pvc 0.")
    assert (made["camera"], made["simulated"]) == ("tiny", True)
    assert made["settings"] == {
        "n_gates": 8,
        "gated_by_breath": True,
        "end_expiration": [0.6, 1.0],
        "accepted_rr": [0.8, 1.2],
    }
    for gate, name in zip(made["gates"], GATES, strict=True):
        assert nibabel.load(tmp_path / "results" / name).get_fdata().sum() == gate["counts"]
    assert (tmp_path / "results" / "scan_rebinning.png").read_bytes().startswith(b"\x89PNG")

    again = run_python(*command, folder=repository)
    assert again.returncode == 1
    assert [line for line in again.stderr.splitlines() if line.startswith("error: ")] == again.stderr.splitlines()[-1:]
    assert "output_dir must not hold results yet" in again.stderr
    assert "Traceback" not in again.stderr


def test_from_any_other_folder_and_with_all_breaths(run_python, repository, options, tmp_path):
    config = repository / "bundle" / "configs" / "rebin.yaml"
    command = ["-m", "monai.bundle", "run", "rebinning", "--config_file", config]
    command += command_line(options | {"output_dir": "results", "gated_by_breath": False, "n_gates": 4})
    done = run_python(*command, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "results" / "scan_rebinning.json").read_text())
    assert len(made["gates"]) == 4
    assert made["rejected"]["not at end-expiration"]["counts"] == 0


def test_results_are_replaced_on_request(run, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "scan_rebinning.json").write_text("old")
    assert json.loads((run(overwrite=True) / "scan_rebinning.json").read_text())["camera"] == "tiny"


def test_the_default_camera_is_there(repository):
    workflow = ConfigWorkflow(
        str(repository / "bundle" / "configs" / "rebin.yaml"),
        logging_file=False,
        workflow_type=None,
        bundle_root=str(repository / "bundle"),
    )
    workflow.initialize()
    assert load_camera(workflow.parser.get_parsed_content("camera")).counts_shape == (19, 32, 32)


def test_files_that_break_a_rule(refused, repository, tmp_path):
    assert "events must be given, got nothing" in refused(events=None)
    assert "a list-mode file must exist" in refused(events=str(tmp_path / "gone.h5"))
    assert "is it HDF5, and whole?" in refused(events=str(repository / "LICENSE"))
    assert "events must be those of the camera" in refused(
        camera=str(repository / "bundle" / "custom" / "scanner" / "discovery_570c.yaml")
    )
    assert "regions must be an existing file" in refused(regions=str(tmp_path / "gone.nii.gz"))


def test_settings_that_cannot_be(refused):
    assert "n_gates must be a whole number from 4, got 0" in refused(n_gates=0)
    assert "end_expiration must lie within 0 and 1" in refused(end_expiration=[65, 100])
    assert "accepted_rr must be two numbers" in refused(accepted_rr="all")
    assert "gated_by_breath must be True or False" in refused(gated_by_breath="no")
    assert "every gate must hold counts" in refused(end_expiration=[0.9999, 1.0])
