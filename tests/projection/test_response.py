from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings

from custom.projection.response import pinhole_responses
from tests.projection.one_pinhole import IDEAL_EDGE
from tests.strategies import cameras


@settings(deadline=None, max_examples=20)
@given(cameras())
def test_spots_are_tabulated_for_every_distance_at_which_a_voxel_lies(camera):
    corners = np.stack(np.meshgrid(*camera.grid.centres_mm(), indexing="ij"), axis=-1)
    for pinhole, response in zip(camera.pinholes, pinhole_responses(camera, camera.grid), strict=True):
        distances = (corners - pinhole.position_mm) @ np.asarray(pinhole.axis)
        distances = distances[distances >= camera.model.nearest_mm]
        magnifications = 1 + (pinhole.focal_length_mm + response.depths[:, None]) / distances
        last = response.spots.first + response.spots.step * (len(response.spots.reach) - 1)
        assert (magnifications >= response.spots.first - 1e-9).all()
        assert (magnifications <= last + 1e-9).all()


def test_equal_pinholes_share_one_table(discovery):
    responses = pinhole_responses(discovery, discovery.grid)
    assert len(responses) == 19
    assert len({id(response.spots) for response in responses}) == 1


def test_the_edge_of_tungsten_lets_through_an_eighth_of_a_millimetre(discovery):
    response = pinhole_responses(discovery, discovery.grid)[0]
    assert response.skirt == pytest.approx(math.tan(math.radians(42)) / (2 * 3.597))
    assert response.aperture + 2 * response.skirt * math.log(2) == pytest.approx(5.274, abs=1e-3)


def test_an_ideal_edge_lets_nothing_through(tiny_camera):
    ideal = dataclasses.replace(tiny_camera, collimator=IDEAL_EDGE)
    assert pinhole_responses(ideal, ideal.grid)[0].skirt == 0


def test_depths_lie_in_the_crystal_or_at_its_face(tiny_camera):
    at_face = pinhole_responses(tiny_camera, tiny_camera.grid)[0]
    np.testing.assert_array_equal(at_face.depths, [0])
    model = dataclasses.replace(tiny_camera.model, depth_of_interaction=True)
    within = pinhole_responses(dataclasses.replace(tiny_camera, model=model), tiny_camera.grid)[0]
    assert ((within.depths > 0) & (within.depths < tiny_camera.detector.thickness_mm)).all()
    # the quadrature's weights integrate over the crystal's thickness
    assert within.depth_weights @ within.depths**3 * 5 / 2 == pytest.approx(5**4 / 4)
