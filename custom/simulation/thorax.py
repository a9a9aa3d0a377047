"""The trunk around the heart: chest wall, lungs, diaphragm, abdominal organs and great vessels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from custom.errors import BadInput
from custom.simulation.animal import Body
from custom.simulation.heart import BeatingHeart, Part
from custom.simulation.solids import Bounds, Ellipsoid, RoundCone, Solid, tube
from custom.simulation.tissues import Tissue
from custom.simulation.ventricle import end_diastolic_volume_ml


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """A long body with an egg-shaped section: narrower towards the sternum and towards the neck."""

    middle_x_mm: float
    middle_y_mm: float
    half_width_mm: float
    half_depth_mm: float
    keel: float
    taper: float
    taper_from_z_mm: float

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner; without end along z."""
        width = self.half_width_mm * (1 + self.keel)
        middle, reach = np.array([self.middle_x_mm, self.middle_y_mm, 0]), np.array([width, self.half_depth_mm, np.inf])
        return middle - reach, middle + reach

    def narrowing(self, z: np.ndarray) -> np.ndarray:
        """Return the section's size over that at the diaphragm."""
        return 1 - self.taper * np.clip((z - self.taper_from_z_mm) / np.float32(120), 0, 1.5) ** 2

    def radius(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return the squared distance from the middle line, 1 on the surface."""
        size = self.narrowing(z)
        v = (y - np.float32(self.middle_y_mm)) / (np.float32(self.half_depth_mm) * size)
        width = np.float32(self.half_width_mm) * size * (1 - np.float32(self.keel) * v)
        return ((x - np.float32(self.middle_x_mm)) / width) ** 2 + v**2

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        return self.radius(x, y, z) < 1


@dataclass(frozen=True, kw_only=True)
class Ribs:
    """Every rib of a chest wall between two trunks: bands that run down and forward to the cartilage."""

    outer: Trunk
    inner: Trunk
    spacing_mm: float
    cartilage_y_mm: float

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner."""
        return self.outer.bounds_mm

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        level, middle = np.float32(self.inner.taper_from_z_mm), np.float32(self.inner.middle_y_mm)
        along = (z - level + np.float32(0.35) * (y - middle)) / np.float32(self.spacing_mm)
        band = (along - np.floor(along) < 0.36) & (y < self.cartilage_y_mm)
        return band & self.outer.contains(x, y, z) & ~self.inner.contains(x, y, z)


@dataclass(frozen=True, kw_only=True)
class Abdomen:
    """What lies below a domed diaphragm within a trunk, down to a tilted floor."""

    trunk: Trunk
    top_mm: np.ndarray
    curvature_per_mm: tuple[float, float]
    below_mm: float = 0.0
    floor_mm: float = -np.inf
    floor_slope: float = 0.0

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner."""
        low, high = self.trunk.bounds_mm
        return low, np.minimum(high, [np.inf, np.inf, self.top_mm[2]])

    def depth(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return how far the dome's surface lies below its top."""
        cx, cy = (np.float32(c) for c in self.curvature_per_mm)
        return cx * (x - np.float32(self.top_mm[0])) ** 2 + cy * (y - np.float32(self.top_mm[1])) ** 2

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        inside = z < np.float32(self.top_mm[2] - self.below_mm) - self.depth(x, y)
        if np.isfinite(self.floor_mm):
            inside &= z > np.float32(self.floor_mm) - np.float32(self.floor_slope) * (x - np.float32(self.top_mm[0]))
        return inside & self.trunk.contains(x, y, z)


@dataclass(frozen=True, kw_only=True)
class Within:
    """The part of a solid that lies inside another."""

    solid: Solid
    limit: Solid

    @property
    def bounds_mm(self) -> Bounds:
        """Lowest and highest corner."""
        (low, high), (lowest, highest) = self.solid.bounds_mm, self.limit.bounds_mm
        return np.maximum(low, lowest), np.minimum(high, highest)

    def contains(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return for each point whether it lies inside."""
        return self.solid.contains(x, y, z) & self.limit.contains(x, y, z)


@dataclass(frozen=True, kw_only=True)
class Thorax:
    """The trunk of one animal, built around its heart.

    Args:
        body: drawn sizes.
        beating: the heart, at its place.
        skin, muscle, cavity: trunks from outside to inside.
        diaphragm: everything below it, its muscle included.
        spine_mm: x and y of the vertebral bodies.
    """

    body: Body
    beating: BeatingHeart
    skin: Trunk
    muscle: Trunk
    cavity: Trunk
    diaphragm: Abdomen
    spine_mm: tuple[float, float]

    def point(self, right: float, from_spine: float, head: float) -> np.ndarray:
        """Return a point from the mid-plane, the spine and the heart's level, in millimetres of a 25 kg animal."""
        level = self.beating.pose.middle_mm[2]
        return (
            np.array([self.spine_mm[0], self.spine_mm[1], level])
            + np.array([right, from_spine, head]) * self.body.scale
        )

    def parts(self) -> list[Part]:
        """Return everything but the heart, the later parts painted over the earlier."""
        return [*self.wall(), *self.chest(), *self.abdomen(), *self.spine(), *self.vessels()]

    def wall(self) -> list[Part]:
        """Return skin and fat, muscle, ribs and sternum."""
        scale = self.body.scale
        inner = replace(
            self.cavity, half_width_mm=self.cavity.half_width_mm + 2.0, half_depth_mm=self.cavity.half_depth_mm + 2.0
        )
        outer = replace(
            inner, half_width_mm=inner.half_width_mm + 5.0 * scale, half_depth_mm=inner.half_depth_mm + 5.0 * scale
        )
        cartilage = self.cavity.middle_y_mm + 0.45 * self.cavity.half_depth_mm
        ribs = Ribs(outer=outer, inner=inner, spacing_mm=self.body.rib_spacing_mm * scale, cartilage_y_mm=cartilage)
        ventral = self.cavity.middle_y_mm + self.cavity.half_depth_mm * np.array([0.999, 0.999, 0.93]) + 5.0 * scale
        x, level = self.cavity.middle_x_mm, self.beating.pose.middle_mm[2]
        sternum = tube([np.array([x, y, level + z]) for y, z in zip(ventral, (-40, 10, 80), strict=True)], 4.5 * scale)
        return [
            (self.skin, Tissue.FAT),
            (self.muscle, Tissue.MUSCLE),
            (ribs, Tissue.BONE),
            *((piece, Tissue.MARROW) for piece in sternum),
        ]

    def chest(self) -> list[Part]:
        """Return lungs, mediastinum, oesophagus and airways."""
        scale = self.body.scale
        septum = Ellipsoid(
            centre_mm=np.array([self.cavity.middle_x_mm, self.cavity.middle_y_mm, 0]),
            semi_axes_mm=(2.0 * scale, 200.0, 400.0),
        )
        front = Ellipsoid(centre_mm=self.point(0.0, 78.0, 110.0), semi_axes_mm=(18 * scale, 62 * scale, 62 * scale))
        carina = self.beating.pulmonary_bifurcation_mm + np.array([6.0, -17.0, 6.0]) * scale
        trachea = tube(
            [self.point(4.0, 38.0, 130.0), (self.point(4.0, 38.0, 90.0) + carina) / 2 + [0, 0, 12], carina], 8.0 * scale
        )
        bronchi = [
            *tube([carina, carina + np.array([-26.0, -8.0, -18.0]) * scale], 5.0 * scale),
            *tube([carina, carina + np.array([28.0, -8.0, -18.0]) * scale], 5.0 * scale),
        ]
        return [
            (self.cavity, Tissue.LUNG),
            (Within(solid=septum, limit=self.cavity), Tissue.FAT),
            (Within(solid=front, limit=self.cavity), Tissue.FAT),
            *(
                (piece, Tissue.MUSCLE)
                for piece in tube(
                    [self.point(-3.0, 27.0, 150.0), self.point(-1.0, 28.0, 0.0), self.point(-4.0, 34.0, -150.0)],
                    6.0 * scale,
                )
            ),
            *((piece, Tissue.AIRWAY) for piece in [*trachea, *bronchi]),
        ]

    def abdomen(self) -> list[Part]:
        """Return diaphragm, bowel, liver, gallbladder, stomach and spleen."""
        scale, top = self.body.scale, self.diaphragm.top_mm
        content = replace(self.diaphragm, below_mm=3.0 * scale)
        liver = replace(content, floor_mm=top[2] - self.body.liver_length_mm * scale, floor_slope=0.30)

        def organ(
            offset: tuple[float, float, float], semi_axes: tuple[float, float, float], grow: float = 0.0
        ) -> Within:
            a, b, c = (s * scale + grow for s in semi_axes)
            return Within(
                solid=Ellipsoid(centre_mm=top + np.array(offset) * scale, semi_axes_mm=(a, b, c)), limit=content
            )

        stomach = (-34.0, -48.0, -68.0), (28.0, 32.0, 24.0)
        spleen_x = self.cavity.middle_x_mm - self.cavity.half_width_mm + 9 * scale - top[0]
        return [
            (self.diaphragm, Tissue.MUSCLE),
            (content, Tissue.BOWEL),
            (liver, Tissue.LIVER),
            (organ((24.0, 8.0, -44.0), (11.0, 11.0, 19.0)), Tissue.GALLBLADDER),
            (organ(*stomach), Tissue.STOMACH_WALL),
            (organ(*stomach, grow=-4.0), Tissue.STOMACH_CONTENT),
            (organ((spleen_x / scale, -45.0, -88.0), (11.0, 22.0, self.body.spleen_length_mm)), Tissue.SPLEEN),
        ]

    def spine(self) -> list[Part]:
        """Return vertebral bodies, arch, processes and the spinal canal."""
        scale = self.body.scale
        column = RoundCone(
            start_mm=self.point(0.0, 0.0, -160.0),
            end_mm=self.point(0.0, 0.0, 160.0),
            start_radius_mm=11 * scale,
            end_radius_mm=10 * scale,
        )
        arch = RoundCone(
            start_mm=self.point(0.0, -14.0, -160.0),
            end_mm=self.point(0.0, -14.0, 160.0),
            start_radius_mm=9 * scale,
            end_radius_mm=9 * scale,
        )
        canal = RoundCone(
            start_mm=self.point(0.0, -14.0, -160.0),
            end_mm=self.point(0.0, -14.0, 160.0),
            start_radius_mm=5 * scale,
            end_radius_mm=5 * scale,
        )
        processes = [
            RoundCone(
                start_mm=self.point(0.0, -20.0, z),
                end_mm=self.point(0.0, -36.0, z - 12.0),
                start_radius_mm=3.5 * scale,
                end_radius_mm=2.5 * scale,
            )
            for z in np.arange(-120.0, 140.0, 20.0).tolist()
        ]
        return [
            *((process, Tissue.BONE) for process in processes),
            (arch, Tissue.BONE),
            (column, Tissue.MARROW),
            (canal, Tissue.FAT),
        ]

    def vessels(self) -> list[Part]:
        """Return the great vessels away from the heart's base."""
        scale, beating = self.body.scale, self.beating
        diastole = end_diastolic_volume_ml(self.body, beating.heart)
        fork, start = beating.pulmonary_bifurcation_mm, beating.arch_start_mm
        aorta = beating.heart.aorta_mm * scale
        summit = (start + self.point(-9.0, 22.0, 0.0)) / 2
        summit[2] = start[2] + 11 * scale
        beside_spine = [self.point(-9.0, 22.0, z) for z in (35.0, 0.0, -60.0, -150.0)]
        atrium, left_atrium = beating.right_atrium(diastole).centre_mm, beating.left_atrium(diastole).centre_mm
        through_diaphragm = np.array([atrium[0] - 6 * scale, atrium[1] - 20 * scale, self.diaphragm.top_mm[2] - 10])
        right = [
            *tube([fork, fork + np.array([-34.0, -10.0, -4.0]) * scale], [7.0 * scale, 5.0 * scale]),
            *tube([fork, fork + np.array([46.0, -8.0, -4.0]) * scale], [7.0 * scale, 5.0 * scale]),
            *tube([atrium, through_diaphragm, through_diaphragm + np.array([-4.0, -16.0, -90.0]) * scale], 8.0 * scale),
            *tube([atrium, atrium + np.array([-10.0, -4.0, 42.0]) * scale, self.point(10.0, 66.0, 150.0)], 7.0 * scale),
        ]
        left = [
            *tube([start, summit, *beside_spine], np.array([1, 0.92, 0.85, 0.8, 0.78, 0.75]) * aorta),
            *tube([summit, self.point(-4.0, 62.0, 150.0)], 5.0 * scale),
            *(
                piece
                for offset in ((-36.0, -16.0, 4.0), (38.0, -14.0, 4.0), (-30.0, -26.0, -26.0), (32.0, -26.0, -26.0))
                for piece in tube([left_atrium, left_atrium + np.array(offset) * scale], 4.5 * scale)
            ),
        ]
        return [*((v, Tissue.RIGHT_BLOOD) for v in right), *((v, Tissue.LEFT_BLOOD) for v in left)]


def build_thorax(beating: BeatingHeart) -> Thorax:
    """Build the trunk around a heart that lies in its place: sternum before it, diaphragm below it.

    Raises:
        BadInput: a heart that does not fit between spine, sternum and ribs.
    """
    body, heart, scale = beating.body, beating.heart, beating.body.scale
    surface = _surface(beating)
    middle = beating.pose.middle_mm
    x, z = middle[0] + heart.left_of_midline_mm * scale, middle[2]
    cavity = _fitted_cavity(body, surface, x, z, heart.to_sternum_mm)
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
    return Thorax(body=body, beating=beating, skin=skin, muscle=muscle, cavity=cavity, diaphragm=dome, spine_mm=spine)


def _fitted_cavity(body: Body, surface: np.ndarray, x: float, z: float, to_sternum_mm: float) -> Trunk:
    scale = body.scale
    dorsal, wall = 30 * scale, (body.fat_mm + body.chest_wall_mm) * scale
    cavity = Trunk(
        middle_x_mm=x,
        middle_y_mm=0.0,
        half_width_mm=body.half_width_mm * scale - wall,
        half_depth_mm=body.half_depth_mm * scale - (dorsal + wall) / 2,
        keel=body.keel,
        taper=body.cranial_taper,
        taper_from_z_mm=z,
    )
    fitting = [y for y in np.arange(-120.0, 120.0, 1.0) if replace(cavity, middle_y_mm=y).radius(*surface.T).max() < 1]
    if not fitting:
        raise BadInput("the heart must fit into the thorax; a body too small or a heart too far from the midline?")
    placed = replace(cavity, middle_y_mm=fitting[0] + to_sternum_mm)
    if placed.radius(*surface.T).max() >= 1:
        raise BadInput(f"the heart must lie before the spine; {to_sternum_mm} mm from the sternum is too far")
    return placed


def _surface(beating: BeatingHeart) -> np.ndarray:
    """Return points on both ventricles' outsides at end-diastole, shape (point, 3)."""
    volume = end_diastolic_volume_ml(beating.body, beating.heart)
    polar, azimuth = np.meshgrid(
        np.linspace(0, np.pi, 25), np.linspace(0, 2 * np.pi, 48, endpoint=False), indexing="ij"
    )
    directions = np.stack([np.cos(polar), np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth)], axis=-1)
    points = []
    for solid in (beating.left_outer(volume), beating.right_cavity(volume)):
        local = directions.reshape(-1, 3) * solid.semi_axes_mm
        points.append(solid.centre_mm + local[local[:, 0] > solid.cut_mm] @ solid.axes)
    return np.concatenate(points)
