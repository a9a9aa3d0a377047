import logging

import numpy as np
import pydicom
import pytest
from pydicom.uid import MediaStorageDirectoryStorage

from custom.data.ct_slices import find_slices
from custom.errors import BadInput
from tests.ct_files import ct_slice, write_series
from tests.nm_files import heart, write_nm

SMALL = np.zeros((4, 4, 3))


@pytest.fixture
def mixed(tmp_path):
    """A CT as it comes on a disc: with a localiser, SPECT, a report, a text and a hidden file."""
    write_series(tmp_path / "ct", SMALL)
    write_series(tmp_path / "scout", SMALL[:, :, :1], ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    write_series(tmp_path / "dose", SMALL[:, :, :1], SOPClassUID="1.2.840.10008.5.1.4.1.1.7")
    write_series(tmp_path / "enhanced", SMALL[:, :, :1], SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1")
    write_nm(tmp_path / "spect", heart((8, 8, 8)))
    directory = ct_slice(
        SMALL[:, :, 0], [0, 0, 0], Modality=None, SOPClassUID=None, SOPInstanceUID=None, PixelData=None
    )
    directory.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    directory.save_as(tmp_path / "DICOMDIR", enforce_file_format=True)
    (tmp_path / "README.txt").write_text("look at the pictures")
    (tmp_path / ".hidden.dcm").write_text("no DICOM")
    return tmp_path


def test_slices_are_found_among_other_files_which_the_log_names(mixed, caplog):
    with caplog.at_level(logging.INFO):
        slices = find_slices(mixed)
    assert len(slices) == 3
    assert all(isinstance(header, pydicom.Dataset) and "PixelData" not in header for header in slices)
    for said in ("localiser", "modality NM", "no DICOM", "no CT image", "enhanced CT", "directory"):
        assert said in caplog.text


def test_several_series_are_named_and_one_is_chosen(mixed):
    write_series(mixed / "lung", SMALL[:, :, :2], SeriesInstanceUID="1.2.4", SeriesDescription="sharp")
    with pytest.raises(BadInput, match=r"1\.2\.3 \('chest', 3 slices\); 1\.2\.4 \('sharp', 2 slices\).*--series"):
        find_slices(mixed)
    assert len(find_slices(mixed, "1.2.4")) == 2
    with pytest.raises(BadInput, match=r"got 1\.2\.5; .*1\.2\.3 \('chest'"):
        find_slices(mixed, "1.2.5")


def test_a_folder_without_ct_is_refused_by_what_it_holds(tmp_path):
    with pytest.raises(BadInput, match="got no files"):
        find_slices(tmp_path)
    write_nm(tmp_path / "spect.dcm", heart((8, 8, 8)))
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(BadInput, match="1 no DICOM, 1 of modality NM"):
        find_slices(tmp_path)


@pytest.mark.parametrize("keyword", ["Modality", "SeriesInstanceUID"])
def test_a_slice_cut_within_its_header_is_named_and_not_left_out(tmp_path, keyword):
    write_series(tmp_path / "whole", SMALL)
    write_series(tmp_path / "cut", SMALL[:, :, :1], **{keyword: None})
    with pytest.raises(BadInput, match=r"slice_000\.dcm: .*cut short"):
        find_slices(tmp_path)


def test_a_damaged_slice_is_named_and_not_left_out(tmp_path):
    write_series(tmp_path, SMALL)
    (tmp_path / "slice_001.dcm").write_bytes(b"cut")
    with pytest.raises(BadInput, match=r"slice_001\.dcm: .*cut short"):
        find_slices(tmp_path)
