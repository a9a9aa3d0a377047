"""Pictures small enough for a documentation page."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

LARGEST_BYTES = 300_000
N_COLOURS = 256


def save_compact_png(figure: Figure, path: Path) -> None:
    """Save a figure as PNG: in true colours where that stays below 300 kB, else with a palette of 256 colours."""
    drawn = BytesIO()
    figure.savefig(drawn, format="png")
    with Image.open(drawn) as image:
        opaque = image.convert("RGB")
    opaque.save(path, optimize=True)
    if path.stat().st_size > LARGEST_BYTES:
        opaque.quantize(N_COLOURS, kmeans=1, dither=Image.Dither.NONE).save(path, optimize=True)
