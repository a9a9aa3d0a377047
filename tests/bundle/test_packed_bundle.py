"""The zip file on another machine: it runs from any folder, and `monai.bundle.load` opens it."""

from __future__ import annotations

import json
import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import nibabel
import numpy as np
import pytest
from monai.bundle import ConfigParser

from tests.conftest import RunPython
from tests.tiny_bundle import write_tiny_bundle

FROM_PYTHON = """
import sys
from pathlib import Path
import torch
from monai.bundle import create_workflow, load
bundle, study, output = map(Path, sys.argv[1:])
config = str(bundle / "configs" / "inference.json")
workflow = create_workflow(config_file=config, workflow_type="inference", input=str(study), output_dir=str(output))
workflow.run()
workflow.finalize()
import custom
assert Path(custom.__file__).resolve().is_relative_to(bundle.resolve()), custom.__file__
sys.path.insert(0, str(bundle))
weights = torch.load(bundle / "models" / "model.pt", weights_only=True, map_location="cpu")
for kind in ("train", "inference"):
    network = load(name=bundle.name, bundle_dir=bundle.parent, workflow_type=kind, device="cpu")
    assert network.state_dict().keys() == weights.keys()
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
    print(type(network).__name__)
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A volume on the camera's grid: a warm ball with a hot shell inside the field of view."""
    x, y, z = np.ogrid[-138:139:4, -138:139:4, -98:99:4]
    distance_mm = np.sqrt(x**2 + y**2 + z**2)
    activity = (distance_mm < 90) * 100.0 + ((distance_mm > 20) & (distance_mm < 30)) * 400.0
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = (-138, -138, -98)
    file = tmp_path_factory.mktemp("study") / "patient.nii.gz"
    nibabel.save(nibabel.Nifti1Image(activity.astype(np.float32), affine), file)
    return file


def test_it_has_no_links_and_no_caches(unpacked_bundle: Path) -> None:
    files = list(unpacked_bundle.rglob("*"))
    assert not [file for file in files if file.is_symlink() or file.name == "__pycache__"]
    assert {"LICENSE", "README.md", "configs", "custom", "docs", "models"} == {
        file.name for file in unpacked_bundle.iterdir()
    }


def test_every_yaml_has_a_twin_in_json(unpacked_bundle: Path) -> None:
    configs = sorted((unpacked_bundle / "configs").rglob("*.yaml"))
    assert configs
    for config in configs:
        twin = json.loads(config.with_suffix(".json").read_text())
        assert twin == ConfigParser.load_config_file(str(config))


@pytest.fixture(scope="module")
def downloaded(unpacked_bundle: Path, tmp_path_factory: pytest.TempPathFactory, run_python: RunPython) -> Path:
    """The bundle's folder as MONAI's command gets it from a web server, here on this machine."""
    [packed] = (unpacked_bundle.parent / "dist").glob("*.zip")
    folder = tmp_path_factory.mktemp("downloaded")
    handler = partial(SimpleHTTPRequestHandler, directory=packed.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{packed.name}"
        options = ("--name", unpacked_bundle.name, "--url", url, "--bundle_dir", folder)
        ended = run_python("-m", "monai.bundle", "download", *options, folder=folder)
        server.shutdown()
    assert ended.returncode == 0, ended.stderr[-3000:]
    return folder / unpacked_bundle.name


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another bundle, whose code and weights must not be taken for this one's."""
    folder = write_tiny_bundle(tmp_path_factory.mktemp("beside") / "one_convolution")
    for name in ("custom", "scripts"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise ImportError('this is the code of another bundle')")
    return folder


def test_a_download_is_the_packed_bundle(downloaded: Path, unpacked_bundle: Path) -> None:
    def contents(folder: Path) -> dict[Path, bytes]:
        return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    assert contents(downloaded) == contents(unpacked_bundle)


@pytest.fixture(scope="module")
def corrected(downloaded: Path, foreign: Path, study: Path, run_python: RunPython) -> Path:
    """The study as the downloaded bundle corrects it, run within the folder of another bundle."""
    output = study.parent / "corrected"
    config = downloaded / "configs" / "inference.json"
    arguments = ("-m", "monai.bundle", "run", "inference", "--config_file", config, "--input", study)
    ended = run_python(*arguments, "--output_dir", output, "--device", "cpu", folder=foreign)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return output / "patient"


def test_it_corrects_a_study_within_another_bundle_s_folder(corrected: Path, downloaded: Path, study: Path) -> None:
    image, original = nibabel.load(corrected / "patient_corrected.nii.gz"), nibabel.load(study)
    np.testing.assert_allclose(image.affine, original.affine)
    assert image.shape == original.shape
    assert not image.get_fdata()[original.get_fdata() == 0].any()
    assert (corrected / "patient.png").stat().st_size > 10_000
    report = json.loads((corrected / "patient.json").read_text())
    assert Path(report["weights"]["file"]).samefile(downloaded / "models" / "model.pt")


def test_workflow_and_load_give_the_same_in_python(
    corrected: Path, downloaded: Path, foreign: Path, study: Path, tmp_path: Path, run_python: RunPython
) -> None:
    (foreign / "from_python.py").write_text(FROM_PYTHON)
    ended = run_python("from_python.py", downloaded, study, tmp_path / "corrected", folder=foreign)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert ended.stdout.split().count("DynamicUNet") == 2
    again = nibabel.load(tmp_path / "corrected" / "patient" / "patient_corrected.nii.gz")
    np.testing.assert_array_equal(again.get_fdata(), nibabel.load(corrected / "patient_corrected.nii.gz").get_fdata())


def test_nothing_in_it_names_the_machine_it_was_packed_on(unpacked_bundle: Path, repository: Path) -> None:
    texts = [file for file in unpacked_bundle.rglob("*") if file.suffix in {".py", ".md", ".json", ".yaml", ".txt"}]
    assert texts
    assert not [file for file in texts if os.fspath(repository) in file.read_text()]


def test_with_another_network_s_weights_it_ends_in_one_line(
    downloaded: Path, study: Path, tmp_path: Path, run_python: RunPython
) -> None:
    config, output = downloaded / "configs" / "inference.json", tmp_path / "corrected"
    arguments = ("-m", "monai.bundle", "run", "inference", "--config_file", config, "--input", study)
    ended = run_python(
        *arguments, "--output_dir", output, "--weights", downloaded / "models" / "unet.pt", folder=tmp_path
    )
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("error: ")
    assert "fit the network" in last
    assert "Traceback" not in ended.stderr
    assert not output.exists()
