from __future__ import annotations

import dataclasses
import json
import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.errors import BadInput
from custom.projection.attenuation import mu_per_mm_from_hu, transmission
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import assemble
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid
from custom.scanner.parts import Pinhole
from tests.strategies import cameras

WATER = 0.01538
GRID = ImageGrid(shape=(9, 9, 9), spacing_mm=(10.0, 10.0, 10.0))
SIDES = {"right": (1.0, 0.0), "left": (-1.0, 0.0), "front": (0.0, 1.0), "back": (0.0, -1.0)}


@pytest.fixture
def four_sides(tiny_camera) -> Camera:
    """A pinhole on each side of the patient, looking at the middle."""
    pinholes = tuple(
        Pinhole(
            position_mm=(120 * x, 120 * y, 0.0),
            axis=(-x, -y, 0.0),
            up=(0.0, 0.0, 1.0),
            aperture_mm=5.0,
            focal_length_mm=50.0,
        )
        for x, y in SIDES.values()
    )
    return dataclasses.replace(tiny_camera, pinholes=pinholes, grid=GRID)


@pytest.mark.parametrize(
    ("hu", "per_cm"),
    [(-1000, 0.0), (-2000, 0.0), (-500, 0.1538 - 0.082885), (0, 0.1538), (100, 0.164186), (1000, 0.25766)],
)
def test_mu_of_ct_numbers_by_hand(hu, per_cm):
    assert float(mu_per_mm_from_hu(torch.tensor([float(hu)]))) * 10 == pytest.approx(per_cm, abs=1e-6)


@given(st.floats(-3000, 3000), st.floats(0, 100))
def test_mu_never_falls_as_ct_numbers_rise(hu, rise):
    low, high = mu_per_mm_from_hu(torch.tensor([hu, hu + rise], dtype=torch.float64))
    assert 0 <= low <= high


def test_air_transmits_all(four_sides):
    assert (transmission(torch.zeros(GRID.shape), GRID, four_sides, GRID) == 1).all()


def test_water_transmits_by_the_length_of_the_way_through_it(four_sides):
    mu = torch.full(GRID.shape, WATER)
    factors = transmission(mu, GRID, four_sides, GRID)
    assert factors.dtype == torch.float32
    assert factors.shape == (4, 9, 9, 9)
    # from the middle of the box to its side; a voxel's μ ends where the next voxel's centre would be
    np.testing.assert_allclose(factors[:, 4, 4, 4], math.exp(-WATER * 45), rtol=1e-4)
    # from the front row's middle: half a voxel towards the front, eight and a half towards the back
    right, left, front, back = factors[:, 4, 8, 4]
    assert float(front) == pytest.approx(math.exp(-WATER * 5), rel=1e-3)
    assert float(back) == pytest.approx(math.exp(-WATER * 85), rel=1e-3)
    assert float(left) == pytest.approx(float(right), rel=1e-5)


@pytest.mark.parametrize("side", SIDES)
def test_a_slab_on_one_side_attenuates_only_the_pinhole_behind_it(four_sides, side):
    mu = torch.zeros(GRID.shape)
    x, y = SIDES[side]
    axis, index = (0, int(4 + 4 * x)) if x else (1, int(4 + 4 * y))
    mu.select(axis, index).fill_(0.05)
    factors = transmission(mu, GRID, four_sides, GRID)
    middle = factors[:, 3:6, 3:6, 3:6]
    for number, name in enumerate(SIDES):
        if name == side:
            assert (middle[number] < math.exp(-0.05 * 9.9)).all()
        else:
            assert (middle[number] == 1).all()


@pytest.mark.parametrize("side", SIDES)
def test_its_counts_alone_fall(four_sides, side):
    mu = torch.zeros(GRID.shape)
    x, y = SIDES[side]
    mu.select(*((0, int(4 + 4 * x)) if x else (1, int(4 + 4 * y)))).fill_(0.05)
    image = torch.zeros(GRID.shape)
    image[4, 4, 4] = 1e6
    projector = MatrixProjector(assemble(four_sides, GRID, progress=False))
    behind = projector.with_transmission(transmission(mu, GRID, four_sides, GRID))
    ratio = behind.forward(image).sum(dim=(1, 2)) / projector.forward(image).sum(dim=(1, 2))
    expected = [math.exp(-0.5) if name == side else 1 for name in SIDES]
    np.testing.assert_allclose(ratio, expected, rtol=1e-3)


def test_a_mu_map_on_a_grid_of_its_own_gives_the_same(four_sides):
    coarse = torch.full((5, 5, 5), WATER)
    own = ImageGrid(shape=(5, 5, 5), spacing_mm=(12.0, 12.0, 12.0), centre_mm=(6.0, -3.0, 2.0))
    fine = coarse.repeat_interleave(4, 0).repeat_interleave(4, 1).repeat_interleave(4, 2)
    rough = transmission(coarse, own, four_sides, GRID)
    smooth = transmission(fine, own.refined(4), four_sides, GRID)
    np.testing.assert_allclose(rough[:, 3:6, 3:6, 3:6], smooth[:, 3:6, 3:6, 3:6], rtol=0.01)


@settings(deadline=None, max_examples=20)
@given(cameras(max_side=5), st.floats(0, 0.05), st.floats(0, 0.05))
def test_optical_depths_add_up_and_stay_within_nought_and_one(camera, first, second):
    generator = torch.Generator().manual_seed(1)
    shapes = torch.rand(2, *camera.grid.shape, generator=generator)
    a, b = shapes[0] * first, shapes[1] * second
    through = [transmission(mu, camera.grid, camera, camera.grid) for mu in (a, b, a + b)]
    assert all((factor > 0).all() and (factor <= 1).all() for factor in through)
    torch.testing.assert_close(through[0] * through[1], through[2], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("mu", "rule"),
    [
        (torch.full(GRID.shape, 40.0), "HU, or per cm"),
        (torch.full(GRID.shape, -0.01), "HU"),
        (torch.full(GRID.shape, 0.1538), "per cm"),
        (torch.full(GRID.shape, float("nan")), "finite"),
        (torch.zeros(3, 3, 3), "another grid"),
    ],
)
def test_what_is_no_mu_map_is_refused_with_the_likely_cause(four_sides, mu, rule):
    with pytest.raises(BadInput, match=rule):
        transmission(mu, GRID, four_sides, GRID)


def test_monte_carlo_in_water(reference_dir, discovery):
    """EGSnrc's primaries from a water cylinder, against the same pinhole's response in air and the transmission."""
    files = sorted((reference_dir / "montecarlo").glob("water_*.npz"))
    if not files:
        pytest.skip("no Monte Carlo in water there")
    mu_grid = ImageGrid(shape=(60, 80, 60))
    for file in files:
        case = np.load(file)
        meta = json.loads(str(case["meta"]))
        x, y, z = (float(value) for value in meta["source_mm"])
        pinhole = Pinhole(
            position_mm=(0.0, 0.0, float(meta["pinhole_plane_z_mm"])),
            axis=(0.0, 0.0, -1.0),
            up=(0.0, 1.0, 0.0),
            aperture_mm=float(meta["d_mm"]),
            focal_length_mm=float(meta["front_face_behind_pinhole_mm"]),
        )
        point = ImageGrid(shape=(1, 1, 1), spacing_mm=(0.01, 0.01, 0.01), centre_mm=(x, y, z))
        camera = dataclasses.replace(discovery, pinholes=(pinhole,))
        radius_mm = float(re.search(r"radius (\d+)", meta["cylinder"])[1])
        through = transmission(water_cylinder(mu_grid, radius_mm), mu_grid, camera, point)
        primaries = MatrixProjector(assemble(camera, point, progress=False), transmission=through)
        unscattered = case["totals"][:, 0, meta["quantities"].index("win_centroid_fov")].sum()
        assert float(primaries.forward(torch.ones(1, 1, 1)).sum()) == pytest.approx(unscattered, rel=0.005), file.name


def water_cylinder(grid: ImageGrid, radius_mm: float) -> torch.Tensor:
    """μ of water along y, each voxel by its share within the radius."""
    fine = grid.refined(5)
    x, _, z = fine.centres_mm()
    inside = (x[:, None] ** 2 + z**2 <= radius_mm**2).reshape(grid.shape[0], 5, grid.shape[2], 5).mean(axis=(1, 3))
    return torch.from_numpy(inside * WATER)[:, None, :].expand(grid.shape)
