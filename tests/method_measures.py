"""Measures of some methods on two animals with two gates, worked out by hand."""

from __future__ import annotations

from custom.evaluation.measures import Measures

STUDIES = (("a", "ed"), ("a", "es"), ("b", "ed"), ("b", "es"))
SPREAD = (-0.02, 0.02, -0.02, 0.02)  # of IMBV about its mean: SD 0.0231
IMBV = {"no correction": 0.30, "U-net": 0.20, "Dy-U": 0.14, "iterative Yang": 0.15, "truth": 0.16}
QUALITY = {  # SSIM, PSNR and RMSE against iterative Yang
    "no correction": (0.90, 31.0, 0.030),
    "U-net": (0.96, 35.0, 0.020),
    "Dy-U": (0.95, 34.0, 0.010),
}


def method_measures() -> list[Measures]:
    """Return a row per study and method."""
    rows = []
    for (animal, gate), spread in zip(STUDIES, SPREAD, strict=True):
        for method, imbv in IMBV.items():
            ssim, psnr_db, rmse = QUALITY.get(method, (None, None, None))
            name = {"study": f"{animal}_gate-{gate}", "animal": animal, "gate": gate, "method": method}
            rows.append(Measures(**name, imbv=imbv + spread, ssim=ssim, psnr_db=psnr_db, rmse=rmse))
    return rows
