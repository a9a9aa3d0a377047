"""Stands where MONAI Label imports pydicom-seg, which knows no pydicom 3. Its use, DICOM SEG, is not offered here."""
