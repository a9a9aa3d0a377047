import numpy as np
import pytest
import torch

from custom.simulation.acquisition import Acquisition
from custom.simulation.activity import concentration_mbq_per_ml, gate_seconds
from custom.simulation.gate import Gate, derived_numbers, measured_numbers
from custom.simulation.ventricle import LeftVentricle


@pytest.fixture
def gate() -> Gate:
    """Two voxels, one of wall and one of blood, and what a camera with one pixel counts."""
    return Gate(
        number=3,
        volume_ml=25.0,
        ventricle=LeftVentricle(radius_mm=13.0, half_length_mm=30.0, base_mm=15.0, wall_mm=12.0, apex_wall_mm=9.0),
        true_imbv=0.15,
        regions=torch.tensor([[[1]], [[2]]], dtype=torch.uint8),
        outlined=torch.tensor([[[2]], [[2]]], dtype=torch.uint8),
        truth=np.array([[[30.0]], [[100.0]]], np.float32),
        full_ct=np.zeros((8, 4, 4), np.int16),
        acquisition=Acquisition(
            counts=torch.tensor([[[12.0]]]),
            scatter_estimate=torch.tensor([[[3.5]]]),
            expected_primary=np.array([[[9.0]]]),
            expected_scatter=np.array([[[4.0]]]),
        ),
    )


def test_the_numbers_of_a_gate_worked_out_by_hand(gate) -> None:
    image, label = torch.tensor([[[40.0]], [[80.0]]]), torch.tensor([[[20.0]], [[100.0]]])
    numbers = measured_numbers(gate, image, label, torch.ones(2, 1, 1, dtype=torch.bool))
    assert numbers["imbv"] == {
        "true": pytest.approx(0.15),
        "true_in_voxels": pytest.approx(0.3),
        "mlem": pytest.approx(0.5),
        "iterative_yang": pytest.approx(0.2),
    }
    assert numbers["gate"] == 4, "counted from 1"
    assert numbers["left_ventricular_inner_diameter_mm"] == 26
    assert numbers["left_ventricular_wall_mm"] == 12
    assert numbers["region_means_photons_per_voxel"]["mlem"]["myocardium"] == 40
    assert numbers["counts"] == {
        "measured": 12,
        "expected_primary": 9,
        "expected_scatter": 4,
        "estimated_scatter": 3.5,
    }


def test_imbv_without_blood_in_the_region_is_undefined(gate) -> None:
    image = torch.ones(2, 1, 1)
    only_wall = torch.tensor([[[True]], [[False]]])
    assert measured_numbers(gate, image, image, only_wall)["imbv"]["mlem"] is None


def test_derived_numbers_follow_from_the_drawn_ones(animal) -> None:
    derived = derived_numbers(animal)
    assert derived["seconds_per_gate"] == gate_seconds(animal.scan)
    assert derived["concentration_of_unit_activity_mbq_per_ml"] == concentration_mbq_per_ml(animal)
