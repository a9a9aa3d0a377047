import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from monai.data import MetaTensor
from scipy import ndimage

from custom.data.correction import ApplyChanged, ChangeOfActivityd, reconstructed_region
from custom.errors import BadInput

small = hnp.arrays(
    np.float32, hnp.array_shapes(min_dims=3, max_dims=3, max_side=6), elements=st.sampled_from([0, 0, 1])
)


@settings(deadline=None)
@given(activity=small)
def test_the_region_leaves_out_exactly_the_zeros_that_touch_the_outside(activity):
    """Flood the zeros of a matrix with one more layer of zeros about it, from a corner."""
    zeros, _ = ndimage.label(np.pad(activity == 0, 1, constant_values=True))
    outside = (zeros == zeros[0, 0, 0])[1:-1, 1:-1, 1:-1]
    np.testing.assert_array_equal(reconstructed_region(activity), ~outside)


def test_a_zero_enclosed_by_activity_belongs_to_the_region_and_one_at_the_rim_does_not():
    activity = np.zeros((5, 5, 5))
    activity[1:4, 1:4, 1:4] = 1
    activity[2, 2, 2] = 0
    assert reconstructed_region(activity)[2, 2, 2]
    activity[2, 2, 1] = 0
    assert not reconstructed_region(activity)[2, 2, 2]


def correct(before, change):
    study = {"before": MetaTensor(before[None]), "pred": MetaTensor(change[None]), "study": "rest"}
    return ApplyChanged(keys="pred")(study)["pred"]


@settings(deadline=None)
@given(seed=st.integers(0, 999))
def test_corrected_activity_is_never_negative_and_zero_outside(seed):
    generator = np.random.default_rng(seed)
    before = np.pad(generator.random((4, 5, 6), dtype=np.float32), 1)
    change = generator.normal(size=before.shape).astype(np.float32)
    corrected = correct(before, change)[0].numpy()
    inside = before > 0
    np.testing.assert_allclose(corrected[inside], np.maximum(before + change, 0)[inside], atol=1e-6)
    assert (corrected[~inside] == 0).all()


def test_no_change_returns_the_study_bit_by_bit():
    before = np.pad(np.random.default_rng(0).random((4, 5, 6), dtype=np.float32), 1)
    assert torch.equal(correct(before, 0 * before)[0].as_tensor(), torch.from_numpy(before))


def test_the_corrected_volume_lies_on_the_studys_grid_and_bears_its_name():
    before = MetaTensor(
        torch.ones(1, 3, 3, 3), affine=torch.diag(torch.tensor([2.0, 2, 2, 1])), meta={"filename_or_obj": "x"}
    )
    pred = MetaTensor(torch.zeros(1, 3, 3, 3))
    corrected = ApplyChanged(keys="pred")({"before": before, "pred": pred, "study": "rest"})["pred"]
    assert torch.equal(corrected.affine, before.affine)
    assert corrected.meta["filename_or_obj"] == "rest"
    assert before.meta["filename_or_obj"] == "x"


def test_the_change_is_against_the_spect_channel():
    image = MetaTensor(torch.stack([torch.full((2, 2, 2), 3.0), torch.full((2, 2, 2), 100.0)]))
    study = ChangeOfActivityd(keys="pred")({"image": image, "pred": MetaTensor(torch.full((1, 2, 2, 2), 5.0))})
    assert study["pred"].shape == (1, 2, 2, 2)
    assert (study["pred"] == 2).all()


def test_a_prediction_that_is_not_finite_is_refused():
    study = {"image": MetaTensor(torch.ones(1, 2, 2, 2)), "pred": MetaTensor(torch.full((1, 2, 2, 2), torch.nan))}
    with pytest.raises(BadInput, match="got NaN or infinity from the network"):
        ChangeOfActivityd(keys="pred")(study)
