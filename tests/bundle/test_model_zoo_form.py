"""What the Model Zoo asks of a bundle, held by the check of bundles and by MONAI's own functions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from monai.bundle import ckpt_export

from tests.conftest import RunPython
from tools.check_bundle import CHECKS, run_checks
from tools.checks.documents import SCHEMA
from tools.checks.unpacked import Unpacked


def test_the_packed_bundle_passes_every_check(unpacked_bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_checks(Unpacked(unpacked_bundle)) == {check.name: True for check in CHECKS}
    assert "DynamicUNet, 1,084,557 parameters" in capsys.readouterr().out


def test_the_schema_at_hand_is_that_of_monai(reference_dir: Path) -> None:
    schema = json.loads(SCHEMA.read_text())
    assert schema.pop("$comment").endswith(SCHEMA.name)
    assert schema == json.loads((reference_dir / SCHEMA.name).read_text())


@pytest.fixture(scope="module")
def exported(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained network as TorchScript, by MONAI's function."""
    file = tmp_path_factory.mktemp("export") / "model.ts"
    ckpt_export(
        net_id="network_def",
        filepath=str(file),
        ckpt_file=str(repository / "bundle/models/model.pt"),
        meta_file=str(repository / "bundle/configs/metadata.json"),
        config_file=str(repository / "bundle/configs/inference.yaml"),
    )
    return file


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
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert ended.stdout.split()[-1] == "RecursiveScriptModule"
