"""The files of a scan's gates: their names, and what is known per second brought to the seconds each gate was seen."""

from __future__ import annotations

import glob
from pathlib import Path

import nibabel
import numpy as np

from custom.errors import BadInput
from custom.nifti_file import UNREADABLE, open_nifti

PER_SECOND = {"activity": "activity-per-second", "scatter": "scatter-per-second"}
"""Kinds of file that grow with the time a gate is seen, and their names while they are per second."""


def gate_file(stem: str, gate: int | str, kind: str) -> str:
    """Return the name of a gate's file, counted from 1; a pattern for all gates with "*"."""
    return f"{stem}_gate-{gate}_{kind}.nii.gz"


def find_rates(folder: Path, stem: str, n_gates: int) -> dict[str, list[Path]]:
    """List for each kind the files per second, gate by gate, that a folder holds; a kind without any is left out.

    Args:
        folder: where the gates' files lie.
        stem: with which their names begin.
        n_gates: into how many gates the scan is rebinned.

    Raises:
        BadInput: files per second of more or fewer gates.
    """
    rates = {}
    for kind, per_second in PER_SECOND.items():
        wanted = [folder / gate_file(stem, gate, per_second) for gate in range(1, n_gates + 1)]
        found = list(folder.glob(gate_file(glob.escape(stem), "*", per_second)))
        if found and set(found) != set(wanted):
            raise BadInput(
                f"n_gates must be that of the files …_{per_second}.nii.gz in output_dir, got {n_gates} for "
                f"{len(found)} of them in {folder}; name another output_dir for other gates"
            )
        if found:
            rates[kind] = wanted
    return rates


def write_amounts(rates: dict[str, list[Path]], folder: Path, stem: str, seconds: np.ndarray) -> None:
    """Write what each gate's seconds make of its files per second.

        amount = rate · seconds

    Args:
        rates: files of each kind, gate by gate, see `find_rates`.
        folder: for the results.
        stem: with which their names begin.
        seconds: time that each gate was seen, s, shape (gate,).

    Raises:
        BadInput: a file that is no image.
    """
    for kind, paths in rates.items():
        for gate, (path, time) in enumerate(zip(paths, seconds, strict=True), start=1):
            nibabel.save(_times(path, float(time)), folder / gate_file(stem, gate, kind))


def _times(path: Path, seconds: float) -> nibabel.Nifti1Image:
    try:
        image = open_nifti(path)
        amount = image.get_fdata(dtype=np.float32) * np.float32(seconds)
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error
    except UNREADABLE as error:
        raise BadInput(f"{path.name} must be a whole NIfTI image, got {path} ({error}); is it cut off?") from error
    return nibabel.Nifti1Image(amount, image.affine, image.header, dtype=np.float32)
