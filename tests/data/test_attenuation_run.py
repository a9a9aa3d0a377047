import json
import logging

import nibabel
import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.data.attenuation_run import Attenuation
from custom.data.ct_on_grid import Placement
from custom.errors import BadInput
from custom.scanner.camera import load_camera
from tests.ct_files import body, write_series
from tests.nm_files import heart, write_nm

CENTRED = np.array([[2.0, 0, 0, -99], [0, 2, 0, -89], [0, 0, 3, -88.5], [0, 0, 0, 1]])


@pytest.fixture(scope="module")
def chest(tmp_path_factory):
    return write_series(tmp_path_factory.mktemp("ct") / "chest", body())


@pytest.fixture
def attenuation(repository, tmp_path):
    """Results in a new folder, drawn as an empty picture that keeps what it was asked to draw."""
    asked = {}

    def draw(hu_at, on_grid, affine, **words):
        asked.update(words | on_grid, hu_in_the_middle=hu_at((affine @ [34.5, 34.5, 24.5, 1])[None, :3]))
        return Figure()

    def make(**changes):
        camera = load_camera(repository / "custom" / "scanner" / "discovery_570c.yaml")
        settings = {"output_dir": tmp_path / "results", "camera": camera, "draw": draw, "software": "name 1.0"}
        return Attenuation(**settings | changes)

    make.asked = asked
    return make


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_results_are_named_after_the_study_or_the_ct_or_as_wanted(chest, attenuation, tmp_path):
    study = write_nm(tmp_path / "patient.dcm", heart((40, 40, 40)), position=(-78, -78, 78))
    kinds = ("attenuation.json", "attenuation.png", "ct.nii.gz", "mu.nii.gz")
    for number, (given, name) in enumerate([({}, "chest"), ({"study": study}, "patient")]):
        attenuation(output_dir=tmp_path / str(number)).make(ct=chest, placement=Placement(), **given)
        assert names(tmp_path / str(number)) == [f"{name}_{kind}" for kind in kinds]
    attenuation(output_dir=tmp_path / "2", name="mine").make(ct=chest, placement=Placement())
    assert names(tmp_path / "2") == [f"mine_{kind}" for kind in kinds]


def test_files_and_picture_show_one_map(chest, attenuation, tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        attenuation().make(ct=chest, placement=Placement(centre_mm=(0.0, 0.0, 0.0)))
    hu, mu = (nibabel.load(tmp_path / "results" / f"chest_{kind}.nii.gz") for kind in ("ct", "mu"))
    np.testing.assert_array_equal(hu.affine, attenuation().camera.grid.affine)
    np.testing.assert_array_equal(attenuation.asked["hu"], hu.get_fdata())
    np.testing.assert_allclose(attenuation.asked["mu_per_cm"], 10 * mu.get_fdata(), rtol=1e-6)
    np.testing.assert_allclose(attenuation.asked["hu_in_the_middle"], 45)
    assert mu.get_data_dtype() == hu.get_data_dtype() == np.float32
    report = json.loads((tmp_path / "results" / "chest_attenuation.json").read_text())
    assert attenuation.asked["footnote"].splitlines() == report["warnings"]
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == report["warnings"]
    assert "results in" in caplog.text


def test_what_is_simulated_stays_called_so(attenuation, tmp_path):
    image = nibabel.Nifti1Image(body().astype(np.int16), CENTRED)
    image.header["descrip"] = "simulated CT"
    nibabel.save(image, tmp_path / "virtual.nii.gz")
    attenuation().make(ct=tmp_path / "virtual.nii.gz", placement=Placement(centre_mm=(0.0, 0.0, 0.0)), kvp=120)
    header = nibabel.load(tmp_path / "results" / "virtual_mu.nii.gz").header
    assert header["descrip"].item().decode() == "simulated mu per mm at 140.5 keV"
    assert "this CT is simulated" in attenuation.asked["footnote"]


def test_results_are_written_over_only_when_told(chest, attenuation, tmp_path):
    attenuation().make(ct=chest, placement=Placement())
    with pytest.raises(BadInput, match="must not hold results yet"):
        attenuation().make(ct=chest, placement=Placement())
    attenuation(overwrite=True).make(ct=chest, placement=Placement())


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden"])
def test_a_name_that_is_no_files_is_refused(chest, attenuation, name):
    with pytest.raises(BadInput, match="name must be a file's"):
        attenuation(name=name).make(ct=chest, placement=Placement())


def test_what_fails_leaves_nothing(attenuation, tmp_path):
    with pytest.raises(BadInput, match="ct must be given"):
        attenuation().make(ct=None, placement=Placement())
    with pytest.raises(BadInput, match="no files"):
        attenuation().make(ct=tmp_path, placement=Placement())
    assert not (tmp_path / "results").exists()
