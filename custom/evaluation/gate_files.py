"""The reconstructed gates of one heartbeat, as they lie on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from custom.errors import BadInput
from custom.evaluation.whole_volume import check_grid, read_volume

N_GATES = 8
LEFT_VENTRICULAR_BLOOD = 2


@dataclass(frozen=True, kw_only=True)
class HeartBeat:
    """The gates of one animal.

    Args:
        images: reconstructions, (gate, x, y, z).
        affine: from indices to world millimetres.
        truth: true activity, (gate, x, y, z), in the same unit.
        regions: labels, (gate, x, y, z).
    """

    images: np.ndarray
    affine: np.ndarray
    truth: np.ndarray | None
    regions: np.ndarray | None

    @property
    def volumes_ml(self) -> np.ndarray | None:
        """Of the left ventricle's blood in each gate, by its voxels."""
        if self.regions is None:
            return None
        voxel_ml = abs(np.linalg.det(self.affine[:3, :3])) / 1000
        return (self.regions == LEFT_VENTRICULAR_BLOOD).sum(axis=(1, 2, 3)) * voxel_ml


def read_heart_beat(gates_dir: str | Path) -> HeartBeat:
    """Read eight gates that lie anywhere below a folder.

    Files: *_gate-1/mlem.nii.gz to *_gate-8/mlem.nii.gz, as run `reference` leaves them; where they exist also
    *_gate-1_activity.nii.gz (true activity) and *_gate-1_regions.nii.gz (labels) to 8.

    Raises:
        BadInput: gates that are missing, stand there twice, or lie on different grids.
    """
    folder = Path(gates_dir)
    paths = _of_all_gates(folder, "*_gate-{}/mlem.nii.gz")
    if not paths:
        raise BadInput(
            f"gates_dir must hold *_gate-1/mlem.nii.gz to *_gate-{N_GATES}/mlem.nii.gz, got none below {folder}; "
            "reconstruct the gates by run `reference`"
        )
    first, affine = read_volume(paths[0])

    def stacked(found: list[Path]) -> np.ndarray:
        return np.stack([_read_like(path, first.shape, affine) for path in found])

    truth = _of_all_gates(folder, "*_gate-{}_activity.nii.gz")
    regions = _of_all_gates(folder, "*_gate-{}_regions.nii.gz")
    return HeartBeat(
        images=stacked(paths),
        affine=affine,
        truth=stacked(truth) if truth else None,
        regions=stacked(regions) if regions else None,
    )


def _of_all_gates(folder: Path, pattern: str) -> list[Path]:
    """Return the file of each gate; none where there is none of any."""
    paths = [_only(folder, pattern.format(gate)) for gate in range(1, N_GATES + 1)]
    missing = [str(gate) for gate, path in enumerate(paths, start=1) if path is None]
    if 0 < len(missing) < N_GATES:
        raise BadInput(
            f"gates_dir must hold {pattern.format(1)} to {N_GATES}, got none for {', '.join(missing)} below {folder}; "
            "were all gates made?"
        )
    return [path for path in paths if path is not None]


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
