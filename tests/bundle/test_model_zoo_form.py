"""What the Model Zoo asks of a bundle, asked through MONAI's own commands."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigWorkflow

from tests.conftest import RunPython

META = ("--meta_file", "bundle/configs/metadata.json")
CONFIG = ("--config_file", "bundle/configs/inference.yaml")


def assert_passed(ended: subprocess.CompletedProcess[str]) -> None:
    assert ended.returncode == 0, ended.stderr[-3000:]


def test_metadata_keeps_to_the_schema(
    repository: Path, reference_dir: Path, tmp_path: Path, run_python: RunPython
) -> None:
    schema = shutil.copy(reference_dir / "meta_schema_20240725.json", tmp_path / "schema.json")
    arguments = ("-m", "monai.bundle", "verify_metadata", *META, "--filepath", schema)
    ended = run_python(*arguments, folder=repository)
    assert_passed(ended)
    assert "metadata is verified with no error" in ended.stdout + ended.stderr


def test_the_schema_would_notice_a_missing_field(
    repository: Path, reference_dir: Path, tmp_path: Path, run_python: RunPython
) -> None:
    schema = shutil.copy(reference_dir / "meta_schema_20240725.json", tmp_path / "schema.json")
    content = json.loads((repository / "bundle/configs/metadata.json").read_text())
    del content["task"]
    (tmp_path / "metadata.json").write_text(json.dumps(content))
    arguments = ("--meta_file", tmp_path / "metadata.json", "--filepath", schema)
    ended = run_python("-m", "monai.bundle", "verify_metadata", *arguments, folder=repository)
    assert ended.returncode != 0
    assert "'task' is a required property" in ended.stderr


def test_the_network_takes_and_gives_what_the_metadata_says(repository: Path, run_python: RunPython) -> None:
    arguments = ("-m", "monai.bundle", "verify_net_in_out", "--net_id", "network_def", *META, *CONFIG)
    ended = run_python(*arguments, "--device", "cpu", folder=repository)
    assert_passed(ended)
    assert "data shape of network is verified with no error" in ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def exported(repository: Path, tmp_path_factory: pytest.TempPathFactory, run_python: RunPython) -> Path:
    """The trained network as TorchScript, by MONAI's command."""
    file = tmp_path_factory.mktemp("export") / "model.ts"
    arguments = ("--net_id", "network_def", "--filepath", file, "--ckpt_file", "bundle/models/model.pt")
    assert_passed(run_python("-m", "monai.bundle", "ckpt_export", *arguments, *META, *CONFIG, folder=repository))
    return file


def test_the_exported_network_computes_what_the_network_computes(repository: Path, exported: Path) -> None:
    workflow = ConfigWorkflow(str(repository / "bundle/configs/inference.yaml"), workflow_type="inference")
    workflow.initialize()
    network = workflow.network_def.cpu().eval()
    network.load_state_dict(torch.load(repository / "bundle/models/model.pt", weights_only=True, map_location="cpu"))
    image = torch.rand(1, 1, 34, 34, 16, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(torch.jit.load(exported)(image), network(image), rtol=1e-4, atol=1e-5)


def test_the_exported_network_carries_metadata_and_config(exported: Path) -> None:
    extra = {"metadata.json": "", "inference.json": ""}
    torch.jit.load(exported, _extra_files=extra)
    assert json.loads(extra["metadata.json"])["network_data_format"]["inputs"]["image"]["num_channels"] == 1
    assert "network_def" in json.loads(extra["inference.json"])


def test_monai_loads_the_exported_network_without_any_code_of_ours(
    exported: Path, tmp_path: Path, run_python: RunPython
) -> None:
    (tmp_path / "any" / "models").mkdir(parents=True)
    shutil.copy(exported, tmp_path / "any" / "models" / "model.ts")
    code = (
        "from monai.bundle import load\n"
        "network, metadata, _ = load(name='any', bundle_dir='.', load_ts_module=True, device='cpu')\n"
        "print(metadata['version'], type(network).__name__)"
    )
    ended = run_python("-c", code, folder=tmp_path)
    assert_passed(ended)
    assert ended.stdout.split()[-1] == "RecursiveScriptModule"


@pytest.mark.parametrize(("config", "kind"), [("train", "train"), ("inference", "inference")])
def test_the_config_has_every_property_that_monai_names(
    repository: Path, config: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    workflow = ConfigWorkflow(str(repository / f"bundle/configs/{config}.yaml"), workflow_type=kind, logging_file=False)
    content = workflow.parser.get()
    names = {name: entry["id"] for name, entry in workflow.properties.items() if entry["required"]}
    missing = [identity for identity in names.values() if identity not in workflow.parser]
    assert content
    assert not missing
