"""Every command, file and line of Python that the site's own pages show, as a reader would use them, in one folder."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
import yaml
from monai.bundle import ConfigWorkflow

from tests.nm_files import heart
from tests.shown_commands import commands_in, reader_environment
from tests.test_readme import SHOWN
from tests.virtual_cohort import write_cohort

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = {str(page.relative_to(REPOSITORY / "docs")): page for page in sorted((REPOSITORY / "docs").rglob("*.md"))}
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```', re.M | re.S)
BRIEF = {"max_epochs": 1, "batch_size": 2, "device": "cpu"}

# What the README does not show: the settings added to make it quick, and what it must leave; in the pages' order
RUN_HERE = {
    "make training DATASET=data/ours OUTPUT=output/ours": ({"n_filters": 2}, "output/ours/model.pt"),
    ".venv/bin/python -m monai.bundle run training --output_dir output/our_loss "
    "--config_file \"['bundle/configs/train.yaml','our_loss.yaml']\"": ({"n_filters": 2}, "output/our_loss/model.pt"),
    ".venv/bin/python -m monai.bundle run training --output_dir output/our_network "
    "--config_file \"['bundle/configs/train.yaml','our_network.yaml']\"": ({}, "output/our_network/model.pt"),
    ".venv/bin/python -m monai.bundle run inference --input study.nii.gz --output_dir corrected_by_ours "
    "--weights output/our_network/model.pt --config_file \"['bundle/configs/inference.yaml','our_network.yaml']\"": (
        {},
        "corrected_by_ours/study/study_corrected.nii.gz",
    ),
}


def blocks_of(page: Path) -> list[tuple[str, str, str]]:
    """List language, file name and content of a page's blocks."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's folder: the project, the files that the pages show, and studies of the reader's own."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copy(REPOSITORY / "Makefile", folder)
    (folder / "bundle").symlink_to(REPOSITORY / "bundle")
    for page in PAGES.values():
        for _language, name, content in blocks_of(page):
            if name:
                (folder / name).write_text(content, encoding="utf-8")
    write_cohort(folder / "data" / "cohort", n_training=1, n_validation=1, n_test=0)
    write_cohort(folder / "made", n_training=2, n_validation=1, n_test=1)
    for number in range(1, 5):
        animal = folder / "data" / "ours" / f"dog-{number}"
        animal.mkdir(parents=True)
        for kind in ("mlem", "iy", "regions"):
            made = folder / "made" / f"sub-00{number}" / "gate-ed" / f"sub-00{number}_gate-ed_{kind}.nii.gz"
            shutil.copy(made, animal / f"dog-{number}_{kind}.nii.gz")
    activity = heart((36, 34, 30)).astype(np.float32)
    nibabel.save(nibabel.Nifti1Image(activity, np.diag([4.0, 4.0, 4.0, 1.0])), folder / "study.nii.gz")
    finer = np.select([activity > 500, activity > 100], [500, 205], 0).repeat(2, 0).repeat(2, 1).repeat(2, 2)
    finer[:4] = 420
    finer[-4:] = 600
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -1
    nibabel.save(nibabel.Nifti1Image(finer.astype(np.int16), affine), folder / "segmentation_on_ct.nii.gz")
    return folder


@pytest.fixture(autouse=True)
def _as_a_reader(reader: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(sys, "path", [str(reader), *sys.path])
    monkeypatch.chdir(reader)


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if "```python\n" in page.read_text()])
def test_a_pages_python_runs(name: str) -> None:
    names: dict[str, object] = {}
    for language, file, content in blocks_of(PAGES[name]):
        if language == "python" and not file:
            exec(compile(content, name, "exec"), names)


def test_every_command_is_run_here_or_in_the_readme() -> None:
    shown = [command for page in PAGES.values() for command in commands_in(page)]
    assert set(shown) - set(SHOWN) == set(RUN_HERE)


@pytest.mark.parametrize("command", RUN_HERE, ids=lambda command: command.split("--output_dir ")[-1].split()[0])
def test_a_command_does_what_its_page_says(command: str, reader: Path) -> None:
    settings, gives = RUN_HERE[command]
    if " training" in command:
        settings = settings | BRIEF
    run_here(command, settings)
    assert (reader / gives).is_file()


def run_here(command: str, settings: dict[str, object]) -> None:
    """Run a shown command of MONAI, or the one that a shown verb stands for, in this process."""
    if command.startswith("make "):
        planned = ["make", "-n", "-o", ".venv/ready", *shlex.split(command)[1:]]
        plan = subprocess.run(planned, env=reader_environment(), capture_output=True, text=True, check=True)
        command = plan.stdout.replace("\\\n", " ")
    words = shlex.split(command)
    options = dict(zip(words[5::2], words[6::2], strict=True))
    files = options.pop("--config_file")
    configs = [name.strip("'") for name in files.strip("[]").split(",")]
    given = {name.removeprefix("--"): yaml.safe_load(value) for name, value in options.items()} | settings
    workflow = ConfigWorkflow(configs, logging_file=False, workflow_type=None, **given)
    workflow.initialize()
    workflow.run()
