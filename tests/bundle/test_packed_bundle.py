"""The zip file on another machine: it runs from any folder, and `monai.bundle.load` opens it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nibabel
import numpy as np
import pytest
from monai.bundle import ConfigParser

from tests.conftest import RunPython

LOAD = """
import sys, warnings
from pathlib import Path
import torch
from monai.bundle import load
bundle = Path(sys.argv[1])
sys.path.insert(0, str(bundle))
network = load(name=bundle.name, bundle_dir=bundle.parent, workflow_type=sys.argv[2], device="cpu")
weights = torch.load(bundle / "models" / "model.pt", weights_only=True, map_location="cpu")
assert network.state_dict().keys() == weights.keys()
assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
print(type(network).__name__)
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A volume on the camera's grid: a warm ball with a hot shell inside the field of view."""
    x, y, z = np.ogrid[-138:139:4, -138:139:4, -98:99:4]
    distance_mm = np.sqrt(x**2 + y**2 + z**2)
    activity = (distance_mm < 90) * 1.0 + ((distance_mm > 20) & (distance_mm < 30)) * 4.0
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = (-138, -138, -98)
    file = tmp_path_factory.mktemp("study") / "patient.nii.gz"
    nibabel.save(nibabel.Nifti1Image(activity.astype(np.float32), affine), file)
    return file


def test_it_has_no_links_and_no_caches(unpacked_bundle: Path) -> None:
    files = list(unpacked_bundle.rglob("*"))
    assert not [file for file in files if file.is_symlink() or file.name == "__pycache__"]
    assert {"LICENSE", "configs", "custom", "docs", "models"} == {file.name for file in unpacked_bundle.iterdir()}


def test_every_yaml_has_a_twin_in_json(unpacked_bundle: Path) -> None:
    configs = sorted((unpacked_bundle / "configs").rglob("*.yaml"))
    assert configs
    for config in configs:
        twin = json.loads(config.with_suffix(".json").read_text())
        assert twin == ConfigParser.load_config_file(str(config))


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_it_corrects_a_study_from_any_folder(
    unpacked_bundle: Path, study: Path, tmp_path: Path, run_python: RunPython, form: str
) -> None:
    config = unpacked_bundle / "configs" / f"inference.{form}"
    ended = run_python(
        *("-m", "monai.bundle", "run", "inference", "--config_file", config),
        *("--input", study, "--output_dir", tmp_path / "corrected", "--device", "cpu"),
        folder=tmp_path,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    corrected = nibabel.load(tmp_path / "corrected" / "patient" / "patient_corrected.nii.gz")
    original = nibabel.load(study)
    np.testing.assert_allclose(corrected.affine, original.affine)
    assert corrected.shape == original.shape
    assert not corrected.get_fdata()[original.get_fdata() == 0].any()
    assert (tmp_path / "corrected" / "patient" / "patient.png").stat().st_size > 10_000
    assert json.loads((tmp_path / "corrected" / "patient" / "patient.json").read_text())


@pytest.mark.parametrize("workflow", ["train", "inference"])
def test_monai_loads_network_and_weights(
    unpacked_bundle: Path, tmp_path: Path, run_python: RunPython, workflow: str
) -> None:
    (tmp_path / "load.py").write_text(LOAD)
    ended = run_python("load.py", unpacked_bundle, workflow, folder=tmp_path)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert ended.stdout.split()[-1] == "DynamicUNet"


def test_nothing_in_it_names_the_machine_it_was_packed_on(unpacked_bundle: Path, repository: Path) -> None:
    texts = [file for file in unpacked_bundle.rglob("*") if file.suffix in {".py", ".md", ".json", ".yaml", ".txt"}]
    assert texts
    assert not [file for file in texts if os.fspath(repository) in file.read_text()]
