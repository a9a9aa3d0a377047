"""The files of one virtual animal: a folder that is whole or absent."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nibabel
import numpy as np

from custom.errors import BadInput
from custom.leftovers import remove_leftovers
from custom.scanner.grid import ImageGrid
from custom.simulation.case import Case
from custom.simulation.gating import GATES

SUFFIXES = {
    "image": "mlem",
    "label": "iy",
    "ct": "ct",
    "regions": "regions",
    "truth": "activity",
    "mu": "mu",
    "counts": "counts",
    "scatter": "scatter",
}
IN_PROJECTION_SPACE = ("counts", "scatter")


def subject(animal: int) -> str:
    """Return the name of an animal's folder."""
    return f"sub-{animal:03d}"


def entry(animal: int, gate: str) -> dict[str, str]:
    """Return the paths of one gate's files, relative to the cohort's folder."""
    name = subject(animal)
    stem = f"{name}/gate-{gate}/{name}_gate-{gate}"
    return {key: f"{stem}_{suffix}.nii.gz" for key, suffix in SUFFIXES.items()}


def write_case(folder: Path, case: Case, identity: dict[str, Any], grid: ImageGrid) -> None:
    """Write one animal's folder under another name and move it into place whole.

    Args:
        folder: the cohort's.
        case: what to write.
        identity: of the case, see `Plan.identity`; kept in its parameters.
        grid: of the images.

    Raises:
        BadInput: the folder cannot be written.
    """
    name = subject(identity["animal"])
    remove_leftovers(folder, ".sub-*.unfinished")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{name}.", suffix=".unfinished", dir=folder) as unfinished:
            _write(Path(unfinished), case, identity, grid)
            if (folder / name).exists():
                shutil.rmtree(folder / name)
            (Path(unfinished) / name).replace(folder / name)
    except OSError as error:
        raise BadInput(f"output_dir must be writable, got {folder} ({error.strerror}); is the disk full?") from error


def _write(folder: Path, case: Case, identity: dict[str, Any], grid: ImageGrid) -> None:
    name = subject(identity["animal"])
    for gate, volumes in case.volumes.items():
        (folder / name / f"gate-{gate}").mkdir(parents=True)
        for key, path in entry(identity["animal"], gate).items():
            _save(volumes[key], np.eye(4) if key in IN_PROJECTION_SPACE else grid.affine, folder / path)
    write_json(folder / name / f"{name}_parameters.json", {"identity": identity} | case.parameters)


def read_identity(folder: Path, animal: int) -> dict[str, Any]:
    """Return what decided an animal's case; nothing where a file of it is missing or cannot be read."""
    name = subject(animal)
    if not all((folder / path).is_file() for gate in GATES for path in entry(animal, gate).values()):
        return {}
    try:
        return dict(json.loads((folder / name / f"{name}_parameters.json").read_text(encoding="utf-8"))["identity"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    unfinished.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    unfinished.replace(path)


def _save(values: np.ndarray, affine: np.ndarray, path: Path) -> None:
    image = nibabel.Nifti1Image(np.ascontiguousarray(values), affine)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = "simulated"
    image.set_qform(affine, code=1)
    image.set_sform(affine, code=1)
    nibabel.save(image, path)
