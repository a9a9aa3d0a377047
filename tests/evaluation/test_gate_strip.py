"""What the picture of a heartbeat shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from custom.evaluation.gate_files import N_GATES, HeartBeat, read_heart_beat
from custom.evaluation.gate_strip import gate_strip
from tests.gate_files import SHAPE, write_gates


@pytest.fixture(scope="module")
def beat(tmp_path_factory: pytest.TempPathFactory) -> HeartBeat:
    folder = tmp_path_factory.mktemp("gates")
    write_gates(folder)
    return read_heart_beat(folder)


def panels(figure) -> np.ndarray:
    return np.reshape([axes for axes in figure.axes if axes.get_aspect() == 1.0], (-1, N_GATES))


def test_truth_stands_above_mlem_gate_by_gate(beat: HeartBeat) -> None:
    rows = panels(gate_strip(beat))
    assert [row[0].get_ylabel() for row in rows] == ["true activity", "MLEM"]
    assert [axes.get_title() for axes in rows[0]] == [f"gate {gate}" for gate in range(1, N_GATES + 1)]
    z = SHAPE[2] // 2
    for row, volumes in zip(rows, (beat.truth, beat.images), strict=True):
        for axes, volume in zip(row, volumes, strict=True):
            shown = np.asarray(axes.collections[0].get_array())
            assert any(np.array_equal(shown, volume[:, :, k].T) for k in (z - 1, z)), "the middle of the ventricle"
            assert {"R", "L", "A", "P"} <= {text.get_text() for text in axes.texts}


def test_all_gates_share_one_grey_scale(beat: HeartBeat) -> None:
    limits = {axes.collections[0].get_clim() for axes in panels(gate_strip(beat)).ravel()}
    assert len(limits) == 1
    assert limits.pop() == pytest.approx((0, 1000))


def test_the_volume_is_drawn_where_it_is_known(beat: HeartBeat) -> None:
    (curve,) = [axes for axes in gate_strip(beat).axes if axes.get_xlabel() == "gate"]
    np.testing.assert_array_equal(curve.get_lines()[0].get_ydata(), beat.volumes_ml)
    np.testing.assert_array_equal(curve.get_lines()[0].get_xdata(), np.arange(1, 9))


def test_images_alone_can_be_drawn(beat: HeartBeat, tmp_path: Path) -> None:
    bare = HeartBeat(images=beat.images, affine=beat.affine, truth=None, regions=None)
    figure = gate_strip(bare)
    figure.savefig(tmp_path / "gates.png")
    assert panels(figure).shape == (1, N_GATES)
    assert not [axes for axes in figure.axes if axes.get_xlabel() == "gate"]
    assert "simulated" in figure.get_suptitle()
