"""A virtual animal whose gates are measured and whose CTs are taken."""

from __future__ import annotations

import numpy as np
import pytest

from custom.reconstruction.regions import Region
from custom.simulation.imaging import image_animal
from custom.simulation.recipe import Recipe
from custom.simulation.registration import Registration


def imaged(laboratory, ranges, registration):
    recipe = Recipe(registration=registration)
    return image_animal(laboratory, ranges, recipe, seed=3, animal=1)


@pytest.fixture(scope="module")
def exact(laboratory, ranges):
    return imaged(laboratory, ranges, Registration())


@pytest.fixture(scope="module")
def other_gate(laboratory, ranges):
    return imaged(laboratory, ranges, Registration(gate="other"))


@pytest.fixture(scope="module")
def shifted(laboratory, ranges):
    return imaged(laboratory, ranges, Registration(shift_mm=20.0))


def test_regions_are_outlined_where_they_are(exact) -> None:
    for gate in exact.gates.values():
        assert (gate.regions == gate.outlined).all()


def test_the_contrast_ct_has_the_anatomy_s_voxels(exact, laboratory) -> None:
    for gate in exact.gates.values():
        assert gate.full_ct.shape == laboratory.anatomy_grid.shape
        assert gate.full_ct.dtype == np.int16


def test_the_other_gate_s_ct_shows_the_other_gate(exact, other_gate) -> None:
    for gate, other in (("ed", "es"), ("es", "ed")):
        assert (other_gate.gates[gate].outlined == exact.gates[other].regions).all()
        assert (other_gate.gates[gate].regions == exact.gates[gate].regions).all()


def test_a_shifted_ct_shows_the_same_heart_elsewhere(exact, shifted) -> None:
    def middle_mm(regions) -> np.ndarray:
        return 10.0 * np.argwhere(regions.numpy() == Region.LEFT_VENTRICULAR_BLOOD).mean(axis=0)

    moved = [middle_mm(shifted.gates[gate].outlined) - middle_mm(shifted.gates[gate].regions) for gate in exact.gates]
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), 20.0, atol=2.5)
    np.testing.assert_allclose(moved[0], moved[1], atol=4)  # both gates alike


@pytest.mark.parametrize("error", ["other_gate", "shifted"])
def test_a_registration_error_changes_nothing_that_the_camera_sees(exact, error, request) -> None:
    wrong = request.getfixturevalue(error)
    assert wrong.animal == exact.animal
    assert (wrong.mu_per_mm == exact.mu_per_mm).all()
    for name, gate in exact.gates.items():
        assert (wrong.gates[name].acquisition.counts == gate.acquisition.counts).all()
        assert (wrong.gates[name].truth == gate.truth).all()
