import numpy as np

from custom.simulation.tissues import Tissue


def centre_of(painted, tissue, gate="ed") -> np.ndarray:
    """Middle of a tissue, mm."""
    index = np.argwhere(painted.tissues[gate] == tissue)
    return np.array(
        [axis[column].mean() for axis, column in zip(painted.anatomy.grid.centres_mm(), index.T, strict=True)]
    )


def test_organs_lie_where_they_belong(painted) -> None:
    heart, liver = centre_of(painted, Tissue.MYOCARDIUM), centre_of(painted, Tissue.LIVER)
    assert liver[2] < heart[2] - 40
    assert centre_of(painted, Tissue.STOMACH_CONTENT)[0] < liver[0] < centre_of(painted, Tissue.GALLBLADDER)[0]
    assert centre_of(painted, Tissue.SPLEEN)[0] < centre_of(painted, Tissue.STOMACH_CONTENT)[0]
    assert centre_of(painted, Tissue.RIGHT_BLOOD)[0] > centre_of(painted, Tissue.LEFT_VENTRICULAR_BLOOD)[0] + 15
    assert centre_of(painted, Tissue.LEFT_BLOOD)[1] < heart[1] - 15
    assert centre_of(painted, Tissue.MARROW)[1] < heart[1]


def test_the_descending_aorta_runs_left_of_the_spine(painted) -> None:
    x, y, _ = painted.anatomy.grid.centres_mm()
    below = painted.tissues["ed"][:, :, 4] == Tissue.LEFT_BLOOD
    spine = painted.tissues["ed"][:, :, 4] == Tissue.MARROW
    behind = spine & (y < 0)[None, :]
    assert below.any()
    assert x[np.argwhere(below)[:, 0]].mean() < x[np.argwhere(behind)[:, 0]].mean() - 3
    assert y[np.argwhere(below)[:, 1]].mean() > y[np.argwhere(behind)[:, 1]].mean() + 10


def test_organ_sizes_are_a_dogs(painted) -> None:
    ml = (
        np.bincount(painted.tissues["ed"].ravel(), minlength=len(Tissue)) * painted.anatomy.grid.voxel_volume_mm3 / 1000
    )
    assert 900 < ml[Tissue.LUNG] + ml[Tissue.DEPENDENT_LUNG] < 2600
    assert 350 < ml[Tissue.LIVER] < 800
    assert 15 < ml[Tissue.RIGHT_HEART_WALL] < 45
    assert 60 < ml[Tissue.LEFT_BLOOD] < 125


def test_the_chest_has_about_half_as_much_bone_as_gaps(painted) -> None:
    bone = (painted.tissues["ed"] == Tissue.BONE).sum()
    muscle = (painted.tissues["ed"] == Tissue.MUSCLE).sum()
    assert 0.03 < bone / muscle < 0.3
