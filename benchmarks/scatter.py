"""The scatter model of simulation beside Monte Carlo, as a table and as radial profiles.

Claims: scatter over primaries is within 15 % of photon transport for every source in water among the references, and
the radial profile of scatter follows it. The model is the whole one that simulation runs: the camera's plate and
module, transmission, `expected_scatter`. Two of its numbers were fitted to the first two sources' ratios on a larger
detector, so that these ratios test the computation, not the physics; profiles and primaries test both.

    python -m benchmarks.scatter --reference_dir ../shared/reference --output scatter.png
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.camera import DISCOVERY
from benchmarks.machine import machine
from benchmarks.points_in_water import LIMITS_MM, PointInWater, Seen, read_points
from custom.errors import explain_bad_input
from custom.scanner.camera import load_camera

ASKED = 0.15
COLOURS = {"primary": "tab:blue", "scatter": "tab:red"}


def table(points: Sequence[PointInWater], modelled: Sequence[Seen]) -> str:
    """Return scatter over primaries and the scatter's shares as a table in Markdown, Monte Carlo before the model."""
    within = ", ".join(map(str, LIMITS_MM))
    lines = [
        f"| file | water, mm | scatter/primary: Monte Carlo | model | ratio | % in {within} mm: Monte Carlo | model |",
        "|---|---|---|---|---|---|---|",
    ]
    for point, model in zip(points, modelled, strict=True):
        ratio = f"{point.seen.ratio:.4f} ± {point.ratio_error:.4f} | {model.ratio:.4f} | {_quotient(point, model):.3f}"
        shares = " | ".join(", ".join(f"{100 * share:.1f}" for share in seen.shares) for seen in (point.seen, model))
        lines.append(f"| {point.name} | {point.water_mm:.0f} | {ratio} | {shares} |")
    return "\n".join(lines)


def draw(points: Sequence[PointInWater], modelled: Sequence[Seen], title: str) -> Figure:
    """Draw each source's radial profiles, and the model's scatter over Monte Carlo's beneath."""
    figure = Figure(figsize=(5.2 * len(points), 6.4), dpi=100, layout="constrained")
    figure.suptitle(title, fontsize=10, parse_math=False)
    panels = figure.subplots(2, len(points), sharex=True, sharey="row", squeeze=False, height_ratios=(3, 1))
    for (profile, quotient), point, model in zip(panels.T, points, modelled, strict=True):
        _draw_profiles(profile, point, model)
        _draw_quotient(quotient, point, model)
    panels[0, 0].legend(frameon=False)
    return figure


def _draw_profiles(axes: Axes, point: PointInWater, model: Seen) -> None:
    radius = _middles(point)
    for name, colour in COLOURS.items():
        rings, errors = point.seen.rings[name], point.ring_errors[name]
        axes.errorbar(radius, rings, errors, fmt="o", ms=3.5, color=colour, label=f"{name}, Monte Carlo")
        axes.plot(
            radius, np.where(model.rings[name] > 0, model.rings[name], np.nan), color=colour, label=f"{name}, model"
        )
    axes.set(title=f"{point.name}: {point.water_mm:.0f} mm of water", yscale="log")
    axes.set_ylabel("counts per pixel per emitted photon")
    axes.grid(visible=True, alpha=0.3)


def _draw_quotient(axes: Axes, point: PointInWater, model: Seen) -> None:
    rings, errors = point.seen.rings["scatter"], point.ring_errors["scatter"]
    quotient = model.rings["scatter"] / rings
    axes.axhspan(1 - ASKED, 1 + ASKED, color="0.9", label=f"± {ASKED:.0%}")
    axes.axhline(1, color="0.5", lw=0.8)
    axes.errorbar(_middles(point), quotient, quotient * errors / rings, fmt="o", ms=3.5, color=COLOURS["scatter"])
    axes.set(
        ylim=(0, 2), xlabel="distance from the middle of the point's image, mm", ylabel="scatter,\nmodel / Monte Carlo"
    )
    axes.grid(visible=True, alpha=0.3)


def _middles(point: PointInWater) -> np.ndarray:
    return (point.edges_mm[1:] + point.edges_mm[:-1]) / 2


def _quotient(point: PointInWater, model: Seen) -> float:
    return model.ratio / point.seen.ratio


def main() -> None:
    """Print and draw."""
    explain_bad_input()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference_dir", type=Path, required=True, help="folder with montecarlo/water_*.npz")
    parser.add_argument(
        "--output", type=Path, required=True, help="the figure's file, PNG or any that matplotlib writes"
    )
    parser.add_argument("--camera", type=Path, default=DISCOVERY, help="camera's YAML file (%(default)s)")
    options = parser.parse_args()
    camera = load_camera(options.camera)
    points = read_points(options.reference_dir)
    modelled = [point.modelled(camera) for point in points]
    print(machine(torch.get_num_threads()), table(points, modelled), sep="\n\n")
    worst = max(abs(_quotient(point, model) - 1) for point, model in zip(points, modelled, strict=True))
    print(f"\nscatter/primary within {ASKED:.0%}: {'met' if worst <= ASKED else 'missed'}, worst {worst:.1%}")
    draw(points, modelled, "Scatter and primaries of a point in water: Monte Carlo (EGSnrc) and the model").savefig(
        options.output
    )


if __name__ == "__main__":
    main()
