from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from custom.scanner.parts import Collimator, Detector, Pinhole, ResponseModel

FRONT = Pinhole(
    position_mm=(0.0, 100.0, 0.0), axis=(0.0, -1.0, 0.0), up=(0.0, 0.0, 1.0), aperture_mm=5.0, focal_length_mm=60.0
)
DETECTOR = Detector(
    n_rows=32, n_columns=32, pixel_mm=2.46, thickness_mm=5.0, attenuation_per_mm=0.4, window_fraction=0.9
)
COLLIMATOR = Collimator(attenuation_per_mm=3.6, opening_angle_deg=84.0)


def test_columns_grow_to_the_right_of_who_stands_at_the_patient_and_looks_at_the_detector():
    # looking anteriorly (+y) with the head up, the patient's right (+x) is to the right
    np.testing.assert_array_equal(FRONT.frame[0], [1, 0, 0])


@pytest.mark.parametrize("wrong", [{"axis": (0.0, -2.0, 0.0)}, {"up": (0.0, 0.6, 0.8)}, {"up": (0.0, 0.0, 0.0)}])
def test_a_pinhole_has_orthogonal_unit_vectors(wrong):
    with pytest.raises(ValueError, match=r"unit vector|right angles"):
        dataclasses.replace(FRONT, **wrong)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        (FRONT, {"aperture_mm": 0.0}),
        (FRONT, {"focal_length_mm": -61.3}),
        (FRONT, {"focal_length_mm": math.nan}),
        (COLLIMATOR, {"attenuation_per_mm": -3.6}),
        (COLLIMATOR, {"opening_angle_deg": 180.0}),
        (DETECTOR, {"n_rows": 0}),
        (DETECTOR, {"pixel_mm": -2.46}),
        (DETECTOR, {"thickness_mm": 0.0}),
        (DETECTOR, {"window_fraction": 93.8}),
        (DETECTOR, {"intrinsic_sigma_mm": math.inf}),
        (ResponseModel(), {"voxel_samples": 0}),
        (ResponseModel(), {"nearest_mm": 0.0}),
    ],
)
def test_an_impossible_part_cannot_be_built(part, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        dataclasses.replace(part, **wrong)


def test_an_ideal_edge_and_an_ideal_crystal_can_be_built():
    assert math.isinf(dataclasses.replace(COLLIMATOR, attenuation_per_mm=math.inf).attenuation_per_mm)
    assert math.isinf(dataclasses.replace(DETECTOR, attenuation_per_mm=math.inf).attenuation_per_mm)
