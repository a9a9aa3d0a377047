from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.projection.columns import pinhole_columns, voxel_points
from custom.projection.detection import add_point
from custom.projection.response import pinhole_responses
from tests.projection.one_pinhole import Point, centroid, one_pinhole
from tests.strategies import grids


@settings(deadline=None, max_examples=20)
@given(grids(), st.integers(1, 3))
def test_a_voxels_points_have_its_volume_centre_and_second_moments(grid, samples):
    x, y, z, share = voxel_points(grid, samples).T
    assert share.sum() == pytest.approx(1)
    for at, edge in zip((x, y, z), grid.spacing_mm, strict=True):
        assert share @ at == pytest.approx(0, abs=1e-9)
        assert share @ at**2 == pytest.approx(edge**2 / 12 if samples > 1 else 0)


def test_a_column_is_what_rays_from_the_voxels_volume_through_the_aperture_make():
    camera = one_pinhole(distance_mm=100, focal_length_mm=55, voxel_samples=2)
    generator = np.random.default_rng(5)
    n = 1_000_000
    start = generator.uniform([20, 12, -11], [24, 16, -7], (n, 3))
    radius, angle = 2.55 * np.sqrt(generator.uniform(size=n)), generator.uniform(0, 2 * np.pi, n)
    hole = np.stack([radius * np.cos(angle), np.full(n, 100.0), radius * np.sin(angle)], axis=1)
    ray = hole - start
    length = np.linalg.norm(ray, axis=1)
    share = np.pi * 2.55**2 * ray[:, 1] / length / (4 * np.pi * length**2) / n  # solid angle of the aperture's element
    hit = hole + ray * (55 / ray[:, 1])[:, None]
    edges = (np.arange(33) - 16) * 2.46
    rays, _, _ = np.histogram2d(hit[:, 2], hit[:, 0], [edges, edges], weights=share)
    column = Point(camera)(22, 14, -9)
    assert column.sum() == pytest.approx(rays.sum(), rel=2e-3)
    np.testing.assert_allclose(centroid(column), centroid(rays), atol=0.015)  # rays favour the aperture's nearer side
    assert np.linalg.norm(column - rays) / np.linalg.norm(rays) < 0.02


def test_columns_are_the_points_responses_without_their_negligible_pixels(tiny_camera):
    grid = tiny_camera.grid
    response = pinhole_responses(tiny_camera, grid)[1]
    columns = pinhole_columns(response, grid, 2)
    assert (np.diff(columns.voxel) > 0).all()
    assert (columns.value > 0).all()
    axes = grid.centres_mm()
    for seen in range(0, len(columns.voxel), 37):
        image = np.zeros(tiny_camera.counts_shape[1:])
        centre = [axis[i] for axis, i in zip(axes, np.unravel_index(columns.voxel[seen], grid.shape), strict=True)]
        for dx, dy, dz, weight in voxel_points(grid, 2):
            at = np.add(centre, [dx, dy, dz])
            add_point(image, response, *at, weight, np.array([99, -1, 99, -1]))
        column = np.zeros_like(image)
        part = slice(columns.pointer[seen], columns.pointer[seen + 1])
        column.flat[columns.pixel[part]] = columns.value[part]
        assert column.sum() == pytest.approx(image.sum(), rel=1e-5)
        np.testing.assert_allclose(column, image, atol=0.01 * image.max())
