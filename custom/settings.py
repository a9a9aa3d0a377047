"""Settings that several runs share, held against what can be."""

from __future__ import annotations

import math
from typing import Any

import torch

from custom.errors import BadInput

DEVICE_RULE = "device must be one that torch finds here"


def check_whole(*, smallest: int = 1, **numbers: object) -> None:
    """Hold settings that count something against the whole numbers.

    Args:
        smallest: that is allowed.
        numbers: the settings by the names under which the user gives them.

    Raises:
        BadInput: one is no whole number, or below the smallest.
    """
    for name, value in numbers.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < smallest:
            raise BadInput(
                f"{name} must be a whole number from {smallest}, got {value!r}; is it a fraction, a word or left empty?"
            )


def check_yes_or_no(**settings: object) -> None:
    """Hold settings that are on or off against True and False.

    A command line passes the words false and no on as texts, which Python takes for true.

    Args:
        settings: by the names under which the user gives them.

    Raises:
        BadInput: one is neither.
    """
    for name, value in settings.items():
        if not isinstance(value, bool):
            raise BadInput(f"{name} must be True or False, got {value!r}; command lines need the capital letter")


def check_positive(**numbers: object) -> None:
    """Hold settings that measure something against the finite numbers above 0.

    Args:
        numbers: the settings by the names under which the user gives them.

    Raises:
        BadInput: one is no number, not finite, or not above 0.
    """
    for name, value in numbers.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
            raise BadInput(f"{name} must be a number above 0, got {value!r}; is it a word, negative or left empty?")


def check_not_negative(**numbers: object) -> None:
    """Hold settings that weigh something against the finite numbers from 0.

    Args:
        numbers: the settings by the names under which the user gives them.

    Raises:
        BadInput: one is no number, not finite, or below 0.
    """
    for name, value in numbers.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < math.inf:
            raise BadInput(f"{name} must be a number from 0, got {value!r}; is it a word or negative?")


def check_device(device: Any) -> None:  # noqa: ANN401
    """Hold a device against those that torch finds.

    Args:
        device: its name, such as "cpu" or "cuda:0".

    Raises:
        BadInput: it is not there.
    """
    try:
        holds_numbers = isinstance(device, str) and not torch.zeros(1, device=device).is_meta
    except (RuntimeError, AssertionError) as error:
        raise BadInput(f"{DEVICE_RULE}, got {device!r}; cpu always works") from error
    if not holds_numbers:
        raise BadInput(f"{DEVICE_RULE}, got {device!r}; cpu always works")
