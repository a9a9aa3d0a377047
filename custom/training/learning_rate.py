"""The learning rate as a function of the epoch alone, so that it needs no state to be resumed."""

from __future__ import annotations

import math


def cosine(current_step: int, start: float, end: float, n_epochs: int) -> float:
    """Fall from one learning rate to another along half a cosine.

        rate(e) = end + (start − end) · (1 + cos(π (e − 1) / (n − 1))) / 2

    Args:
        current_step: e, the epoch, from 1 to n.
        start: rate of the first epoch.
        end: rate of the last epoch; equal to `start` for a constant rate.
        n_epochs: n, of the whole training.

    Source: Loshchilov and Hutter 2017, doi:10.48550/arXiv.1608.03983.
    """
    fraction = (current_step - 1) / max(n_epochs - 1, 1)
    return end + (start - end) * (1 + math.cos(math.pi * fraction)) / 2
