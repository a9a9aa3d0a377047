import numpy as np
import pytest

from custom.simulation.breathing import breathed_thorax, diaphragm_descent_mm, heart_shift_mm
from custom.simulation.lungs import BRONCHUS_ABOVE_MM, TIP_MM, draw_lungs, lung_parts, thicken_dependent
from custom.simulation.mediastinum import hila_mm
from custom.simulation.tissues import Tissue
from custom.simulation.waves import random_field


@pytest.fixture(scope="module")
def thorax(painted):
    return painted.anatomy.thorax


@pytest.fixture(scope="module")
def lungs(thorax):
    return draw_lungs(thorax, np.random.default_rng(0))


def test_vessels_end_within_their_lung(thorax, lungs) -> None:
    for trees in (lungs.arteries, lungs.veins):
        for side, tree in enumerate(trees):
            tips = tree.nodes_mm[np.setdiff1d(np.arange(len(tree.parents)), tree.parents)]
            tips = tips[np.linalg.norm(tips - tree.nodes_mm[0], axis=1) > 40]
            assert thorax.cavity.contains(*tips.T).all()
            assert (np.sign(tips[:, 0] - thorax.cavity.middle_x_mm) == 2 * side - 1).all()
            assert not thorax.diaphragm.contains(*tips.T).any()


def test_trees_start_at_the_hila_and_grow_thicker_towards_them(thorax, lungs) -> None:
    for side, tree in enumerate(lungs.arteries):
        np.testing.assert_array_equal(tree.nodes_mm[:1], hila_mm(thorax, side).arteries)
        assert tree.radii_mm[0] > 3 * tree.radii_mm.min()
        assert len(tree.parents) > 80


def test_rounding_decides_over_no_bronchus(lungs) -> None:
    """An artery with n last branches has the radius ∛n · 0.75 mm; a limit of 1.5 mm was that of eight."""
    radii = np.concatenate([tree.radii_mm for tree in lungs.arteries])
    np.testing.assert_allclose(radii[radii < 4] ** 3 / TIP_MM**3, np.rint(radii[radii < 4] ** 3 / TIP_MM**3), rtol=1e-9)
    assert np.abs(radii - BRONCHUS_ABOVE_MM).min() > 0.01


def test_arteries_are_accompanied_by_bronchi(thorax, lungs) -> None:
    parts = lung_parts(thorax, thorax, lungs)
    count = {tissue: sum(t == tissue for _, t in parts) for tissue in Tissue}
    assert count[Tissue.BRONCHUS_WALL] > count[Tissue.BRONCHUS] > 10
    arteries = np.array([s.end_mm for s, t in parts if t == Tissue.PULMONARY_ARTERY])
    for solid, tissue in parts:
        if tissue == Tissue.BRONCHUS:
            assert np.linalg.norm(arteries - solid.end_mm, axis=1).min() < 12


def test_a_breath_carries_the_vessels_with_heart_and_diaphragm(painted, thorax, lungs) -> None:
    animal = painted.animal
    inspired = breathed_thorax(thorax, animal, 1.0)
    pairs = zip(lung_parts(thorax, thorax, lungs), lung_parts(inspired, thorax, lungs), strict=True)
    moved = np.array(
        [(after.end_mm - before.end_mm)[2] for (before, tissue), (after, _) in pairs if tissue == Tissue.PULMONARY_VEIN]
    )
    heart, descent = heart_shift_mm(animal, 1.0)[2], -diaphragm_descent_mm(animal, 1.0)
    assert descent - 1e-6 <= moved.min() < 0.5 * (heart + descent)
    assert 0.5 * heart < moved.max() <= 1e-6
    assert (moved > heart).any()
    assert (moved < heart).any()


def test_lung_is_denser_where_the_animal_lies_on_it(thorax) -> None:
    axes = tuple(np.arange(-80.0, 80.0, 2.0) for _ in range(3))
    tissues = np.full((80, 80, 80), Tissue.LUNG, np.uint8)
    tissues[:5] = Tissue.LIVER
    texture = random_field(np.random.default_rng(0), sd=1.0, shortest_mm=4.0, longest_mm=9.0)
    thicken_dependent(tissues, axes, thorax.cavity, texture)
    assert (tissues[:5] == Tissue.LIVER).all()
    dense = (tissues[5:] == Tissue.DEPENDENT_LUNG).mean(axis=(0, 2))
    assert dense[:20].mean() > 0.5 > 0.25 > dense[-20:].mean()
