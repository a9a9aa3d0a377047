"""What run `rebinning` writes, and what it refuses before it writes anything."""

from __future__ import annotations

import hashlib
import json

import nibabel
import numpy as np
import pytest

from custom.errors import BadInput
from custom.reconstruction.acceptance import Acceptance
from custom.reconstruction.gate_files import gate_file
from custom.reconstruction.rebinning import rebin
from custom.reconstruction.rebinning_run import rebin_scan
from custom.reconstruction.study import read_study
from custom.reconstruction.study_files import StudyFiles
from custom.scanner.list_mode import Events, ListMode
from custom.scanner.list_mode_file import read_events, write_list_mode

N_TICKS = 100_000
SETTINGS = Acceptance(end_expiration=(0.5, 1.0))


def scan(**changes):
    values = {
        "camera": "tiny",
        "counts_shape": (3, 6, 5),
        "tracer": "red_blood_cells",
        "simulated": True,
        "origin": "simulated",
        "n_ticks": N_TICKS,
        "r_waves": np.arange(0, N_TICKS + 1, 5000, dtype=np.uint32),
        "breaths": np.arange(0, N_TICKS + 1, 50_000, dtype=np.uint32),
    }
    return ListMode(**values | changes)


def beating():
    """Events whose rate is highest on the R wave and lowest half a beat later."""
    generator = np.random.default_rng(0)
    ticks = np.sort(generator.integers(N_TICKS, size=60_000))
    curve = np.cos(2 * np.pi * ticks / 5000)
    kept = ticks[generator.random(len(ticks)) < 0.7 + 0.3 * curve]
    return Events(
        ticks=kept.astype(np.uint32),
        modules=generator.integers(3, size=len(kept)).astype(np.uint8),
        pixels=generator.integers(30, size=len(kept)).astype(np.uint16),
    )


@pytest.fixture
def scan_file(tmp_path):
    write_list_mode(tmp_path / "scan.h5", scan(), beating())
    return tmp_path / "scan.h5"


@pytest.fixture
def run(repository, scan_file, tmp_path):
    def with_changes(**changes):
        values = {
            "events": scan_file,
            "output_dir": tmp_path / "gates",
            "camera": repository / "tests" / "tiny_camera.yaml",
            "software": "this 1.0",
            "acceptance": SETTINGS,
        }
        rebin_scan(**values | changes)
        return tmp_path / "gates"

    return with_changes


def test_gates_are_written_as_they_were_counted(run, scan_file, tiny_camera, tiny_regions, tmp_path):
    folder = run()
    wanted = rebin(scan(), read_events(scan_file), SETTINGS)
    nibabel.save(nibabel.Nifti1Image(tiny_regions.numpy(), tiny_camera.grid.affine), tmp_path / "regions.nii.gz")
    for gate in range(8):
        path = folder / gate_file("scan", gate + 1, "counts")
        study = read_study(StudyFiles(projections=str(path), regions=str(tmp_path / "regions.nii.gz")), tiny_camera)
        assert np.array_equal(study.counts.numpy(), wanted.counts[gate])
        image = nibabel.load(path)
        assert np.array_equal(image.affine, np.eye(4))
        assert image.header["descrip"].item() == b"simulated"
    made = json.loads((folder / "scan_rebinning.json").read_text())
    assert [gate["counts"] for gate in made["gates"]] == wanted.counts.sum(axis=(1, 2, 3)).tolist()
    assert (made["end_diastole_gate"], made["end_systole_gate"]) == (1, 5)
    assert made["settings"]["end_expiration"] == [0.5, 1.0]
    assert made["inputs"]["events"]["sha256"] == hashlib.sha256(scan_file.read_bytes()).hexdigest()
    assert made["inputs"]["regions"] is None
    assert len(list(folder.iterdir())) == 10


def test_a_perfusion_scan_of_the_same_counts_beats_the_other_way_round(run, scan_file):
    write_list_mode(scan_file, scan(tracer="perfusion", simulated=False), beating())
    folder = run()
    made = json.loads((folder / "scan_rebinning.json").read_text())
    assert (made["end_diastole_gate"], made["end_systole_gate"]) == (5, 1)
    assert nibabel.load(folder / gate_file("scan", 1, "counts")).header["descrip"].item() == b""


def test_all_breaths_count_where_none_were_recorded(run, scan_file):
    write_list_mode(scan_file, scan(breaths=np.zeros(0, dtype=np.uint32)), beating())
    folder = run(acceptance=Acceptance(gated_by_breath=False))
    made = json.loads((folder / "scan_rebinning.json").read_text())
    assert sum(gate["counts"] for gate in made["gates"]) == len(beating())
    assert made["rejected"]["not at end-expiration"] == {"seconds": 0.0, "counts": 0}


def test_fewer_gates_leave_none_of_an_earlier_run(run):
    run()
    with pytest.raises(BadInput, match="output_dir must not hold results yet"):
        run(acceptance=Acceptance(n_gates=4))
    folder = run(acceptance=Acceptance(n_gates=4), overwrite=True)
    left = sorted(path.name for path in folder.glob("*_counts.nii.gz"))
    assert left == [gate_file("scan", gate, "counts") for gate in (1, 2, 3, 4)]


def test_regions_say_where_the_ventricle_is(run, tiny_camera, tiny_regions, tmp_path):
    nibabel.save(nibabel.Nifti1Image(tiny_regions.numpy(), tiny_camera.grid.affine), tmp_path / "regions.nii.gz")
    made = json.loads((run(regions=tmp_path / "regions.nii.gz") / "scan_rebinning.json").read_text())
    assert made["inputs"]["regions"]["path"] == str(tmp_path / "regions.nii.gz")
    assert (made["end_diastole_gate"], made["end_systole_gate"]) == (1, 5)


def write_scatter_per_second(folder):
    folder.mkdir()
    for gate in range(1, 9):
        image = nibabel.Nifti1Image(np.full((3, 6, 5), gate, np.float32), np.eye(4))
        nibabel.save(image, folder / gate_file("scan", gate, "scatter-per-second"))


def test_scatter_per_second_is_brought_to_the_seconds_that_count(run, tmp_path):
    write_scatter_per_second(tmp_path / "gates")
    folder = run()
    made = json.loads((folder / "scan_rebinning.json").read_text())
    for gate in made["gates"]:
        scatter = nibabel.load(folder / gate_file("scan", gate["gate"], "scatter")).get_fdata()
        np.testing.assert_allclose(scatter, gate["gate"] * gate["seconds"], rtol=1e-6)
    assert len(made["inputs"]["per_second"]) == 8
    (folder / gate_file("scan", 1, "counts")).unlink()
    with pytest.raises(BadInput, match="output_dir must not hold results yet"):
        run()


def test_scatter_of_eight_gates_is_not_that_of_four(run, tmp_path):
    write_scatter_per_second(tmp_path / "gates")
    with pytest.raises(BadInput, match="got 4 for 8 of them"):
        run(acceptance=Acceptance(n_gates=4))
    assert len(list((tmp_path / "gates").iterdir())) == 8


def broken(list_mode):
    return lambda path: write_list_mode(path, list_mode, beating())


BROKEN = {
    "no_ecg": (broken(scan(r_waves=np.zeros(0, dtype=np.uint32))), "gating needs R waves, got 0"),
    "no_breaths": (broken(scan(breaths=np.zeros(0, dtype=np.uint32))), "give --gated_by_breath False"),
    "camera": (broken(scan(counts_shape=(3, 5, 6))), "events must be those of the camera tiny, (3, 6, 5)"),
    "modules": (broken(scan(counts_shape=(4, 6, 5), camera="other")), "got (4, 6, 5) of other; give its file as"),
    "one_beat": (broken(scan(r_waves=np.array([100, 200], dtype=np.uint32))), "every gate must hold counts"),
    "text": (lambda path: path.write_text("dear colleague"), "is it HDF5, and whole?"),
    "gone": (lambda path: path.unlink(), "a list-mode file must exist"),
}


@pytest.mark.parametrize(("break_it", "rule"), BROKEN.values(), ids=BROKEN)
def test_bad_files_are_refused_and_nothing_is_written(break_it, rule, run, scan_file, tmp_path):
    break_it(scan_file)
    with pytest.raises(BadInput) as caught:
        run()
    assert rule in str(caught.value)
    assert not (tmp_path / "gates").exists()


def test_regions_on_another_grid_are_refused(run, tmp_path):
    nibabel.save(nibabel.Nifti1Image(np.ones((4, 4, 4), dtype=np.uint8), np.eye(4)), tmp_path / "regions.nii.gz")
    with pytest.raises(BadInput, match="regions must lie on the camera's grid"):
        run(regions=tmp_path / "regions.nii.gz")


def test_no_events_given(run):
    with pytest.raises(BadInput, match="events must be given, got nothing"):
        run(events=None)
