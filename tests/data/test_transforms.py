import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.data import MetaTensor, decollate_batch, list_data_collate
from monai.transforms import Compose, Invertd

from custom.data.transforms import NormaliseActivityd
from custom.errors import BadInput


def a_study(seed: int = 0, level: float = 100.0) -> dict:
    generator = torch.Generator().manual_seed(seed)
    image = level * torch.rand(1, 6, 5, 4, generator=generator)
    image[:, 0] = 0
    return {"image": MetaTensor(image), "label": MetaTensor(2 * image + image.flip(3))}


@settings(deadline=None)
@given(seed=st.integers(0, 99), level=st.floats(1e-6, 1e9), percentile=st.floats(50, 100))
def test_all_keys_are_divided_by_one_percentile_of_the_nonzero_voxels_of_the_reference(seed, level, percentile):
    study = a_study(seed, level)
    scale = np.percentile(study["image"].numpy()[study["image"].numpy() > 0], percentile)
    normalised = NormaliseActivityd(keys=["image", "label"], percentile=percentile)(study)
    for key in ("image", "label"):
        torch.testing.assert_close(normalised[key].as_tensor() * scale, study[key].as_tensor())
        assert normalised[key].meta["activity_scale"] == pytest.approx(scale, rel=1e-6)
        assert "activity_scale" not in study[key].meta
    assert torch.equal(normalised["image"] == 0, study["image"] == 0)


def test_the_scale_does_not_depend_on_how_much_of_the_matrix_is_empty():
    study = a_study()
    padded = {"image": MetaTensor(torch.nn.functional.pad(study["image"].as_tensor(), (9, 9, 9, 9)))}
    transform = NormaliseActivityd(keys="image")
    assert transform(padded)["image"].meta["activity_scale"] == transform(study)["image"].meta["activity_scale"]


@settings(deadline=None)
@given(seed=st.integers(0, 99), level=st.floats(1e-3, 1e6))
def test_inverting_a_prediction_multiplies_the_factor_back_after_collation(seed, level):
    study = a_study(seed, level)
    preprocessing = Compose([NormaliseActivityd(keys=["image", "label"])])
    batch = list_data_collate([preprocessing(study), preprocessing(a_study(seed + 1, 3 * level))])
    batch["pred"] = batch["label"].clone()
    undo = Invertd(keys="pred", transform=preprocessing, orig_keys="image", nearest_interp=False)
    first, second = (undo(item)["pred"].as_tensor() for item in decollate_batch(batch))
    torch.testing.assert_close(first, study["label"].as_tensor())
    torch.testing.assert_close(second, a_study(seed + 1, 3 * level)["label"].as_tensor())


@pytest.mark.parametrize("values", [torch.zeros(1, 3, 3, 3), -torch.ones(1, 3, 3, 3)])
def test_a_volume_without_activity_is_refused(values):
    with pytest.raises(BadInput, match="positive activity"):
        NormaliseActivityd(keys="image")({"image": MetaTensor(values)})


@pytest.mark.parametrize("percentile", [0, -1, 101, float("nan")])
def test_a_percentile_outside_its_range_is_refused(percentile):
    with pytest.raises(ValueError, match="percentile"):
        NormaliseActivityd(keys="image", percentile=percentile)


def test_a_missing_key_is_skipped_only_where_allowed():
    study = {"image": a_study()["image"]}
    assert set(NormaliseActivityd(keys=["image", "label"], allow_missing_keys=True)(study)) == {"image"}
    with pytest.raises(KeyError):
        NormaliseActivityd(keys=["image", "label"])(study)
