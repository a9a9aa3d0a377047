from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid
from custom.scanner.parts import Collimator
from tests.projection.one_pinhole import IDEAL_DETECTOR, Point, centroid, one_pinhole, second_moments

# by hand


def test_an_ideal_pinhole_detects_its_solid_angle():
    point = Point(one_pinhole(distance_mm=148, focal_length_mm=61.3, voxel_samples=1))
    assert point(0, 0, 0).sum() == pytest.approx(5.1**2 / (16 * 148**2), rel=1e-5)
    cosine = math.cos(math.radians(20))
    off_axis = point(148 * math.tan(math.radians(20)), 0, 0).sum()
    assert off_axis == pytest.approx(5.1**2 * cosine**3 / (16 * 148**2), rel=1e-5)


def test_images_are_upside_down_and_magnified_by_focal_length_over_distance():
    point = Point(one_pinhole(distance_mm=100, focal_length_mm=50, voxel_samples=1))
    np.testing.assert_allclose(centroid(point(12, 0, -20), 2.46), [-6, 10], atol=0.01)
    np.testing.assert_allclose(centroid(point(12, 50, -20), 2.46), [-12, 20], atol=0.01)


def test_penetration_gives_the_sensitivity_effective_diameter():
    tungsten = Collimator(attenuation_per_mm=3.597, opening_angle_deg=84.0)
    ideal = one_pinhole(distance_mm=148, focal_length_mm=61.3, voxel_samples=1)
    ratio = Point(dataclasses.replace(ideal, collimator=tungsten))(0, 0, 0).sum() / Point(ideal)(0, 0, 0).sum()
    assert ratio == pytest.approx((5.356 / 5.1) ** 2, rel=1e-3)


def test_the_crystal_detects_more_of_oblique_rays():
    detector = dataclasses.replace(IDEAL_DETECTOR, attenuation_per_mm=0.4035, window_fraction=0.9)
    point = Point(one_pinhole(distance_mm=148, focal_length_mm=61.3, detector=detector, voxel_samples=1))
    ideal = Point(one_pinhole(distance_mm=148, focal_length_mm=61.3, voxel_samples=1))
    x = 148 * math.tan(math.radians(25))
    expected = 0.9 * (1 - math.exp(-0.4035 * 5 / math.cos(math.radians(25))))
    assert point(x, 0, 0).sum() / ideal(x, 0, 0).sum() == pytest.approx(expected, rel=1e-6)


def test_depth_of_interaction_moves_images_outward_by_mean_depth_times_tangent():
    detector = dataclasses.replace(IDEAL_DETECTOR, attenuation_per_mm=0.4035, pixel_mm=1.0, n_rows=80, n_columns=80)
    at_face = one_pinhole(distance_mm=148, focal_length_mm=61.3, detector=detector, voxel_samples=1)
    in_depth = dataclasses.replace(at_face, model=dataclasses.replace(at_face.model, depth_of_interaction=True))
    tangent = math.tan(math.radians(15))
    shift = centroid(Point(in_depth)(148 * tangent, 0, 0)) - centroid(Point(at_face)(148 * tangent, 0, 0))
    mu = 0.4035 / math.cos(math.radians(15))
    mean_depth = 1 / mu - 5 / (math.exp(5 * mu) - 1)
    np.testing.assert_allclose(shift, [-mean_depth * tangent, 0], atol=5e-3)


def test_a_pinhole_sees_nothing_that_is_nearer_than_stated():
    point = Point(one_pinhole(distance_mm=148, focal_length_mm=61.3, nearest_mm=50.0, voxel_samples=1))
    assert point(0, 97.9, 0).sum() > 0
    assert point(0, 98.1, 0).sum() == 0
    assert point(0, 300, 0).sum() == 0


# against other software


def test_stir(reference_dir):
    """Columns of STIR's pinhole matrix, which reduces a voxel to its centre.

    STIR places a spot within 0.03 pixel only; the shape is therefore compared at STIR's own centroid, too.
    """
    files = sorted(reference_dir.glob("pinhole_columns*.npz"))
    if not files:
        pytest.skip("no STIR columns there")
    for file in files:
        case = dict(np.load(file))
        inside, raw, aligned = stir_differences(case, voxel_samples=1)
        assert len(inside), f"{file.name}: no column that the module holds whole"
        assert np.abs(inside[:, 0]).max() < 1e-3, f"{file.name}: sums"
        assert np.abs(inside[:, 1]).max() < 0.03, f"{file.name}: centroids, pixels"
        assert np.quantile(raw, 0.97) < 0.02, f"{file.name}: relative L2"
        assert raw.max() < 0.03
        assert aligned.max() < 0.02, f"{file.name}: relative L2 at STIR's centroid"
        inside, raw, _ = stir_differences(case, voxel_samples=2)
        assert np.abs(inside[:, 0]).max() < 1e-3, f"{file.name}: sums with the voxel's volume"
        assert np.abs(inside[:, 1]).max() < 0.03
        assert np.median(raw) < 0.05, f"{file.name}: relative L2 with the voxel's volume"


def stir_differences(case: dict[str, np.ndarray], voxel_samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For columns that no edge clips: sums and centroid shifts in pixels; L2 as it is; L2 at STIR's centroid."""
    distance = float(case["pinhole_distance_mm"])
    focal_length = float(case["detector_distance_mm"]) - distance
    detector = dataclasses.replace(IDEAL_DETECTOR, intrinsic_sigma_mm=float(case["sigma_mm"]))
    aperture = float(case["aperture_mm"])
    ys = (case["voxel_index_zyx"][:, 1] - 34.5) * 4
    point = Point(
        one_pinhole(
            distance_mm=distance,
            focal_length_mm=focal_length,
            aperture_mm=aperture,
            detector=detector,
            voxel_samples=voxel_samples,
            nearest_mm=max(5.0, distance - float(ys.max()) - 4),
        )
    )
    inside, raw, aligned = [], [], []
    for column, (k, j, i) in enumerate(case["voxel_index_zyx"].astype(int)):
        x, y, z = (np.array([i, j, k]) - [34.5, 34.5, 24.5]) * 4
        h = distance - y
        margin = aperture / 2 * (1 + focal_length / h) + 5 * float(case["sigma_mm"]) + 4 * focal_length / h + 2.46
        if max(abs(x), abs(z)) * focal_length / h + margin > 16 * 2.46:
            continue
        part = slice(case["indptr"][column], case["indptr"][column + 1])
        theirs = np.zeros((32, 32))
        theirs.flat[case["pixel"][part]] = case["weight"][part]
        ours = point(x, y, z)
        shift = centroid(theirs) - centroid(ours)
        dx, dz = -shift * 2.46 * h / focal_length
        inside.append([ours.sum() / theirs.sum() - 1, np.abs(shift).max()])
        raw.append(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))
        aligned.append(np.linalg.norm(point(x + dx, y, z + dz) - theirs) / np.linalg.norm(theirs))
    return np.array(inside), np.array(raw), np.array(aligned)


def test_monte_carlo_in_air(reference_dir, discovery):
    """EGSnrc's point sources in air: efficiency, centroid and second moments of what is counted in the window."""
    files = sorted((reference_dir / "montecarlo").glob("air_*.npz"))
    if not files:
        pytest.skip("no Monte Carlo in air there")
    for file in files:
        case = np.load(file)
        meta = json.loads(str(case["meta"]))
        fov = meta["quantities"].index("win_centroid_fov")
        x, y, z = meta["source_mm"]
        camera = monte_carlo_camera(meta, discovery, case["pix_centroid"].shape[-1])
        image = Point(camera)(x, z, y)
        assert image.sum() == pytest.approx(case["totals"][:, fov].sum(), rel=0.02), f"{file.name}: efficiency"
        wide = dataclasses.replace(
            camera.detector, n_rows=240, n_columns=240, pixel_mm=0.5
        )  # the histogram has no edge
        image = Point(dataclasses.replace(camera, detector=wide))(x, z, y)
        theirs = case["fine_centroid"][:2].sum(axis=0, dtype=float)
        expected = centroid(theirs, 0.25) + meta["image_centre_mm"]
        np.testing.assert_allclose(centroid(image, 0.5), expected, atol=0.2, err_msg=f"{file.name}: centroid")
        ours, theirs = second_moments(image, 0.5), second_moments(theirs, 0.25)  # both with their pixels' share
        np.testing.assert_allclose(ours - 0.5**2 / 12, theirs - 0.25**2 / 12, rtol=0.03, err_msg=f"{file.name}: spread")


def monte_carlo_camera(meta: dict, discovery: Camera, n_pixels: int) -> Camera:
    """The simulated pinhole, its axis along our y, behind the crystal and plate of the Discovery's file."""
    x, y, z = meta["source_mm"]
    detector = dataclasses.replace(
        discovery.detector, n_rows=n_pixels, n_columns=n_pixels, thickness_mm=float(meta["czt_mm"])
    )
    return one_pinhole(
        distance_mm=meta["h_mm"],
        focal_length_mm=meta["front_face_behind_pinhole_mm"],
        aperture_mm=meta["d_mm"],
        detector=detector,
        collimator=dataclasses.replace(discovery.collimator, opening_angle_deg=2 * meta["cone_half_angle_deg"]),
        grid=ImageGrid(shape=(1, 1, 1), centre_mm=(float(x), float(z), float(y))),
        voxel_samples=1,
        depth_of_interaction=True,
    )
