"""Every command of the README, run as it stands there, with the few options added that make it quick."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch

from custom.networks.dynamic_unet import DynamicUNet
from tests.ct_files import body, write_series
from tests.nm_files import heart, nm_dataset, regions_of
from tests.shown_commands import commands_in, reader_environment, with_options
from tests.virtual_cohort import write_cohort
from tools.pack_bundle import packed_file

REPOSITORY = Path(__file__).resolve().parents[1]
PARTS = (
    "LICENSE",
    "Makefile",
    "bundle",
    "custom",
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-optional.txt",
    "tools",
)
SMALL = "--camera our_camera.yaml --n_iterations 2 --n_yang_iterations 1"
BRIEF = "--max_epochs 1"  # from weights with which even one step leaves a heart to measure
BRIEF_STAGES = "--crops#max_epochs 1 --crops#val_interval 1 --crops#crop_size [31,31,31] --volumes#max_epochs 1"
SMALL_CAMERA = SMALL.removeprefix("--camera our_camera.yaml ")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a shown command is made quick, and what it must leave."""

    gives: tuple[str, ...]
    variables: str = ""
    options: str = ""


def corrected(
    folder: str, *studies: str, ends: tuple[str, ...] = ("_corrected.nii.gz", ".png", ".json")
) -> tuple[str, ...]:
    return tuple(f"{folder}/{study}/{study}{end}" for study in studies for end in ends)


TRAINED = ("model.pt", "last.pt")
EVALUATED = ("measures.csv", "segments.csv", "summary.json", "bland_altman.png", "imbv.png")
RECONSTRUCTED = ("mlem.nii.gz", "iterative_yang.nii.gz", "reference.png", "reference.json")
ATTENUATED = ("ct.nii.gz", "mu.nii.gz", "attenuation.png", "attenuation.json")
DESCRIBED = ("tables.md", "description.json", "distributions.png", "imbv.png")
COUNTS = "sub-001/gate-ed/sub-001_gate-ed_counts.nii.gz"

# In the README's order: what a command leaves, later ones use
SHOWN = {
    "make inference INPUT=study.dcm OUTPUT=corrected": Shown(gives=corrected("corrected", "study")),
    "make inference": Shown(gives=corrected("output/demonstration", "sub-001_gate-ed", "sub-001_gate-es")),
    'make inference INPUT=study.nii.gz OUTPUT=corrected OPTIONS="--regions regions.nii.gz"': Shown(
        variables="OUTPUT=with_imbv", gives=corrected("with_imbv", "study")
    ),
    'make inference NETWORK=dy_unet_ct_bv INPUT=study.nii.gz OUTPUT=corrected_with_ct OPTIONS="--ct ct.nii.gz"': Shown(
        gives=corrected("corrected_with_ct", "study")
    ),
    "make simulation": Shown(
        variables="ANIMALS=2 DATASET=data/simulated",
        options=SMALL,
        gives=("data/simulated/dataset.json", f"data/simulated/{COUNTS}"),
    ),
    "make training": Shown(
        options=f"{BRIEF} --weights bundle/models/model.pt", gives=tuple(f"output/training/{name}" for name in TRAINED)
    ),
    "make deblurring": Shown(
        gives=tuple(
            f"output/evaluation/corrected/{method}/sub-003_gate-es/sub-003_gate-es_corrected.nii.gz"
            for method in ("Richardson-Lucy", "RBV")
        )
    ),
    "make evaluation WEIGHTS=output/training/model.pt": Shown(
        gives=tuple(f"output/evaluation/{name}" for name in EVALUATED)
    ),
    "make training NETWORK=unet OUTPUT=output/unet": Shown(
        options=f"{BRIEF} --weights unet_that_changes_nothing.pt",
        gives=tuple(f"output/unet/{name}" for name in TRAINED),
    ),
    "make evaluation NETWORK=unet WEIGHTS=output/unet/model.pt OUTPUT=output/unet_evaluation": Shown(
        gives=tuple(f"output/unet_evaluation/{name}" for name in EVALUATED)
    ),
    "make comparison": Shown(
        options=f"--members '[{{network:unet,n_filters:2}}]' {BRIEF_STAGES}",
        gives=(
            "output/comparison/members.json",
            "output/comparison/unet_n_filters-2/curve.csv",
            *corrected(
                "output/comparison/corrected/cohort/unet_n_filters-2",
                *("sub-003_gate-ed", "sub-003_gate-es"),
                ends=("_corrected.nii.gz", ".json"),
            ),
        ),
    ),
    'make results OPTIONS="--findings bundle/docs/results_findings.txt"': Shown(
        gives=tuple(f"bundle/docs/results.{end}" for end in ("md", "html", "json"))
    ),
    "make description": Shown(
        variables="DATASET=data/simulated", gives=tuple(f"output/description/{name}" for name in DESCRIBED)
    ),
    "make reference": Shown(options=SMALL, gives=tuple(f"output/reference/{name}" for name in RECONSTRUCTED)),
    ".venv/bin/python -m monai.bundle run reference --config_file bundle/configs/reference.yaml "
    "--projections counts.nii.gz --mu_map mu.nii.gz --regions segmentation.nii.gz --output_dir reconstructed": Shown(
        options=SMALL, gives=tuple(f"reconstructed/{name}" for name in RECONSTRUCTED)
    ),
    "make reference INPUT=data/cohort OUTPUT=reconstructed_cohort": Shown(
        variables="INPUT=data/simulated",
        options=SMALL,
        gives=tuple(f"reconstructed_cohort/sub-002_gate-es/{name}" for name in RECONSTRUCTED),
    ),
    "make rebinning INPUT=scan.h5 OUTPUT=gates": Shown(
        options="--camera our_camera.yaml", gives=tuple(f"gates/scan_gate-{gate}_counts.nii.gz" for gate in range(1, 9))
    ),
    'make attenuation INPUT=ct_folder OUTPUT=attenuated OPTIONS="--study study.nii.gz --centre_mm [0,0,0]"': Shown(
        gives=tuple(
            f"attenuated/study_{end}" for end in ("ct.nii.gz", "mu.nii.gz", "attenuation.png", "attenuation.json")
        )
    ),
    'make simulation DATASET=data/our_camera OPTIONS="--camera our_camera.yaml"': Shown(
        variables="ANIMALS=1", options=SMALL_CAMERA, gives=("data/our_camera/dataset.json", f"data/our_camera/{COUNTS}")
    ),
    "make bundle": Shown(gives=("bundle/models/model.ts", str(packed_file(REPOSITORY / "bundle")))),
    "make check-bundle": Shown(gives=()),
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files with the environment of these tests, and a reader's own files beside them."""
    folder = tmp_path_factory.mktemp("clone")
    for part in PARTS:
        source = REPOSITORY / part
        if source.is_dir():
            shutil.copytree(source, folder / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.ts"))
        else:
            shutil.copy(source, folder / part)
    (folder / ".venv").symlink_to(sys.prefix)
    shutil.copy(REPOSITORY / "tests" / "simulation" / "small_camera.yaml", folder / "our_camera.yaml")
    write_cohort(folder / "data" / "cohort", n_training=1, n_validation=1, n_test=1, shape=(32, 32, 32))
    write_studies(folder)
    network = DynamicUNet(n_filters=16, dynamic=False, dense_connection=False)
    for parameter in network.parameters():
        torch.nn.init.zeros_(parameter)
    torch.save(network.state_dict(), folder / "unet_that_changes_nothing.pt")
    return folder


def write_studies(folder: Path) -> None:
    """A reader's reconstructed volume, in both formats, with regions."""
    activity = heart((36, 34, 30), noise=0.1)
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    nm_dataset(activity.astype(np.uint16)).save_as(folder / "study.dcm", enforce_file_format=True)
    nibabel.save(nibabel.Nifti1Image(activity.astype(np.float32), affine), folder / "study.nii.gz")
    nibabel.save(nibabel.Nifti1Image(regions_of(activity), affine), folder / "regions.nii.gz")
    nibabel.save(nibabel.Nifti1Image(np.where(activity > 0, 40, -1000).astype(np.int16), affine), folder / "ct.nii.gz")
    write_series(folder / "ct_folder", body())


@pytest.fixture(scope="module")
def demonstrated(clone: Path) -> Path:
    """The clone with its virtual study, made by the same run but with a small camera."""
    options = f"{SMALL} --list_mode True"
    made = run("make simulation ANIMALS=1 SEED=0 DATASET=data/demonstration", clone, options=options)
    assert made.returncode == 0, made.stderr[-3000:]
    animal = clone / "data" / "demonstration" / "sub-001"
    shutil.copy(animal / "sub-001_listmode.h5", clone / "scan.h5")
    gate = animal / "gate-ed"
    for made_as, given_as in (("counts", "counts"), ("mu", "mu"), ("regions", "segmentation")):
        shutil.copy(gate / f"sub-001_gate-ed_{made_as}.nii.gz", clone / f"{given_as}.nii.gz")
    return clone


def run(command: str, folder: Path, *, variables: str = "", options: str = "") -> subprocess.CompletedProcess[str]:
    """Run a shell command as a reader would; the environment counts as installed."""
    command = with_options(f"{command} {variables}".strip(), options)
    if command.startswith("make "):
        command = command.replace("make ", "make -o .venv/ready -o .venv/ready-with-optional ", 1)
    return subprocess.run(
        command, shell=True, cwd=folder, env=reader_environment(), capture_output=True, text=True, check=False
    )


def test_every_command_of_the_readme_is_run_here() -> None:
    assert commands_in(REPOSITORY / "README.md") == list(SHOWN)


@pytest.mark.parametrize("command", SHOWN)
def test_a_command_does_what_the_readme_says(command: str, demonstrated: Path) -> None:
    shown = SHOWN[command]
    ended = run(command, demonstrated, variables=shown.variables, options=shown.options)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert not [name for name in shown.gives if not (demonstrated / name).is_file()]


def test_regions_give_imbv(demonstrated: Path) -> None:
    report = json.loads((demonstrated / "with_imbv" / "study" / "study.json").read_text())
    regions = nibabel.load(demonstrated / "regions.nii.gz").get_fdata()
    volumes = {"before": "study.nii.gz", "after": "with_imbv/study/study_corrected.nii.gz"}
    for stage, name in volumes.items():
        activity = nibabel.load(demonstrated / name).get_fdata()
        imbv = activity[regions == 1].mean() / activity[regions == 2].mean()
        assert report["imbv"][stage] == pytest.approx(imbv, rel=1e-5)


def test_results_are_refused_unless_told_to_overwrite(clone: Path) -> None:
    (clone / "standing" / "study").mkdir(parents=True)
    (clone / "standing" / "study" / "study.json").write_text("{}")
    command = "make inference INPUT=study.dcm OUTPUT=standing"
    refused = run(command, clone)
    assert refused.returncode != 0
    assert [line for line in refused.stderr.splitlines() if line.startswith("error:")]
    assert (clone / "standing" / "study" / "study.json").read_text() == "{}"
    assert "--overwrite True" in run(f"{command} OVERWRITE=1", clone, variables="-n").stdout


def test_the_virtual_study_is_made_before_it_is_corrected_and_once(demonstrated: Path, tmp_path: Path) -> None:
    def planned(folder: Path) -> list[str]:
        ended = run("make -n inference", folder)
        return [line.split(" run ")[1].split()[0] for line in ended.stdout.splitlines() if " run " in line]

    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    shutil.copy(REPOSITORY / "requirements.txt", tmp_path)
    assert planned(tmp_path) == ["simulation", "inference"]
    assert planned(demonstrated) == ["inference"]


def test_make_alone_lists_every_verb() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (REPOSITORY / "Makefile").read_text(), re.M)[1].split()
    listed = [line.split()[0] for line in run("make ", REPOSITORY).stdout.splitlines()]
    assert sorted(listed[:-1]) == sorted(phony)


def test_continuous_integration_runs_make_test() -> None:
    assert (REPOSITORY / ".ci" / "run").read_text().splitlines()[-1] == "exec make test"
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)
