"""What a reference correction reads, and what it says of files that cannot be right."""

from __future__ import annotations

import nibabel
import numpy as np
import pytest
import torch
from nibabel.orientations import axcodes2ornt, ornt_transform

from custom.errors import BadInput
from custom.reconstruction.study import read_study
from custom.reconstruction.study_files import find_study_files


@pytest.fixture
def files(tmp_path, tiny_camera, tiny_regions):
    """Sound files of one study, as keyword arguments of `find_study_files`; `write` replaces one."""
    values = {
        "projections": np.full(tiny_camera.counts_shape, 3.0, np.float32),
        "background": np.full(tiny_camera.counts_shape, 0.5, np.float32),
        "regions": tiny_regions.numpy(),
        "mu_map": np.full(tiny_camera.grid.shape, 0.0154, np.float32),
    }
    for name, array in values.items():
        write(tmp_path / f"{name}.nii.gz", array, tiny_camera)
    return {name: tmp_path / f"{name}.nii.gz" for name in values}


def write(path, array, camera, affine=None):
    on_grid = array.shape[:3] == camera.grid.shape
    nibabel.save(
        nibabel.Nifti1Image(array, (camera.grid.affine if on_grid else np.eye(4)) if affine is None else affine), path
    )


def read(camera, **files):
    (study,) = find_study_files(**{"projections": None, "regions": None} | files)
    return read_study(study, camera)


def test_a_study_as_written(files, tiny_camera, tiny_regions):
    study = read(tiny_camera, **files)
    assert torch.equal(study.counts, torch.full(tiny_camera.counts_shape, 3.0))
    assert torch.equal(study.background, torch.full(tiny_camera.counts_shape, 0.5))
    assert torch.equal(study.regions, tiny_regions)
    assert torch.equal(study.mu_per_mm, torch.full(tiny_camera.grid.shape, 0.0154))


def test_mu_map_and_background_may_be_left_out(files, tiny_camera):
    study = read(tiny_camera, projections=files["projections"], regions=files["regions"])
    assert study.mu_per_mm is None
    assert study.background is None


@pytest.mark.parametrize("codes", ["LPS", "ASR", "PIL"])
def test_the_order_and_direction_of_stored_axes_do_not_matter(codes, files, tiny_camera, tiny_regions):
    image = nibabel.load(files["regions"])
    turned = image.as_reoriented(ornt_transform(axcodes2ornt("RAS"), axcodes2ornt(codes)))
    nibabel.save(turned, files["regions"])
    assert torch.equal(read(tiny_camera, **files).regions, tiny_regions)


def test_a_fourth_axis_of_one_is_dropped(files, tiny_camera, tiny_regions):
    write(files["regions"], tiny_regions.numpy()[..., None], tiny_camera, tiny_camera.grid.affine)
    assert torch.equal(read(tiny_camera, **files).regions, tiny_regions)


def refusal(files, camera, **other):
    """The one line that a user reads."""
    with pytest.raises(BadInput) as caught:
        read(camera, **files | other)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", ["projections", "regions", "mu_map", "background"])
def test_a_file_that_is_not_there(name, files, tiny_camera, tmp_path):
    message = refusal(files, tiny_camera, **{name: tmp_path / "gone.nii.gz"})
    assert message.startswith(f"{name} must be an existing file, got ")
    assert "gone.nii.gz" in message
    if name != "projections":
        assert refusal(files, tiny_camera, **{name: tmp_path}).startswith(f"{name} must be an existing file")


@pytest.mark.parametrize("name", ["projections", "regions"])
def test_a_file_that_was_not_given(name, files, tiny_camera):
    assert refusal(files, tiny_camera, **{name: None}).startswith(f"{name} must be given, got nothing")


@pytest.mark.parametrize("name", ["projections", "regions", "mu_map", "background"])
@pytest.mark.parametrize("content", [b"", b"not an image", b"\x1f\x8b broken"])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".txt"])
def test_a_file_that_is_no_image(name, content, suffix, files, tiny_camera, tmp_path):
    path = tmp_path / f"other{suffix}"
    path.write_bytes(content)
    assert refusal(files, tiny_camera, **{name: path}).startswith(f"{name} must be a NIfTI image, got ")


@pytest.mark.parametrize("name", ["projections", "regions", "mu_map", "background"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_that_is_cut_off(name, share, files, tiny_camera):
    generator = np.random.default_rng(0)
    write(files[name], generator.random(nibabel.load(files[name]).shape), tiny_camera)
    whole = files[name].read_bytes()
    files[name].write_bytes(whole[: int(share * len(whole))])
    assert "is it" in refusal(files, tiny_camera)
    assert refusal(files, tiny_camera).startswith(f"{name} must be a")


@pytest.mark.parametrize("name", ["projections", "background"])
def test_projections_of_another_shape(name, files, tiny_camera):
    write(files[name], np.ones((19, 32, 32), np.float32), tiny_camera)
    assert f"{name} of tiny must have shape (3, 6, 5) (pinhole, row, column), got (19, 32, 32)" in refusal(
        files, tiny_camera
    )
    write(files[name], np.ones((5, 6, 3), np.float32), tiny_camera)
    assert "are axes in another order" in refusal(files, tiny_camera)


@pytest.mark.parametrize("name", ["projections", "background"])
@pytest.mark.parametrize(("value", "shown"), [(-2.0, "values from -2 to 3"), (np.nan, "NaN"), (np.inf, "to inf")])
def test_counts_that_cannot_be(name, value, shown, files, tiny_camera):
    counts = np.full(tiny_camera.counts_shape, 3.0, np.float32)
    counts[1, 2, 3] = value
    write(files[name], counts, tiny_camera)
    message = refusal(files, tiny_camera)
    assert message.startswith(f"{name} must be finite and not negative, got ")
    assert shown in message


def test_no_counts_at_all(files, tiny_camera):
    write(files["projections"], np.zeros(tiny_camera.counts_shape, np.float32), tiny_camera)
    assert refusal(files, tiny_camera).startswith("projections must hold counts, got zeros only")


@pytest.mark.parametrize("name", ["regions", "mu_map"])
def test_volumes_of_another_shape(name, files, tiny_camera):
    write(files[name], np.ones((70, 70, 50), np.float32), tiny_camera)
    message = refusal(files, tiny_camera)
    assert message.startswith(
        f"{name} must lie on the camera's grid, 10×9×8 voxels of 9×10×11 mm from (-37.5, -42, -37.5)"
    )
    assert "got 70×70×50 voxels of 1×1×1 mm from (0, 0, 0) mm" in message


@pytest.mark.parametrize("name", ["regions", "mu_map"])
@pytest.mark.parametrize("change", ["shifted", "stretched", "turned"])
def test_volumes_at_another_place(name, change, files, tiny_camera):
    affine = tiny_camera.grid.affine.copy()
    if change == "shifted":
        affine[0, 3] += 1
    elif change == "stretched":
        affine[1, 1] *= 1.02
    else:
        angle = np.radians(2)
        affine[:2, :2] = [[9 * np.cos(angle), -10 * np.sin(angle)], [9 * np.sin(angle), 10 * np.cos(angle)]]
    write(files[name], np.asanyarray(nibabel.load(files[name]).dataobj), tiny_camera, affine)
    assert refusal(files, tiny_camera).startswith(f"{name} must lie on the camera's grid")


@pytest.mark.parametrize(("value", "shown"), [(7, "[7.0]"), (1.5, "[1.5]"), (-1, "[-1.0]"), (np.nan, "[nan]")])
def test_labels_that_nobody_knows(value, shown, files, tiny_camera, tiny_regions):
    regions = tiny_regions.numpy().astype(np.float32)
    regions[0, 0, 0] = value
    write(files["regions"], regions, tiny_camera)
    message = refusal(files, tiny_camera)
    assert f"regions must hold the labels [0, 1, 2, 3, 4, 5, 6], got {shown}" in message


@pytest.mark.parametrize(("label", "name"), [(1, "myocardium"), (2, "left ventricular blood")])
def test_a_heart_that_was_not_outlined(label, name, files, tiny_camera, tiny_regions):
    write(files["regions"], np.where(tiny_regions == label, 6, tiny_regions).astype(np.uint8), tiny_camera)
    assert refusal(files, tiny_camera).startswith(f"regions must hold label {label} ({name}), got none")
