from dataclasses import replace

import numpy as np
import pytest

from custom.errors import BadInput
from custom.simulation.gating import end_gates, gate_volumes_ml, volume_curve_ml
from custom.simulation.ventricle import end_diastolic_volume_ml


def test_the_curve_starts_full_is_emptiest_at_the_end_of_systole_and_closes(animal) -> None:
    largest = end_diastolic_volume_ml(animal.body, animal.heart)
    smallest = largest * (1 - animal.heart.ejection_fraction)
    systole = animal.scan.systolic_fraction
    assert volume_curve_ml(np.array([0.0, systole, 1.0]), animal) == pytest.approx([largest, smallest, largest])
    phases = np.linspace(0, 1, 500)
    volumes = volume_curve_ml(phases, animal)
    assert phases[volumes.argmin()] == pytest.approx(systole, abs=0.01)
    assert (np.diff(volumes[phases <= systole]) <= 1e-9).all()
    assert (np.diff(volumes[phases > systole + 0.01]) >= -1e-9).all()


def test_gates_average_the_curve(animal) -> None:
    volumes = gate_volumes_ml(animal)
    phases = (np.arange(8000) + 0.5) / 8000 - 1 / 16
    assert volumes.shape == (8,)
    assert volumes == pytest.approx(volume_curve_ml(phases, animal).reshape(8, 1000).mean(axis=1), rel=1e-3)


def test_the_end_gates_are_the_fullest_and_the_emptiest(animal) -> None:
    volumes, gates = gate_volumes_ml(animal), end_gates(animal)
    assert gates["ed"] == (0, pytest.approx(volumes.max()))
    assert gates["es"] == (3, pytest.approx(volumes.min()))
    largest = end_diastolic_volume_ml(animal.body, animal.heart)
    assert 0.97 * largest < volumes.max() < largest
    assert volumes.min() < 1.15 * largest * (1 - animal.heart.ejection_fraction)


@pytest.mark.parametrize("fraction", [0.05, 38.0])
def test_a_systole_that_cannot_be_is_refused(animal, fraction) -> None:
    with pytest.raises(BadInput, match="systole takes"):
        gate_volumes_ml(replace(animal, scan=replace(animal.scan, systolic_fraction=fraction)))
