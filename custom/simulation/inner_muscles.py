"""Muscles that stand into the ventricles: papillary muscles and trabeculae, which turn with the wall.

Fixed proportions are assumed, after topographic anatomy of the dog.
"""

from __future__ import annotations

import numpy as np

from custom.simulation.heart import BeatingHeart
from custom.simulation.solids import Ellipsoid, RoundCone
from custom.simulation.trunk import Within

N_TRABECULAE, TRABECULA_MM = 11, 1.5
# Height over the half length, degrees about the long axis from the septum, lean towards the apex, radius
RIGHT_TRABECULAE = ((0.25, 0.0, 0.15, 1.9), (0.05, -28.0, 0.1, 1.4), (0.35, 26.0, 0.0, 1.3), (-0.1, 34.0, 0.25, 1.6))


def papillary_muscles(beating: BeatingHeart, volume_ml: float) -> list[Ellipsoid]:
    """Return the posteromedial and the anterolateral muscle, of the same volume throughout the beat."""
    shape, centre = beating.left_ventricle(volume_ml)
    shortening = shape.half_length_mm / beating.left_ventricle(beating.largest_ml)[0].half_length_mm
    radius = beating.heart.papillary_radius_mm * beating.body.scale / np.sqrt(shortening)
    from_axis = shape.radius_mm - 0.7 * radius
    muscles = []
    along = 0.12 * shape.half_length_mm
    for angle in np.radians([118.0, 222.0]) + beating.twist_rad(volume_ml, along):
        offset = np.array([along, from_axis * np.cos(angle), from_axis * np.sin(angle)])
        muscles.append(
            Ellipsoid(
                centre_mm=centre + offset @ beating.pose.axes,
                axes=beating.pose.axes,
                semi_axes_mm=(0.3 * shape.half_length_mm, radius, radius),
            )
        )
    return muscles


def left_trabeculae(beating: BeatingHeart, volume_ml: float) -> list[Ellipsoid]:
    """Return ridges along the inside of the left ventricle, of the same volume throughout the beat."""
    shape, centre = beating.left_ventricle(volume_ml)
    shortening = shape.half_length_mm / beating.left_ventricle(beating.largest_ml)[0].half_length_mm
    radius = TRABECULA_MM * beating.body.scale / np.sqrt(shortening)
    ridges = []
    for n in range(N_TRABECULAE):
        along = (0.15 + 0.55 * (n * 0.618 % 1)) * shape.half_length_mm
        angle = 2 * np.pi * n / N_TRABECULAE + beating.twist_rad(volume_ml, along)
        from_axis = shape.radius_mm * np.sqrt(1 - (along / shape.half_length_mm) ** 2)
        offset = np.array([along, from_axis * np.cos(angle), from_axis * np.sin(angle)])
        inwards = np.arctan2(along / shape.half_length_mm**2, from_axis / shape.radius_mm**2)
        outwards = np.array([0.0, np.cos(angle), np.sin(angle)])
        ridge = np.cos(inwards) * np.array([1.0, 0.0, 0.0]) - np.sin(inwards) * outwards
        side = np.array([0.0, -np.sin(angle), np.cos(angle)])
        axes = np.stack([ridge, side, np.cross(ridge, side)]) @ beating.pose.axes
        ridges.append(
            Ellipsoid(
                centre_mm=centre + offset @ beating.pose.axes,
                axes=axes,
                semi_axes_mm=(0.22 * shape.half_length_mm, radius, 1.3 * radius),
            )
        )
    return ridges


def right_trabeculae(beating: BeatingHeart, volume_ml: float, cavity: Ellipsoid) -> list[Within]:
    """Return the moderator band and other muscles that cross the right ventricle from the septum to its free wall."""
    shape, centre = beating.left_ventricle(volume_ml)
    reach = 2.0 * shape.outer_radius_mm
    bands = []
    for height, degrees, lean, radius in RIGHT_TRABECULAE:
        along, angle = height * shape.half_length_mm, np.radians(degrees)
        direction = np.array([lean, np.cos(angle), np.sin(angle)])
        start = centre + (np.array([along, 0.0, 0.0]) + 0.9 * shape.outer_radius_mm * direction) @ beating.pose.axes
        end = centre + (np.array([along, 0.0, 0.0]) + reach * direction) @ beating.pose.axes
        size = radius * beating.body.scale
        band = RoundCone(start_mm=start, end_mm=end, start_radius_mm=size, end_radius_mm=size)
        bands.append(Within(solid=band, limit=cavity))
    return bands
