"""What was published of dogs' hearts and of their blood in the wall, to hold virtual animals against."""

from __future__ import annotations

import numpy as np

IMBV = {"ed": (0.15, 0.03), "es": (0.11, 0.03)}
"""Intramyocardial blood volume, mean and SD, by 99mTc-RBC SPECT/CT (Mohy-ud-Din, doi:10.1007/s12350-017-0970-4)."""
IMBV_SOURCE = "Mohy-ud-Din, doi:10.1007/s12350-017-0970-4"

EJECTION_FRACTION = (0.55, 0.65)
"""Expected of a healthy dog; assumed, like the volumes, not of one source."""
VOLUME_ML = {"ed": (50.0, 70.0), "es": (20.0, 30.0)}
"""Of the left ventricle at 20 to 30 kg, end-diastole and end-systole."""
VOLUME_WEIGHT_KG = (20.0, 30.0)

CORNELL_SOURCE = "Cornell 2004, doi:10.1111/j.1939-1676.2004.tb02551.x"

UNCORRECTED_OVER_IY = 0.209 / 0.167
"""Mean IMBV before correction over that after iterative Yang, 20 canine studies of the network's paper."""

PAPER_SOURCE = "Xie 2023, doi:10.1109/TMI.2022.3226604"
PAPER_TABLES = {
    "no correction": {
        "imbv": "0.209 ± 0.042",
        "psnr_db": "35.552 ± 2.095",
        "ssim": "0.967 ± 0.016",
        "rmse": "0.017 ± 0.006",
    },
    "U-net": {
        "imbv": "0.193 ± 0.038",
        "psnr_db": "37.130 ± 2.485",
        "ssim": "0.979 ± 0.014",
        "rmse": "0.015 ± 0.006",
    },
    "U-net-BV": {
        "imbv": "0.180 ± 0.034",
        "psnr_db": "36.903 ± 2.383",
        "ssim": "0.980 ± 0.014",
        "rmse": "0.015 ± 0.006",
    },
    "U-net-CT": {
        "imbv": "0.177 ± 0.033",
        "psnr_db": "38.980 ± 3.214",
        "ssim": "0.982 ± 0.015",
        "rmse": "0.012 ± 0.006",
    },
    "Dy-U": {
        "imbv": "0.185 ± 0.037",
        "psnr_db": "37.641 ± 2.803",
        "ssim": "0.9822 ± 0.0155",
        "rmse": "0.0139 ± 0.0062",
    },
    "Dy-U-BV": {
        "imbv": "0.174 ± 0.036",
        "psnr_db": "37.686 ± 2.642",
        "ssim": "0.983 ± 0.015",
        "rmse": "0.0138 ± 0.0060",
    },
    "Dy-U-CT": {
        "imbv": "0.172 ± 0.033",
        "psnr_db": "40.319 ± 3.598",
        "ssim": "0.9873 ± 0.0166",
        "rmse": "0.0107 ± 0.0067",
    },
    "Dy-U-CT-BV": {
        "imbv": "0.166 ± 0.033",
        "psnr_db": "40.434 ± 3.662",
        "ssim": "0.9875 ± 0.0166",
        "rmse": "0.0106 ± 0.0067",
    },
    "DC-Dy-U-BV": {
        "imbv": "0.169 ± 0.034",
        "psnr_db": "37.748 ± 2.804",
        "ssim": "0.9824 ± 0.015",
        "rmse": "0.0137 ± 0.0061",
    },
    "iterative Yang": {"imbv": "0.167 ± 0.033"},
}
"""Mean ± SD of 20 volumes of 10 dogs, as printed in the paper's tables I and II (U-net-BV and U-net-CT: II)."""
P_AGAINST_IY = {
    "no correction": "< 0.001",
    "U-net": "< 0.001",
    "Dy-U": "< 0.001",
    "Dy-U-BV": "0.009",
    "Dy-U-CT": "0.152",
    "Dy-U-CT-BV": "0.986",
    "DC-Dy-U-BV": "0.946",
}
"""Of IMBV against iterative Yang, as printed in the paper's section III."""


def inner_diameter_mm(weight_kg: np.ndarray) -> np.ndarray:
    """Inner diameter of the left ventricle at end-diastole, 15.3 · kg^0.294 mm (Cornell 2004)."""
    return 15.3 * weight_kg**0.294


def wall_mm(weight_kg: np.ndarray) -> np.ndarray:
    """Thickness of the left ventricle's wall at end-diastole, 4.2 · kg^0.232 mm (Cornell 2004)."""
    return 4.2 * weight_kg**0.232
