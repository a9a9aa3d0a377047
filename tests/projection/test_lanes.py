from __future__ import annotations

import numba
import numpy as np
import pytest

from custom.projection.lanes import (
    N_LANES,
    every,
    gather,
    load,
    load_whole,
    multiply_add,
    number,
    prefetch,
    scatter_add,
    spread,
    store,
)

NUMBERS = np.arange(1, 21, dtype=np.float32)


@numba.njit
def copied(given, start, result, end):
    store(load(given, start), result, end)


@numba.njit
def scaled_and_shifted(given, start, factor, result):
    store(multiply_add(load(given, start), every(factor), load(given, 0)), result, 0)


@numba.njit
def floated(whole, start, result):
    store(load_whole(whole, start), result, 0)


@numba.njit
def gathered(given, places, start, result):
    prefetch(given, 1000)
    store(gather(given, places, start), result, 0)


@numba.njit
def scattered(given, result, places, start):
    scatter_add(load(given, 0), result, places, start)


@numba.njit
def third_and_last(given, result):
    store(spread(load(given, 0), 2), result, 0)
    store(spread(load(given, 0), 7), result, 8)


@numba.njit
def taken(given, index):
    return number(given, index)


@pytest.mark.parametrize("start", [0, 1, 7, 12])
def test_eight_numbers_go_from_anywhere_to_anywhere(start):
    result = np.zeros(20, np.float32)
    copied(NUMBERS, start, result, 3)
    expected = np.zeros(20, np.float32)
    expected[3 : 3 + N_LANES] = NUMBERS[start : start + N_LANES]
    np.testing.assert_array_equal(result, expected)


def test_lanes_are_multiplied_and_added_one_by_one():
    result = np.zeros(N_LANES, np.float32)
    scaled_and_shifted(NUMBERS, 5, np.float32(3), result)
    np.testing.assert_array_equal(result, NUMBERS[5:13] * 3 + NUMBERS[:8])


@pytest.mark.parametrize("start", [0, 3])
def test_whole_numbers_become_float32(start):
    whole, result = np.array([0, 1, 2**15, 2**16 - 1, *range(8)], np.uint16), np.zeros(N_LANES, np.float32)
    floated(whole, start, result)
    np.testing.assert_array_equal(result, whole[start : start + N_LANES])


def test_numbers_are_gathered_from_their_places():
    places = np.array([9, 9, 3, 0, 19, 1, 2, 4, 5, 6], np.int32)
    result = np.zeros(N_LANES, np.float32)
    gathered(NUMBERS, places, 2, result)
    np.testing.assert_array_equal(result, NUMBERS[places[2:]])


def test_numbers_are_added_at_their_places_one_after_the_other():
    places, result = np.array([7, 3, 0, 3, 19, 3, 1, 2, 4], np.int32), np.ones(20, np.float32)
    scattered(NUMBERS, result, places, 1)
    expected = np.ones(20)
    np.add.at(expected, places[1:], NUMBERS[:N_LANES])
    np.testing.assert_array_equal(result, expected)


def test_one_lane_is_spread_over_all():
    result = np.zeros(16, np.float32)
    third_and_last(NUMBERS, result)
    np.testing.assert_array_equal(result, [3] * 8 + [8] * 8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64])
def test_one_number_of_an_array(dtype):
    given = np.array([5, -3, 2**31 - 1], dtype)
    assert [taken(given, index) for index in range(3)] == given.tolist()


def test_a_number_without_a_sign_stays_without():
    assert taken(np.array([2**16 - 1], np.uint16), 0) == 65535


def test_arrays_that_cannot_be_written_can_be_read():
    fixed, result = NUMBERS.copy(), np.zeros(20, np.float32)
    fixed.setflags(write=False)
    copied(fixed, 0, result, 0)
    np.testing.assert_array_equal(result[:N_LANES], NUMBERS[:N_LANES])
