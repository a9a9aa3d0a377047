"""An animal in the laboratory, and what it consists of, emits and absorbs at any moment of its scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from custom.simulation.acquisition import (
    ANATOMY_REFINEMENT,
    EMISSION_REFINEMENT,
    Laboratory,
    Rates,
    expected_rates,
    mean_rates,
)
from custom.simulation.activity import UptakePattern, myocardial_uptake, photons_per_second, relative_activity
from custom.simulation.anatomy import Anatomy, block_mean
from custom.simulation.animal import Animal
from custom.simulation.ct import native_hu
from custom.simulation.position import AT_REST, Position
from custom.simulation.tissues import Tissue, values_of


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One moment.

    Args:
        tissues: on the anatomy's grid, uint8, see `Tissue`.
        emission: photons per second and voxel of the emission grid, float32.
        native_hu: true CT numbers without contrast or noise on the camera's grid, HU.
        imbv: mean activity of the myocardium over that of the left ventricle's blood, however thin the wall.
    """

    tissues: np.ndarray
    emission: np.ndarray
    native_hu: np.ndarray
    imbv: float

    @property
    def activity(self) -> np.ndarray:
        """Photons per second and voxel of the camera's grid, float32."""
        return block_mean(self.emission, EMISSION_REFINEMENT) * np.float32(EMISSION_REFINEMENT**3)


@dataclass(frozen=True, kw_only=True)
class Examination:
    """One animal in the laboratory.

    Args:
        laboratory: camera and projectors.
        anatomy: of the animal, on the anatomy's grid.
        pattern: smooth variation of its uptake.
    """

    laboratory: Laboratory
    anatomy: Anatomy
    pattern: UptakePattern

    @property
    def animal(self) -> Animal:
        """The animal's drawn numbers."""
        return self.anatomy.animal

    def scene(self, volume_ml: float, position: Position = AT_REST) -> Scene:
        """Return the animal when its left ventricle has a volume, at a position."""
        tissues = self.anatomy.at(volume_ml, position)
        relative = relative_activity(
            self.anatomy,
            tissues,
            self.pattern,
            myocardium=myocardial_uptake(self.animal, volume_ml),
            volume_ml=volume_ml,
            position=position,
        )
        laboratory, grid = self.laboratory, self.laboratory.emission.matrix.grid
        photons = photons_per_second(self.animal, grid, photons_per_decay=laboratory.camera.photons_per_decay)
        return Scene(
            tissues=tissues,
            emission=block_mean(relative, ANATOMY_REFINEMENT // EMISSION_REFINEMENT) * np.float32(photons),
            native_hu=block_mean(values_of(tissues, native_hu(self.animal.ct)), ANATOMY_REFINEMENT),
            imbv=imbv_of_tissues(tissues, relative),
        )

    def rates(self, volume_ml: float, positions: Sequence[tuple[float, Position]]) -> Rates:
        """Return the mean expected rates while the left ventricle has a volume.

        Args:
            volume_ml: of its cavity.
            positions: the animal's, each with its share of the time.
        """
        return mean_rates((share, self.rates_of(self.scene(volume_ml, position))) for share, position in positions)

    def rates_of(self, scene: Scene) -> Rates:
        """Return the expected rates of one moment."""
        return expected_rates(self.laboratory, scene.emission, scene.native_hu)


def imbv_of_tissues(tissues: np.ndarray, relative: np.ndarray) -> float:
    """Return the ratio of mean activity in the myocardium and in the left ventricle's blood.

    Args:
        tissues: on the anatomy's grid, see `Tissue`.
        relative: relative activity per volume there.
    """
    wall, blood = tissues == Tissue.MYOCARDIUM, tissues == Tissue.LEFT_VENTRICULAR_BLOOD
    return float(relative[wall].mean(dtype=np.float64) / relative[blood].mean(dtype=np.float64))
