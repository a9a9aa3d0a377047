"""What the picture of a real beside a virtual study shows."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.data.volume import Volume, read_volume
from custom.errors import BadInput
from custom.evaluation.beside_real import real_and_virtual, wall_activity
from custom.evaluation.cohort import read_cohort
from custom.evaluation.sections import PLANES, picture_of
from tests.nm_files import heart

RAS = np.diag([4.0, 4.0, 4.0, 1.0])


def hollow(shape=(40, 40, 40), level=1000.0) -> np.ndarray:
    """A wall of 8 mm about an empty cavity of 20 mm radius, in a dim body."""
    middle = (np.array(shape) - 1) / 2
    radius = 4 * np.linalg.norm(np.indices(shape) - middle[:, None, None, None], axis=0)
    return level * np.select([radius < 20, radius < 28], [0.1, 1.0], 0.05)


def study(voxels: np.ndarray) -> Volume:
    return Volume(voxels=voxels, affine=RAS)


@settings(deadline=None, max_examples=8)
@given(level=st.floats(1e-3, 1e6))
def test_the_walls_activity_needs_no_outline(level: float) -> None:
    assert wall_activity(picture_of({"a": hollow(level=level)}, RAS, None)) == pytest.approx(level, rel=1e-4)


def test_single_bright_voxels_hardly_change_the_walls_activity() -> None:
    spiked = hollow()
    spiked[20, 20, 28] = 1e6
    clean = wall_activity(picture_of({"a": hollow()}, RAS, None))
    n_wall = 4 / 3 * np.pi * (28**3 - 20**3) / 4**3
    assert wall_activity(picture_of({"a": spiked}, RAS, None)) == pytest.approx(clean + 1e6 / n_wall, rel=0.2)


def test_both_are_shown_in_three_planes_relative_to_their_walls(described: Path) -> None:
    animal = read_cohort(described).animals[1]
    figure = real_and_virtual(study(hollow()), animal, credit="a hospital, CC BY 4.0")
    panels = np.reshape([axes for axes in figure.axes if axes.get_aspect() == 1.0], (3, 2))
    assert [axes.get_ylabel() for axes in panels[:, 0]] == [plane.name for plane in PLANES]
    for column, label in zip(panels.T, ("REAL", "SIMULATED"), strict=True):
        for axes, plane in zip(column, PLANES, strict=True):
            texts = {text.get_text() for text in axes.texts}
            assert {label, plane.left, plane.right, plane.top, plane.bottom, "50 mm"} <= texts
    assert len({axes.collections[0].get_clim() for axes in panels.ravel()}) == 1
    assert np.asarray(panels[0, 0].collections[0].get_array()).max() == pytest.approx(1)
    assert "activity, heart's wall = 1" in {axes.get_xlabel() for axes in figure.axes}


def test_the_source_and_the_statistic_are_stated(described: Path) -> None:
    figure = real_and_virtual(study(hollow()), read_cohort(described).animals[1], credit="a hospital, CC BY 4.0")
    below = figure.get_supxlabel()
    assert "Real: a hospital, CC BY 4.0" in below
    assert "Simulated: virtual dog sub-002, 25 kg" in below
    assert "above half of their 99th percentile" in below
    assert "a real study and a simulated one" in figure.get_suptitle()


def test_a_study_without_activity_is_refused(described: Path) -> None:
    animal = read_cohort(described).animals[1]
    with pytest.raises(BadInput, match="needs activity in its middle"):
        real_and_virtual(study(np.zeros((20, 20, 20))), animal, credit="none")


@pytest.mark.parametrize("name", ["recon_4.dcm", "recon_5.nii.gz"])
def test_on_real_studies_it_is_within_an_eighth_of_an_experts_wall(data_dir: Path, name: str) -> None:
    folder = data_dir / "nm530c"
    real = read_volume(folder / name)
    mask = nibabel.load(folder / f"{name.split('.')[0]}_lv_wall.nii.gz").get_fdata() > 0
    found = wall_activity(picture_of({"real": real.voxels}, real.affine, None))
    assert found == pytest.approx(real.voxels[mask].mean(), rel=1 / 8)


def test_a_ball_with_a_darker_shell_is_drawn_too(described: Path, tmp_path: Path) -> None:
    figure = real_and_virtual(study(heart()), read_cohort(described).animals[1], credit="none")
    figure.savefig(tmp_path / "a.png")
