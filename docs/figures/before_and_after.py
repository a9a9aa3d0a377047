"""The virtual study that `make inference` corrects, before and after, as the README shows it."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np
from matplotlib.figure import Figure

from custom.evaluation.compact_png import save_compact_png
from custom.evaluation.sections import PLANES, picture_of
from docs.drawing import ACTIVITY, draw_row
from docs.virtual_gate import gate_files

STUDY = gate_files("sub-001", "ed", Path("data/demonstration"))
RESULTS = Path("output/demonstration/sub-001_gate-ed/sub-001_gate-ed")
PICTURE = Path("docs/before_and_after.png")


def draw(study: str = STUDY, results: Path = RESULTS) -> Figure:
    """Draw image and corrected image in three planes beside each other, and the true activity."""
    files = {"SPECT (MLEM)": f"{study}_mlem.nii.gz", "corrected": f"{results}_corrected.nii.gz"}
    files |= {"true activity (simulated)": f"{study}_activity.nii.gz"}
    images = {title: nibabel.load(file) for title, file in files.items()}
    volumes = {title: image.get_fdata(dtype=np.float32) / 1e3 for title, image in images.items()}
    regions = np.asarray(nibabel.load(f"{study}_regions.nii.gz").dataobj)
    picture = picture_of(volumes, images["corrected"].affine, regions)
    brightest = 1.1 * float(volumes["true activity (simulated)"][regions == 2].mean())
    figure = Figure(figsize=(10, 6.6), dpi=80, layout="constrained")
    panels = figure.subplots(2, len(volumes))
    for row, plane in zip(panels, (PLANES[0], PLANES[1]), strict=True):
        titles = {f"{title}, {plane.name}": volume for title, volume in picture.volumes.items()}
        shown = draw_row(row, titles, picture, (0, brightest), plane=plane)
    figure.colorbar(shown, ax=panels, label=ACTIVITY, extend="max", aspect=40)
    figure.suptitle(_imbv(f"{results}.json", regions, volumes), fontsize=10)
    return figure


def _imbv(report: str, regions: np.ndarray, volumes: dict[str, np.ndarray]) -> str:
    """Say wall over blood of each image, and the network's name from the report."""
    ratios = [float(volume[regions == 1].mean() / volume[regions == 2].mean()) for volume in volumes.values()]
    network = json.loads(Path(report).read_text(encoding="utf-8"))["network"]["name"]
    before, after, truth = (f"{ratio:.2f}" for ratio in ratios)
    said = f"{before} before, {after} after, {truth} in the true activity of 4 mm voxels"
    return f"Simulated dog, {network}. Wall over blood (IMBV): {said}"


if __name__ == "__main__":
    save_compact_png(draw(), PICTURE)
