import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom.data.volume import Volume, describe_grid, read_volume
from custom.errors import BadInput
from custom.scanner.grid import ImageGrid
from tests.nm_files import heart, write_nifti, write_nm

LPI = np.array([[-4.0, 0, 0, 60], [0, -4, 0, 60], [0, 0, -4, 60], [0, 0, 0, 1]])


@pytest.mark.parametrize("name", ["study.dcm", "study.nii.gz"])
def test_a_volume_is_read_with_its_place_in_the_world(tmp_path, name):
    write = write_nm if name.endswith("dcm") else lambda path, voxels: write_nifti(path, voxels, LPI)
    volume = read_volume(write(tmp_path / name, heart().astype(int)))
    np.testing.assert_array_equal(volume.voxels, heart().astype(int))
    np.testing.assert_allclose(volume.affine, LPI)
    np.testing.assert_allclose(volume.spacing_mm, 4)
    assert volume.states_orientation
    assert describe_grid(volume) == "32x32x32 voxels of 4x4x4 mm from (60.0, 60.0, 60.0)"


def test_a_header_without_orientation_is_noticed(tmp_path):
    image = nibabel.Nifti1Image(heart().astype(np.float32), None)
    image.header.set_zooms((4, 4, 4))
    nibabel.save(image, tmp_path / "study.nii")
    assert not read_volume(tmp_path / "study.nii").states_orientation


def test_what_the_header_says_of_a_study_is_kept(tmp_path):
    image = nibabel.Nifti1Image(heart().astype(np.float32), LPI)
    image.header["descrip"] = "simulated"
    nibabel.save(image, tmp_path / "study.nii")
    assert read_volume(tmp_path / "study.nii").description == "simulated"


@pytest.mark.parametrize("shape", [(40, 40), (40, 40, 1), (40, 40, 40, 2)])
def test_what_is_not_three_dimensional_is_refused(tmp_path, shape):
    with pytest.raises(BadInput, match="three dimensions"):
        read_volume(write_nifti(tmp_path / "study.nii", np.ones(shape)))


@pytest.mark.parametrize("column", [[0, 0, 0], [np.nan, 0, 0], [np.inf, 0, 0], [1, 0, 0]])
def test_a_header_that_contradicts_itself_is_refused(tmp_path, column):
    image = nibabel.Nifti1Image(heart().astype(np.float32), np.diag([4.0, 4.0, 4.0, 1.0]))
    for row, entry in zip(("srow_x", "srow_y", "srow_z"), column, strict=True):
        image.header[row] = [entry, 0, 0, 0]
    content = image.header.binaryblock + bytes(4) + heart().astype("<f4").tobytes()
    (tmp_path / "study.nii").write_bytes(content)
    with pytest.raises(BadInput, match=r"one voxel size|readable whole"):
        read_volume(tmp_path / "study.nii")


def test_a_flat_affine_is_refused(tmp_path):
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 1] = affine[:3, 0]
    image = nibabel.Nifti1Image(heart().astype(np.float32), None)
    image.set_sform(affine, code=1, update_affine=False)
    image.header.set_zooms((4, 4, 4))
    (tmp_path / "study.nii").write_bytes(image.header.binaryblock + bytes(4) + heart().astype("<f4").tobytes())
    with pytest.raises(BadInput, match="invertible affine"):
        read_volume(tmp_path / "study.nii")


@settings(deadline=None)
@given(
    shape=st.tuples(*[st.integers(1, 12)] * 3),
    spacing=st.floats(1, 9),
    flips=st.tuples(*[st.sampled_from([-1, 1])] * 3),
    origin=st.floats(-100, 100),
)
def test_voxels_inside_a_box_about_the_middle(shape, spacing, flips, origin):
    """The box is symmetric, so the count along an axis is what fits in its half-width on both sides."""
    affine = np.diag([*np.multiply(flips, spacing), 1.0])
    affine[:3, 3] = origin
    box = ImageGrid(shape=(7, 5, 3), spacing_mm=(4.1, 4.1, 4.1))
    inside = Volume(voxels=np.zeros(shape), affine=affine).inside(box)
    expected = [
        (abs((np.arange(n) - (n - 1) / 2) * spacing) <= size * 4.1 / 2).sum()
        for n, size in zip(shape, box.shape, strict=True)
    ]
    assert inside.sum() == np.prod(expected)
