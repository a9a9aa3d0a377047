"""Points in water: geometry by hand, and what the table and the figure of the scatter benchmark show."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.camera import DISCOVERY
from benchmarks.points_in_water import PointInWater, read_points
from benchmarks.scatter import draw, table
from custom.errors import BadInput
from custom.scanner.camera import Camera, load_camera


@pytest.fixture(scope="module")
def camera() -> Camera:
    return load_camera(DISCOVERY)


def write_point(folder: Path, name: str, x_mm: float, z_mm: float, pinhole_mm: float = 148) -> PointInWater:
    """Write what Monte Carlo would of 100 primaries, half as many scattered, level over the module; read it again."""
    by_batch = np.zeros((4, 3, 4, 1))
    by_batch[:, 0, :, 0] = np.array([100, 20, 20, 10]) + np.array([[0], [0.5], [-0.5], [0]]) * [[0, 1, 0, 0]]
    meta = {
        "source_mm": [x_mm, 0, z_mm],
        "pinhole_plane_z_mm": pinhole_mm,
        "d_mm": 5.1,
        "front_face_behind_pinhole_mm": 61.3,
        "quantities": ["win_centroid_fov"],
        "image_centre_mm": [-61.3 * x_mm / (pinhole_mm - z_mm), 0],
    }
    (folder / "montecarlo").mkdir(exist_ok=True)
    np.savez(
        folder / "montecarlo" / f"water_{name}.npz",
        meta=json.dumps(meta),
        batch_totals=by_batch,
        pix48_centroid=np.full((4, 48, 48), 1e-9),
        radial_edges_mm=np.arange(21) * 3.0,
        radial_profile_per_pixel=np.tile([[4.0], [1.0], [2.0], [3.0]], 20) * 1e-9,
        radial_profile_sem=np.tile([[4.0], [1.0], [2.0], [2.0]], 20) * 1e-11,
        radial_npix=np.where(np.arange(20) < 18, 4, 0),
    )
    return read_points(folder)[-1]


def test_what_monte_carlo_saw_is_read(tmp_path: Path) -> None:
    point = write_point(tmp_path, "centre", 0, 0)
    assert point.seen.ratio == pytest.approx(0.5)
    assert point.ratio_error == pytest.approx(0.005 * np.std([0, 1, -1, 0], ddof=1) / 2)
    assert point.seen.rings["scatter"] == pytest.approx(np.full(18, 6e-9))
    assert point.ring_errors["scatter"] == pytest.approx(np.full(18, 3e-11))
    assert len(point.edges_mm) == 19
    assert point.seen.shares[0] == pytest.approx(12 / 1024)  # of a level: 12 pixels have their middle within 5 mm


@pytest.mark.parametrize(
    ("x_mm", "z_mm", "pinhole_mm", "water_mm"),
    [(0, 0, 148, 100), (0, 50, 148, 50), (0, -50, 148, 150), (60, 0, 80, 123.73)],
)
def test_the_way_through_the_water_worked_out_by_hand(
    tmp_path: Path, x_mm: float, z_mm: float, pinhole_mm: float, water_mm: float
) -> None:
    """The last: 36 mm back along the line the cylinder's axis is nearest, √(100² − 60² + 36²) = 87.73 mm on."""
    assert write_point(tmp_path, "point", x_mm, z_mm, pinhole_mm).water_mm == pytest.approx(water_mm, abs=0.01)


def test_rings_lie_about_the_image_wherever_the_source_is(tmp_path: Path, camera: Camera) -> None:
    for x_mm in (0, 50, -50):
        primary = write_point(tmp_path, "point", x_mm, 0).modelled(camera).rings["primary"]
        assert primary[0] > 1.5 * primary[1] > 1.5 * primary[3:].max()


def test_more_water_scatters_more(tmp_path: Path, camera: Camera) -> None:
    ratios = [write_point(tmp_path, "point", 0, z_mm).modelled(camera).ratio for z_mm in (50, 0, -50)]
    assert ratios == sorted(ratios)
    assert ratios[2] > 2 * ratios[0]


def test_table_and_figure_have_every_source(tmp_path: Path, camera: Camera) -> None:
    write_point(tmp_path, "a", 0, 0), write_point(tmp_path, "b", 50, 0)
    points = read_points(tmp_path)
    modelled = [point.modelled(camera) for point in points]
    rows = table(points, modelled).splitlines()
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| water_a", "| water_b"]
    assert "0.5000 ± 0.0020" in rows[2]
    assert len({row.count("|") for row in rows}) == 1
    panels = draw(points, modelled, "title").axes
    assert [panel.get_title() for panel in panels[:2]] == ["water_a: 100 mm of water", "water_b: 104 mm of water"]
    assert panels[0].get_ylabel() == "counts per pixel per emitted photon"
    assert panels[0].get_yscale() == "log"


def test_a_folder_without_sources_in_water_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"reference_dir must hold montecarlo/water_\*\.npz, got .* is it the folder"):
        read_points(tmp_path)
