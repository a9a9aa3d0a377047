"""Reports of corrections in image space."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from custom.data.deblurring_report import DeblurringReport
from custom.data.study_folders import StudyFolders


def test_a_report_ties_a_volume_to_the_image_it_was_made_from(tmp_path: Path) -> None:
    folders = StudyFolders(tmp_path)
    report = DeblurringReport(folders, key="sharp", method="RBV", settings={"fwhm_mm": 7.5})
    study = {"study": "rest", "image": torch.full((1, 2, 2, 2), 3.0), "sharp": torch.full((1, 2, 2, 2), 2.0)}
    report.write(SimpleNamespace(state=SimpleNamespace(output=[study])))
    written = json.loads(folders.filename(subject="rest").with_name("rest.json").read_text())
    assert written["method"] == {"name": "RBV", "fwhm_mm": 7.5}
    assert written["total_activity"] == {"before": pytest.approx(24), "after": pytest.approx(16)}
    assert written["study"] == "rest"
