"""The gates of one heartbeat, as they lie on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.gate_files import N_GATES, read_heart_beat
from tests.gate_files import POOL_MM, SHAPE, write_gates
from tests.nm_files import write_nifti


def test_gates_are_found_below_the_folder_in_their_order(tmp_path: Path) -> None:
    truth = write_gates(tmp_path / "deep" / "inside")
    beat = read_heart_beat(tmp_path)
    assert beat.images.shape == (N_GATES, *SHAPE)
    np.testing.assert_allclose(beat.images, 0.9 * np.stack(truth), rtol=1e-6)
    np.testing.assert_allclose(beat.truth, np.stack(truth), rtol=1e-6)
    assert beat.regions.shape == (N_GATES, *SHAPE)
    np.testing.assert_allclose(beat.volumes_ml, 4 / 3 * np.pi * np.array(POOL_MM) ** 3 / 1000, rtol=0.15)


def test_truth_regions_and_volumes_may_be_absent(tmp_path: Path) -> None:
    write_gates(tmp_path, complete=False)
    beat = read_heart_beat(tmp_path)
    assert (beat.truth, beat.regions, beat.volumes_ml) == (None, None, None)


def test_missing_gates_are_counted(tmp_path: Path) -> None:
    write_gates(tmp_path)
    for gate in (3, 8):
        (tmp_path / "reconstructed" / f"sub-001_gate-{gate}" / "mlem.nii.gz").unlink()
    with pytest.raises(BadInput, match="got none for 3, 8 below"):
        read_heart_beat(tmp_path)
    with pytest.raises(BadInput, match="reconstruct the gates by run `reference`"):
        read_heart_beat(tmp_path / "nowhere")


def test_gates_of_two_animals_are_not_mixed(tmp_path: Path) -> None:
    write_gates(tmp_path / "one")
    write_gates(tmp_path / "two")
    with pytest.raises(BadInput, match="one animal's gates"):
        read_heart_beat(tmp_path)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("reconstructed/sub-001_gate-5/mlem.nii.gz", (9, 9, 9)),
        ("sub-001_gate-2_activity.nii.gz", (9, 9, 9)),
        ("sub-001_gate-7_regions.nii.gz", (9, 9, 9)),
    ],
)
def test_a_volume_of_another_grid_is_named(tmp_path: Path, name: str, shape: tuple[int, ...]) -> None:
    write_gates(tmp_path)
    write_nifti(tmp_path / name, np.ones(shape))
    with pytest.raises(BadInput, match=f"one grid .*{Path(name).name}"):
        read_heart_beat(tmp_path)
