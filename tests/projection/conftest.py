"""The tiny camera and its matrix, assembled once."""

from __future__ import annotations

import pytest

from custom.projection.system_matrix import SystemMatrix, assemble
from custom.scanner.camera import Camera, load_camera


@pytest.fixture(scope="session")
def tiny_camera(repository) -> Camera:
    return load_camera(repository / "tests" / "tiny_camera.yaml")


@pytest.fixture(scope="session")
def discovery(repository) -> Camera:
    return load_camera(repository / "custom" / "scanner" / "discovery_570c.yaml")


@pytest.fixture(scope="session")
def tiny_matrix(tiny_camera) -> SystemMatrix:
    return assemble(tiny_camera, tiny_camera.grid, progress=False)
