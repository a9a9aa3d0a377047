"""A whole bundle passes every check; what is wrong with another is said once, by the check that it concerns."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from custom.errors import BadInput
from tests.conftest import RunPython
from tests.tiny_bundle import write_json, write_tiny_bundle
from tools.check_bundle import CHECKS, check_bundle

Spoil = Callable[[Path], Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_bundle(tmp_path_factory.mktemp("whole") / "one_convolution")


@pytest.fixture
def bundle(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "one_convolution"))


def test_a_whole_bundle_passes_every_check_without_a_network(
    bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*to: object) -> None:
        raise AssertionError(f"asked the network: {to}")

    monkeypatch.setattr(socket.socket, "connect", connect)
    check_bundle(str(bundle))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["passed", check.name] for check in CHECKS]


def test_a_zip_file_is_unpacked(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", bundle.parent, bundle.name)
    check_bundle(packed)
    assert capsys.readouterr().out.count("passed") == len(CHECKS)


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a folder or a zip file of one, got .*nothing\.zip"):
        check_bundle(str(tmp_path / "nothing.zip"))


def remove(name: str) -> Spoil:
    return lambda bundle: (bundle / name).unlink()


def write(name: str, text: str) -> Spoil:
    return lambda bundle: (bundle / name).write_text(text)


def change(name: str, old: str, new: str) -> Spoil:
    def spoil(bundle: Path) -> None:
        text = (bundle / name).read_text()
        assert old in text
        (bundle / name).write_text(text.replace(old, new))

    return spoil


def drop(name: str, key: str) -> Spoil:
    def spoil(bundle: Path) -> None:
        content = json.loads((bundle / name).read_text())
        del content[key]
        write_json(bundle / name, content)

    return spoil


def weights_of_another_network(bundle: Path) -> None:
    torch.save(torch.nn.Conv3d(2, 1, 3).state_dict(), bundle / "models" / "model.pt")


def torchscript_of_other_weights(bundle: Path) -> None:
    torch.jit.save(torch.jit.script(torch.nn.Conv3d(1, 1, 3, padding=1)), bundle / "models" / "model.ts")


METADATA, INFERENCE, TRAIN = "configs/metadata.json", "configs/inference.json", "configs/train.json"

# What is done to a whole bundle, the one check that fails, and words of its line
SPOILT: dict[str, tuple[Spoil, str, str]] = {
    "no licence": (remove("LICENSE"), "licence", "has a file LICENSE, one_convolution has none"),
    "a link": (lambda bundle: (bundle / "custom").symlink_to(bundle), "sizes", "no links, got custom"),
    "a great file": (lambda bundle: (bundle / "big").write_bytes(bytes(26 << 20)), "sizes", "large_files.yml, big"),
    "no metadata": (remove(METADATA), "metadata", "has a file configs/metadata.json, one_convolution has none"),
    "metadata cut short": (write(METADATA, '{"version"'), "metadata", "metadata are JSON in UTF-8"),
    "no field": (drop(METADATA, "task"), "metadata", "'task' is a required property"),
    "other schema": (change(METADATA, "20240725", "20220729"), "metadata", "got a schema meta_schema_20220729.json"),
    "no change said": (change(METADATA, '"1.2.3": ', '"1.2.2": '), "metadata", "none for 1.2.3"),
    "no readme": (remove("docs/README.md"), "readme", "has a file docs/README.md"),
    "short readme": (change("docs/README.md", "## Data\n", ""), "readme", "it lacks data"),
    "other measures": (change("README.md", "value: 0.5", "value: 0.9"), "card", "eval_metrics"),
    "no front matter": (write("README.md", "# Model"), "card", "begins with YAML"),
    "misspelt key": (change(INFERENCE, '"network_def":', '"network_dfe":'), "configs", "did you mean network_dfe?"),
    "misspelt reference": (change(TRAIN, "@device", "@device_name"), "configs", "train.json train::trainer::device"),
    "no JSON": (write(TRAIN, "{"), "configs", "JSONDecodeError"),
    "another twin": (write("configs/inference.yaml", "bundle_root: ."), "configs", "same in YAML and in JSON"),
    "somebody's folder": (
        change(INFERENCE, '_dir": "data"', '_dir": "/mnt/data"'),
        "paths",
        "got /mnt/data in configs/inf",
    ),
    "a home": (change("docs/README.md", "## Data", "## Data\n/home/anna/x"), "paths", "got /home/anna in docs/README"),
    "no property": (drop(INFERENCE, "dataset_dir"), "properties", "inference.json ['dataset_dir']"),
    "other handlers": (
        change(TRAIN, "@train#handlers", "@device"),
        "properties",
        "train.json ['train_handlers']",
    ),
    "no such component": (change(TRAIN, "MSELoss", "MSEloss"), "components", "torch.nn.MSEloss; is it misspelt?"),
    "misspelt argument": (change(TRAIN, '"params"', '"prams"'), "components", "unexpected keyword argument 'prams'"),
    "other channels": (change(INFERENCE, '"out_channels": 1', '"out_channels": 2'), "network", "doesn't match: `1`"),
    "no weights": (remove("models/model.pt"), "weights", "has a file models/model.pt"),
    "other weights": (weights_of_another_network, "weights", "differs in 1 of 2 tensors (first weight)"),
    "weights of another file": (write("models/model.pt", "weights"), "weights", "cannot be read as one"),
    "another TorchScript": (torchscript_of_other_weights, "torchscript", "computes what the network does"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_one_line_says_what_is_wrong(case: str, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil, check, words = SPOILT[case]
    spoil(bundle)
    before, path = sys.modules["custom"], sys.path.copy()
    with pytest.raises(BadInput, match=rf"fails 1 of {len(CHECKS)}: {check}$"):
        check_bundle(str(bundle))
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAILED")]
    assert line.split()[1] == check
    assert words in line
    assert sys.modules["custom"] is before
    assert sys.path == path


def test_the_bundle_s_own_code_is_what_is_checked(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bundle / "custom").mkdir()
    (bundle / "custom" / "__init__.py").write_text("")
    (bundle / "custom" / "only_here.py").write_text("import torch\nclass Own(torch.nn.Conv3d):\n    pass\n")
    for name in (INFERENCE, TRAIN):
        change(name, "torch.nn.Conv3d", "custom.only_here.Own")(bundle)
    before = sorted(bundle.rglob("*"))
    check_bundle(str(bundle))
    assert "Own, 28 parameters" in capsys.readouterr().out
    assert sorted(bundle.rglob("*")) == before


def test_large_files_may_lie_elsewhere(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bundle / "models" / "teacher.pt").write_bytes(bytes(26 << 20))
    (bundle / "large_files.yml").write_text("large_files: [{path: models/teacher.pt, url: 'https://example.org/x'}]")
    check_bundle(str(bundle))
    assert "FAILED" not in capsys.readouterr().out


def test_the_command_ends_with_status_1(bundle: Path, repository: Path, run_python: RunPython) -> None:
    (bundle / "LICENSE").unlink()
    ended = run_python("-m", "tools.check_bundle", bundle, folder=repository)
    assert ended.returncode == 1
    assert ended.stderr == f"error: {bundle} fails 1 of {len(CHECKS)}: licence\n"
    assert len(ended.stdout.splitlines()) == len(CHECKS)


def encrypted(file: Path) -> None:
    """Set the flag of encryption in the first member's two headers."""
    content = bytearray(file.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    file.write_bytes(content)


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[content.index(b"some words")] += 1
    file.write_bytes(content)


@pytest.mark.parametrize("spoil", [encrypted, damaged])
def test_a_zip_file_that_cannot_be_unpacked_is_refused(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        archive.writestr("bundle/LICENSE", "some words")
    spoil(tmp_path / "bundle.zip")
    with pytest.raises(BadInput, match="a zip file can be unpacked whole"):
        check_bundle(str(tmp_path / "bundle.zip"))


def test_a_zip_file_that_would_fill_the_disk_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.check_bundle.LARGEST_BUNDLE", 9)
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        archive.writestr("bundle/LICENSE", "some words")
    with pytest.raises(BadInput, match="unpacks to 9 bytes at most, got 10"):
        check_bundle(str(tmp_path / "bundle.zip"))
