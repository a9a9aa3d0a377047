"""What was published of dogs' hearts and of their blood in the wall, to hold virtual animals against."""

from __future__ import annotations

import numpy as np

IMBV = {"ed": (0.15, 0.03), "es": (0.11, 0.03)}
"""Intramyocardial blood volume, mean and SD, by 99mTc-RBC SPECT/CT (Mohy-ud-Din, doi:10.1007/s12350-017-0970-4)."""
IMBV_SOURCE = "Mohy-ud-Din, doi:10.1007/s12350-017-0970-4"

EJECTION_FRACTION = (0.55, 0.65)
"""Expected of a healthy dog; assumed, like the volumes, not of one source."""
VOLUME_ML = {"ed": (50.0, 70.0), "es": (20.0, 30.0)}
"""Of the left ventricle at 20 to 30 kg, end-diastole and end-systole."""
VOLUME_WEIGHT_KG = (20.0, 30.0)

CORNELL_SOURCE = "Cornell 2004, doi:10.1111/j.1939-1676.2004.tb02551.x"

UNCORRECTED_OVER_IY = 0.209 / 0.167
"""Mean IMBV before correction over that after iterative Yang, 20 canine studies of the network's paper."""


def inner_diameter_mm(weight_kg: np.ndarray) -> np.ndarray:
    """Inner diameter of the left ventricle at end-diastole, 15.3 · kg^0.294 mm (Cornell 2004)."""
    return 15.3 * weight_kg**0.294


def wall_mm(weight_kg: np.ndarray) -> np.ndarray:
    """Thickness of the left ventricle's wall at end-diastole, 4.2 · kg^0.232 mm (Cornell 2004)."""
    return 4.2 * weight_kg**0.232
