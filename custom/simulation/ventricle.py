"""The left ventricle as a pair of truncated ellipsoids whose muscle keeps its volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from custom.errors import BadInput
from custom.simulation.animal import Body, Heart


@dataclass(frozen=True, kw_only=True)
class LeftVentricle:
    """Cavity and wall about the long axis, cut off at the valve plane.

        V(a, b, h) = π a² ((b + h) − (b³ + h³) / (3 b²))

    is the volume of an ellipsoid of semi-axes a, a, b from its apex to the height h above its equator.

    Args:
        radius_mm: a of the cavity, half the inner diameter at the equator.
        half_length_mm: b of the cavity, from equator to apex.
        base_mm: h, from equator to valve plane.
        wall_mm: thickness at the equator.
        apex_wall_mm: thickness at the apex.
    """

    radius_mm: float
    half_length_mm: float
    base_mm: float
    wall_mm: float
    apex_wall_mm: float

    @property
    def outer_radius_mm(self) -> float:
        """Semi-axis across, wall included."""
        return self.radius_mm + self.wall_mm

    @property
    def outer_half_length_mm(self) -> float:
        """Semi-axis along, wall included."""
        return self.half_length_mm + self.apex_wall_mm

    @property
    def cavity_ml(self) -> float:
        """Volume of the cavity, papillary muscles included."""
        return truncated_ellipsoid_ml(self.radius_mm, self.half_length_mm, self.base_mm)

    @property
    def wall_ml(self) -> float:
        """Volume of the wall."""
        return truncated_ellipsoid_ml(self.outer_radius_mm, self.outer_half_length_mm, self.base_mm) - self.cavity_ml


def truncated_ellipsoid_ml(radius_mm: float, half_length_mm: float, base_mm: float) -> float:
    """Return V(a, b, h) in millilitres, see `LeftVentricle`."""
    cut = (half_length_mm**3 + base_mm**3) / (3 * half_length_mm**2)
    return np.pi * radius_mm**2 * (half_length_mm + base_mm - cut) / 1000


def end_diastolic_volume_ml(body: Body, heart: Heart) -> float:
    """Return the left ventricle's largest volume."""
    return heart.end_diastolic_volume_ml * (body.weight_kg / 25) ** (3 * 0.294)


def left_ventricle_at(volume_ml: float, body: Body, heart: Heart) -> LeftVentricle:
    """Return the left ventricle when its cavity has a volume.

    The cavity's length goes from its end-diastolic to its end-systolic value in step with the cube root of the volume;
    the diameter follows from the volume, the wall's thickness from the conserved volume of muscle.

    Args:
        volume_ml: of the cavity, between end-systole and end-diastole.
        body: gives the weight.
        heart: sizes relative to the weight's.

    Raises:
        BadInput: a cavity or wall that no canine heart has: wider than long, or a wall thicker than the cavity is wide.

    Source: Cornell et al. 2004, doi:10.1111/j.1939-1676.2004.tb02551.x (diameter and wall by weight).
    """
    largest = end_diastolic_volume_ml(body, heart)
    radius = 15.3 * body.weight_kg**0.294 * heart.diameter_over_cornell / 2
    wall = 4.2 * body.weight_kg**0.232 * heart.wall_over_cornell
    if wall > radius:
        raise BadInput(
            f"the wall must be thinner than the cavity's radius at end-diastole, got {wall:.1f} and {radius:.1f} mm"
        )
    diastole = _with_wall(largest, largest * 1000 / (_shape_factor(heart) * radius**2), wall, heart)
    if diastole.half_length_mm < diastole.radius_mm:
        raise BadInput(
            f"the left ventricle must be longer than wide, got half length {diastole.half_length_mm:.1f} mm for a "
            f"radius of {radius:.1f} mm; the volume is too small for the inner diameter"
        )
    emptied = (1 - (volume_ml / largest) ** (1 / 3)) / (1 - (1 - heart.ejection_fraction) ** (1 / 3))
    if not -1e-9 <= emptied <= 1 + 1e-9:
        raise ValueError(f"the volume must lie between end-systole and end-diastole, got {volume_ml} ml")
    half_length = diastole.half_length_mm * (1 - heart.longitudinal_shortening * emptied)
    thickness = brentq(
        lambda w: _with_wall(volume_ml, half_length, w, heart).wall_ml - diastole.wall_ml, 0.5 * wall, 4 * wall
    )
    return _with_wall(volume_ml, half_length, thickness, heart)


def _with_wall(volume_ml: float, half_length_mm: float, wall_mm: float, heart: Heart) -> LeftVentricle:
    return LeftVentricle(
        radius_mm=np.sqrt(volume_ml * 1000 / (_shape_factor(heart) * half_length_mm)),
        half_length_mm=half_length_mm,
        base_mm=heart.base_height * half_length_mm,
        wall_mm=wall_mm,
        apex_wall_mm=heart.apex_wall_fraction * wall_mm,
    )


def _shape_factor(heart: Heart) -> float:
    """Return V / (a² b) of the truncated ellipsoid."""
    h = heart.base_height
    return np.pi * (1 + h - (1 + h**3) / 3)
