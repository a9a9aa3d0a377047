"""One animal, its anatomy and a small camera, made once for all tests of the room."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from custom.scanner.camera import Camera, load_camera
from custom.scanner.grid import ImageGrid
from custom.simulation.acquisition import Laboratory, open_laboratory
from custom.simulation.anatomy import Anatomy, build_anatomy
from custom.simulation.animal import Animal
from custom.simulation.drawing import draw_animal
from custom.simulation.gating import end_gates
from custom.simulation.heart import BeatingHeart, place_heart
from custom.simulation.ranges import Ranges, load_ranges
from custom.simulation.ventricle import end_diastolic_volume_ml

FINE_GRID = ImageGrid(shape=(112, 112, 80), spacing_mm=(2.5, 2.5, 2.5))


@dataclass(frozen=True, kw_only=True)
class PaintedAnimal:
    """An animal with its tissues in both gates."""

    animal: Animal
    anatomy: Anatomy
    volumes_ml: dict[str, float]
    tissues: dict[str, np.ndarray]


@pytest.fixture(scope="session")
def ranges() -> Ranges:
    return load_ranges()


@pytest.fixture(scope="session")
def animal(ranges) -> Animal:
    return draw_animal(np.random.default_rng(7), ranges)


@pytest.fixture(scope="session")
def painted(animal) -> PaintedAnimal:
    anatomy = build_anatomy(animal, FINE_GRID, np.random.default_rng(8))
    volumes = {gate: volume for gate, (_, volume) in end_gates(animal).items()}
    tissues = {gate: anatomy.at(volume) for gate, volume in volumes.items()}
    return PaintedAnimal(animal=animal, anatomy=anatomy, volumes_ml=volumes, tissues=tissues)


@pytest.fixture(scope="session")
def small_camera_file() -> Path:
    return Path(__file__).with_name("small_camera.yaml")


@pytest.fixture(scope="session")
def small_camera(small_camera_file) -> Camera:
    return load_camera(small_camera_file)


@pytest.fixture(scope="session")
def laboratory(small_camera) -> Laboratory:
    return open_laboratory(small_camera, progress=False)


@pytest.fixture(scope="module", params=range(3))
def drawn(request, ranges) -> Animal:
    return draw_animal(np.random.default_rng(request.param), ranges)


@pytest.fixture(scope="module")
def beating(drawn) -> BeatingHeart:
    return place_heart(drawn.body, drawn.heart, (0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def volumes(drawn) -> tuple[float, float]:
    """Of the left ventricle at end-diastole and end-systole, ml."""
    largest = end_diastolic_volume_ml(drawn.body, drawn.heart)
    return largest, largest * (1 - drawn.heart.ejection_fraction)
