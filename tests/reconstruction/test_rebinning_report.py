"""The report of rebinning, from numbers made up by hand."""

from __future__ import annotations

import json

import numpy as np

from custom.reconstruction.rebinning import REASONS, Rebinned
from custom.reconstruction.rebinning_report import report, summary
from custom.reconstruction.volume_curve import VolumeCurve
from custom.scanner.list_mode import ListMode


def test_numbers_are_told_with_gates_from_1():
    list_mode = ListMode(
        camera="tiny",
        counts_shape=(1, 1, 1),
        tracer="perfusion",
        simulated=True,
        origin="simulated",
        n_ticks=50_000,
        breaths=np.array([1, 20_000, 40_000], dtype=np.uint32),
    )
    rebinned = Rebinned(
        counts=np.array([10, 20, 30, 40], dtype=np.uint32).reshape(4, 1, 1, 1),
        seconds=np.array([0.5, 0.25, 0.5, 0.5]),
        rejected_counts=dict(zip(REASONS, (50, 20, 30), strict=True)),
        rejected_seconds=dict(zip(REASONS, (2.0, 1.0, 0.25), strict=True)),
        rr_seconds=np.array([0.5, 0.5, 0.25, 0.7]),
        accepted_beats=np.array([True, True, False, True]),
    )
    curve = VolumeCurve(
        measured=np.array([0.9, 1.0, 1.2, 0.9]), fitted=np.array([0.9, 1.0, 1.1, 1.0]), end_diastole=0, end_systole=2
    )
    made = report(list_mode=list_mode, rebinned=rebinned, curve=curve, provenance={"software": "this 1.0"})
    json.dumps(made, allow_nan=False)
    assert made["software"] == "this 1.0"
    assert (made["simulated"], made["scan_seconds"]) == (True, 5.0)
    assert (made["end_diastole_gate"], made["end_systole_gate"]) == (1, 3)
    assert made["gates"][1] == {
        "gate": 2,
        "seconds": 0.25,
        "counts": 20,
        "rate_over_ventricle_relative_to_mean": 1.0,
        "fitted": 1.0,
    }
    assert made["rejected"]["not at end-expiration"] == {"seconds": 0.25, "counts": 30}
    assert (made["beats"], made["accepted_beats"], made["median_rr_ms"], made["breaths"]) == (4, 3, 500.0, 2)
    assert np.isclose(made["accepted_beats_per_minute"], 60 / ((0.5 + 0.5 + 0.7) / 3))
    assert summary(made) == (
        "3 of 4 beats accepted, 106 per minute; 50% of 200 counts in gates; end-diastole gate 1, end-systole gate 3"
    )
