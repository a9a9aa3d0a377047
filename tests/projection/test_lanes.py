from __future__ import annotations

import numba
import numpy as np
import pytest

from custom.projection.lanes import N_LANES, every, load, multiply_add, number, store, total

NUMBERS = np.arange(1, 21, dtype=np.float32)


@numba.njit
def copied(given, start, result, end):
    store(load(given, start), result, end)


@numba.njit
def scaled_and_shifted(given, start, factor, result):
    store(multiply_add(load(given, start), every(factor), load(given, 0)), result, 0)


@numba.njit
def summed(given, start):
    return total(load(given, start))


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


def test_the_sum_over_the_lanes():
    assert summed(NUMBERS, 2) == 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64])
def test_one_number_of_an_array(dtype):
    given = np.array([5, -3, 2**31 - 1], dtype)
    assert [taken(given, index) for index in range(3)] == given.tolist()


def test_arrays_that_cannot_be_written_can_be_read():
    fixed = NUMBERS.copy()
    fixed.setflags(write=False)
    assert summed(fixed, 0) == 36
