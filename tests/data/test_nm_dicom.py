import gzip
import io
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from monai.transforms import LoadImaged
from PIL import Image
from pydicom import dcmwrite
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, JPEG2000Lossless, RLELossless

from custom.data.nm_dicom import NuclearMedicineReader, bad_input_in, looks_like_image
from custom.errors import BadInput
from tests.nm_files import heart, nm_dataset, write_ct_slice, write_nifti, write_nm


def read(path):
    reader = NuclearMedicineReader()
    return reader.get_data(reader.read(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("studies")


@settings(max_examples=25, deadline=None)
@given(
    shape=st.tuples(*[st.integers(2, 9)] * 3),
    slice_spacing=st.sampled_from([-4.0, 4.0, -2.5]),
    orientation=st.sampled_from([(1, 0, 0, 0, 1, 0), (0, 1, 0, 0, 0, -1), (1, 0, 0, 0, 0, -1), (-1, 0, 0, 0, 1, 0)]),
    spot=st.integers(0, 10**6),
)
def test_a_spot_is_read_where_it_was_put(folder, shape, slice_spacing, orientation, spot):
    """Put one bright voxel at a world position worked out in LPS, and find it at that position in RAS."""
    index = np.unravel_index(spot % np.prod(shape), shape)
    voxels = np.ones(shape)
    voxels[index] = 4000
    geometry = {"position": (-100, -120, 500), "pixel_spacing": (4, 3), "slice_spacing": slice_spacing}
    path = write_nm(folder / "spot", voxels, orientation=orientation, **geometry)
    along_row, along_column = np.reshape(orientation, (2, 3))
    step = (3 * along_row, 4 * along_column, slice_spacing * np.cross(along_row, along_column))
    expected = (geometry["position"] + index @ np.asarray(step)) * [-1, -1, 1]

    array, meta = read(path)
    assert array.shape == shape
    np.testing.assert_array_equal(array, voxels)
    found = np.unravel_index(array.argmax(), array.shape)
    np.testing.assert_allclose((meta["affine"] @ [*found, 1])[:3], expected, atol=1e-5)


def test_stored_values_are_rescaled_to_the_units_of_the_file(folder):
    array, _ = read(write_nm(folder / "rescaled.dcm", heart(), rescale=(0.25, 3)))
    np.testing.assert_allclose(array, 0.25 * heart().astype(int) + 3)


def rle(dataset):
    dataset.compress(RLELossless)


def jpeg_2000(dataset):
    """Compress without loss, as archives do."""
    frames = [io.BytesIO() for _ in range(dataset.NumberOfFrames)]
    for frame, pixels in zip(frames, dataset.pixel_array, strict=True):
        Image.fromarray(pixels).save(frame, format="JPEG2000", irreversible=False, no_jp2=True)
    dataset.PixelData = encapsulate([frame.getvalue() for frame in frames])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless


def deflated(dataset):
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian


@pytest.mark.parametrize("encode", [rle, jpeg_2000, deflated])
def test_every_encoding_gives_the_same_volume(folder, encode):
    dataset = nm_dataset(heart())
    encode(dataset)
    dataset.save_as(folder / "encoded.dcm", enforce_file_format=True)
    np.testing.assert_array_equal(read(folder / "encoded.dcm")[0], heart().astype(int))


def test_bytes_in_the_other_order_give_the_same_volume(folder):
    dataset = nm_dataset(heart())
    dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dcmwrite(folder / "big.dcm", dataset, implicit_vr=False, little_endian=False, force_encoding=True)
    np.testing.assert_array_equal(read(folder / "big.dcm")[0], heart().astype(int))


@pytest.mark.parametrize("name", ["study", "study.dcm", "study.nii", "study.nii.gz"])
def test_monai_loads_dicom_and_nifti_alike(folder, name):
    if "nii" in name:
        affine = np.array([[-4, 0, 0, 60], [0, -4, 0, 60], [0, 0, -4, 60], [0, 0, 0, 1.0]])
        write_nifti(folder / name, heart().astype(int), affine)
    else:
        write_nm(folder / name, heart())
    load = LoadImaged(keys="image", reader="custom.data.nm_dicom.NuclearMedicineReader", ensure_channel_first=True)
    image = load({"image": folder / name})["image"]
    assert image.shape == (1, 32, 32, 32)
    np.testing.assert_array_equal(image[0], heart().astype(int))
    np.testing.assert_allclose((image.affine.numpy() @ [0, 0, 31, 1])[:3], [60, 60, -64])


def test_a_trailing_axis_of_one_is_left_out_and_one_of_two_is_kept(folder):
    assert read(write_nifti(folder / "one.nii", heart()[..., None]))[0].shape == (32, 32, 32)
    assert read(write_nifti(folder / "two.nii", np.stack([heart(), heart()], -1)))[0].shape == (32, 32, 32, 2)


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0, 0.999))
@example(share=0.1640625)  # within the transfer syntax, of which pydicom warns before it gives up
@pytest.mark.filterwarnings("ignore:Invalid value for VR UI:UserWarning")
def test_a_dicom_file_cut_anywhere_is_refused_in_one_line(folder, share):
    whole = write_nm(folder / "whole.dcm", heart((8, 8, 8))).read_bytes()
    cut = folder / "cut.dcm"
    cut.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(BadInput, match=r"cut short|geometry") as refusal:
        read(cut)
    assert str(refusal.value).startswith(f"{cut}: ")
    assert "\n" not in str(refusal.value)


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0, 0.999), compressed=st.booleans())
def test_a_nifti_file_cut_anywhere_is_refused_in_one_line(folder, share, compressed):
    whole = write_nifti(folder / ("whole.nii.gz" if compressed else "whole.nii"), heart((8, 8, 8))).read_bytes()
    cut = folder / ("cut.nii.gz" if compressed else "cut.nii")
    cut.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(BadInput, match="cut short") as refusal:
        read(cut)
    assert str(refusal.value).count(str(cut)) >= 1
    assert "\n" not in str(refusal.value)


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 0.999), value=st.integers(0, 255), name=st.sampled_from(["study.dcm", "study.nii"]))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_changed_byte_of_a_header_is_read_or_refused(folder, place, value, name):
    write = write_nm if name.endswith("dcm") else write_nifti
    content = bytearray(write(folder / f"whole-{name}", heart((8, 8, 8))).read_bytes())
    content[int(place * (len(content) - 1024 if name.endswith("dcm") else 352))] = value
    (folder / name).write_bytes(content)
    try:
        assert read(folder / name)[0].size
    except BadInput as refusal:
        assert str(refusal).startswith(str(folder / name))  # noqa: PT017


def test_a_compressed_file_with_a_changed_byte_is_refused(folder):
    data = bytearray(gzip.compress(nibabel.Nifti1Image(heart(), np.eye(4)).to_bytes()))
    data[-6] ^= 1  # of the checksum
    path = folder / "changed.nii.gz"
    path.write_bytes(data)
    with pytest.raises(BadInput, match="readable whole"):
        read(path)


def test_another_modality_is_named(folder):
    with pytest.raises(BadInput, match="got modality CT"):
        read(write_ct_slice(folder / "ct.dcm"))


@pytest.mark.parametrize("name", ["notes.txt", "picture.png", "study.dcm", "study.nii", "study.nii.gz", "study"])
def test_a_file_of_something_else_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"no image at all" * 30)
    with pytest.raises(BadInput, match="no image"):
        read(tmp_path / name)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"study\.dcm.*exists"):
        read(tmp_path / "study.dcm")


def test_a_colour_volume_is_refused(folder):
    colours = np.zeros((4, 4, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nibabel.save(nibabel.Nifti1Image(colours, np.eye(4)), folder / "colours.nii")
    with pytest.raises(BadInput, match="real numbers"):
        read(folder / "colours.nii")


@pytest.mark.filterwarnings("ignore:The number of bytes of pixel data:UserWarning")
def test_more_frames_than_stated_are_refused(folder):
    dataset = nm_dataset(heart((8, 8, 9)))
    dataset.NumberOfFrames = 8
    if "SliceVector" in dataset:
        dataset.SliceVector = list(range(1, 9))
    dataset.save_as(folder / "more.dcm", enforce_file_format=True)
    with pytest.raises(BadInput, match="got 9 for a Number of Frames of 8"):
        read(folder / "more.dcm")


def test_a_planar_image_of_one_frame_is_refused(folder):
    with pytest.raises(BadInput, match="several slices"):
        read(write_nm(folder / "planar", heart((8, 8, 1))))


def test_images_are_told_by_name_or_content(folder):
    assert looks_like_image(write_nm(folder / "no-extension", heart((8, 8, 8))))
    assert looks_like_image(write_nifti(folder / "IMAGE.NII", heart((8, 8, 8))))
    (folder / "notes").write_text("none")
    assert not looks_like_image(folder / "notes")
    assert not looks_like_image(folder)
    reader = NuclearMedicineReader()
    assert reader.verify_suffix([folder / "no-extension", folder / "IMAGE.NII"])
    assert not reader.verify_suffix([folder / "no-extension", folder / "notes"])


def test_the_file_is_named_once():
    with pytest.raises(BadInput) as refusal, bad_input_in(Path("a.nii")), bad_input_in(Path("a.nii")):
        raise BadInput("a rule")
    assert str(refusal.value) == "a.nii: a rule"


def test_real_reconstructions_lie_on_the_grid_of_their_expert_masks(data_dir):
    """The wall that an expert drew on the NIfTI twin of a DICOM file is the bright part of the middle."""
    pairs = [
        (study, mask)
        for mask in sorted((data_dir / "nm530c").glob("*_lv_wall.nii.gz"))
        for study in (mask.with_name(mask.name.replace("_lv_wall.nii.gz", end)) for end in (".dcm", ".nii.gz"))
        if study.is_file()
    ]
    if not pairs:
        pytest.skip(f"no reconstruction with a mask in {data_dir}")
    for study, mask in pairs:
        activity, meta = read(study)
        wall, mask_meta = read(mask)
        np.testing.assert_allclose(meta["affine"], mask_meta["affine"], atol=1e-3)
        inside = activity[wall > 0].mean()
        assert inside > 2.5 * activity[activity > 0].mean()
        for axis in range(3):
            for mirrored in (np.flip(wall, axis), np.roll(wall, 8, axis), np.roll(wall, -8, axis)):
                assert inside > activity[mirrored > 0].mean(), "the mask fits best as it is"
