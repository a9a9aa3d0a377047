"""The zip file: whole, without links, repeatable, never half-written."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest
from monai.bundle import ConfigParser

from custom.errors import BadInput
from tests.conftest import RunPython
from tools.model_card import model_card
from tools.pack_bundle import BUNDLE_NAME, pack_bundle, packed_file


@pytest.fixture
def small_bundle(tmp_path: Path) -> Path:
    """A bundle with the required files only, its code and licence reached by links as in the repository."""
    root = tmp_path / "bundle"
    texts = {
        "bundle/configs/metadata.json": json.dumps(METADATA),
        "bundle/configs/inference.yaml": "rate: 1.0e-4\nrun: &run ['$print(1)']\ninference: *run\n",
        "bundle/configs/networks/u_net.yaml": "network_def: {dynamic: false}\n",
        "bundle/docs/README.md": "# Model overview\n",
        "bundle/models/model.pt": "weights",
        "bundle/.DS_Store": "hidden",
        "custom/__init__.py": '"""Code."""\n',
        "custom/__pycache__/__init__.pyc": "cache",
        "LICENSE": "licence",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (root / "custom").symlink_to("../custom")
    (root / "LICENSE").symlink_to("../LICENSE")
    return root


METADATA = {"version": "1.2.3", "name": "Model", "task": "Task", "eval_metrics": {"mean_ssim": 0.5}}


def names_in(archive: str) -> set[str]:
    return {name.removeprefix(f"{BUNDLE_NAME}/") for name in zipfile.ZipFile(archive).namelist()}


def test_everything_is_in_it_and_nothing_else(small_bundle: Path, tmp_path: Path) -> None:
    archive = pack_bundle(str(small_bundle), str(tmp_path / "dist"))
    assert archive == str(tmp_path / "dist" / f"{BUNDLE_NAME}_v1.2.3.zip")
    assert names_in(archive) == {
        "LICENSE",
        "README.md",
        "docs/README.md",
        "configs/metadata.json",
        "configs/inference.yaml",
        "configs/inference.json",
        "configs/networks/u_net.yaml",
        "configs/networks/u_net.json",
        "custom/__init__.py",
        "models/model.pt",
    }


def test_links_become_files(small_bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(pack_bundle(str(small_bundle), str(tmp_path / "dist"))) as archive:
        assert archive.read(f"{BUNDLE_NAME}/LICENSE") == b"licence"
        modes = {stat.S_IFMT(entry.external_attr >> 16) for entry in archive.infolist()}
    assert not modes & {stat.S_IFLNK}


def test_json_twins_say_what_the_yaml_says(small_bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(pack_bundle(str(small_bundle), str(tmp_path / "dist"))) as archive:
        twin = json.loads(archive.read(f"{BUNDLE_NAME}/configs/inference.json"))
    assert twin == {"rate": 1e-4, "run": ["$print(1)"], "inference": ["$print(1)"]}
    assert twin == ConfigParser.load_config_file(str(small_bundle / "configs" / "inference.yaml"))


def test_the_same_bundle_gives_the_same_bytes(small_bundle: Path, tmp_path: Path) -> None:
    first = Path(pack_bundle(str(small_bundle), str(tmp_path / "first"))).read_bytes()
    for file in small_bundle.rglob("*.yaml"):
        file.touch()
    assert Path(pack_bundle(str(small_bundle), str(tmp_path / "second"))).read_bytes() == first


def test_the_card_stands_at_the_top(small_bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(pack_bundle(str(small_bundle), str(tmp_path / "dist"))) as archive:
        assert archive.read(f"{BUNDLE_NAME}/README.md") == model_card(METADATA, b"# Model overview\n")


def test_the_packed_file_is_named_by_the_version(small_bundle: Path, tmp_path: Path) -> None:
    packed = pack_bundle(str(small_bundle), str(tmp_path / "dist"))
    assert packed_file(str(small_bundle), str(tmp_path / "dist")) == Path(packed)


@pytest.mark.parametrize("lost", ["models/model.pt", "configs/inference.yaml", "docs/README.md", "LICENSE"])
def test_a_bundle_with_a_part_missing_is_refused(small_bundle: Path, tmp_path: Path, lost: str) -> None:
    (small_bundle / lost).unlink()
    with pytest.raises(BadInput, match=f"lacks {lost}"):
        pack_bundle(str(small_bundle), str(tmp_path / "dist"))
    assert not (tmp_path / "dist").exists()


def test_an_interrupted_packing_leaves_the_older_file(
    small_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Path(pack_bundle(str(small_bundle), str(tmp_path / "dist")))
    before = archive.read_bytes()
    (small_bundle / "models" / "model.pt").write_text("other weights")

    def full_disk(*args: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full_disk)
    with pytest.raises(OSError, match="No space left"):
        pack_bundle(str(small_bundle), str(tmp_path / "dist"))
    assert archive.read_bytes() == before
    assert list(archive.parent.iterdir()) == [archive]


def test_the_command_says_in_one_line_what_is_missing(
    small_bundle: Path, repository: Path, run_python: RunPython
) -> None:
    (small_bundle / "models" / "model.pt").unlink()
    ended = run_python("-m", "tools.pack_bundle", "--bundle_dir", small_bundle, folder=repository)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("error: a packed bundle needs")
    assert "Traceback" not in ended.stderr
