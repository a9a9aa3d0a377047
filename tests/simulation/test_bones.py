import numpy as np
import pytest

from custom.simulation.bones import N_RIBS, bone_parts, spine_parts, sternebra_z_mm, vertebra_z_mm
from custom.simulation.solids import RoundCone
from custom.simulation.tissues import Tissue
from custom.simulation.trunk import Within

EVEN = np.zeros((N_RIBS, 2, 2))


def inside(parts, points, tissue) -> np.ndarray:
    """Which points end up as a tissue, painted in order."""
    found = np.zeros(len(points), int)
    for solid, painted in parts:
        found[solid.contains(*points.astype(np.float32).T)] = painted
    return found == tissue


@pytest.fixture(scope="module")
def thorax(painted):
    return painted.anatomy.thorax


@pytest.fixture(scope="module")
def parts(thorax):
    return bone_parts(thorax, EVEN)


def test_vertebrae_follow_each_other_at_the_ribs_spacing(thorax) -> None:
    spacing = thorax.body.rib_spacing_mm * thorax.body.scale
    assert vertebra_z_mm(thorax, 3) - vertebra_z_mm(thorax, 4) == pytest.approx(spacing)
    assert vertebra_z_mm(thorax, 4) > thorax.level_mm > vertebra_z_mm(thorax, 5)


def test_a_vertebra_is_spongiosa_in_cortex_and_the_cord_runs_behind_it_in_bone(thorax) -> None:
    z, scale = vertebra_z_mm(thorax, 5) - thorax.level_mm, thorax.body.scale
    at = lambda behind: thorax.point(0.0, -behind, z / scale)[None]  # noqa: E731
    spine = spine_parts(thorax)
    assert inside(spine, at(0.0), Tissue.MARROW).all()
    assert inside(spine, at(14.5), Tissue.SPINAL_CORD).all()
    assert inside(spine, at(14.5 + 5.0), Tissue.FAT).all()
    assert inside(spine, at(14.5 + 7.0), Tissue.BONE).all()
    between = thorax.point(0.0, 0.0, (z - thorax.body.rib_spacing_mm * scale / 2) / scale)[None]
    assert inside(spine, between, Tissue.CARTILAGE).all()  # the disc


def test_ribs_run_towards_the_feet_and_their_cartilages_back_to_the_sternum(parts) -> None:
    pieces = [(s.solid, t) for s, t in parts if isinstance(s, Within)]
    bone = np.array([[*s.start_mm, *s.end_mm] for s, t in pieces if t == Tissue.BONE])
    assert (np.diff(bone[:, [2, 5]], axis=1) <= 0).all()  # from the spine on, each piece lower than the one before
    cartilage = [s for s, t in parts if t == Tissue.CARTILAGE and isinstance(s, RoundCone)]
    rising = [s for s in cartilage if s.end_mm[2] > s.start_mm[2] + 1]
    assert len(rising) > 40


def test_ribs_lie_between_pleura_and_muscle(thorax, parts) -> None:
    for solid, tissue in parts:
        if isinstance(solid, Within) and tissue == Tissue.BONE:
            middle = (solid.solid.start_mm + solid.solid.end_mm) / 2
            assert solid.contains(*middle[:, None].astype(np.float32)).all()
            assert not thorax.cavity.contains(*middle[:, None]).any()
            assert thorax.muscle.contains(*middle[:, None]).all()


def test_left_and_right_mirror_each_other_but_for_their_irregularity(thorax, parts) -> None:
    starts = np.array([s.solid.start_mm for s, t in parts if isinstance(s, Within) and t == Tissue.BONE])
    right, left = (starts[side * (starts[:, 0] - thorax.cavity.middle_x_mm) > 0] for side in (1, -1))
    assert len(right) == len(left)
    np.testing.assert_allclose(np.sort(right[:, 2]), np.sort(left[:, 2]), atol=1e-6)
    uneven = bone_parts(thorax, np.random.default_rng(0).normal(size=EVEN.shape))
    assert not np.allclose(uneven[0][0].start_mm[2], parts[0][0].start_mm[2])


def test_the_sternum_is_a_row_of_sternebrae(thorax, parts) -> None:
    middle = (sternebra_z_mm(thorax, 3) + sternebra_z_mm(thorax, 4)) / 2
    surface = thorax.cavity.wider(5.5 * thorax.body.scale)
    points = surface.surface_mm(np.full(2, np.pi), np.array([middle, sternebra_z_mm(thorax, 4)]))
    assert inside(parts, points, Tissue.MARROW).tolist() == [True, False]
    assert inside(parts, points, Tissue.CARTILAGE).tolist() == [False, True]
