"""Pictures small enough for a page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from custom.evaluation.compact_png import LARGEST_BYTES, save_compact_png


def test_a_simple_picture_keeps_its_colours(tmp_path: Path) -> None:
    figure = Figure(figsize=(2, 2), dpi=50)
    figure.subplots().imshow(np.arange(400).reshape(20, 20), cmap="viridis")
    save_compact_png(figure, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert (image.mode, image.size) == ("RGB", (100, 100))


def test_a_large_picture_gets_a_palette_and_looks_the_same(tmp_path: Path) -> None:
    figure = Figure(figsize=(6, 6), dpi=100)
    figure.subplots().imshow(np.random.default_rng(0).random((600, 600)), cmap="gray", interpolation="nearest")
    figure.savefig(tmp_path / "full.png")
    save_compact_png(figure, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image, Image.open(tmp_path / "full.png") as full:
        assert image.mode == "P"
        difference = np.abs(np.asarray(image.convert("RGB"), int) - np.asarray(full.convert("RGB"), int))
    assert difference.max() <= 4
    assert (tmp_path / "full.png").stat().st_size > LARGEST_BYTES
    assert (tmp_path / "a.png").stat().st_size < (tmp_path / "full.png").stat().st_size
