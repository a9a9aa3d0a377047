import warnings

import itk
import nibabel
import numpy as np
import pydicom
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydicom.uid import JPEGLosslessSV1, RLELossless

from custom.data.ct_scan import AIR_HU, read_ct
from custom.errors import BadInput
from tests.ct_files import write_series
from tests.nm_files import heart, write_nifti, write_nm


def drawn(shape=(5, 4, 3), seed=0):
    return np.random.default_rng(seed).integers(-1000, 1500, shape).astype(float)


def by_itk(folder):
    """Read a series with ITK's GDCM: array (x, y, z), and the affine in RAS."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of SWIG's types, when ITK loads its parts
        names = itk.GDCMSeriesFileNames.New()
        names.SetDirectory(str(folder))
        reader = itk.ImageSeriesReader[itk.Image[itk.F, 3]].New()
        reader.SetImageIO(itk.GDCMImageIO.New())
        reader.SetFileNames(names.GetInputFileNames())
        reader.Update()
        image = reader.GetOutput()
        affine = np.eye(4)
        affine[:3, :3] = itk.array_from_matrix(image.GetDirection()) * np.asarray(image.GetSpacing())
        affine[:3, 3] = np.asarray(image.GetOrigin())
        return itk.array_from_image(image).transpose(2, 1, 0), np.diag([-1, -1, 1, 1]) @ affine


@settings(max_examples=12, deadline=None)
@given(
    orientation=st.sampled_from(
        [(1, 0, 0, 0, 1, 0), (-1, 0, 0, 0, 1, 0), (1, 0, 0, 0, -1, 0), (0, 1, 0, 1, 0, 0), (1, 0, 0, 0, 0, -1)]
    ),
    backwards=st.booleans(),
    rescale=st.sampled_from([(1.0, -1024.0), (1.0, 0.0), (0.5, -1000.0)]),
)
def test_a_voxel_is_where_itk_finds_it(tmp_path_factory, orientation, backwards, rescale):
    """Head first or feet first, flipped or not: the same number at the same place of the world."""
    folder = tmp_path_factory.mktemp("series")
    order = np.arange(3)[:: -1 if backwards else 1]
    write_series(folder, drawn(), orientation=orientation, order=order, rescale=rescale, pixel_spacing=(1.5, 2.5))
    scan = read_ct(folder)
    array, affine = by_itk(folder)
    indices = np.indices(scan.hu.shape).reshape(3, -1)
    places = scan.affine[:3, :3] @ indices + scan.affine[:3, 3:]
    in_itk = np.linalg.inv(affine) @ np.vstack([places, np.ones(places.shape[1])])
    np.testing.assert_allclose(in_itk, np.round(in_itk), atol=1e-4)
    there = array[tuple(np.round(in_itk[:3]).astype(int))]
    np.testing.assert_array_equal(there, scan.hu.ravel())


def test_what_the_headers_say_is_kept_without_the_patient(tmp_path):
    header = {"ContrastBolusAgent": "Iodixanol", "Manufacturer": "Maker", "FrameOfReferenceUID": "1.9"}
    scan = read_ct(write_series(tmp_path, drawn(), **header))
    assert (scan.kvp, scan.contrast_agent, scan.slice_thickness_mm, scan.frame) == (120.0, "Iodixanol", 3.0, "1.9")
    assert scan.stated == {"series": "chest", "manufacturer": "Maker"}
    assert "Somebody" not in repr(scan)


def test_each_slice_is_rescaled_by_its_own_numbers(tmp_path):
    write_series(tmp_path, drawn()[:, :, :2], prefix="a", rescale=(1.0, -1024.0))
    write_series(tmp_path, drawn()[:, :, 2:], prefix="b", rescale=(0.5, -1000.0), position=(-99.0, -89.0, -82.5))
    np.testing.assert_array_equal(read_ct(tmp_path).hu, drawn())


def test_padding_and_what_no_scanner_measures_become_air_or_the_top_of_the_scale(tmp_path):
    hu = drawn()
    hu[0, 0, 0], hu[1, 0, 0], hu[2, 0, 0], hu[3, 0, 0] = -2000, 500, -1024, 9000
    scan = read_ct(write_series(tmp_path, hu, PixelPaddingValue=500 + 1024))
    np.testing.assert_array_equal(scan.hu[:4, 0, 0], [AIR_HU, AIR_HU, -1024, 3071])
    assert scan.share_above == pytest.approx(1 / hu.size)
    hu[:3, 1, 1] = 600, 700, 800
    ranged = write_series(tmp_path / "range", hu, PixelPaddingValue=600 + 1024, PixelPaddingRangeLimit=700 + 1024)
    np.testing.assert_array_equal(read_ct(ranged).hu[:3, 1, 1], [AIR_HU, AIR_HU, 800])


def test_nifti_and_dicom_give_the_same_scan(tmp_path):
    scan = read_ct(write_series(tmp_path / "series", drawn()))
    nibabel.save(nibabel.Nifti1Image(scan.hu.astype(np.int16), scan.affine), tmp_path / "ct.nii.gz")
    again = read_ct(tmp_path / "ct.nii.gz")
    np.testing.assert_array_equal(again.hu, scan.hu)
    np.testing.assert_allclose(again.affine, scan.affine, atol=1e-5)
    assert again.kvp is None
    assert again.states_orientation
    np.testing.assert_allclose(scan.middle_mm, [95, 86, -85.5])


def test_slices_compressed_in_a_known_way_are_read(tmp_path):
    write_series(tmp_path, drawn())
    for file in tmp_path.iterdir():
        dataset = pydicom.dcmread(file)
        dataset.compress(RLELossless)
        dataset.save_as(file)
    np.testing.assert_array_equal(read_ct(tmp_path).hu, drawn())


def test_slices_compressed_otherwise_are_refused(tmp_path):
    write_series(tmp_path, drawn())
    file = tmp_path / "slice_001.dcm"
    dataset = pydicom.dcmread(file)
    dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    dataset.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8 no picture"])
    dataset["PixelData"].VR = "OB"
    dataset.save_as(file)
    with pytest.raises(BadInput, match=r"slice_001\.dcm: .*JPEG Lossless.*gdcmconv"):
        read_ct(tmp_path)


@settings(max_examples=30, deadline=None)
@given(share=st.floats(0, 0.999))
@example(share=0.6168)  # in the middle of the modality
@pytest.mark.filterwarnings("ignore:Invalid value for VR UI:UserWarning")
def test_a_series_with_a_file_cut_anywhere_is_refused_in_one_line(tmp_path_factory, share):
    folder = write_series(tmp_path_factory.mktemp("cut"), drawn())
    file = folder / "slice_001.dcm"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(BadInput) as refusal:
        read_ct(folder)
    assert str(refusal.value).startswith(str(folder))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"RescaleIntercept": None}, "no Rescale Slope and Intercept"),
        ({"RescaleType": "US"}, "Rescale Type 'US'"),
        ({"Modality": "MR"}, "3 of modality MR"),
        ({"PixelData": None}, "cut short"),
    ],
)
def test_slices_that_are_no_ct_numbers_are_refused(tmp_path, header, said):
    with pytest.raises(BadInput, match=said):
        read_ct(write_series(tmp_path, drawn(), **header))


def test_files_that_are_no_ct_are_refused(tmp_path):
    with pytest.raises(BadInput, match="give its folder"):
        read_ct(write_nm(tmp_path / "study.dcm", heart((8, 8, 8))))
    with pytest.raises(BadInput, match="exists"):
        read_ct(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="leave it out"):
        read_ct(write_nifti(tmp_path / "ct.nii", heart((8, 8, 8))), "1.2.3")


def test_the_real_series_is_read_as_by_itk(data_dir):
    folder = data_dir / "ct_thorax"
    if not folder.is_dir():
        pytest.skip(f"no CT in {data_dir}")
    scan = read_ct(folder)
    array, affine = by_itk(folder)
    np.testing.assert_array_equal(scan.hu, array)
    np.testing.assert_allclose(scan.affine, affine, atol=1e-6)
    assert (scan.kvp, scan.hu.shape) == (120.0, (512, 512, 102))
