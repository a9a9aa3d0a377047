import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.simulation.trees import grow_tree


def tree_of(seed, n_targets=40, **sizes):
    generator = np.random.default_rng(seed)
    targets = generator.uniform(-50, 50, size=(n_targets, 3))
    roots = np.array([[0.0, 0.0, 80.0], [0.0, 20.0, 80.0]])
    return roots, targets, grow_tree(roots, targets, **{"tip_radius_mm": 0.7, "largest_mm": 100.0} | sizes)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_every_target_is_reached_from_a_root(seed) -> None:
    roots, targets, tree = tree_of(seed)
    assert (tree.parents[:2] == -1).all()
    assert (tree.parents[2:] < np.arange(2, len(tree.parents))).all()
    np.testing.assert_array_equal(tree.nodes_mm[:2], roots)
    tips = np.setdiff1d(np.arange(2, len(tree.parents)), tree.parents)
    distances = np.linalg.norm(targets[:, None] - tree.nodes_mm[tips], axis=-1)
    assert (distances.min(axis=0) < 1e-9).all()  # ends stay at targets


def test_radii_add_up_as_cubes() -> None:
    _, _, tree = tree_of(3)
    for node in range(2, len(tree.parents)):
        children = tree.radii_mm[tree.parents == node]
        expected = np.cbrt((children**3).sum()) if len(children) else 0.7
        assert tree.radii_mm[node] == pytest.approx(expected)
    n_tips = len(tree.parents) - 2 - len(np.setdiff1d(tree.parents, [-1, 0, 1]))
    assert (tree.radii_mm[:2] ** 3).sum() == pytest.approx(n_tips * 0.7**3, rel=0.05)


def test_a_straight_line_of_targets_is_one_vessel() -> None:
    targets = np.stack([np.zeros(4), np.zeros(4), np.array([30.0, 10.0, 40.0, 20.0])], axis=-1)
    tree = grow_tree(np.zeros((1, 3)), targets, tip_radius_mm=1.0, largest_mm=5.0)
    assert tree.parents.tolist() == [-1, 0, 1, 2, 3]
    np.testing.assert_allclose(tree.nodes_mm[:, 2], [0, 10, 20, 30, 40])
    assert (tree.radii_mm == 1).all()


def test_no_branch_is_thicker_than_the_largest_and_few_are_above_a_radius() -> None:
    _, _, tree = tree_of(1, largest_mm=1.2)
    cones = tree.cones()
    assert len(cones) == 40
    assert max(max(cone.start_radius_mm, cone.end_radius_mm) for cone in cones) <= 1.2 + 1e-9
    thick = tree.cones(above_mm=1.0, times=0.5, thicker_mm=0.2)
    assert 0 < len(thick) < 40
    assert min(cone.end_radius_mm for cone in thick) > 0.5 * 1.0 + 0.2
