"""What a breath moves: the diaphragm with the organs below it, and the heart by a share of that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from custom.simulation.animal import Animal
from custom.simulation.heart import BeatingHeart
from custom.simulation.thorax import Thorax


def diaphragm_descent_mm(animal: Animal, breath: float) -> float:
    """Return how far the diaphragm has come down, with liver, gallbladder, stomach, spleen and bowel."""
    return breath * animal.motion.diaphragm_excursion_mm * animal.body.scale


def heart_shift_mm(animal: Animal, breath: float) -> np.ndarray:
    """Return the heart's shift within the body, towards the feet, shape (3,)."""
    return np.array([0.0, 0.0, -animal.motion.heart_follows * diaphragm_descent_mm(animal, breath)])


def breathed_heart(beating: BeatingHeart, animal: Animal, breath: float) -> BeatingHeart:
    """Return the heart where it lies at a depth of breath."""
    shift, pose = heart_shift_mm(animal, breath), beating.pose
    moved = replace(pose, apex_mm=pose.apex_mm + shift, middle_mm=pose.middle_mm + shift)
    return replace(beating, pose=moved)


def breathed_thorax(thorax: Thorax, animal: Animal, breath: float) -> Thorax:
    """Return the trunk at a depth of breath; its wall, ribs and spine stay, for a ventilated chest mostly lengthens."""
    descent = np.array([0.0, 0.0, diaphragm_descent_mm(animal, breath)])
    dome = replace(thorax.diaphragm, top_mm=thorax.diaphragm.top_mm - descent)
    return replace(thorax, beating=breathed_heart(thorax.beating, animal, breath), diaphragm=dome)
