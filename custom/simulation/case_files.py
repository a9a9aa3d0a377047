"""The files of one virtual animal: a folder that is whole or absent."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nibabel
import numpy as np

from custom.errors import BadInput
from custom.leftovers import remove_leftovers
from custom.reconstruction.gate_files import PER_SECOND, gate_file
from custom.scanner.grid import ImageGrid
from custom.scanner.list_mode_file import write_list_mode
from custom.simulation.acquisition import ANATOMY_REFINEMENT
from custom.simulation.case import Case
from custom.simulation.checksums import write_checksums
from custom.simulation.gating import GATES
from custom.simulation.virtual_scan import VirtualScan
from custom.simulation.whole_files import write_json

SUFFIXES = {
    "image": "mlem",
    "label": "iy",
    "ct": "ct",
    "full_ct": "res-full_ct",
    "regions": "regions",
    "outlined": "outlined",
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
    animal = identity["animal"]
    for gate, volumes in case.volumes.items():
        (folder / subject(animal) / f"gate-{gate}").mkdir(parents=True)
        for key, path in entry(animal, gate).items():
            _save(volumes[key], _affine(key, grid), folder / path)
    if case.scan is not None:
        _write_scan(folder / subject(animal), case.scan, case.volumes[GATES[0]]["mu"], grid)
    write_json(parameters_file(folder, animal), {"identity": identity} | case.parameters)
    write_checksums(folder / subject(animal))


def _write_scan(folder: Path, scan: VirtualScan, mu_per_mm: np.ndarray, grid: ImageGrid) -> None:
    """Write a scan in list mode and what is known of its gates, as runs `rebinning` and `reference` look for it."""
    stem, gates = folder.name, folder / "gates"
    write_list_mode(folder / f"{stem}_listmode.h5", scan.list_mode, scan.events)
    gates.mkdir()
    for number, gate in enumerate(scan.gates, start=1):
        volumes = {PER_SECOND["activity"]: gate.activity_per_second, "regions": gate.regions.numpy(), "mu": mu_per_mm}
        for kind, volume in volumes.items():
            _save(volume, grid.affine, gates / gate_file(stem, number, kind))
        _save(gate.scatter_per_second, np.eye(4), gates / gate_file(stem, number, PER_SECOND["scatter"]))


def parameters_file(folder: Path, animal: int) -> Path:
    """Return the file of an animal's drawn numbers and of what came of them."""
    return folder / subject(animal) / f"{subject(animal)}_parameters.json"


def read_identity(folder: Path, animal: int) -> dict[str, Any]:
    """Return what decided an animal's case; nothing where that cannot be read."""
    try:
        return dict(json.loads(parameters_file(folder, animal).read_text(encoding="utf-8"))["identity"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def needed_files(animal: int) -> list[str]:
    """Return the files that make an animal whole, relative to its folder."""
    images = (path for gate in GATES for path in entry(animal, gate).values())
    return [*(path.removeprefix(f"{subject(animal)}/") for path in images), f"{subject(animal)}_parameters.json"]


def _affine(key: str, grid: ImageGrid) -> np.ndarray:
    if key in IN_PROJECTION_SPACE:
        return np.eye(4)
    return grid.refined(ANATOMY_REFINEMENT).affine if key == "full_ct" else grid.affine


def _save(values: np.ndarray, affine: np.ndarray, path: Path) -> None:
    image = nibabel.Nifti1Image(np.ascontiguousarray(values), affine)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = "simulated"
    image.set_qform(affine, code=1)
    image.set_sform(affine, code=1)
    nibabel.save(image, path)
