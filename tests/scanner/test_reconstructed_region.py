from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from custom.scanner.camera import load_camera
from custom.scanner.grid import ImageGrid
from custom.scanner.reconstructed_region import ReconstructedRegion

CAMERA = Path(__file__).resolve().parents[2] / "custom" / "scanner" / "discovery_570c.yaml"
GRID = ImageGrid(shape=(9, 9, 9), spacing_mm=(10.0, 10.0, 10.0), centre_mm=(100.0, 0.0, 0.0))
IN_FRONT = [(100.0, 150.0, 0.0)]


@pytest.fixture(scope="module")
def camera():
    return load_camera(CAMERA)


def test_images_fill_what_the_vendors_do(camera):
    kept = camera.reconstructed_voxels()
    x, y, z = np.meshgrid(*camera.grid.centres_mm(), indexing="ij")
    radius = np.sqrt(x**2 + y**2 + z**2)
    towards = np.mean([pinhole.position_mm for pinhole in camera.pinholes], axis=0)
    near = np.stack([x, y, z], axis=-1) @ (towards / np.linalg.norm(towards))
    assert kept[35, 35, 25]
    assert not kept[(radius >= 135) | (abs(z) > 92) | (near >= 96)].any()
    assert kept[(radius < 80) & (abs(z) < 90)].all()


@pytest.mark.parametrize(
    ("region", "n_voxels"),
    [
        ({}, 9 * 9 * 9),
        ({"radius_mm": 15.0}, 19),  # the centre, 6 voxels at 10 mm, 12 at 14.1 mm
        ({"half_length_mm": 10.0}, 9 * 9 * 3),
        ({"near_side_mm": 25.0}, 9 * 7 * 9),  # the pinhole looks along y: planes at 30 and 40 mm go
    ],
)
def test_voxels_counted_by_hand(region, n_voxels):
    assert ReconstructedRegion(**region).voxels(GRID, IN_FRONT).sum() == n_voxels


def test_pinholes_all_around_have_no_near_side():
    around = [(100.0, 150.0, 0.0), (100.0, -150.0, 0.0)]
    assert ReconstructedRegion(near_side_mm=25.0).voxels(GRID, around).all()


def test_a_camera_keeps_its_whole_grid_unless_told(camera):
    assert replace(camera, reconstructed_region=ReconstructedRegion()).reconstructed_voxels().all()


@pytest.mark.parametrize("name", ["radius_mm", "half_length_mm", "near_side_mm"])
@pytest.mark.parametrize("value", [0.0, -96.0, float("nan")])
def test_lengths_are_positive(name, value):
    with pytest.raises(ValueError, match=f"reconstructed_region: {name} must be positive"):
        ReconstructedRegion(**{name: value})
