"""The rotations: which there are, how often, and that all volumes of a study turn alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import center_of_mass

from custom.data.augmentation import RandRotateStepsd

CUBE = (17, 17, 17)
AXES = {"x": (2, 3), "y": (1, 3), "z": (1, 2)}  # of (C, X, Y, Z): the two that a rotation about an axis mixes


def rotated(variant: int, study: dict[str, torch.Tensor], mode: str = "bilinear") -> dict[str, torch.Tensor]:
    """Apply one variant, drawn or not."""
    transform = RandRotateStepsd(list(study), mode=mode)
    transform.randomize = lambda: setattr(transform, "variant", variant)
    return transform(study)


def blob(x: float, y: float, z: float) -> torch.Tensor:
    """A Gaussian of 1.5 voxels about a point given from the middle of the cube."""
    axes = [torch.arange(n) - (n - 1) / 2 - centre for n, centre in zip(CUBE, (x, y, z), strict=True)]
    square = sum(axis.reshape([-1 if i == k else 1 for i in range(3)]) ** 2 for k, axis in enumerate(axes))
    return torch.exp(-square / (2 * 1.5**2))[None]


def test_thirty_volumes_make_the_papers_1020() -> None:
    transform = RandRotateStepsd("image")
    angles = {transform.angles_radians(variant) for variant in range(transform.n_variants)}
    assert 30 * len(angles) == 1020
    assert (0.0, 0.0, 0.0) in angles
    degrees = sorted(round(math.degrees(angle[1])) for angle in angles if angle[1])
    assert degrees == list(range(30, 360, 30))
    assert all(sum(map(bool, angle)) <= 1 for angle in angles)


def test_every_variant_is_drawn_with_the_same_probability() -> None:
    transform = RandRotateStepsd("image")
    transform.set_random_state(seed=3)
    draws = []
    for _ in range(3400):
        transform.randomize()
        draws.append(transform.variant)
    counts = np.bincount(draws, minlength=34)
    assert len(counts) == 34
    assert np.sum((counts - 100) ** 2 / 100) < 65  # χ² with 33 degrees of freedom: 1 in 1,000


@pytest.mark.parametrize(("variant", "axis"), [(7, "x"), (8, "y"), (9, "z")])
def test_a_quarter_turn_permutes_voxels(variant: int, axis: str) -> None:
    image = torch.rand(1, *CUBE)
    turned = rotated(variant, {"image": image})["image"].as_tensor()
    turns = [torch.rot90(image, turn, AXES[axis]) for turn in (1, -1)]
    assert min((turned - turn).abs().max() for turn in turns) < 1e-5


@pytest.mark.parametrize("variant", [3, 6, 18, 33])
def test_a_point_turns_about_the_middle_by_the_angle(variant: int) -> None:
    angle = RandRotateStepsd("image").angles_radians(variant)[2]
    turned = rotated(variant, {"image": blob(4, 1, 2)})["image"].numpy()[0]
    x, y, z = np.array(center_of_mass(turned)) - 8
    assert math.hypot(x, y) == pytest.approx(math.hypot(4, 1), abs=0.02)
    assert z == pytest.approx(2, abs=0.02)
    turn = abs(math.atan2(y, x) - math.atan2(1, 4)) % (2 * math.pi)
    assert min(turn, 2 * math.pi - turn) == pytest.approx(min(angle, 2 * math.pi - angle), abs=0.01)


@settings(max_examples=15, deadline=None)
@given(variant=st.integers(0, 33), seed=st.integers(0, 99))
def test_all_volumes_of_a_study_turn_alike_and_labels_stay_labels(variant: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    regions = torch.randint(0, 7, (1, 12, 12, 9), generator=generator).float()
    image = torch.rand(1, 12, 12, 9, generator=generator)
    study = {"image": image, "label": image.clone(), "regions": regions}
    transform = RandRotateStepsd(list(study), mode=["bilinear", "bilinear", "nearest"])
    transform.randomize = lambda: setattr(transform, "variant", variant)
    turned = transform(study)
    assert turned["image"].shape == image.shape
    assert torch.equal(turned["image"], turned["label"])
    assert set(turned["regions"].unique().tolist()) <= set(range(7))
    assert turned["image"].min() >= 0
    assert turned["image"].max() <= image.max() + 1e-6


def test_what_comes_in_from_outside_is_zero() -> None:
    turned = rotated(7, {"image": torch.ones(1, 10, 20, 6)})["image"]  # a quarter turn about x
    assert torch.equal(turned[0, :, :7], torch.zeros(10, 7, 6))
    assert torch.allclose(turned[0, :, 7:13].as_tensor(), torch.ones(10, 6, 6))


def test_the_same_seed_draws_the_same_rotation() -> None:
    study = {"image": torch.rand(1, *CUBE)}
    first, second = (RandRotateStepsd("image").set_random_state(seed=8)(study)["image"] for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize("step", [0, 7, 50])
def test_a_step_divides_the_circle(step: int) -> None:
    with pytest.raises(ValueError, match="must divide 360"):
        RandRotateStepsd("image", step_degrees=step)
