from dataclasses import replace

import numpy as np
import pytest
import torch

from custom.projection.attenuation import mu_per_mm_from_hu
from custom.scanner.grid import ImageGrid
from custom.simulation.ct import contrast_ct, contrast_hu, low_dose_ct, native_hu
from custom.simulation.tissues import Tissue

GRID = ImageGrid(shape=(10, 10, 10), spacing_mm=(4.0, 4.0, 4.0))
FULL = GRID.refined(2)


def filled(tissue) -> np.ndarray:
    return np.full((20, 20, 20), tissue, np.uint8)


def test_every_tissue_has_a_ct_number(animal) -> None:
    assert set(contrast_hu(animal.ct)) == set(native_hu(animal.ct)) == set(Tissue)


def test_contrast_shows_blood_before_muscle_before_lung(animal) -> None:
    hu = contrast_hu(animal.ct)
    assert hu[Tissue.LEFT_VENTRICULAR_BLOOD] >= 300 > hu[Tissue.MYOCARDIUM] >= 100
    assert hu[Tissue.LEFT_VENTRICULAR_BLOOD] >= hu[Tissue.RIGHT_BLOOD] > hu[Tissue.MYOCARDIUM]
    assert hu[Tissue.FAT] < 0 < hu[Tissue.MUSCLE] < hu[Tissue.LIVER]
    assert hu[Tissue.LUNG] == animal.ct.lung < -700


def test_without_contrast_blood_and_muscle_look_alike(animal) -> None:
    hu = native_hu(animal.ct)
    assert abs(hu[Tissue.LEFT_VENTRICULAR_BLOOD] - hu[Tissue.MYOCARDIUM]) < 10


def test_a_uniform_tissue_has_its_number_and_the_drawn_noise(animal) -> None:
    ct = contrast_ct(animal, filled(Tissue.LIVER), FULL, np.random.default_rng(0))
    assert ct.shape == FULL.shape
    assert ct.dtype == np.int16
    assert ct.mean() == pytest.approx(animal.ct.liver, abs=2)
    assert ct.std() == pytest.approx(animal.ct.noise_hu, rel=0.05)


def test_air_is_never_below_what_a_scanner_stores(animal) -> None:
    assert contrast_ct(animal, filled(Tissue.AIR), FULL, np.random.default_rng(0)).min() >= -1024


def test_an_edge_is_blurred_as_drawn(animal) -> None:
    sharp = replace(animal, ct=replace(animal.ct, noise_hu=0.0, blur_fwhm_mm=8.0))
    tissues = filled(Tissue.AIR)
    tissues[10:] = Tissue.LIVER
    profile = contrast_ct(sharp, tissues, FULL, np.random.default_rng(0))[:, 10, 10]
    steps = np.diff(profile.astype(float)) / (animal.ct.liver + 1000)
    positions = np.arange(19) - 9.0
    spread_mm = 2 * np.sqrt((steps * positions**2).sum() - (steps * positions).sum() ** 2)
    assert steps.sum() == pytest.approx(1, abs=1e-3)
    assert spread_mm == pytest.approx(8 / 2.3548, rel=0.08)


def test_the_attenuation_map_averages_the_gates(animal) -> None:
    gates = [filled(Tissue.LUNG), filled(Tissue.MYOCARDIUM)]
    hu = low_dose_ct(animal, gates, GRID, np.random.default_rng(0))
    native = native_hu(animal.ct)
    assert hu.mean() == pytest.approx((native[Tissue.LUNG] + native[Tissue.MYOCARDIUM]) / 2, abs=3)
    assert hu.std() == pytest.approx(animal.ct.low_dose_noise_hu, rel=0.05)
    water = mu_per_mm_from_hu(torch.from_numpy(low_dose_ct(animal, gates[1:], GRID, np.random.default_rng(0))))
    assert float(water.mean()) == pytest.approx(0.0159, abs=0.0003)  # heart muscle at 140 keV
