"""Run `simulation`, as a user starts it and within this process, on a small camera."""

from __future__ import annotations

import json
from functools import partial

import nibabel
import pytest
from monai.bundle import ConfigWorkflow

from custom.scanner.camera import load_camera
from custom.simulation.ranges import load_ranges
from tests.shown_commands import command_line


@pytest.fixture(scope="module")
def options(repository):
    """What the user of the small camera sets."""
    camera = repository / "tests" / "simulation" / "small_camera.yaml"
    return {
        "n_animals": 1,
        "seed": 3,
        "n_iterations": 2,
        "n_yang_iterations": 1,
        "device": "cpu",
        "camera": str(camera),
    }


@pytest.fixture
def run(run_config, options):
    """Run the config within this process, with other options than `options`."""
    return partial(run_config, "simulate", **options)


def test_from_the_repository_and_on_top_of_another_cohort(run_python, repository, options, tmp_path):
    """Status 0 and a cohort; then a start with another seed, which may not mix with it."""
    config = repository / "bundle" / "configs" / "simulate.yaml"
    command = ["-m", "monai.bundle", "run", "simulation", "--config_file", config.relative_to(repository)]
    done = run_python(*command, *command_line(options | {"output_dir": tmp_path / "cohort"}), folder=repository)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "virtual animals" in done.stderr
    assert "simulated" in done.stdout

    dataset = json.loads((tmp_path / "cohort" / "dataset.json").read_text())
    assert [len(dataset[split]) for split in ("training", "validation", "test")] == [0, 0, 2]
    shapes = {kind: nibabel.load(tmp_path / "cohort" / path).shape for kind, path in dataset["test"][0].items()}
    assert {shapes.pop(kind) for kind in ("counts", "scatter")} == {(4, 12, 12)}
    assert shapes.pop("full_ct") == (112, 112, 72)  # four times finer
    assert set(shapes.values()) == {(28, 28, 18)}

    other = command_line(options | {"output_dir": tmp_path / "cohort", "seed": 4})
    again = run_python(*command, *other, folder=repository)
    assert again.returncode == 1
    assert [line for line in again.stderr.splitlines() if line.startswith("error: ")] == again.stderr.splitlines()[-1:]
    assert "another seed" in again.stderr
    assert "Traceback" not in again.stderr

    word = run_python(*command, *other, "--overwrite", "false", folder=repository)
    assert word.returncode == 1
    assert "error: overwrite must be True or False, got 'false'" in word.stderr
    assert json.loads((tmp_path / "cohort" / "dataset.json").read_text())["seed"] == 3


def test_from_any_other_folder(run_python, repository, options, tmp_path):
    bundle = repository / "bundle"
    command = ["-m", "monai.bundle", "run", "simulation", "--config_file", bundle / "configs" / "simulate.yaml"]
    command += ["--bundle_root", bundle, *command_line(options | {"output_dir": "cohort", "tracer": "perfusion"})]
    done = run_python(*command, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "cohort" / "dataset.json").read_text())["tracer"] == "perfusion"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"n_animals": 0}, "n_animals must be a whole number from 1"),
        ({"tracer": "gallium"}, "tracer must be one of red_blood_cells, perfusion"),
        ({"ranges": "none.yaml"}, "readable YAML"),
        ({"seed": -1}, "seed must be a whole number"),
    ],
)
def test_bad_settings_leave_one_line_and_nothing_behind(refused, change, rule):
    assert rule in refused(**change)


def test_the_default_camera_and_ranges_are_there(repository):
    workflow = ConfigWorkflow(
        str(repository / "bundle" / "configs" / "simulate.yaml"),
        logging_file=False,
        workflow_type=None,
        bundle_root=str(repository / "bundle"),
    )
    workflow.initialize()
    assert load_camera(workflow.parser.get_parsed_content("camera")).counts_shape == (19, 32, 32)
    assert load_ranges(workflow.parser.get_parsed_content("ranges")) == load_ranges()
