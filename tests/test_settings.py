"""Settings that several runs share, held against what can be."""

from __future__ import annotations

import pytest

from custom.errors import BadInput
from custom.settings import check_device, check_not_negative, check_positive, check_whole, check_yes_or_no


def test_whole_numbers_pass():
    check_whole(n_animals=1, n_iterations=80)
    check_whole(smallest=0, seed=0)


@pytest.mark.parametrize("value", [0, -3, 2.5, 2.0, "many", True, None])
def test_other_numbers_are_refused_by_their_name(value):
    with pytest.raises(BadInput, match=f"n_iterations must be a whole number from 1, got {value!r}; "):
        check_whole(n_animals=1, n_iterations=value)


def test_the_smallest_number_is_said():
    with pytest.raises(BadInput, match="seed must be a whole number from 0, got -1; "):
        check_whole(smallest=0, seed=-1)


def test_true_and_false_pass():
    check_yes_or_no(overwrite=False, list_mode=True)


@pytest.mark.parametrize("value", ["false", "no", "True", 0, 1, None])
def test_words_and_numbers_are_no_switch(value):
    with pytest.raises(BadInput, match=f"overwrite must be True or False, got {value!r}; "):
        check_yes_or_no(list_mode=True, overwrite=value)


def test_amounts_above_zero_pass():
    check_positive(kernel_scale=0.5, clip_norm=1)


@pytest.mark.parametrize("value", [0, -0.5, float("nan"), float("inf"), "half", True, None])
def test_other_amounts_are_refused_by_their_name(value):
    with pytest.raises(BadInput, match=f"clip_norm must be a number above 0, got {value!r}; "):
        check_positive(kernel_scale=0.5, clip_norm=value)


def test_the_processor_is_always_there():
    check_device("cpu")


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "meta", 7.5, [1]])
def test_a_device_that_is_not_there_is_refused(device):
    with pytest.raises(BadInput, match="device must be one that torch finds here, got"):
        check_device(device)


def test_weights_from_zero_pass():
    check_not_negative(mae_weight=0, ssim_weight=0.8)


@pytest.mark.parametrize("value", [-0.1, float("inf"), float("nan"), "much", True])
def test_weights_below_zero_are_refused(value):
    with pytest.raises(BadInput, match="imbv_weight must be a number from 0, got"):
        check_not_negative(imbv_weight=value)
