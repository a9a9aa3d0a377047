"""The whole scan of a virtual animal in list mode."""

from __future__ import annotations

import json
from dataclasses import replace

import nibabel
import numpy as np
import pytest

from custom.reconstruction.acceptance import Acceptance
from custom.reconstruction.gate_files import PER_SECOND, gate_file
from custom.reconstruction.rebinning import rebin
from custom.reconstruction.rebinning_run import rebin_scan
from custom.reconstruction.regions import Region
from custom.simulation.activity import draw_pattern, gate_seconds
from custom.simulation.anatomy import build_anatomy
from custom.simulation.case import Case
from custom.simulation.case_files import SUFFIXES, write_case
from custom.simulation.gating import N_GATES, gate_volumes_ml
from custom.simulation.scene import Examination
from custom.simulation.virtual_scan import rhythm_of, scan_in_list_mode


@pytest.fixture(scope="module")
def examination(laboratory, animal):
    """A short scan of little activity, so that a test has few events; a long pause after each breath."""
    changes = {"scan_seconds": 40.0, "injected_mbq": animal.scan.injected_mbq / 20, "end_expiration": 0.5}
    brief = replace(animal, scan=replace(animal.scan, **changes))
    anatomy = build_anatomy(brief, laboratory.anatomy_grid, np.random.default_rng(8))
    pattern = draw_pattern(brief, np.random.default_rng(9))
    return Examination(laboratory=laboratory, anatomy=anatomy, pattern=pattern)


@pytest.fixture(scope="module")
def scan(examination):
    return scan_in_list_mode(examination, np.random.default_rng(1), seed=5)


@pytest.fixture(scope="module")
def scenes(examination):
    """The animal at rest in each gate, as where a gate is measured without list mode."""
    return [examination.scene(volume) for volume in gate_volumes_ml(examination.animal).tolist()]


@pytest.fixture(scope="module")
def rates(examination, scenes):
    return [examination.rates_of(scene) for scene in scenes]


def test_the_file_says_what_it_is(scan, laboratory, examination) -> None:
    assert scan.list_mode.simulated
    assert scan.list_mode.seed == 5
    assert scan.list_mode.camera == laboratory.camera.name
    assert scan.list_mode.seconds == pytest.approx(40.0)
    per_minute = len(scan.list_mode.r_waves) / 40 * 60
    assert per_minute == pytest.approx(examination.animal.scan.heart_rate_per_minute, rel=0.1)


def test_rebinned_at_end_expiration_each_gate_has_the_counts_of_the_heart_at_rest_there(
    scan, examination, rates
) -> None:
    """Rate of the gate × time in it."""
    pause = examination.animal.scan.end_expiration
    acceptance = Acceptance(n_gates=N_GATES, end_expiration=(1 - pause, 1.0), accepted_rr=(0.5, 2.0))
    rebinned = rebin(scan.list_mode, [scan.events], acceptance)
    for gate, known in enumerate(rates):
        expected = (known.primary + known.scatter) * rebinned.seconds[gate]
        assert rebinned.counts[gate].sum() == pytest.approx(expected.sum(), abs=5 * np.sqrt(expected.sum()))
        deviations = (rebinned.counts[gate] - expected)[expected > 5] / np.sqrt(expected[expected > 5])
        assert deviations.std() == pytest.approx(1, abs=0.2)


def test_gates_and_what_was_rejected_add_up_to_the_scan(scan) -> None:
    acceptance = Acceptance(n_gates=N_GATES, end_expiration=(0.6, 1.0), accepted_rr=(0.8, 1.2))
    rebinned = rebin(scan.list_mode, [scan.events], acceptance)
    assert rebinned.counts.sum() + sum(rebinned.rejected_counts.values()) == len(scan.events)


def test_eight_gates_hold_the_beating_heart(scan, examination) -> None:
    volumes = gate_volumes_ml(examination.animal)
    voxel_ml = examination.laboratory.grid.voxel_volume_mm3 / 1000
    found = [float((gate.regions == Region.LEFT_VENTRICULAR_BLOOD).sum()) * voxel_ml for gate in scan.gates]
    assert len(scan.gates) == N_GATES
    assert np.corrcoef(found, volumes)[0, 1] > 0.9
    assert int(np.argmax(found)) == int(np.argmax(volumes))


def test_rebinned_gates_get_the_truth_and_the_scatter_of_the_seconds_that_count(
    scan, examination, scenes, rates, small_camera_file, tmp_path
) -> None:
    """By default 35 % of each breath count, although this animal's pause is half of it."""
    grid, drawn = examination.laboratory.grid, examination.animal.scan
    nothing = dict.fromkeys(SUFFIXES, np.zeros(grid.shape, np.float32))
    write_case(tmp_path, Case(parameters={}, volumes={"ed": nothing}, scan=scan), {"animal": 1}, grid)
    gates = tmp_path / "sub-001" / "gates"
    events = gates.parent / "sub-001_listmode.h5"
    rebin_scan(events=events, output_dir=gates, camera=small_camera_file, software="this 1", acceptance=Acceptance())
    for gate in json.loads((gates / "sub-001_rebinning.json").read_text())["gates"]:
        scene, scatter_rate = scenes[gate["gate"] - 1], rates[gate["gate"] - 1].scatter.sum()
        assert gate["seconds"] < 0.9 * gate_seconds(drawn)
        activity, scatter = (
            nibabel.load(gates / gate_file("sub-001", gate["gate"], kind)).get_fdata() for kind in PER_SECOND
        )
        np.testing.assert_allclose(activity, scene.activity * gate["seconds"], rtol=1e-5)
        noise = 1 / np.sqrt(drawn.scatter_window_ratio * scatter_rate * gate_seconds(drawn))
        wanted = drawn.scatter_calibration * scatter_rate * gate["seconds"]
        assert scatter.sum() == pytest.approx(wanted, rel=5 * noise)


def test_a_shift_in_mid_scan_moves_the_counts(examination, animal) -> None:
    """Towards the head in the patient is towards low rows on the detector: pinholes turn pictures round."""
    moving = replace(examination.animal, motion=replace(animal.motion, shift_head_mm=30.0, shifted_at=0.5))
    moved = replace(examination, anatomy=replace(examination.anatomy, animal=moving))
    scan = scan_in_list_mode(moved, np.random.default_rng(1), seed=5)
    rows = scan.events.pixels // scan.list_mode.counts_shape[2]
    late = scan.events.ticks >= scan.list_mode.n_ticks // 2
    assert rows[late].mean() < rows[~late].mean() - 0.3


def test_the_rhythm_is_the_drawn_one(animal) -> None:
    rhythm = rhythm_of(animal.scan)
    assert rhythm.beats_per_minute == animal.scan.heart_rate_per_minute
    assert rhythm.end_expiration == animal.scan.end_expiration
