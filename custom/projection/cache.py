"""Where assembled matrices are kept: one folder per content hash, complete or absent."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid


def content_key(format_version: int, camera: Camera, grid: ImageGrid) -> str:
    """Hash of all that a matrix depends on."""
    content = json.dumps([format_version, asdict(camera), asdict(grid)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
