"""The rotations: which there are, where they bring a voxel, and that all volumes of a study turn alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.data import MetaTensor
from monai.transforms import ResizeWithPadOrCrop
from scipy.ndimage import center_of_mass

from custom.data.augmentation import VARIANT, RotateStepsd

CUBE = (17, 17, 17)
AXES = {"x": (2, 3), "y": (1, 3), "z": (1, 2)}  # of (C, X, Y, Z): the two that a rotation about an axis mixes


def rotated(
    variant: int, study: dict[str, torch.Tensor], mode: str | list[str] = "bilinear"
) -> dict[str, torch.Tensor]:
    return RotateStepsd(list(study), mode=mode)({**study, VARIANT: variant})


def blob(x: float, y: float, z: float) -> torch.Tensor:
    """A Gaussian of 1.5 voxels about a point given from the middle of the cube."""
    axes = [torch.arange(n) - (n - 1) / 2 - centre for n, centre in zip(CUBE, (x, y, z), strict=True)]
    square = sum(axis.reshape([-1 if i == k else 1 for i in range(3)]) ** 2 for k, axis in enumerate(axes))
    return torch.exp(-square / (2 * 1.5**2))[None]


def test_thirty_volumes_make_the_papers_1020() -> None:
    transform = RotateStepsd("image")
    angles = {transform.angles_radians(variant) for variant in range(transform.n_variants)}
    assert 30 * len(angles) == 30 * 11 * 3 + 30 == 1020
    assert (0.0, 0.0, 0.0) in angles
    for axis in range(3):
        degrees = sorted(round(math.degrees(angle[axis])) for angle in angles if angle[axis])
        assert degrees == list(range(30, 360, 30))
    assert all(sum(map(bool, angle)) <= 1 for angle in angles)


def test_variant_0_changes_nothing() -> None:
    study = {"image": torch.rand(1, *CUBE), "regions": torch.randint(0, 7, (1, *CUBE)).float()}
    turned = rotated(0, study, ["bilinear", "nearest"])
    assert all(torch.equal(turned[key], study[key]) for key in study)


@pytest.mark.parametrize(("variant", "axis"), [(7, "x"), (8, "y"), (9, "z")])
def test_a_quarter_turn_permutes_voxels(variant: int, axis: str) -> None:
    image = torch.rand(1, *CUBE)
    turned = rotated(variant, {"image": image})["image"]
    turns = [torch.rot90(image, turn, AXES[axis]) for turn in (1, -1)]
    assert min((turned - turn).abs().max() for turn in turns) < 1e-5


@pytest.mark.parametrize(("variant", "axis"), [(7, "x"), (8, "y"), (9, "z")])
def test_a_quarter_turn_of_a_flat_grid_cuts_or_fills_evenly(variant: int, axis: str) -> None:
    image = torch.rand(1, 14, 14, 10)  # as 70 x 70 x 50: about x and y, two voxels leave on either side
    turned = rotated(variant, {"image": image})["image"]
    turns = [ResizeWithPadOrCrop((14, 14, 10))(torch.rot90(image, turn, AXES[axis])) for turn in (1, -1)]
    assert min((turned - turn).abs().max() for turn in turns) < 1e-5


@pytest.mark.parametrize("variant", [3, 6, 18, 33])
def test_a_point_turns_about_the_middle_by_the_angle(variant: int) -> None:
    angle = RotateStepsd("image").angles_radians(variant)[2]
    turned = rotated(variant, {"image": blob(4, 1, 2)})["image"].numpy()[0]
    x, y, z = np.array(center_of_mass(turned)) - 8
    assert math.hypot(x, y) == pytest.approx(math.hypot(4, 1), abs=0.02)
    assert z == pytest.approx(2, abs=0.02)
    turn = abs(math.atan2(y, x) - math.atan2(1, 4)) % (2 * math.pi)
    assert min(turn, 2 * math.pi - turn) == pytest.approx(min(angle, 2 * math.pi - angle), abs=0.01)


@pytest.mark.parametrize("variant", [1, 2, 3])
def test_twelve_steps_of_30_degrees_come_full_circle(variant: int) -> None:
    study = {"image": blob(2, -1, 1)}
    for _ in range(12):
        study["image"] = rotated(variant, study)["image"]
    before, after = blob(2, -1, 1).numpy()[0], study["image"].numpy()[0]
    np.testing.assert_allclose(center_of_mass(after), center_of_mass(before), atol=0.1)
    assert after.sum() == pytest.approx(before.sum(), rel=0.03)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.9  # each step blurs in the plane that turns


@settings(max_examples=15, deadline=None)
@given(variant=st.integers(0, 33), seed=st.integers(0, 99))
def test_all_volumes_of_a_study_turn_alike_and_labels_stay_labels(variant: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    regions = torch.randint(0, 7, (1, 12, 12, 9), generator=generator).float()
    image = torch.rand(1, 12, 12, 9, generator=generator)
    study = {"image": image, "label": image.clone(), "regions": regions}
    turned = rotated(variant, study, ["bilinear", "bilinear", "nearest"])
    assert turned["image"].shape == image.shape
    assert torch.equal(turned["image"], turned["label"])
    assert set(turned["regions"].unique().tolist()) <= set(range(7))
    assert turned["image"].min() >= 0
    assert turned["image"].max() <= image.max() + 1e-6


@settings(max_examples=15, deadline=None)
@given(variant=st.integers(0, 33), place=st.tuples(*[st.integers(6, 10)] * 3))
def test_a_marked_voxel_moves_alike_in_image_ct_and_regions(variant: int, place: tuple[int, int, int]) -> None:
    mark = torch.zeros(1, *CUBE)
    x, y, z = place
    mark[:, x - 1 : x + 2, y - 1 : y + 2, z - 1 : z + 2] = 1
    study = {"image": mark, "label": 2 * mark, "ct": 3 * mark, "regions": 4 * mark}
    turned = rotated(variant, study, ["bilinear", "bilinear", "bilinear", "nearest"])
    image, regions = turned["image"].numpy()[0], turned["regions"].numpy()[0]
    assert torch.equal(turned["label"], 2 * turned["image"])
    torch.testing.assert_close(turned["ct"], 3 * turned["image"])
    assert set(np.unique(regions)) == {0.0, 4.0}
    np.testing.assert_allclose(center_of_mass(regions), center_of_mass(image), atol=0.25)
    assert ((image > 0.75) <= (regions == 4)).all()


def test_volumes_keep_their_own_names_and_grid() -> None:
    names = ("image", "ct")
    study = {name: MetaTensor(torch.rand(1, 9, 9, 6), meta={"filename_or_obj": name}) for name in names}
    turned = rotated(4, study)
    assert [turned[name].meta["filename_or_obj"] for name in names] == list(names)
    assert all(torch.equal(turned[name].affine, study[name].affine) for name in names)


def test_what_comes_in_from_outside_is_zero() -> None:
    turned = rotated(7, {"image": torch.ones(1, 10, 20, 6)})["image"]  # a quarter turn about x
    assert torch.equal(turned[0, :, :7], torch.zeros(10, 7, 6))
    assert torch.allclose(turned[0, :, 7:13], torch.ones(10, 6, 6))


def test_a_study_without_one_of_the_volumes_is_turned_where_that_is_allowed() -> None:
    study = {"image": torch.rand(1, *CUBE), VARIANT: 5}
    transform = RotateStepsd(["image", "regions"], mode=["bilinear", "nearest"], allow_missing_keys=True)
    assert transform(study).keys() == study.keys()
    with pytest.raises(KeyError, match="regions"):
        RotateStepsd(["image", "regions"], mode=["bilinear", "nearest"])(study)


@pytest.mark.parametrize("variant", [-1, 34])
def test_a_variant_that_there_is_not_is_refused(variant: int) -> None:
    with pytest.raises(ValueError, match=f"must be one of 34, counted from 0, got {variant}"):
        rotated(variant, {"image": torch.rand(1, *CUBE)})


@pytest.mark.parametrize("step", [0, 7, 50])
def test_a_step_divides_the_circle(step: int) -> None:
    with pytest.raises(ValueError, match="must divide 360"):
        RotateStepsd("image", step_degrees=step)
