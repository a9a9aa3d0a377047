import json
import shutil
import signal
from pathlib import Path

import nibabel
import numpy as np
import pytest

from custom.errors import BadInput
from custom.simulation.case_files import entry
from custom.simulation.cohort import simulate_cohort

KINDS = {"image", "label", "ct", "full_ct", "regions", "outlined", "truth", "mu", "counts", "scatter"}
STORED_AS = {"regions": np.uint8, "outlined": np.uint8, "full_ct": np.int16}


@pytest.fixture(scope="module")
def settings(small_camera_file):
    return {"camera": small_camera_file, "n_iterations": 2, "n_yang_iterations": 1, "progress": False, "seed": 5}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory, settings) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    assert simulate_cohort(n_animals=2, output_dir=folder, **settings) == folder / "dataset.json"
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def cases_of(folder: Path) -> list[dict[str, str]]:
    dataset = json.loads((folder / "dataset.json").read_text())
    return [case for split in ("training", "validation", "test") for case in dataset[split]]


def test_the_dataset_lists_two_gates_of_every_animal(cohort) -> None:
    dataset = json.loads((cohort / "dataset.json").read_text())
    assert dataset["tracer"] == "red_blood_cells"
    assert dataset["seed"] == 5
    assert "imulated" in dataset["description"]
    cases = cases_of(cohort)
    assert len(cases) == 4
    assert all(set(case) == KINDS for case in cases)
    assert entry(1, "ed")["image"] == "sub-001/gate-ed/sub-001_gate-ed_mlem.nii.gz"
    assert entry(1, "ed")["label"].endswith("_iy.nii.gz")
    assert entry(1, "ed")["truth"].endswith("_activity.nii.gz")


def test_files_lie_on_their_grids_in_their_types(cohort, small_camera) -> None:
    for case in cases_of(cohort):
        for kind, path in case.items():
            volume = nibabel.load(cohort / path)
            projections = kind in ("counts", "scatter")
            grid = small_camera.grid.refined(4) if kind == "full_ct" else small_camera.grid
            assert volume.shape == (small_camera.counts_shape if projections else grid.shape)
            np.testing.assert_allclose(volume.affine, np.eye(4) if projections else grid.affine)
            assert volume.get_data_dtype() == STORED_AS.get(kind, np.float32)
            assert volume.header.get_xyzt_units()[0] == "mm"
            assert np.isfinite(volume.get_fdata()).all()


def test_nothing_unfinished_is_left_behind(cohort) -> None:
    assert not [path for path in cohort.rglob("*") if "unfinished" in path.name]


def test_the_same_seed_gives_the_same_bytes(cohort, tmp_path, settings) -> None:
    simulate_cohort(n_animals=1, output_dir=tmp_path, **settings)
    again, first = files_of(tmp_path / "sub-001"), files_of(cohort / "sub-001")
    assert again == first
    assert first != files_of(cohort / "sub-002")


def test_neither_list_mode_nor_the_number_of_workers_changes_a_byte(cohort, tmp_path, settings) -> None:
    """With list mode each animal is a group of its own, so that two workers share two animals."""
    simulate_cohort(n_animals=2, output_dir=tmp_path, list_mode=True, n_workers=2, **settings)
    assert (tmp_path / "sub-001" / "sub-001_listmode.h5").is_file()
    for path in (path for animal in (1, 2) for gate in ("ed", "es") for path in entry(animal, gate).values()):
        assert (tmp_path / path).read_bytes() == (cohort / path).read_bytes()


KILLED = """
import json, os, signal, sys
from custom.simulation import case_files, cohort

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def write_first_whole(folder, case, identity, grid):
    if identity["animal"] == 2:
        case_files.write_checksums = killed  # in the middle of the second animal's folder
    case_files.write_case(folder, case, identity, grid)

cohort.write_case = write_first_whole
cohort.simulate_cohort(n_animals=2, output_dir=sys.argv[1], **json.loads(sys.argv[2]))
"""


def test_a_killed_run_goes_on_without_redoing_what_is_finished(
    cohort, tmp_path, settings, run_python, repository
) -> None:
    folder = tmp_path / "cohort"
    ended = run_python("-c", KILLED, folder, json.dumps(settings, default=str), folder=repository)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert sorted(path.name for path in folder.glob("sub-*")) == ["sub-001"]
    assert list(folder.glob(".sub-002.*"))
    kept = (folder / "sub-001" / "sub-001_parameters.json").stat().st_mtime_ns
    simulate_cohort(n_animals=2, output_dir=folder, **settings)
    assert (folder / "sub-001" / "sub-001_parameters.json").stat().st_mtime_ns == kept
    assert {name: content for name, content in files_of(folder).items() if name[0] != "."} == files_of(cohort)


@pytest.mark.parametrize("damaged", ["gate-es/sub-001_gate-es_iy.nii.gz", "sub-001_parameters.json", "SHA256SUMS"])
def test_a_damaged_animal_is_found_by_its_checksum_and_made_again(cohort, tmp_path, settings, damaged, caplog) -> None:
    folder = tmp_path / "cohort"
    shutil.copytree(cohort, folder)
    file = folder / "sub-001" / damaged
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    kept = (folder / "sub-002" / "sub-002_parameters.json").stat().st_mtime_ns
    simulate_cohort(n_animals=2, output_dir=folder, **settings)
    assert "sub-001 is damaged" in caplog.text
    assert files_of(folder) == files_of(cohort)
    assert (folder / "sub-002" / "sub-002_parameters.json").stat().st_mtime_ns == kept


def test_an_animal_whose_identity_was_altered_is_damaged_not_foreign(cohort, tmp_path, settings, caplog) -> None:
    folder = tmp_path / "cohort"
    shutil.copytree(cohort, folder)
    parameters = folder / "sub-001" / "sub-001_parameters.json"
    parameters.write_text(parameters.read_text().replace('"seed": 5', '"seed": 7', 1))
    simulate_cohort(n_animals=2, output_dir=folder, **settings)
    assert "sub-001 is damaged" in caplog.text
    assert files_of(folder) == files_of(cohort)


def test_lists_do_not_outlive_the_animals_that_they_name(cohort, tmp_path, settings, monkeypatch) -> None:
    """A run that replaces a cohort is killed after its first animal: what is left is no cohort of either seed."""
    folder = tmp_path / "cohort"
    shutil.copytree(cohort, folder)
    monkeypatch.setattr("custom.simulation.cohort.run_each", lambda *_, **__: pytest.fail("killed here"))
    with pytest.raises(pytest.fail.Exception):
        simulate_cohort(n_animals=2, output_dir=folder, overwrite=True, **(settings | {"seed": 6}))
    assert not (folder / "dataset.json").exists()
    assert not (folder / "participants.tsv").exists()


@pytest.mark.parametrize(("change", "named"), [({"seed": 6}, "seed"), ({"n_iterations": 3}, "recipe")])
def test_animals_made_with_other_settings_are_refused(cohort, settings, change, named) -> None:
    before = files_of(cohort)
    with pytest.raises(BadInput, match=f"sub-001 with another {named}; give --overwrite True"):
        simulate_cohort(n_animals=2, output_dir=cohort, **(settings | change))
    assert files_of(cohort) == before


def test_animals_made_with_other_settings_are_replaced_when_told_to(cohort, tmp_path, settings) -> None:
    folder = tmp_path / "cohort"
    shutil.copytree(cohort, folder)
    simulate_cohort(n_animals=1, output_dir=folder, overwrite=True, **(settings | {"seed": 6}))
    identity = json.loads((folder / "sub-001" / "sub-001_parameters.json").read_text())["identity"]
    assert identity["seed"] == 6


def test_an_animal_is_the_same_without_those_before_it(cohort, tmp_path, settings) -> None:
    simulate_cohort(n_animals=1, first_animal=2, output_dir=tmp_path, **settings)
    assert files_of(tmp_path / "sub-002") == files_of(cohort / "sub-002")
    assert not (tmp_path / "sub-001").exists()


def test_animals_may_change_their_split_and_are_not_made_again(cohort, tmp_path, settings) -> None:
    folder = tmp_path / "cohort"
    shutil.copytree(cohort, folder)
    simulate_cohort(n_animals=2, split="test", output_dir=folder, **settings)
    assert len(json.loads((folder / "dataset.json").read_text())["test"]) == 4
    assert files_of(folder / "sub-001") == files_of(cohort / "sub-001")


def test_a_folder_of_someone_elses_is_refused(tmp_path, settings) -> None:
    (tmp_path / "sub-001").mkdir()
    (tmp_path / "sub-001" / "thesis.txt").write_text("mine")
    with pytest.raises(BadInput, match="sub-001"):
        simulate_cohort(n_animals=1, output_dir=tmp_path, **settings)
    assert (tmp_path / "sub-001" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"n_animals": 0}, "n_animals must be a whole number from 1, got 0"),
        ({"n_animals": 1, "seed": -1}, "seed must be a whole number from 0, got -1"),
        ({"n_animals": 1, "first_animal": 0}, "first_animal must be a whole number from 1, got 0"),
        ({"n_animals": 1, "split": "tset"}, "split must be one of training, validation, test"),
        ({"n_animals": 1, "tracer": "thallium"}, "tracer must be one of"),
        ({"n_animals": 1, "n_iterations": 0}, "n_iterations must be"),
        ({"n_animals": 1, "device": "toaster"}, "device must be one that torch finds"),
        ({"n_animals": 1, "ct_shift_mm": -4.0}, "ct_shift_mm must be a length from 0 to 50"),
        ({"n_animals": 1, "ct_shift_mm": 150.0}, "ct_shift_mm must be a length from 0 to 50"),
        ({"n_animals": 1, "ct_gate": "third"}, "ct_gate must be one of same, other"),
        ({"n_animals": 1, "camera": "none.yaml"}, "camera file none.yaml"),
        ({"n_animals": 1, "ranges": "none.yaml"}, "readable YAML"),
    ],
)
def test_bad_settings_are_refused_before_anything_is_written(tmp_path, settings, change, rule) -> None:
    with pytest.raises(BadInput, match=rule):
        simulate_cohort(**(settings | {"output_dir": tmp_path / "cohort"} | change))
    assert not list(tmp_path.iterdir())


def test_an_output_folder_that_is_a_file_is_refused(tmp_path, settings) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="folder one can write"):
        simulate_cohort(n_animals=1, output_dir=tmp_path / "file", **settings)
