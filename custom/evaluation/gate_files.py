"""The reconstructed gates of one heartbeat, as they lie on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from custom.errors import BadInput
from custom.evaluation.json_record import JsonRecord
from custom.evaluation.whole_volume import check_grid, read_volume

N_GATES = 8


@dataclass(frozen=True, kw_only=True)
class HeartBeat:
    """The gates of one animal.

    Args:
        images: reconstructions, (gate, x, y, z).
        affine: from indices to world millimetres.
        truth: true activity, (gate, x, y, z), in the same unit.
        regions: labels (x, y, z), to find the left ventricle by.
        volumes_ml: of the left ventricle in each gate.
    """

    images: np.ndarray
    affine: np.ndarray
    truth: np.ndarray | None
    regions: np.ndarray | None
    volumes_ml: np.ndarray | None


def read_heart_beat(gates_dir: str | Path) -> HeartBeat:
    """Read eight gates that lie anywhere below a folder.

    Files: *_gate-1_*mlem.nii.gz to *_gate-8_*mlem.nii.gz; where they exist also *_gates_activity.nii.gz (true activity,
    4-D, gates last), *_regions.nii.gz (labels of any gate) and *_gates.json (`left_ventricular_volume_ml`, a list).

    Raises:
        BadInput: gates that are missing, stand there twice, or lie on different grids.
    """
    folder = Path(gates_dir)
    paths = [_only(folder, f"*_gate-{gate}_*mlem.nii.gz") for gate in range(1, N_GATES + 1)]
    missing = [str(gate) for gate, path in enumerate(paths, start=1) if path is None]
    if missing:
        raise BadInput(
            f"gates_dir must hold *_gate-1_*mlem.nii.gz to *_gate-{N_GATES}_*mlem.nii.gz, got none for "
            f"{', '.join(missing)} below {folder}; were all gates reconstructed?"
        )
    found = [path for path in paths if path is not None]
    first, affine = read_volume(found[0])
    return HeartBeat(
        images=np.stack([_read_like(path, first.shape, affine) for path in found]),
        affine=affine,
        truth=_read_truth(folder, first.shape, affine),
        regions=_read_regions(folder, first.shape, affine),
        volumes_ml=_read_volumes(folder),
    )


def _read_truth(folder: Path, shape: tuple[int, ...], affine: np.ndarray) -> np.ndarray | None:
    path = _only(folder, "*_gates_activity.nii.gz")
    return None if path is None else np.moveaxis(_read_like(path, (*shape, N_GATES), affine), -1, 0)


def _read_regions(folder: Path, shape: tuple[int, ...], affine: np.ndarray) -> np.ndarray | None:
    path = min(folder.rglob("*_regions.nii.gz"), default=None)
    return None if path is None else _read_like(path, shape, affine)


def _read_volumes(folder: Path) -> np.ndarray | None:
    path = _only(folder, "*_gates.json")
    if path is None:
        return None
    volumes = JsonRecord(path).at("left_ventricular_volume_ml")
    if not isinstance(volumes, list) or len(volumes) != N_GATES or not all(isinstance(v, int | float) for v in volumes):
        raise BadInput(f"left_ventricular_volume_ml in {path} must be {N_GATES} numbers, one per gate, got {volumes!r}")
    return np.array(volumes, dtype=float)


def _read_like(path: Path, shape: tuple[int, ...], affine: np.ndarray) -> np.ndarray:
    volume, its_affine = read_volume(path)
    check_grid(path, volume.shape, its_affine, like=shape, grid=affine)
    return volume


def _only(folder: Path, pattern: str) -> Path | None:
    found = sorted(folder.rglob(pattern))
    if len(found) > 1:
        raise BadInput(
            f"gates_dir must hold one animal's gates, got {found[0]} and {found[1]} for {pattern}; "
            "name the folder of one animal"
        )
    return found[0] if found else None
