"""Volumes of a study that do not belong together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from monai.data import MetaTensor

from custom.data.volume_check import CheckVolumesd
from custom.errors import BadInput
from tests.nm_files import heart, regions_of

AFFINE = torch.diag(torch.tensor([4.0, 4.0, 4.0, 1.0], dtype=torch.float64))
ACTIVITY = heart(noise=0.1)


def loaded(voxels: np.ndarray, name: str, affine: torch.Tensor = AFFINE) -> MetaTensor:
    return MetaTensor(torch.as_tensor(np.array(voxels))[None], affine=affine, meta={"filename_or_obj": f"{name}.nii"})


def study(**changed: MetaTensor) -> dict[str, MetaTensor]:
    volumes = {"image": ACTIVITY, "label": 0.9 * ACTIVITY, "regions": regions_of(ACTIVITY), "ct": 900 * ACTIVITY - 1000}
    return {key: loaded(voxels, key) for key, voxels in volumes.items()} | changed


def check(volumes: dict[str, MetaTensor]) -> dict[str, MetaTensor]:
    return CheckVolumesd(keys=list(volumes))(volumes)


def test_a_study_that_keeps_the_rules_is_not_changed() -> None:
    volumes = study()
    checked = check(volumes)
    assert all(checked[key] is volume for key, volume in volumes.items())


def flipped() -> MetaTensor:
    """Return the label with its first axis stored backwards, every voxel at its old place."""
    affine = AFFINE.clone()
    affine[0, 0], affine[0, 3] = -4, 4 * (ACTIVITY.shape[0] - 1)
    return loaded(ACTIVITY[::-1].copy(), "label", affine)


def shifted() -> MetaTensor:
    affine = AFFINE.clone()
    affine[1, 3] = 40
    return loaded(ACTIVITY, "label", affine)


@pytest.mark.parametrize(
    ("key", "spoilt", "said"),
    [
        ("label", flipped, "label.nii: volumes of a study lie on its grid"),
        ("label", shifted, "label.nii: volumes of a study lie on its grid"),
        ("label", lambda: loaded(ACTIVITY[:-1], "label"), "label.nii: volumes of a study lie on its grid"),
        ("label", lambda: loaded(np.where(ACTIVITY > 100, np.nan, ACTIVITY), "label"), "activity is finite"),
        ("label", lambda: loaded(0 * ACTIVITY, "label"), "zero in every voxel"),
        ("image", lambda: loaded(ACTIVITY - 1, "image"), "image.nii: activity is nowhere negative"),
        ("regions", lambda: loaded(1.5 * regions_of(ACTIVITY), "regions"), "whole labels from 0 to 6"),
        ("regions", lambda: loaded(0 * regions_of(ACTIVITY), "regions"), r"the region 1 \(myocardium\)"),
        ("ct", lambda: loaded(np.where(ACTIVITY > 100, np.inf, ACTIVITY), "ct"), "ct.nii: a CT is finite"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_file(key: str, spoilt: Callable[[], MetaTensor], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        check(study(**{key: spoilt()}))


def test_gates_in_one_file_are_refused() -> None:
    gates = MetaTensor(torch.ones(8, 4, 4, 4), affine=AFFINE, meta={"filename_or_obj": "label.nii"})
    with pytest.raises(BadInput, match="are gates in one file"):
        check(study(label=gates))
