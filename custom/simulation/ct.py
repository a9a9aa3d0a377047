"""Computed tomography of a virtual animal: with contrast for the regions, low-dose without for attenuation."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from custom.scanner.grid import ImageGrid
from custom.simulation.anatomy import block_mean
from custom.simulation.animal import Animal, ComputedTomography
from custom.simulation.tissues import Tissue, values_of

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
AIR_HU = -1000.0


def contrast_hu(ct: ComputedTomography) -> dict[Tissue, float]:
    """Return the CT number of every tissue at the contrast agent's first pass."""
    return native_hu(ct) | {
        Tissue.LIVER: ct.liver,
        Tissue.GALLBLADDER: 10.0,
        Tissue.STOMACH_WALL: 80.0,
        Tissue.SPLEEN: ct.spleen,
        Tissue.BOWEL: 40.0,
        Tissue.MUSCLE: ct.muscle,
        Tissue.MYOCARDIUM: ct.myocardium,
        Tissue.RIGHT_HEART_WALL: ct.myocardium,
        Tissue.LEFT_VENTRICULAR_BLOOD: ct.left_blood,
        Tissue.LEFT_BLOOD: ct.left_blood,
        Tissue.RIGHT_BLOOD: ct.right_blood,
    }


def native_hu(ct: ComputedTomography) -> dict[Tissue, float]:
    """Return the CT number of every tissue without contrast agent; soft tissues as commonly measured in dogs."""
    blood = dict.fromkeys((Tissue.LEFT_VENTRICULAR_BLOOD, Tissue.LEFT_BLOOD, Tissue.RIGHT_BLOOD), 42.0)
    return blood | {
        Tissue.AIR: AIR_HU,
        Tissue.FAT: ct.fat,
        Tissue.MUSCLE: 52.0,
        Tissue.BONE: ct.bone,
        Tissue.MARROW: ct.marrow,
        Tissue.LUNG: ct.lung,
        Tissue.AIRWAY: -980.0,
        Tissue.LIVER: 60.0,
        Tissue.GALLBLADDER: 10.0,
        Tissue.STOMACH_WALL: 45.0,
        Tissue.STOMACH_CONTENT: 20.0,
        Tissue.SPLEEN: 52.0,
        Tissue.BOWEL: 25.0,
        Tissue.MYOCARDIUM: 48.0,
        Tissue.RIGHT_HEART_WALL: 48.0,
    }


def contrast_ct(animal: Animal, tissues: np.ndarray, grid: ImageGrid, generator: np.random.Generator) -> np.ndarray:
    """CT with contrast on the camera's grid, matched to the gate.

    Args:
        animal: gives CT numbers, blur and noise.
        tissues: fine tissue map at the gate, a whole number of times finer than the grid.
        grid: the camera's grid.
        generator: source of the noise.

    Returns:
        HU, shape of the grid, float32, never below −1024.
    """
    sigma = [animal.ct.blur_fwhm_mm / FWHM_PER_SIGMA / s for s in grid.spacing_mm]
    mean = block_mean(values_of(tissues, contrast_hu(animal.ct)), tissues.shape[0] // grid.shape[0])
    blurred = gaussian_filter(mean, sigma, mode="nearest")
    return _noisy(blurred, animal.ct.noise_hu, generator)


def low_dose_ct(animal: Animal, gates: list[np.ndarray], grid: ImageGrid, generator: np.random.Generator) -> np.ndarray:
    """Ungated CT without contrast on the camera's grid: the mean of the gates' tissue maps, with more noise; HU."""
    table = native_hu(animal.ct)
    factor = gates[0].shape[0] // grid.shape[0]
    maps = np.stack([block_mean(values_of(tissues, table), factor) for tissues in gates])
    return _noisy(maps.mean(axis=0), animal.ct.low_dose_noise_hu, generator)


def _noisy(hu: np.ndarray, sd: float, generator: np.random.Generator) -> np.ndarray:
    """Add noise as grainy as a resampled CT's: correlated over about a voxel."""
    noise = gaussian_filter(generator.normal(size=hu.shape).astype(np.float32), 0.6, mode="wrap")
    return np.maximum(hu + noise * np.float32(sd / noise.std()), -1024.0).astype(np.float32)
