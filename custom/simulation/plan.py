"""What a cohort is made of, by which its animals are known again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from custom.projection.cache import content_key
from custom.projection.system_matrix import FORMAT_VERSION as MATRIX_VERSION
from custom.scanner.camera import Camera
from custom.simulation.ranges import Ranges
from custom.simulation.recipe import Recipe

GENERATOR_VERSION = 7
"""Grows whenever the same seed and settings give another animal, so that cohorts are never mixed."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a cohort is made of.

    Two cohorts with the same identity and animal hold the same bytes, if made by the same kind of processor. Which
    other animals there are, and into which split all go (None deals them out), changes none of them.
    """

    n_animals: int
    seed: int
    recipe: Recipe
    camera: Camera
    ranges: Ranges
    device: str
    first_animal: int = 1
    split: str | None = None

    @property
    def animals(self) -> range:
        """Numbers of the animals."""
        return range(self.first_animal, self.first_animal + self.n_animals)

    def identity(self, animal: int) -> dict[str, Any]:
        """Return what decides the contents of one animal's case."""
        ranges = {name: {key: asdict(value) for key, value in entries.items()} for name, entries in self.ranges.items()}
        return {
            "generator_version": GENERATOR_VERSION,
            "matrix_version": MATRIX_VERSION,
            "seed": self.seed,
            "animal": animal,
            "recipe": asdict(self.recipe),
            "device": self.device,
            "camera": self.camera.name,
            "camera_hash": content_key(asdict(self.camera)),
            "ranges_hash": content_key(ranges),
        }
