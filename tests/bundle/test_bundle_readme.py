"""Every command of the bundle's own README, run in the unpacked bundle, with options added that make it quick."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest

from tests.nm_files import heart
from tests.shown_commands import commands_in
from tests.virtual_cohort import write_cohort

REPOSITORY = Path(__file__).resolve().parents[2]
SMALL = "--camera small_camera.yaml --n_iterations 2 --n_yang_iterations 1"
TINY = "--n_filters 4 --max_epochs 1 --batch_size 2"

# What each command, known by some words of it, gets added, and a file that it leaves; in the README's order
RUNS = {
    "inference.yaml --input study.nii.gz": ("", "corrected/study/study_corrected.nii.gz"),
    "--ct ct.nii.gz": ("", "corrected_with_ct/study/study_corrected.nii.gz"),
    "run simulation": (f"{SMALL} --n_animals 1 --output_dir data/simulated", "data/simulated/dataset.json"),
    "--config_file configs/train.yaml": (TINY, "output/training/model.pt"),
    "configs/networks/unet.yaml": (TINY, "output/unet/model.pt"),
    "torchrun": (f"{TINY} --device cpu", "output/two_gpus/model.pt"),
    "run comparison": (
        "--members [{network:unet,n_filters:4}] --crops {max_epochs:1,crop_size:[31,31,31]} --volumes {max_epochs:1}",
        "output/comparison/members.json",
    ),
    "run results": ("", "output/results/results.json"),
    "--input data/cohort": (
        "",
        "output/evaluation/corrected/network/sub-003_gate-ed/sub-003_gate-ed_corrected.nii.gz",
    ),
    "run deblurring": (
        "",
        "output/evaluation/corrected/Richardson-Lucy/sub-003_gate-es/sub-003_gate-es_corrected.nii.gz",
    ),
    "run evaluation": ("", "output/evaluation/summary.json"),
    "--projections counts": (SMALL, "reconstructed/iterative_yang.nii.gz"),
    "--projections data/cohort": (
        f"{SMALL} --projections data/simulated",
        "reconstructed_cohort/sub-001_gate-es/iterative_yang.nii.gz",
    ),
    "run export": ("", "models/model.ts"),
}
# They need an account elsewhere: the first is another program's, the second is run by tests/tools/test_model_card.py
NOT_RUN = ("hf upload", "push_to_hf_hub")


@pytest.fixture(scope="module")
def folder(unpacked_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the unpacked bundle with a reader's files in it."""
    copy = Path(shutil.copytree(unpacked_bundle, tmp_path_factory.mktemp("reader") / unpacked_bundle.name))
    shutil.copy(REPOSITORY / "tests" / "simulation" / "small_camera.yaml", copy)
    write_cohort(copy / "data" / "cohort", n_training=1, n_validation=1, n_test=1, shape=(32, 32, 32))
    activity, affine = heart((36, 34, 30), noise=0.1), np.diag([4.0, 4.0, 4.0, 1.0])
    nibabel.save(nibabel.Nifti1Image(activity.astype(np.float32), affine), copy / "study.nii.gz")
    nibabel.save(nibabel.Nifti1Image(np.where(activity > 0, 40, -1000).astype(np.int16), affine), copy / "ct.nii.gz")
    return copy


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with this environment's programs; small processes, as tests run side by side."""
    programs = {name: str(Path(sys.executable).with_name(name)) for name in ("python", "torchrun")}
    arguments = shlex.split(command)
    arguments[0] = programs[arguments[0]]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_command_is_run_here() -> None:
    shown = commands_in(REPOSITORY / "bundle" / "docs" / "README.md")
    commands = [command for command in shown if not any(words in command for words in NOT_RUN)]
    assert len(commands) == len(RUNS) == len(shown) - len(NOT_RUN)
    assert all(words in command for words, command in zip(RUNS, commands, strict=True))


@pytest.mark.parametrize("words", RUNS)
def test_a_command_does_what_the_readme_says(words: str, folder: Path) -> None:
    options, gives = RUNS[words]
    [command] = [one for one in commands_in(REPOSITORY / "bundle" / "docs" / "README.md") if words in one]
    if words == "--projections counts":
        gate = folder / "data" / "simulated" / "sub-001" / "gate-ed"
        for name in ("counts", "mu", "regions"):
            shutil.copy(gate / f"sub-001_gate-ed_{name}.nii.gz", folder / f"{name}.nii.gz")
    ended = run(f"{command} {options}", folder)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert (folder / gives).is_file()
