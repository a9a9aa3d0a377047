"""Stands where MONAI Label imports pydicom-seg, which knows no pydicom 3; DICOM SEG, its only use, is not offered here."""
