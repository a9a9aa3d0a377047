"""Branching vessels: trees that grow towards points spread over an organ and thicken towards their roots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom.simulation.solids import RoundCone

DETOUR = 0.45  # weight of the way along the tree against the new branch's own length; more gives straighter trees
SMOOTHINGS = 3


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A branching vessel.

    Args:
        nodes_mm: shape (node, 3); a node comes after its parent.
        parents: index of each node's parent, −1 for roots, shape (node,).
        radii_mm: shape (node,).
    """

    nodes_mm: np.ndarray
    parents: np.ndarray
    radii_mm: np.ndarray

    def cones(self, *, thicker_mm: float = 0.0, times: float = 1.0, above_mm: float = 0.0) -> list[RoundCone]:
        """Return the branches as round cones.

        Args:
            thicker_mm: added to every radius.
            times: every radius is multiplied by this first.
            above_mm: only branches whose radius is larger are returned.
        """
        return [
            RoundCone(
                start_mm=self.nodes_mm[parent],
                end_mm=self.nodes_mm[node],
                start_radius_mm=min(self.radii_mm[parent], 1.2 * self.radii_mm[node]) * times + thicker_mm,
                end_radius_mm=self.radii_mm[node] * times + thicker_mm,
            )
            for node, parent in enumerate(self.parents.tolist())
            if parent >= 0 and self.radii_mm[node] > above_mm
        ]


def grow_tree(roots_mm: np.ndarray, targets_mm: np.ndarray, *, tip_radius_mm: float, largest_mm: float) -> Tree:
    """Connect targets to roots, the nearest first, each by the shortest way over the tree so far.

        r³ = Σ r³ of the branches   (Murray 1926, doi:10.1073/pnas.12.3.207), up to the largest radius

    Args:
        roots_mm: where the vessel enters the organ, shape (root, 3).
        targets_mm: points that it supplies, shape (target, 3).
        tip_radius_mm: radius of its ends.
        largest_mm: radius that none exceeds.
    """
    nearest = np.linalg.norm(targets_mm[:, None] - roots_mm, axis=-1).min(axis=1)
    targets, n_roots = targets_mm[np.argsort(nearest, kind="stable")], len(roots_mm)
    nodes = np.concatenate([roots_mm, targets]).astype(float)
    parents, way = np.full(len(nodes), -1), np.zeros(len(nodes))
    for node in range(n_roots, len(nodes)):
        lengths = np.linalg.norm(nodes[:node] - nodes[node], axis=1)
        parents[node] = parent = int((lengths + DETOUR * way[:node]).argmin())
        way[node] = way[parent] + lengths[parent]
    cubes = np.zeros(len(nodes))
    for node in range(len(nodes) - 1, n_roots - 1, -1):
        cubes[node] = max(cubes[node], tip_radius_mm**3)
        cubes[parents[node]] += cubes[node]
    radii = np.clip(np.cbrt(cubes), tip_radius_mm, largest_mm)
    return Tree(nodes_mm=_smoothed(nodes, parents, n_roots), parents=parents, radii_mm=radii)


def _smoothed(nodes: np.ndarray, parents: np.ndarray, n_roots: int) -> np.ndarray:
    """Draw every branching point towards its neighbours; roots and tips stay."""
    above = parents[n_roots:]
    n_children = np.bincount(above, minlength=len(nodes))
    inner = np.flatnonzero(n_children > 0)
    inner = inner[inner >= n_roots]
    for _ in range(SMOOTHINGS):
        children = np.zeros_like(nodes)
        np.add.at(children, above, nodes[n_roots:])
        middle = (nodes[parents[inner]] + children[inner] / n_children[inner, None]) / 2
        nodes = nodes.copy()
        nodes[inner] = (nodes[inner] + middle) / 2
    return nodes
