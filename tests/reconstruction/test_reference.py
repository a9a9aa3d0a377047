"""Run `reference` from files to results: one study, or a folder of them."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace
from functools import partial

import nibabel
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from custom.errors import BadInput
from custom.reconstruction import pipeline as pipeline_module
from custom.reconstruction import reference as module
from custom.reconstruction.iterative_yang import iterative_yang
from custom.reconstruction.mlem import mlem
from custom.reconstruction.pipeline import Pipeline
from custom.reconstruction.reference import RESULTS, Reference, check_settings, correct_studies
from custom.reconstruction.study_files import find_study_files
from custom.result_folder import ResultFolder

SOUND = {"n_iterations": 80, "n_yang_iterations": 10, "device": "cpu", "n_workers": None}


def test_sound_settings_pass():
    check_settings(**SOUND)


@pytest.mark.parametrize(
    ("name", "value"), [("n_iterations", 0), ("n_yang_iterations", 2.5), ("device", "gpu"), ("n_workers", 0)]
)
def test_settings_that_cannot_be_are_refused(name, value):
    with pytest.raises(BadInput, match=f"{name} must be .*, got {value!r}"):
        check_settings(**SOUND | {name: value})


def blank_picture(*_, **__):
    return Figure(figsize=(2, 1), dpi=50)


def put(path, array, affine):
    image = nibabel.Nifti1Image(np.asarray(array), affine)
    nibabel.save(image, path)


@pytest.fixture
def studies(tmp_path, tiny_camera, tiny_regions):
    """A folder of three studies, one of them in a folder of its own."""
    folder, generator = tmp_path / "studies", np.random.default_rng(0)
    for stem, level in (("one", 20), ("deep/two", 40), ("three", 60)):
        (folder / stem).parent.mkdir(parents=True, exist_ok=True)
        put(f"{folder / stem}_counts.nii.gz", generator.poisson(level, tiny_camera.counts_shape) * 1.0, np.eye(4))
        put(f"{folder / stem}_regions.nii.gz", tiny_regions.numpy(), tiny_camera.grid.affine)
        put(f"{folder / stem}_mu.nii.gz", np.full(tiny_camera.grid.shape, 0.01, np.float32), tiny_camera.grid.affine)
    return folder


@pytest.fixture
def reference(tmp_path, tiny_camera):
    pipeline = Pipeline(
        camera=tiny_camera,
        reconstruct=partial(mlem, n_iterations=3),
        correct=partial(iterative_yang, n_iterations=1, n_mlem_iterations=3),
    )
    return Reference(
        pipeline=pipeline,
        draw=blank_picture,
        output_dir=tmp_path / "results",
        overwrite=False,
        software="ours 1",
        settings={"n_iterations": 3},
    )


def with_(reference, **changes):
    return Reference(**vars(reference) | changes)


def correct(reference, folder, **options):
    correct_studies(find_study_files(projections=folder), reference, progress=False, **options)


def folders(reference):
    return sorted(path.name for path in reference.output_dir.iterdir())


def times(reference):
    return {path: path.stat().st_mtime_ns for path in reference.output_dir.rglob("*.*")}


def test_one_study_stands_in_the_folder_itself(reference, studies, tiny_camera, caplog):
    files = find_study_files(projections=studies / "one_counts.nii.gz", regions=studies / "one_regions.nii.gz")
    with caplog.at_level(logging.INFO):
        correct_studies(files, reference, progress=False)
    assert folders(reference) == sorted(RESULTS)
    for name in ("mlem", "iterative_yang"):
        saved = nibabel.load(reference.output_dir / f"{name}.nii.gz")
        assert saved.get_data_dtype() == np.float32
        assert np.allclose(saved.affine, tiny_camera.grid.affine)
        assert saved.header.get_xyzt_units()[0] == "mm"
    made = json.loads((reference.output_dir / "reference.json").read_text())
    assert (made["software"], made["settings"]) == ("ours 1", {"n_iterations": 3, "device": "cpu"})
    assert made["inputs"]["projections"]["path"] == str(studies / "one_counts.nii.gz")
    assert made["inputs"]["mu_map"] is None
    assert imread(reference.output_dir / "reference.png").shape == (50, 100, 4)
    assert f"corrected; results in {reference.output_dir}" in caplog.text
    with pytest.raises(BadInput, match="must not hold results yet"):
        correct_studies(files, reference, progress=False)


@pytest.mark.parametrize("together", [8, 2])
def test_each_study_of_a_folder_gets_a_folder(reference, studies, together, monkeypatch):
    monkeypatch.setattr(module, "N_TOGETHER", together)
    correct(reference, studies, n_workers=2)
    assert folders(reference) == ["one", "three", "two"]
    means = {}
    for name in ("one", "two", "three"):
        made = json.loads((reference.output_dir / name / "reference.json").read_text())
        means[name] = made["regions"]["myocardium"]["mean"]["uncorrected"]
        assert set(RESULTS) == {path.name for path in (reference.output_dir / name).iterdir()}
    assert means["one"] < means["two"] < means["three"]


def test_a_study_that_breaks_a_rule_does_not_stop_the_others(reference, studies):
    (studies / "one_mu.nii.gz").unlink()
    shutil.copy(studies / "three_mu.nii.gz", studies / "three_counts.nii.gz")
    with pytest.raises(BadInput, match=r"2 of 3 that failed: ") as caught:
        correct(reference, studies)
    assert folders(reference) == ["two"]
    assert "one: mu_map must be an existing file" in str(caught.value)
    assert "three: projections of tiny must have shape (3, 6, 5)" in str(caught.value)


def test_interrupted_work_goes_on_where_it_stopped(reference, studies, caplog):
    correct(reference, studies)
    before = times(reference)
    (reference.output_dir / "two" / "mlem.nii.gz").unlink()
    with caplog.at_level(logging.INFO):
        correct(with_(reference, overwrite=True), studies)
    changed = {path.parent.name for path, time in times(reference).items() if before.get(path) != time}
    assert changed == {"two"}
    assert "2 of 3 studies have their results already" in caplog.text
    correct(reference, studies)  # nothing is left to do


@pytest.mark.parametrize("what", ["settings", "camera", "file"])
def test_results_of_other_settings_or_files_are_replaced_on_request_only(reference, studies, what):
    correct(reference, studies)
    before = times(reference)
    other = reference
    if what == "settings":
        other = with_(reference, settings={"n_iterations": 4})
    if what == "camera":
        camera = replace(reference.pipeline.camera, photons_per_decay=0.5)
        other = with_(reference, pipeline=replace(reference.pipeline, camera=camera))
    if what == "file":
        shutil.copy(studies / "three_counts.nii.gz", studies / "one_counts.nii.gz")
    with pytest.raises(BadInput, match="must not hold results yet"):
        correct(other, studies)
    assert times(reference) == before
    correct(with_(other, overwrite=True), studies)
    changed = {path.parent.name for path, time in times(reference).items() if before[path] != time}
    assert changed == ({"one"} if what == "file" else {"one", "two", "three"})


def test_a_folder_that_cannot_be_written_fails_its_study_only(reference, studies, monkeypatch):
    filled = ResultFolder.filled

    def full(folder):
        if folder.folder.name == "one":
            raise BadInput("output_dir must be writable; is the disk full?")
        return filled(folder)

    monkeypatch.setattr(ResultFolder, "filled", full)
    with pytest.raises(BadInput, match="1 of 3 that failed: one: output_dir must be writable"):
        correct(reference, studies)
    assert folders(reference) == ["three", "two"]


def test_the_same_files_by_another_path_are_the_same(reference, studies, tmp_path):
    correct(reference, studies)
    before = times(reference)
    shutil.copytree(studies, tmp_path / "moved")
    correct(reference, tmp_path / "moved")
    assert times(reference) == before


def test_files_are_refused_before_a_matrix_is_assembled(reference, studies, monkeypatch):
    def assembled(*_, **__):
        raise AssertionError("assembled for nothing")

    monkeypatch.setattr(pipeline_module, "load_or_assemble", assembled)
    with pytest.raises(BadInput, match="regions must be given"):
        correct_studies(find_study_files(projections=studies / "one_counts.nii.gz"), reference, progress=False)
