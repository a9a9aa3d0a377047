"""Tissues of the virtual animal, and the region of the label map that each belongs to."""

from __future__ import annotations

from collections.abc import Iterable
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
    ATRIAL_WALL = 18
    CARTILAGE = 19  # ribs' ends, discs, rings of the trachea
    SPINAL_CORD = 20
    DEPENDENT_LUNG = 21  # denser, where the animal lies on it
    PULMONARY_ARTERY = 22  # branches within the lungs
    PULMONARY_VEIN = 23
    BRONCHUS = 24  # air of the branches within the lungs
    BRONCHUS_WALL = 25
    HEPATIC_VESSEL = 26  # hepatic and portal veins within the liver
    BOWEL_CONTENT = 27
    GAS = 28  # in stomach and bowel


Part = tuple[Solid, Tissue]

BLOOD = (
    Tissue.LEFT_VENTRICULAR_BLOOD,
    Tissue.LEFT_BLOOD,
    Tissue.RIGHT_BLOOD,
    Tissue.PULMONARY_ARTERY,
    Tissue.PULMONARY_VEIN,
    Tissue.HEPATIC_VESSEL,
)


def made_of(tissue: Tissue, solids: Iterable[Solid]) -> list[Part]:
    """Return solids as parts of one tissue."""
    return [(solid, tissue) for solid in solids]


REGIONS: dict[Tissue, Region] = dict.fromkeys(Tissue, Region.BACKGROUND) | {
    Tissue.AIR: Region.OUTSIDE,
    Tissue.LUNG: Region.LUNG,
    # Nor does a reader outline vessels and bronchi within an organ: most are thinner than a voxel.
    Tissue.DEPENDENT_LUNG: Region.LUNG,
    Tissue.PULMONARY_ARTERY: Region.LUNG,
    Tissue.PULMONARY_VEIN: Region.LUNG,
    Tissue.BRONCHUS: Region.LUNG,
    Tissue.BRONCHUS_WALL: Region.LUNG,
    Tissue.LIVER: Region.LIVER,
    Tissue.HEPATIC_VESSEL: Region.LIVER,
    Tissue.MYOCARDIUM: Region.MYOCARDIUM,
    # A reader of the CT outlines the right heart as a whole: its wall is thinner than a voxel.
    Tissue.RIGHT_HEART_WALL: Region.OTHER_BLOOD,
    Tissue.ATRIAL_WALL: Region.OTHER_BLOOD,
    Tissue.LEFT_VENTRICULAR_BLOOD: Region.LEFT_VENTRICULAR_BLOOD,
    Tissue.LEFT_BLOOD: Region.OTHER_BLOOD,
    Tissue.RIGHT_BLOOD: Region.OTHER_BLOOD,
}


def values_of(tissues: np.ndarray, table: dict[Tissue, float]) -> np.ndarray:
    """Return each point's value by its tissue, float32; the table names every tissue."""
    lookup = np.array([table[tissue] for tissue in Tissue], dtype=np.float32)
    return lookup[tissues]
