"""Learning curves of all trained networks: loss against the number of volumes seen."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from custom.errors import BadInput
from custom.evaluation.footnotes import write_footnote
from custom.evaluation.method_looks import looks_of

COLUMNS = ("volumes", "training_loss", "validation_loss", "validation_imbv_error")
PANELS = {
    "training_loss": "training loss",
    "validation_loss": "validation loss",
    "validation_imbv_error": "validation, mean absolute error of IMBV",
}
FOOTNOTE = "Both axes are logarithmic. Thin lines: further seeds of the same network. Dotted: the next stage begins."
TICKS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)  # and their tenfolds
LATE = 0.75  # of the volumes: what the loss still falls from there on


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """What was noted of one training, epoch by epoch; NaN where nothing was measured.

    Args:
        volumes: seen since the start, ascending.
        training_loss, validation_loss: mean of the epoch, and of the validation animals.
        validation_imbv_error: mean absolute error of IMBV, validation animals.
    """

    volumes: np.ndarray
    training_loss: np.ndarray
    validation_loss: np.ndarray
    validation_imbv_error: np.ndarray

    @property
    def best(self) -> tuple[int, float]:
        """Volumes seen at the smallest validation loss, and that loss."""
        place = int(np.nanargmin(self.validation_loss))
        return int(self.volumes[place]), float(self.validation_loss[place])

    @property
    def late_fall(self) -> float | None:
        """By what share the smallest validation loss of the first three quarters fell in the last; None without both.

        1 − min L(v > ¾ V) / min L(v ≤ ¾ V)
        """
        measured = np.isfinite(self.validation_loss)
        late = self.volumes > LATE * self.volumes[-1]
        parts = [self.validation_loss[measured & part] for part in (~late, late)]
        return None if min(map(len, parts)) == 0 else float(1 - parts[1].min() / parts[0].min())


def read_learning_curve(path: Path) -> LearningCurve:
    """Read the curve of one training, a CSV file with a line per epoch; empty fields were not measured.

    Raises:
        BadInput: no such file, a column that is missing, a field that is no number, or no validation.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        columns = {name: np.array([float(row[name] or "nan") for row in rows]) for name in COLUMNS}
    except (OSError, KeyError, ValueError) as error:
        raise BadInput(
            f"a learning curve has the columns {', '.join(COLUMNS)} with numbers, got {error} in {path}; did the "
            "training end before its first epoch?"
        ) from error
    if not np.isfinite(columns["validation_loss"]).any():
        raise BadInput(f"a learning curve needs a validation, but {path} has none; was val_interval too large?")
    return LearningCurve(**columns)


def learning_curves(
    curves: Mapping[str, Sequence[LearningCurve]], *, stage_ends: Sequence[float] = (), remark: str = ""
) -> Figure:
    """Draw training loss, validation loss and the validation animals' error of IMBV against volumes seen.

    Args:
        curves: by network, one per seed; further seeds are thinner, in the colour of the first.
        stage_ends: volumes seen where one stage of the training ends and the next begins; drawn dotted.
        remark: what must be known to read the picture, such as that the animals are simulated.
    """
    figure = Figure(figsize=(15, 5.2), dpi=90, layout="constrained")
    figure.suptitle("Learning curves")
    write_footnote(figure, remark, FOOTNOTE)
    panels = figure.subplots(1, len(PANELS))
    for axes, (column, title) in zip(panels, PANELS.items(), strict=True):
        _draw_column(axes, curves, column)
        for volumes in stage_ends:
            axes.axvline(volumes, color="gray", linestyle=":", linewidth=1)
        axes.set_title(title, fontsize=11)
        axes.set(xscale="log", yscale="log", xlabel="volumes seen")
        for axis, ticks in ((axes.xaxis, (1.0, 2.0, 5.0)), (axes.yaxis, TICKS)):
            axis.set_major_locator(LogLocator(subs=ticks))
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter(NullFormatter())
        axes.grid(alpha=0.3)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper", fontsize=9)
    return figure


def _draw_column(axes: Axes, curves: Mapping[str, Sequence[LearningCurve]], column: str) -> None:
    for network, look in looks_of(list(curves)).items():
        for seed, curve in enumerate(curves[network]):
            values = getattr(curve, column)
            measured = np.isfinite(values)
            label, width = (network, look.width) if seed == 0 else (None, look.width / 2)
            (line,) = axes.plot(curve.volumes[measured], values[measured], label=label)
            line.set(color=look.colour, linestyle=look.line, linewidth=width)
