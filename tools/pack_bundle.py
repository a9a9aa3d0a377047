"""Pack the bundle into one zip file that runs anywhere: links followed, JSON twins of the configs and a card added."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from pathlib import Path

import fire
from monai.bundle import ConfigParser

from custom.errors import BadInput, explain_bad_input
from tools.model_card import model_card

BUNDLE_NAME = "cardiac_spect_partial_volume_correction"
EARLIEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # no clock in the file: the same bundle gives the same bytes
REQUIRED = (
    *("LICENSE", "configs/metadata.json", "configs/inference.yaml", "custom/__init__.py"),
    *("docs/README.md", "models/model.pt"),
)


def packed_file(bundle_dir: str = "bundle", output_dir: str = "dist") -> Path:
    """Return where the zip file of the bundle's version stands once it is packed.

    Args:
        bundle_dir: the bundle's folder.
        output_dir: folder for the zip file.
    """
    metadata = json.loads((Path(bundle_dir) / "configs" / "metadata.json").read_text(encoding="utf-8"))
    return Path(output_dir) / f"{BUNDLE_NAME}_v{metadata['version']}.zip"


def pack_bundle(bundle_dir: str = "bundle", output_dir: str = "dist") -> str:
    """Write `<output_dir>/cardiac_spect_partial_volume_correction_v<version>.zip` and return its path.

    Args:
        bundle_dir: the bundle's folder; its links are followed.
        output_dir: folder for the zip file; made where it is missing. An older file of the same version is replaced.

    Raises:
        BadInput: a part without which the bundle does not run is missing, such as the trained weights.
    """
    root = Path(bundle_dir)
    _check_whole(root)
    contents = {**_files(root), **_json_twins(root)}
    contents["README.md"] = model_card(json.loads(contents["configs/metadata.json"]), contents["docs/README.md"])
    target = packed_file(bundle_dir, output_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(target, contents)
    return str(target)


def _check_whole(root: Path) -> None:
    missing = [name for name in REQUIRED if not (root / name).is_file()]
    if missing:
        raise BadInput(
            f"a packed bundle needs {', '.join(REQUIRED)}; {root} lacks {', '.join(missing)}; "
            "likely not the bundle's folder, or a training whose weights were not put in models/model.pt"
        )


def _files(root: Path) -> dict[str, bytes]:
    """All files below the bundle's folder by their name in the bundle, caches and hidden files left out."""
    contents: dict[str, bytes] = {}
    for folder, subfolders, names in os.walk(root, followlinks=True):
        subfolders[:] = [name for name in subfolders if name != "__pycache__" and not name.startswith(".")]
        files = [Path(folder) / name for name in names if not name.startswith(".")]
        contents |= {file.relative_to(root).as_posix(): file.read_bytes() for file in files if file.is_file()}
    return contents


def _json_twins(root: Path) -> dict[str, bytes]:
    """The YAML configs as JSON, the only form that `monai.bundle.load` looks for."""
    configs = sorted((root / "configs").rglob("*.yaml"))
    return {
        file.relative_to(root).with_suffix(".json").as_posix(): _as_json(ConfigParser.load_config_file(str(file)))
        for file in configs
    }


def _as_json(config: dict) -> bytes:
    return (json.dumps(config, indent=4, ensure_ascii=False) + "\n").encode()


def _write_whole(target: Path, contents: dict[str, bytes]) -> None:
    """Write beside the target under another name, then move into place."""
    descriptor, unfinished = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    try:
        with os.fdopen(descriptor, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(contents):
                entry = zipfile.ZipInfo(f"{BUNDLE_NAME}/{name}", EARLIEST_ZIP_DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, contents[name])
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(target)
    finally:
        Path(unfinished).unlink(missing_ok=True)


if __name__ == "__main__":
    explain_bad_input()
    fire.Fire(pack_bundle)
