"""Learning curves, read and drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from custom.errors import BadInput
from custom.evaluation.learning_curves import LearningCurve, learning_curves, read_learning_curve

HEADER = "epoch,volumes,training_loss,validation_loss,validation_imbv_error,seconds\n"


def curve(validation: list[float], volumes: list[float] | None = None) -> LearningCurve:
    seen = np.array(volumes or 10.0 * np.arange(1, len(validation) + 1))
    loss = np.array(validation, float)
    return LearningCurve(volumes=seen, training_loss=loss / 2, validation_loss=loss, validation_imbv_error=loss / 4)


def test_what_was_not_measured_is_not_a_number(tmp_path: Path) -> None:
    (tmp_path / "curve.csv").write_text(HEADER + "1,30,0.5,,,1.0\n2,60,0.4,0.6,0.05,1.0\n")
    read = read_learning_curve(tmp_path / "curve.csv")
    np.testing.assert_array_equal(read.volumes, [30, 60])
    np.testing.assert_array_equal(read.training_loss, [0.5, 0.4])
    np.testing.assert_array_equal(read.validation_loss, [np.nan, 0.6])
    assert read.best == (60, 0.6)


@pytest.mark.parametrize(
    "content",
    [
        "epoch,volumes\n1,30\n",
        HEADER + "1,30,low,0.6,0.05,1.0\n",
        HEADER,
        HEADER + "1,30,0.5,,,1.0\n",
        None,
    ],
)
def test_another_table_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "curve.csv").write_text(content)
    with pytest.raises(BadInput, match="a learning curve"):
        read_learning_curve(tmp_path / "curve.csv")


def test_what_the_last_quarter_brings_is_told() -> None:
    assert curve([8, 4, 2, 1]).late_fall == pytest.approx(0.5)
    assert curve([8, 4, 2, 2]).late_fall == 0
    assert curve([8, 4, 1, 2]).late_fall == pytest.approx(-1)
    assert curve([8, np.nan, 2, 1]).late_fall == pytest.approx(0.5)


def test_a_network_validated_in_one_part_only_has_no_fall() -> None:
    assert curve([np.nan, np.nan, np.nan, 1]).late_fall is None
    assert curve([1, np.nan, np.nan, np.nan]).late_fall is None


def test_every_seed_is_a_line_and_every_network_a_name(tmp_path: Path) -> None:
    curves = {"U-net": [curve([4, 3, 2, 1])], "Dy-U": [curve([4, np.nan, 2, 1]), curve([5, 4, 3, 2])]}
    figure = learning_curves(curves, stage_ends=[20], remark="Simulated")
    figure.savefig(tmp_path / "figure.png")
    for axes in figure.axes:
        lines = [line for line in axes.lines if line.get_linestyle() != ":"]
        assert [len(line.get_xdata()) for line in lines] == [4, 3, 4]
        (stage,) = [line for line in axes.lines if line.get_linestyle() == ":"]
        assert list(stage.get_xdata()) == [20, 20]
        assert axes.get_xscale() == "log"
    _, first, second = [line for line in figure.axes[1].lines if line.get_linestyle() != ":"]
    assert first.get_color() == second.get_color()
    assert first.get_linewidth() > second.get_linewidth()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["U-net", "Dy-U"]
    np.testing.assert_array_equal(first.get_ydata(), [4, 2, 1])
