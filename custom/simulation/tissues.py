"""Tissues of the virtual animal, and the region of the label map that each belongs to."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from custom.reconstruction.regions import Region
from custom.simulation.solids import Solid


class Tissue(IntEnum):
    """What a point of the animal is made of."""

    AIR = 0
    FAT = 1
    MUSCLE = 2
    BONE = 3
    MARROW = 4
    LUNG = 5
    AIRWAY = 6
    LIVER = 7
    GALLBLADDER = 8
    STOMACH_WALL = 9
    STOMACH_CONTENT = 10
    SPLEEN = 11
    BOWEL = 12
    MYOCARDIUM = 13
    RIGHT_HEART_WALL = 14
    LEFT_VENTRICULAR_BLOOD = 15
    LEFT_BLOOD = 16  # left atrium, pulmonary veins, aorta
    RIGHT_BLOOD = 17  # right ventricle and atrium, pulmonary artery, venae cavae


Part = tuple[Solid, Tissue]

REGIONS: dict[Tissue, Region] = dict.fromkeys(Tissue, Region.BACKGROUND) | {
    Tissue.AIR: Region.OUTSIDE,
    Tissue.LUNG: Region.LUNG,
    Tissue.LIVER: Region.LIVER,
    Tissue.MYOCARDIUM: Region.MYOCARDIUM,
    # A reader of the CT outlines the right heart as a whole: its wall is thinner than a voxel.
    Tissue.RIGHT_HEART_WALL: Region.OTHER_BLOOD,
    Tissue.LEFT_VENTRICULAR_BLOOD: Region.LEFT_VENTRICULAR_BLOOD,
    Tissue.LEFT_BLOOD: Region.OTHER_BLOOD,
    Tissue.RIGHT_BLOOD: Region.OTHER_BLOOD,
}


def values_of(tissues: np.ndarray, table: dict[Tissue, float]) -> np.ndarray:
    """Return each point's value by its tissue, float32; the table names every tissue."""
    lookup = np.array([table[tissue] for tissue in Tissue], dtype=np.float32)
    return lookup[tissues]
