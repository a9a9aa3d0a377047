"""Rules that scans in list mode and their events keep."""

from __future__ import annotations

import numpy as np
import pytest

from custom.scanner.list_mode import Events, ListMode, check_events


def scan(**changes):
    values = {
        "camera": "tiny",
        "counts_shape": (3, 6, 5),
        "tracer": "red_blood_cells",
        "simulated": True,
        "origin": "simulated",
        "n_ticks": 1000,
    }
    return ListMode(**values | changes)


def events(ticks, modules=None, pixels=None):
    zeros = [0] * len(ticks)
    return Events(
        ticks=np.array(ticks, dtype=np.uint32),
        modules=np.array(modules or zeros, dtype=np.uint8),
        pixels=np.array(pixels or zeros, dtype=np.uint16),
    )


def ticks(*values):
    return np.array(values, dtype=np.uint32)


def test_a_scan_knows_its_length_in_seconds():
    assert scan(n_ticks=25_000).seconds == 2.5
    assert scan(n_ticks=25_000, ticks_per_second=1000).seconds == 25


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"counts_shape": (257, 6, 5)}, "1 to 256 modules"),
        ({"counts_shape": (3, 0, 5)}, "1 to 65536 pixels"),
        ({"counts_shape": (3, 256, 257)}, "1 to 65536 pixels"),
        ({"n_ticks": 0}, "lasts 1 to"),
        ({"n_ticks": 2**32}, "lasts 1 to"),
        ({"ticks_per_second": 0}, "lasts 1 to"),
        ({"tracer": "gold"}, "tracer must be one of red_blood_cells, perfusion, got 'gold'"),
        ({"r_waves": ticks(5, 5)}, "r_waves increase"),
        ({"breaths": ticks(7, 5)}, "breaths increase"),
        ({"breaths": ticks(7, 1001)}, "breaths increase within the scan's 1000 ticks"),
        ({"r_waves": np.array([1.0, 2.0])}, "r_waves are one row of uint32"),
        ({"r_waves": np.zeros((2, 2), dtype=np.uint32)}, "r_waves are one row of uint32"),
    ],
)
def test_scans_that_cannot_be(changes, rule):
    with pytest.raises(ValueError, match=rule):
        scan(**changes)


def test_events_that_belong_to_a_scan():
    check_events(scan(), events([]))
    check_events(scan(), events([5, 5, 999], [0, 2, 1], [0, 29, 3]), earliest_tick=5)


@pytest.mark.parametrize(
    ("got", "rule"),
    [
        (events([5, 4]), "never decrease"),
        (events([1]), "never decrease"),
        (events([5, 1000]), "within the scan's 1000 ticks, got one at 1000"),
        (events([5], [3]), "modules are numbered from 0 to 2, got 3"),
        (events([5], [0], [30]), "pixels are numbered from 0 to 29, got 30"),
    ],
)
def test_events_that_do_not(got, rule):
    with pytest.raises(ValueError, match=rule):
        check_events(scan(), got, earliest_tick=2)


def test_arrays_that_are_no_list_of_events():
    with pytest.raises(ValueError, match="as many ticks as modules and pixels, got"):
        Events(ticks=ticks(1, 2), modules=np.zeros(1, dtype=np.uint8), pixels=np.zeros(2, dtype=np.uint16))
    with pytest.raises(ValueError, match="modules of events are one row of uint8, got 1-d uint16"):
        Events(ticks=ticks(1), modules=np.zeros(1, dtype=np.uint16), pixels=np.zeros(1, dtype=np.uint16))
