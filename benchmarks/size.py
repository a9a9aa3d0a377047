"""What an MLEM iteration costs by voxels, by pinholes and by images in a batch, drawn as a figure.

Claims: the time grows no faster than voxels and pinholes, and an image costs least where eight share a pass over the
matrix. Beside each stands a forward and a back projection with torch's pair of sparse tensors. The rows of one panel
are measured in turn, round after round; points are the clock's medians.

Takes several minutes, most of them for matrices that no one keeps; therefore run by name, not by `make bench`:

    python -m benchmarks.size --output size.png
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from benchmarks.camera import DISCOVERY
from benchmarks.contenders import CsrPair, csr_of, iteration_row
from benchmarks.machine import machine
from benchmarks.rounds import Row, medians, print_rows
from benchmarks.virtual_studies import virtual_studies, water_transmission
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import assemble
from custom.scanner.camera import Camera, load_camera
from custom.scanner.grid import ImageGrid

SPACINGS_MM = (8.0, 6.0, 5.0, 4.0, 3.0)
PINHOLES = (1, 3, 6, 9, 12, 15, 19)
BATCHES = (1, 2, 3, 4, 8, 16, 32)
OURS, PAIR = "ours, MLEM iteration", "torch CSR pair, forward + back"
STYLES = {OURS: "o-", PAIR: "s--"}
COLOURS = {OURS: "tab:blue", PAIR: "tab:red"}


class Panel(NamedTuple):
    """One of the figure's panels.

    Args:
        title: what grows.
        unit: of the sizes.
        sizes: by which it grew.
        labels: of the sizes, beneath them.
        values: milliseconds per image, for each contender those of all sizes.
        scales: of the axes of sizes and of times.
    """

    title: str
    unit: str
    sizes: Sequence[float]
    labels: Sequence[str]
    values: Mapping[str, Sequence[float]]
    scales: tuple[str, str]


class Contenders:
    """Ours and torch's, on the same matrix with the transmission through water.

    Args:
        camera: whose matrix it is.
    """

    def __init__(self, camera: Camera) -> None:
        matrix, through = assemble(camera, camera.grid), water_transmission(camera)
        self.projector = MatrixProjector(matrix, transmission=through)
        self.pair = CsrPair(csr_of(matrix, through))

    def rows(self, size: str, n_images: int = 1) -> list[Row]:
        """Return what measures both."""
        counts = virtual_studies(self.projector, n_images).counts
        ours = iteration_row(f"{OURS}, {size}", self.projector, counts)
        return [ours, self.pair.row(f"{PAIR}, {size}", n_images)]


def by_voxels(camera: Camera, n_rounds: int) -> Panel:
    """Measure voxels of several sizes that fill the same box."""
    grids = [with_spacing(camera.grid, spacing) for spacing in SPACINGS_MM]
    names = [f"{spacing:g} mm" for spacing in SPACINGS_MM]
    rows = [Contenders(replace(camera, grid=grid)).rows(name) for grid, name in zip(grids, names, strict=True)]
    sizes = [grid.n_voxels / 1000 for grid in grids]
    labels = [f"{size:.0f}\n{name}" for size, name in zip(sizes, names, strict=True)]
    return Panel(
        "Voxels, same field of view",
        "thousand voxels, and their edge",
        sizes,
        labels,
        measured(rows, n_rounds),
        ("log", "log"),
    )


def by_pinholes(camera: Camera, n_rounds: int) -> Panel:
    """Measure cameras with some of the pinholes, taken evenly from all."""
    last = len(camera.pinholes) - 1
    sizes = [n for n in PINHOLES if n <= last + 1]
    subsets = [[camera.pinholes[place] for place in np.linspace(0, last, n).round().astype(int)] for n in sizes]
    cameras = [replace(camera, pinholes=tuple(subset)) for subset in subsets]
    rows = [Contenders(camera).rows(f"{len(camera.pinholes)} of {last + 1} pinholes") for camera in cameras]
    return Panel("Pinholes", "pinholes", sizes, [str(n) for n in sizes], measured(rows, n_rounds), ("linear", "linear"))


def by_batch(camera: Camera, n_rounds: int) -> Panel:
    """Measure batches that share one transmission."""
    contenders = Contenders(camera)
    rows = [contenders.rows(f"batch of {n}", n) for n in BATCHES]
    return Panel(
        "Batch, one μ-map",
        "images in the batch",
        BATCHES,
        [str(n) for n in BATCHES],
        measured(rows, n_rounds),
        ("log", "linear"),
    )


def measured(rows: Sequence[Sequence[Row]], n_rounds: int) -> dict[str, list[float]]:
    """Measure the rows of each size, print them, and return each contender's values."""
    flat = [row for pair in rows for row in pair]
    values = medians(flat, n_rounds)
    print_rows(f"per image, median of {n_rounds}", flat, values)
    columns = zip(*rows, strict=True)
    return {name: [values[row.name] for row in column] for name, column in zip((OURS, PAIR), columns, strict=True)}


def with_spacing(grid: ImageGrid, spacing_mm: float) -> ImageGrid:
    """Return cubic voxels of another size that fill the same box, to the nearest voxel."""
    nx, ny, nz = (round(n * edge / spacing_mm) for n, edge in zip(grid.shape, grid.spacing_mm, strict=True))
    return replace(grid, shape=(nx, ny, nz), spacing_mm=(spacing_mm,) * 3)


def draw(panels: Sequence[Panel], title: str) -> Figure:
    """Draw the panels side by side."""
    figure = Figure(figsize=(4.6 * len(panels), 4.6), dpi=130, layout="constrained")
    figure.suptitle(title, fontsize=11, parse_math=False)
    for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
        _draw_panel(axes, panel)
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    return figure


def _draw_panel(axes: Axes, panel: Panel) -> None:
    for name, values in panel.values.items():
        axes.plot(panel.sizes, values, STYLES[name], color=COLOURS[name], label=name)
    axes.set(title=panel.title, xlabel=panel.unit, ylabel="ms per image")
    axes.set(xscale=panel.scales[0], yscale=panel.scales[1])
    axes.set_xticks(panel.sizes, panel.labels)
    axes.minorticks_off()
    if panel.scales[1] == "log":
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.margins(y=0.2)
    else:
        axes.set_ylim(0)
    axes.grid(visible=True, alpha=0.3)


def main() -> None:
    """Measure and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--output", type=Path, required=True, help="the figure's file, PNG or any that matplotlib writes"
    )
    parser.add_argument("--rounds", type=int, default=5, help="of all measurements of a panel (%(default)s)")
    parser.add_argument("--camera", type=Path, default=DISCOVERY, help="camera's YAML file (%(default)s)")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of the CPU (%(default)s)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    camera, where = load_camera(options.camera), machine(options.threads)
    print(f"{camera.name}; {where}")
    panels = [measure(camera, options.rounds) for measure in (by_voxels, by_pinholes, by_batch)]
    title = f"Time of an MLEM iteration, measured; median of {options.rounds} rounds\n{where}"
    draw(panels, title).savefig(options.output)


if __name__ == "__main__":
    main()
