"""The trunk fitted around the heart: sternum before it, spine behind it, diaphragm below it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from custom.errors import BadInput
from custom.simulation.animal import Body
from custom.simulation.heart import BeatingHeart
from custom.simulation.trunk import Abdomen, Trunk

VERTEBRAL_BODY_MM = 10.0
"""Radius of a vertebral body at 25 kg."""


@dataclass(frozen=True, kw_only=True)
class Thorax:
    """The trunk of one animal, built around its heart.

    Args:
        body: drawn sizes.
        beating: the heart, at its place.
        skin, muscle, cavity: trunks from outside to inside.
        diaphragm: everything below it, its muscle included.
        spine_mm: x and y of the vertebral bodies.
        level_mm: z of the heart's middle at end-expiration, from which heights count.
    """

    body: Body
    beating: BeatingHeart
    skin: Trunk
    muscle: Trunk
    cavity: Trunk
    diaphragm: Abdomen
    spine_mm: tuple[float, float]
    level_mm: float

    def point(self, right: float, from_spine: float, head: float) -> np.ndarray:
        """Return a point from the mid-plane, the spine and the heart's level, in millimetres of a 25 kg animal."""
        return np.array([*self.spine_mm, self.level_mm]) + np.array([right, from_spine, head]) * self.body.scale


def build_thorax(beating: BeatingHeart) -> Thorax:
    """Build the trunk around a heart that lies in its place: sternum before it, diaphragm below it.

    Raises:
        BadInput: a heart that does not fit between spine, sternum and ribs, or fits but reaches back to the vertebrae.
    """
    body, heart, scale = beating.body, beating.heart, beating.body.scale
    surface = _surface(beating)
    cavity = _fitted_cavity(beating, surface)
    x, z = cavity.middle_x_mm, cavity.taper_from_z_mm
    half_width, half_depth = body.half_width_mm * scale, body.half_depth_mm * scale
    ventral = cavity.middle_y_mm + cavity.half_depth_mm + (body.fat_mm + body.chest_wall_mm) * scale
    skin = replace(cavity, middle_y_mm=ventral - half_depth, half_width_mm=half_width, half_depth_mm=half_depth)
    fat = body.fat_mm * scale
    muscle = replace(skin, half_width_mm=half_width - fat, half_depth_mm=half_depth - fat)
    dome = Abdomen(
        trunk=cavity,
        top_mm=np.array([x + 4 * scale, cavity.middle_y_mm + 0.35 * cavity.half_depth_mm, 0.0]),
        curvature_per_mm=(0.0085 / scale, 0.0065 / scale),
    )
    lowest = float((surface[:, 2] + dome.depth(surface[:, 0], surface[:, 1])).min())
    dome = replace(dome, top_mm=np.array([*dome.top_mm[:2], lowest - heart.to_diaphragm_mm]))
    spine = (x, skin.middle_y_mm - half_depth + 46 * scale)
    if surface[:, 1].min() < spine[1] + VERTEBRAL_BODY_MM * scale:
        raise _behind_spine(heart.to_sternum_mm)
    return Thorax(
        body=body,
        beating=beating,
        skin=skin,
        muscle=muscle,
        cavity=cavity,
        diaphragm=dome,
        spine_mm=spine,
        level_mm=float(z),
    )


def _fitted_cavity(beating: BeatingHeart, surface: np.ndarray) -> Trunk:
    """Return the cavity, moved back until it touches the heart and then forwards by the heart's way to the sternum."""
    body, heart, scale = beating.body, beating.heart, beating.body.scale
    x, y, z = beating.pose.middle_mm
    dorsal, wall = 30 * scale, (body.fat_mm + body.chest_wall_mm) * scale
    cavity = Trunk(
        middle_x_mm=x + heart.left_of_midline_mm * scale,
        middle_y_mm=0.0,
        half_width_mm=body.half_width_mm * scale - wall,
        half_depth_mm=body.half_depth_mm * scale - (dorsal + wall) / 2,
        keel=body.keel,
        taper=body.cranial_taper,
        taper_from_z_mm=z,
    )
    tried = np.round(y) + np.arange(-120.0, 120.0, 1.0)
    fitting = [y for y in tried if replace(cavity, middle_y_mm=y).radius(*surface.T).max() < 1]
    if not fitting:
        raise BadInput("the heart must fit into the thorax; a body too small or a heart too far from the midline?")
    placed = replace(cavity, middle_y_mm=fitting[0] + heart.to_sternum_mm)
    if placed.radius(*surface.T).max() >= 1:
        raise _behind_spine(heart.to_sternum_mm)
    return placed


def _behind_spine(to_sternum_mm: float) -> BadInput:
    return BadInput(
        f"the heart must lie before the spine, got to_sternum_mm = {to_sternum_mm:g}; too far, or a chest too shallow?"
    )


def _surface(beating: BeatingHeart) -> np.ndarray:
    """Return points on both ventricles' outsides at end-diastole, shape (point, 3)."""
    volume = beating.largest_ml
    polar, azimuth = np.meshgrid(
        np.linspace(0, np.pi, 25), np.linspace(0, 2 * np.pi, 48, endpoint=False), indexing="ij"
    )
    directions = np.stack([np.cos(polar), np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth)], axis=-1)
    points = []
    for solid in (beating.left_outer(volume), beating.right_cavity(volume)):
        local = directions.reshape(-1, 3) * solid.semi_axes_mm
        points.append(solid.centre_mm + local[local[:, 0] > solid.cut_mm] @ solid.axes)
    return np.concatenate(points)
