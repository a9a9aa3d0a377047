"""The left ventricle's volume through the beat, and the gates that see it fullest and emptiest."""

from __future__ import annotations

import numpy as np

from custom.errors import BadInput
from custom.simulation.animal import Animal
from custom.simulation.ventricle import end_diastolic_volume_ml

N_GATES = 8
GATES = ("ed", "es")


def volume_curve_ml(phase: np.ndarray, animal: Animal) -> np.ndarray:
    """Volume of the left ventricle's cavity at a phase of the cycle, 0 at the R wave.

        ejection (first systolic fraction s of the cycle): V falls from EDV to ESV along a half cosine;
        filling: three quarters of it early, in the first 45 % of diastole, the rest in the last 30 %, the atrial beat.

    Args:
        phase: fraction of the cycle, any shape; counted modulo 1.
        animal: gives EDV, ejection fraction and systolic fraction.

    Returns:
        Volume, ml, shape of the phase.

    Raises:
        BadInput: a systolic fraction outside 0.2 to 0.6.
    """
    systole = animal.scan.systolic_fraction
    if not 0.2 <= systole <= 0.6:
        raise BadInput(f"systole takes 0.2 to 0.6 of the cycle, got {systole}; is it in percent or seconds?")
    largest = end_diastolic_volume_ml(animal.body, animal.heart)
    phase = np.asarray(phase) % 1.0
    diastole = np.clip((phase - systole) / (1 - systole), 0, 1)
    emptied = _rise(phase / systole) - 0.75 * _rise(diastole / 0.45) - 0.25 * _rise((diastole - 0.7) / 0.3)
    return largest * (1 - animal.heart.ejection_fraction * emptied)


def gate_volumes_ml(animal: Animal) -> np.ndarray:
    """Return the mean volume during each of the eight gates of equal length, the first centred on the R wave, ml."""
    offsets = (np.arange(64) + 0.5) / 64 - 0.5
    phases = (np.arange(N_GATES)[:, None] + offsets) / N_GATES
    return volume_curve_ml(phases, animal).mean(axis=1)


def end_gates(animal: Animal) -> dict[str, tuple[int, float]]:
    """Return number and mean volume of the end-diastolic and the end-systolic gate."""
    volumes = gate_volumes_ml(animal)
    fullest, emptiest = int(volumes.argmax()), int(volumes.argmin())
    return {"ed": (fullest, float(volumes[fullest])), "es": (emptiest, float(volumes[emptiest]))}


def _rise(t: np.ndarray) -> np.ndarray:
    """Go smoothly from 0 at t = 0 to 1 at t = 1."""
    return (1 - np.cos(np.pi * np.clip(t, 0, 1))) / 2
