"""Computed tomography of a virtual animal: with contrast for the regions, low-dose without for attenuation."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from custom.scanner.grid import ImageGrid
from custom.simulation.anatomy import block_mean
from custom.simulation.animal import Animal, ComputedTomography
from custom.simulation.tissues import BLOOD, Tissue, values_of

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
AIR_HU = -1000.0
LOWEST_HU = np.float32(-1024)  # that scanners store


def contrast_hu(ct: ComputedTomography) -> dict[Tissue, float]:
    """Return the CT number of every tissue at the contrast agent's first pass."""
    return native_hu(ct) | {
        Tissue.LIVER: ct.liver,
        Tissue.STOMACH_WALL: 80.0,  # assumed: 45 and little more; poor at 30 s, Vet Radiol Ultrasound 2017;58:151
        Tissue.SPLEEN: ct.spleen,
        Tissue.BOWEL: 40.0,  # assumed: 25 and the bright but thin mucosa, same source, averaged with the contents
        Tissue.MUSCLE: ct.muscle,
        Tissue.MYOCARDIUM: ct.myocardium,
        Tissue.RIGHT_HEART_WALL: ct.myocardium,
        Tissue.ATRIAL_WALL: ct.myocardium,
        Tissue.LEFT_VENTRICULAR_BLOOD: ct.left_blood,
        Tissue.LEFT_BLOOD: ct.left_blood,
        Tissue.RIGHT_BLOOD: ct.right_blood,
        Tissue.PULMONARY_ARTERY: ct.right_blood,
        Tissue.PULMONARY_VEIN: ct.left_blood,
        # assumed: portal blood, 6 s behind that of the aorta in dogs, Vet Radiol Ultrasound 2006;47:270
        Tissue.HEPATIC_VESSEL: ct.liver + 45.0,
    }


def native_hu(ct: ComputedTomography) -> dict[Tissue, float]:
    """Return the CT number of every tissue without contrast agent; what names no source is assumed, for the reason."""
    blood = dict.fromkeys(BLOOD, 42.0)  # haematocrit 0.4: red cells about 65, plasma about 25
    return blood | {
        Tissue.AIR: AIR_HU,
        Tissue.FAT: ct.fat,
        Tissue.MUSCLE: 52.0,  # lean, density 1.05 g/ml
        Tissue.BONE: ct.bone,
        Tissue.MARROW: ct.marrow,
        Tissue.LUNG: ct.lung,
        Tissue.DEPENDENT_LUNG: ct.dependent_lung,
        Tissue.AIRWAY: -980.0,  # air, with what scatter in the animal adds
        Tissue.BRONCHUS: -940.0,  # air, with walls thinner than a voxel
        Tissue.BRONCHUS_WALL: 20.0,  # soft tissue, thinner than a voxel, between air and lung
        Tissue.CARTILAGE: 110.0,  # density 1.10 g/ml, ICRU 44
        Tissue.SPINAL_CORD: 36.0,  # nervous tissue, as the brain
        Tissue.LIVER: 60.0,  # density 1.06 g/ml, ICRU 44, glycogen and iron
        Tissue.GALLBLADDER: 10.0,  # bile is water with a tenth of solutes, and stays free of contrast agent for long
        Tissue.STOMACH_WALL: 45.0,  # muscle, with fluid between its folds
        Tissue.STOMACH_CONTENT: 20.0,  # fluid with mucus, fasted
        Tissue.SPLEEN: 52.0,  # benign splenic masses of dogs 52.8 ± 6.8, doi:10.4142/jvs.2018.19.6.827
        Tissue.BOWEL: 25.0,  # muscle of a thin wall, with fluid
        Tissue.BOWEL_CONTENT: 18.0,  # fluid with mucus, as the stomach's
        Tissue.GAS: -960.0,  # air, with fluid at its edges
        Tissue.MYOCARDIUM: 48.0,  # muscle, with more blood than skeletal muscle
        Tissue.RIGHT_HEART_WALL: 48.0,  # as the left's
        Tissue.ATRIAL_WALL: 48.0,  # as the ventricles'
    }


def contrast_ct(animal: Animal, tissues: np.ndarray, grid: ImageGrid, generator: np.random.Generator) -> np.ndarray:
    """CT with contrast on the anatomy's grid, as a scanner stores it.

    Args:
        animal: gives CT numbers, blur and noise.
        tissues: tissue map on the grid.
        grid: the anatomy's grid.
        generator: source of the noise.

    Returns:
        HU, shape of the grid, whole numbers, int16, never below −1024.
    """
    sigma = [animal.ct.blur_fwhm_mm / FWHM_PER_SIGMA / s for s in grid.spacing_mm]
    blurred = gaussian_filter(values_of(tissues, contrast_hu(animal.ct)), sigma, mode="nearest")
    return np.rint(_noisy(blurred, animal.ct.noise_hu, generator)).astype(np.int16)


def low_dose_ct(animal: Animal, gates: list[np.ndarray], grid: ImageGrid, generator: np.random.Generator) -> np.ndarray:
    """Ungated CT without contrast on the camera's grid: the mean of the gates' tissue maps, with more noise; HU."""
    table = native_hu(animal.ct)
    factor = gates[0].shape[0] // grid.shape[0]
    maps = np.stack([block_mean(values_of(tissues, table), factor) for tissues in gates])
    return _noisy(maps.mean(axis=0), animal.ct.low_dose_noise_hu, generator)


def _noisy(hu: np.ndarray, sd: float, generator: np.random.Generator) -> np.ndarray:
    """Add noise as grainy as a CT's: correlated over about a voxel."""
    noise = generator.standard_normal(size=hu.shape, dtype=np.float32)
    gaussian_filter(noise, 0.6, mode="wrap", output=noise)
    return np.maximum(hu + noise * np.float32(sd / noise.std(dtype=np.float64)), LOWEST_HU)
