import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from custom.data.nm_geometry import affine_ras, check_is_reconstruction
from custom.errors import BadInput
from tests.nm_files import nm_dataset

VOXELS = np.arange(4 * 3 * 5).reshape(4, 3, 5)
steps = st.floats(1, 10)


@settings(deadline=None)
@given(
    angles=st.tuples(*[st.floats(-180, 180)] * 3),
    position=st.tuples(*[st.floats(-900, 900)] * 3),
    row_step=steps,
    column_step=steps,
    slice_step=steps,
    sign=st.sampled_from([-1, 1]),
)
def test_every_voxel_lies_where_dicom_says(angles, position, row_step, column_step, slice_step, sign):
    """Walk from the first voxel along rows, columns and the normal in LPS, then turn x and y to RAS."""
    turn = Rotation.from_euler("xyz", angles, degrees=True)
    along_row, along_column, normal = turn.apply(np.eye(3))
    dataset = nm_dataset(
        VOXELS,
        position=position,
        orientation=(*along_row, *along_column),
        pixel_spacing=(row_step, column_step),
        slice_spacing=sign * slice_step,
    )
    column, row, frame = 3, 2, 4
    lps = (
        position + column * column_step * along_row + row * row_step * along_column + frame * sign * slice_step * normal
    )
    np.testing.assert_allclose((affine_ras(dataset) @ [column, row, frame, 1])[:3], lps * [-1, -1, 1], atol=1e-4)


def test_transverse_slices_with_negative_spacing_run_from_head_to_feet():
    affine = affine_ras(nm_dataset(VOXELS, position=(-10, -20, 300), slice_spacing=-4))
    np.testing.assert_array_equal(affine, [[-4, 0, 0, 10], [0, -4, 0, 20], [0, 0, -4, 300], [0, 0, 0, 1]])


def remove_detector(dataset):
    del dataset.DetectorInformationSequence


def set_(keyword, value):
    return lambda dataset: setattr(dataset, keyword, value)


def in_detector(keyword, value):
    return lambda dataset: setattr(dataset.DetectorInformationSequence[0], keyword, value)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (remove_detector, "ImagePositionPatient"),
        (in_detector("ImagePositionPatient", None), "ImagePositionPatient"),
        (in_detector("ImageOrientationPatient", [1, 0, 0]), "ImageOrientationPatient"),
        (in_detector("ImageOrientationPatient", [1, 0, 0, 1, 0, 0]), "perpendicular"),
        (in_detector("ImageOrientationPatient", [0, 0, 0, 0, 0, 0]), "perpendicular"),
        (set_("PixelSpacing", None), "PixelSpacing"),
        (set_("PixelSpacing", [4, 0]), "size"),
        (set_("SpacingBetweenSlices", None), "SpacingBetweenSlices"),
        (set_("SpacingBetweenSlices", 0), "size"),
    ],
)
def test_a_file_without_geometry_is_refused(change, rule):
    dataset = nm_dataset(VOXELS)
    change(dataset)
    with pytest.raises(BadInput, match=rule):
        affine_ras(dataset)


def without_pixels(dataset):
    del dataset.PixelData


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_("Modality", "CT"), "modality CT"),
        (set_("Modality", "PT"), "modality PT"),
        (set_("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"), "Nuclear Medicine Image"),
        (without_pixels, "cut short"),
        (set_("ImageType", ["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]), "Reconstruct them first"),
        (set_("ImageType", ["ORIGINAL", "PRIMARY", "RECON GATED TOMO", "EMISSION"]), "one file per gate"),
        (set_("ImageType", ["ORIGINAL", "PRIMARY"]), "RECON TOMO, got ''"),
        (set_("SliceVector", [1, 2, 3, 4, 1]), "several volumes"),
        (set_("SliceVector", [5, 4, 3, 2, 1]), "in order"),
    ],
)
def test_what_is_no_single_reconstruction_is_refused(change, message):
    dataset = nm_dataset(VOXELS)
    check_is_reconstruction(dataset)
    change(dataset)
    with pytest.raises(BadInput, match=message):
        check_is_reconstruction(dataset)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("EnergyWindowVector", [1, 1, 1, 2, 2]),
        ("TimeSlotVector", [1, 2, 3, 4, 5]),
        ("NumberOfEnergyWindows", 2),
        ("NumberOfTimeSlots", 8),
    ],
)
def test_several_volumes_in_one_file_are_refused_whatever_the_slices_say(keyword, value):
    dataset = nm_dataset(VOXELS)
    setattr(dataset, keyword, value)
    for without in (False, True):
        if without and "SliceVector" in dataset:
            del dataset.SliceVector
        with pytest.raises(BadInput, match=f"got several by {keyword}"):
            check_is_reconstruction(dataset)
