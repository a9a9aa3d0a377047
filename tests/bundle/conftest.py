"""The bundle as a stranger gets it: packed, unpacked, far from the repository."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tools.pack_bundle import BUNDLE_NAME, pack_bundle


@pytest.fixture(scope="session")
def unpacked_bundle(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle's folder, unpacked from the zip file in a folder of its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(pack_bundle(str(repository / "bundle"), str(folder / "dist"))) as archive:
        archive.extractall(folder)
    return folder / BUNDLE_NAME
