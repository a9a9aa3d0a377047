"""Polar maps of the left ventricle's wall in 17 segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Wedge

from custom.evaluation.footnotes import write_footnote
from custom.evaluation.measures import Measures, methods_of
from custom.evaluation.methods import TRUTH
from custom.evaluation.summary import values_of

Values = Sequence[float] | np.ndarray
N_COLUMNS = 4
COLOURS = "RdBu_r"
DARK = 0.6  # of the scale, from where on figures are white
WALLS = ((0.0, 1.0, "A"), (-1.0, 0.0, "S"), (0.0, -1.0, "I"), (1.0, 0.0, "L"))
FOOTNOTE = (
    "Seventeen segments, seen from the apex: the base is the outer ring. A anterior, S septal, I inferior, L lateral "
    "wall. Small: number of the segment; below it the mean, percent."
)


class Segment(NamedTuple):
    """Place of a segment in the map: radii (outer edge of the map = 1) and angles from the lateral wall, degrees."""

    inner: float
    outer: float
    start: float
    end: float

    @property
    def middle(self) -> tuple[float, float]:
        """Where its figures stand."""
        if self.inner == 0:
            return 0.0, 0.0
        radius, angle = (self.inner + self.outer) / 2, np.deg2rad((self.start + self.end) / 2)
        return radius * np.cos(angle), radius * np.sin(angle)


def segments() -> tuple[Segment, ...]:
    """Return the places of segments 1 to 17: six at the base, six in the middle, four at the apex, and its tip.

    Each ring begins with the anterior wall, above, and goes on through the septum, on the left.

    Source: Cerqueira et al. 2002, doi:10.1161/hc0402.102975.
    """
    rings = [(0.75, 1.0, 6), (0.5, 0.75, 6), (0.25, 0.5, 4)]
    places = []
    for inner, outer, n in rings:
        width = 360 / n
        places += [Segment(inner, outer, 90 + (k - 0.5) * width, 90 + (k + 0.5) * width) for k in range(n)]
    return (*places, Segment(0.0, 0.25, 0.0, 360.0))


def segment_errors(measures: Sequence[Measures]) -> dict[str, np.ndarray]:
    """Return the mean error of every method in each segment, shape (17,), percent of the true blood.

    Args:
        measures: one row per study and method, the truth among the methods, with `segments`: mean activity of each
            segment over the true mean of the left ventricular blood.
    """
    segments_of = {method: np.array(values_of(measures, "segments", method)) for method in methods_of(measures)}
    truth = segments_of.pop(TRUTH)
    return {method: 100 * (means - truth).mean(axis=0) for method, means in segments_of.items()}


def polar_maps(errors: Mapping[str, Values], *, label: str, title: str, remark: str = "") -> Figure:
    """Draw one polar map per method, all on one scale that is symmetric about 0.

    Args:
        errors: by method, one mean for each of the segments 1 to 17, percent; NaN where there is none, drawn grey.
        label: of the scale, with what is 100 %.
        title: of the picture.
        remark: what must be known to read the picture, such as that it is simulated.
    """
    largest = float(np.nanmax(np.abs([list(values) for values in errors.values()]))) or 1.0
    n_columns = min(N_COLUMNS, len(errors))
    n_rows = -(-len(errors) // n_columns)
    figure = Figure(figsize=(3.3 * n_columns, 3.5 * n_rows + 1.7), dpi=90, layout="compressed")
    figure.suptitle(title)
    write_footnote(figure, remark, FOOTNOTE)
    panels = figure.subplots(n_rows, n_columns, squeeze=False)
    for axes, (method, values) in zip(panels.ravel(), errors.items(), strict=False):
        _draw_map(axes, values, largest)
        axes.set_title(method, fontsize=11, parse_math=False)
    for axes in panels.ravel():
        axes.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal")
        axes.set_axis_off()
    scale = ScalarMappable(Normalize(-largest, largest), COLOURS)
    figure.colorbar(scale, ax=panels, label=label, orientation="horizontal", aspect=50, shrink=0.7, pad=0.02)
    return figure


def _draw_map(axes: Axes, values: Values, largest: float) -> None:
    for number, (segment, value) in enumerate(zip(segments(), values, strict=True), start=1):
        is_known = np.isfinite(value)
        patch = Wedge((0, 0), segment.outer, segment.start, segment.end, width=segment.outer - segment.inner)
        colour = colormaps[COLOURS](0.5 + value / (2 * largest)) if is_known else "lightgray"
        patch.set(facecolor=colour, edgecolor="black")
        axes.add_patch(patch)
        x, y = segment.middle
        ink = "white" if is_known and abs(value) > DARK * largest else "black"
        said = f"{round(value):+d}".replace("-", "−") if is_known else "—"
        axes.text(x, y + 0.02, f"{number}", ha="center", va="bottom", fontsize=6, color=ink)
        axes.text(x, y + 0.02, said, ha="center", va="top", fontsize=9, color=ink)
    for x, y, letter in WALLS:
        axes.text(1.1 * x, 1.1 * y, letter, ha="center", va="center", weight="bold")
