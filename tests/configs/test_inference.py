"""The run `inference`, from files to files."""

import json
import os
import subprocess
import sys

import nibabel
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from monai.bundle import ConfigParser, ConfigWorkflow
from scipy import ndimage
from scipy.spatial.transform import Rotation
from torch import nn

from custom.data.volume import read_volume
from custom.errors import find_bad_input
from custom.networks.dynamic_unet import DynamicUNet
from tests.conftest import REPOSITORY
from tests.nm_files import heart, regions_of, write_ct_slice, write_nifti, write_nm

CONFIG = REPOSITORY / "bundle" / "configs" / "inference.yaml"
SMALL_FIELD = {"field": {"_target_": "custom.scanner.grid.ImageGrid", "shape": "$(32, 32, 32)"}}
RAS = np.diag([4.0, 4.0, 4.0, 1.0])
LPI = np.array([[-4.0, 0, 0, 60], [0, -4, 0, 60], [0, 0, -4, 60], [0, 0, 0, 1]])


class Doubling(nn.Module):
    """A stand-in that can be told from what it was given: twice the activity, where there is CT thrice."""

    def forward(self, image):
        return image[:, :1] * (2 if image.shape[1] == 1 else 2 + image[:, 1:])


@pytest.fixture(autouse=True)
def own_excepthook(monkeypatch):
    """Runs change Python's last resort for exceptions; the tests keep theirs."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    file = tmp_path_factory.mktemp("weights") / "model.pt"
    file.write_bytes(b"stand-in")
    return file


@pytest.fixture
def correct(tmp_path, weights):
    """Run inference in this process with a stand-in for the network; return the folder of results.

    Reports, of which the picture takes the time, are only written where asked for.
    """

    def run(input_path, network=None, *, output_dir=tmp_path / "out", overwrite=True, reports=False, **settings):
        handlers = {} if reports else {"handlers": ["@folders"]}
        workflow = ConfigWorkflow(
            config_file=str(CONFIG),
            workflow_type="inference",
            logging_file=False,
            input=str(input_path),
            output_dir=str(output_dir),
            overwrite=overwrite,
            weights=str(weights),
            bundle_root=str(CONFIG.parents[1]),
            network=network or Doubling(),
            **(SMALL_FIELD | handlers | settings),
        )
        workflow.initialize()
        workflow.run()
        return output_dir

    return run


def refusal(run, *args, **settings):
    """The one line that a user reads."""
    with pytest.raises(Exception) as raised:  # noqa: PT011
        run(*args, **settings)
    message = str(find_bad_input(raised.value))
    assert "\n" not in message
    return message


def result(folder, study):
    return nibabel.load(folder / study / f"{study}_corrected.nii.gz")


@pytest.mark.parametrize("name", ["study", "study.dcm", "study.nii.gz"])
def test_a_study_on_the_networks_grid_keeps_grid_and_unit_exactly(tmp_path, correct, name):
    activity = heart().astype(int)
    write = write_nifti if "nii" in name else write_nm
    path = write(tmp_path / name, activity, LPI) if "nii" in name else write(tmp_path / name, activity)
    corrected = result(correct(path, reports=True), "study")
    np.testing.assert_allclose(corrected.affine, LPI)
    assert corrected.shape == activity.shape
    assert corrected.get_data_dtype() == np.float32
    np.testing.assert_allclose(corrected.get_fdata(), 2 * activity, rtol=1e-6)
    assert sorted(file.name for file in (tmp_path / "out" / "study").iterdir()) == [
        "study.json",
        "study.png",
        "study_corrected.nii.gz",
    ]


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shape=st.tuples(*[st.integers(26, 45)] * 3),
    spacing=st.tuples(*[st.floats(4.7, 6)] * 3),
    angles=st.tuples(*[st.floats(-180, 180)] * 3),
)
def test_a_network_that_changes_nothing_returns_any_study_bit_by_bit(tmp_path, correct, shape, spacing, angles):
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", angles, degrees=True).as_matrix() * spacing
    activity = heart(shape, noise=0.3).astype(np.float32)
    path = write_nifti(tmp_path / "study.nii", activity, affine)
    corrected = result(correct(path, nn.Identity()), "study")
    np.testing.assert_allclose(corrected.affine, affine, atol=1e-4)
    np.testing.assert_array_equal(corrected.get_fdata(dtype=np.float32), activity)


@pytest.mark.parametrize("spacing", [2.5, 4.8, (6.4, 5.0, 4.5)])
@pytest.mark.parametrize("turn", [0, 30])
def test_a_change_is_brought_back_within_interpolation_error(tmp_path, correct, spacing, turn):
    """On another grid, smooth activity doubles everywhere within the field, and its total with it.

    Linear interpolation errs by at most step² / 8 · second derivative along each axis, there and back.
    """
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("z", turn, degrees=True).as_matrix() * spacing
    shape = np.round(140 / np.broadcast_to(spacing, 3)).astype(int)
    position = (np.indices(shape) - (shape[:, None, None, None] - 1) / 2) * np.reshape(
        np.broadcast_to(spacing, 3), (3, 1, 1, 1)
    )
    activity = 1000 * np.exp(-0.5 * (position**2).sum(0) / 18**2)
    activity[activity < 0.5] = 0
    folder = correct(write_nifti(tmp_path / "study.nii", activity, affine), reports=True)
    bound = 1000 / 18**2 * ((np.broadcast_to(spacing, 3) ** 2).sum() + 3 * 4**2) / 8
    np.testing.assert_allclose(result(folder, "study").get_fdata(), 2 * activity, atol=bound)
    report = json.loads((folder / "study" / "study.json").read_text())
    assert report["interpolated"]
    assert report["network_grid"] == {"shape": [32, 32, 32], "spacing_mm": [4, 4, 4], "axes": "RAS"}
    assert report["total_activity"]["ratio"] == pytest.approx(2, abs=0.01)
    assert report["total_activity"]["before"] == pytest.approx(activity.sum(), rel=1e-5)


def test_a_study_beyond_the_field_is_left_as_it_was_there(tmp_path, correct):
    activity = 1 + np.random.default_rng(0).random((40, 36, 32)).astype(np.float32)
    folder = correct(write_nifti(tmp_path / "study.nii", activity, RAS), reports=True)
    expected = activity.copy()
    expected[4:-4, 2:-2] *= 2
    np.testing.assert_allclose(result(folder, "study").get_fdata(), expected, rtol=1e-6)
    report = json.loads((folder / "study" / "study.json").read_text())
    assert not report["interpolated"]
    assert any("outside the field" in warning for warning in report["warnings"])


class Noise(nn.Module):
    """A network gone wild: values of both signs everywhere."""

    def forward(self, image):
        return torch.randn(image.shape, generator=torch.Generator().manual_seed(0))


def test_the_result_is_nowhere_negative_and_zero_outside_the_reconstructed_region(tmp_path, correct):
    activity = heart(noise=0.2)
    activity[15, 15, 15] = 0  # a hole inside is no outside
    corrected = result(correct(write_nifti(tmp_path / "study.nii", activity), Noise()), "study").get_fdata()
    outside = ~ndimage.binary_fill_holes(activity > 0)
    assert (corrected[outside] == 0).all()
    assert corrected.min() == 0
    inside = corrected[~outside]
    assert 0.3 < (inside > 0).mean() < 1
    assert outside.mean() > 0.3


def test_the_network_sees_every_study_on_one_scale(tmp_path, correct):
    class Seen(nn.Module):
        def forward(self, image):
            self.image = image.as_tensor().clone()
            return image

    images = []
    for level in (3.0, 40000.0):
        network = Seen()
        correct(write_nifti(tmp_path / "study.nii", heart(level=level, noise=0.1)), network)
        images.append(network.image)
    assert images[0].shape == (1, 1, 32, 32, 32)
    torch.testing.assert_close(images[0], images[1])
    assert torch.quantile(images[0][images[0] > 0], 0.999).item() == pytest.approx(1, rel=1e-3)


def test_the_network_sees_patients_upright_however_they_are_stored(tmp_path, correct):
    """The same activity as RAS NIfTI and as DICOM running from head to feet is one image to the network."""

    class Seen(nn.Module):
        def forward(self, image):
            self.image = image.as_tensor().clone()
            return image

    activity = (heart() * (1 + np.arange(32)[:, None, None] / 31 + 2 * np.arange(32) / 31)).astype(int)
    as_nifti, as_dicom = Seen(), Seen()
    correct(write_nifti(tmp_path / "study.nii", activity, RAS), as_nifti)
    correct(write_nm(tmp_path / "study.dcm", activity[::-1, ::-1, ::-1]), as_dicom)
    torch.testing.assert_close(as_nifti.image, as_dicom.image)


def test_regions_give_imbv_before_and_after(tmp_path, correct):
    study = write_nm(tmp_path / "study.dcm", heart())
    regions = write_nifti(tmp_path / "regions.nii.gz", regions_of(heart()), LPI)

    class Wall(nn.Module):
        def forward(self, image):
            return torch.where((image > 0.15) & (image < 0.3), image / 2, image)

    report = json.loads(
        (correct(study, Wall(), reports=True, regions=str(regions)) / "study" / "study.json").read_text()
    )
    assert report["imbv"] == {"before": pytest.approx(0.2), "after": pytest.approx(0.1)}
    assert report["regions"] == str(regions)
    assert report["input"] == str(study)
    assert report["network"]["class"] == "DynamicUNet"


def test_a_ct_on_its_own_grid_becomes_the_second_channel(tmp_path, correct):
    """Bone (1000 HU) on the patient's left half, air elsewhere and outside the CT: thrice and twice the activity."""
    activity = np.ones((32, 32, 32)) + np.random.default_rng(0).random((32, 32, 32)) / 10
    study = write_nifti(tmp_path / "study.nii", activity, RAS)
    ct = np.where(np.arange(60)[:, None, None] < 32, 1000.0, -1000.0) * np.ones((60, 64, 40))
    path = write_nifti(tmp_path / "ct.nii", ct, np.diag([2.0, 2.0, 2.0, 1.0]))
    channels = {"image_keys": ["image", "ct"], "ct": str(path)}
    factor = result(correct(study, **channels), "study").get_fdata() / activity
    np.testing.assert_allclose(factor[:15, :, :19], 3, rtol=1e-5)
    np.testing.assert_allclose(factor[17:], 2, rtol=1e-5)
    np.testing.assert_allclose(factor[:, :, 21:], 2, rtol=1e-5)


def test_a_cohorts_test_animals_come_with_their_regions(tmp_path, correct):
    entries = []
    for name in ("sub-001_gate-ed", "sub-002_gate-ed"):
        write_nifti(tmp_path / f"{name}_mlem.nii.gz", heart(noise=0.1))
        write_nifti(tmp_path / f"{name}_regions.nii.gz", regions_of(heart()))
        entries.append({"image": f"{name}_mlem.nii.gz", "regions": f"{name}_regions.nii.gz"})
    cohort = {"training": [], "validation": [], "test": entries}
    (tmp_path / "dataset.json").write_text(json.dumps(cohort))
    folder = correct(tmp_path / "dataset.json", reports=True)
    assert sorted(file.name for file in folder.iterdir()) == ["sub-001_gate-ed", "sub-002_gate-ed"]
    assert "imbv" in json.loads((folder / "sub-002_gate-ed" / "sub-002_gate-ed.json").read_text())


def test_bad_input_leaves_nothing_behind(tmp_path, correct):
    write_nifti(tmp_path / "study.nii", -heart())
    assert "nowhere negative" in refusal(correct, tmp_path / "study.nii")
    assert not (tmp_path / "out").exists()


def test_existing_results_are_kept_unless_told_otherwise(tmp_path, correct):
    study = write_nm(tmp_path / "study.dcm", heart())
    file = correct(study) / "study" / "study_corrected.nii.gz"
    before = file.stat().st_mtime_ns
    assert "not written over" in refusal(correct, study, overwrite=False)
    assert file.stat().st_mtime_ns == before
    correct(study, overwrite=True)
    assert file.stat().st_mtime_ns > before


def test_an_unwritable_output_folder_is_refused(tmp_path, correct):
    (tmp_path / "file").touch()
    study = write_nm(tmp_path / "study.dcm", heart())
    assert "files can be written" in refusal(correct, study, output_dir=tmp_path / "file" / "out")


class Failing(nn.Module):
    def forward(self, image):
        raise MemoryError("no room")


def test_a_failure_in_the_middle_leaves_no_half_study(tmp_path, correct):
    with pytest.raises(RuntimeError) as raised:
        correct(write_nm(tmp_path / "study.dcm", heart()), Failing())
    assert isinstance(raised.value.__cause__, MemoryError)
    assert not list((tmp_path / "out").glob("study*"))


@pytest.mark.parametrize(("content", "rule"), [(None, "no file"), (b"none", "cannot be read"), ("other", "differs in")])
def test_unusable_weights_are_refused_before_any_work(tmp_path, correct, content, rule):
    path = tmp_path / "other.pt"
    if content == "other":
        torch.save(nn.Conv3d(1, 1, 1).state_dict(), path)
    elif content is not None:
        path.write_bytes(content)
    from_file = ConfigParser.load_config_file(str(CONFIG))["network"]
    study = write_nm(tmp_path / "study.dcm", heart())
    assert rule in refusal(correct, study, network=from_file | {"path": str(path)})
    assert not (tmp_path / "out").exists()


def test_train_and_inference_build_one_network():
    inference, training = (
        ConfigParser.load_config_file(str(CONFIG.with_name(f))) for f in ("inference.yaml", "train.yaml")
    )
    for key in ("network_def", "network_name", "image_keys", "in_channels", "dynamic", "dense_connection"):
        assert inference[key] == training[key], key


def test_train_and_inference_prepare_volumes_alike():
    inference, training = (
        ConfigParser.load_config_file(str(CONFIG.with_name(f))) for f in ("inference.yaml", "train.yaml")
    )

    def scaling(transforms):
        return [step for step in transforms if step["_target_"] in ("ScaleIntensityRanged",)]

    assert scaling(inference["preprocessing"]["transforms"]) == scaling(training["loading"])
    (trained,) = (step for step in training["loading"] if step["_target_"].endswith("NormaliseActivityd"))
    (used,) = (s for s in inference["preprocessing"]["transforms"] if s["_target_"].endswith("NormaliseActivityd"))
    assert trained.get("percentile") == used.get("percentile")
    assert trained["reference"] == "image"


def test_the_model_zoo_finds_all_it_asks_for(tmp_path, weights):
    workflow = ConfigWorkflow(
        config_file=str(CONFIG),
        workflow_type="inference",
        logging_file=False,
        input=str(tmp_path / "nowhere"),
        network=Doubling(),
        weights=str(weights),
    )
    workflow.initialize()
    assert workflow.check_properties() == []


@pytest.fixture(scope="module")
def small_network(tmp_path_factory):
    """Random weights of a narrow network of the family, and the setting that asks for it."""
    file = tmp_path_factory.mktemp("narrow") / "model.pt"
    torch.manual_seed(0)
    torch.save(DynamicUNet(n_filters=2).state_dict(), file)
    return ["--weights", str(file), "--n_filters", "2"]


def run_from_elsewhere(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "monai.bundle", "run", "inference", "--config_file", str(CONFIG), *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": ""},
        check=False,
    )


def test_from_any_folder_a_folder_with_one_bad_study_is_corrected_but_for_that(tmp_path, small_network):
    studies = tmp_path / "studies"
    studies.mkdir()
    write_nm(studies / "IM0001", heart((70, 70, 50), noise=0.1))
    write_nifti(studies / "coarse.nii.gz", heart((40, 40, 40), noise=0.1), np.diag([-6.0, -6.0, 5.0, 1.0]))
    write_ct_slice(studies / "ct.dcm")
    done = run_from_elsewhere(tmp_path, "--input", "studies", "--output_dir", "out", *small_network)
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "ct.dcm: a SPECT study has modality NM" in errors[0]
    assert "Traceback" not in done.stderr
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["IM0001", "coarse"]
    for study in ("IM0001", "coarse"):
        assert f"{study}: results in out/{study}" in done.stdout
        report = json.loads((tmp_path / "out" / study / f"{study}.json").read_text())
        assert report["network_grid"]["shape"] == [70, 70, 50]
        assert len(report["weights"]["sha256"]) == 64
        assert any("simulated" in warning for warning in report["warnings"])
        assert nibabel.load(tmp_path / "out" / study / f"{study}_corrected.nii.gz").get_fdata().max() > 0


def test_real_studies_are_corrected_on_their_own_grid(tmp_path, data_dir, correct):
    """A region map of the folder is skipped, everything else keeps grid, unit and the edge of its field."""
    real = data_dir / "nm530c"
    studies = sorted(file for file in real.glob("*") if "_lv_wall" not in file.name)
    if not studies:
        pytest.skip(f"no reconstruction in {real}")
    folder = correct(real, field={"_target_": "custom.scanner.grid.ImageGrid"})
    for file in studies:
        name = file.name.removesuffix(".dcm").removesuffix(".nii.gz")
        corrected = result(folder, name)
        before = read_volume(file)
        np.testing.assert_allclose(corrected.affine, before.affine, atol=1e-3)
        np.testing.assert_allclose(corrected.get_fdata(), 2.0 * before.voxels, rtol=1e-6)
        mask = file.with_name(f"{name}_lv_wall.nii.gz")
        if mask.is_file():
            wall = nibabel.load(mask)
            np.testing.assert_allclose(corrected.affine, wall.affine, atol=1e-3)
            values = corrected.get_fdata()
            assert values[wall.get_fdata() > 0].mean() > 2 * values[values > 0].mean()


def test_a_real_study_is_corrected_by_the_bundles_weights(tmp_path, data_dir):
    """Perfusion, in a human: what can be asked for is that a bright wall gets back what it spilt."""
    study = data_dir / "nm530c" / "recon_4.dcm"
    if not study.is_file():
        pytest.skip(f"no reconstruction in {study.parent}")
    done = run_from_elsewhere(tmp_path, "--input", study, "--output_dir", "out")
    assert done.returncode == 0, done.stderr[-2000:]
    before, corrected = read_volume(study), result(tmp_path / "out", "recon_4")
    values = corrected.get_fdata()
    assert np.isfinite(values).all()
    assert values.min() >= 0
    np.testing.assert_allclose(corrected.affine, before.affine, atol=1e-3)
    wall = nibabel.load(study.with_name("recon_4_lv_wall.nii.gz")).get_fdata() > 0
    assert values[wall].mean() > 1.05 * before.voxels[wall].mean()
    assert (tmp_path / "out" / "recon_4" / "recon_4.png").is_file()
