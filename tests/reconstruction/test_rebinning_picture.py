"""The picture of rebinning says what it shows."""

from __future__ import annotations

import numpy as np
import pytest

from custom.reconstruction.rebinning import Rebinned
from custom.reconstruction.rebinning_picture import draw_rebinning
from custom.reconstruction.volume_curve import VolumeCurve
from custom.scanner.list_mode import TRACERS, ListMode


def drawn(tracer="red_blood_cells", n_pinholes=19, rr_seconds=(0.5, 0.52, 0.9), accepted_rr=(0.8, 1.2)):
    shape = (n_pinholes, 4, 5)
    list_mode = ListMode(
        camera="x", counts_shape=shape, tracer=tracer, simulated=True, origin="simulated: no animal", n_ticks=9
    )
    counts = np.arange(8 * n_pinholes * 20, dtype=np.uint32).reshape(8, *shape)
    rr = np.array(rr_seconds)
    rebinned = Rebinned(
        counts=counts,
        seconds=np.ones(8),
        rejected_counts={},
        rejected_seconds={},
        rr_seconds=rr,
        accepted_beats=rr < 0.6,
    )
    curve = VolumeCurve(measured=np.arange(8.0), fitted=np.arange(8.0), end_diastole=7, end_systole=2)
    return draw_rebinning(list_mode, rebinned, curve, accepted_rr=accepted_rr, title="scan $1", subtitle="well")


@pytest.mark.parametrize("tracer", TRACERS)
def test_curve_intervals_and_modules_are_labelled(tracer, tmp_path):
    figure = drawn(tracer)
    figure.savefig(tmp_path / "picture.png")
    curve, intervals = figure.axes[:2]
    assert curve.get_xlabel() == "gate, the first centred on the R wave"
    assert ("rise" if tracer == "red_blood_cells" else "fall") in curve.get_title()
    assert [line.get_xdata()[0] for line in curve.lines if line.get_label() in ("ED", "ES")] == [8, 3]
    assert intervals.get_xlabel() == "R-R interval, ms"
    assert intervals.get_title() == "2 of 3 beats accepted"
    assert "simulated" in figure.get_supxlabel()


def test_end_diastole_is_shown_by_every_pinhole():
    """Ten modules in a row; the fifth stands in the first row behind four others of 5 columns with gaps of 6."""
    modules = drawn().axes[2]
    assert [text.get_text() for text in modules.texts] == [str(number) for number in range(1, 20)]
    shown = modules.get_images()[0].get_array()
    assert shown[6:10, 44:49].tolist() == (np.arange(20) + 20 * (7 * 19 + 4)).reshape(4, 5).tolist()
    assert shown.count() == 19 * 20


@pytest.mark.parametrize(
    "changes",
    [
        {"n_pinholes": 1},
        {"n_pinholes": 3},
        {"rr_seconds": (0.5,)},
        {"accepted_rr": (0.0, 1e9)},
        {"accepted_rr": (1.0, 1.0)},
    ],
)
def test_odd_scans_are_drawn_too(changes, tmp_path):
    drawn(**changes).savefig(tmp_path / "picture.png")
