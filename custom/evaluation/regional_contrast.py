"""Whether a region of the wall with less blood than others still has less after correction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from statsmodels.regression.linear_model import OLS

from custom.evaluation.linear_fit import Coefficient
from custom.evaluation.measures import Measures
from custom.evaluation.methods import TRUTH


def regional_contrast(measures: Sequence[Measures], method: str) -> Coefficient | None:
    """Return the share of the wall's regional differences that a method shows: 1 all, 0 none.

        slope of mᵥₛ − m̄ᵥ − m̄ₛ + m̄ on tᵥₛ − t̄ᵥ − t̄ₛ + t̄

    m and t are the method's and the true mean activity of volume v in segment s over the true blood. The mean of a
    volume takes out how much blood its wall has, that of a segment, in each gate, what all animals have in common, such
    as a thin wall or a septum between two bloods. Left is what sets an animal's region apart: a territory with less,
    the wall's own variation. The 95 % interval counts all segments and gates of an animal as one cluster.

    Args:
        measures: one row per study and method, the truth among the methods.
        method: one that has the studies of the truth.

    Returns:
        None for a single animal, or where no region of the truth differs.

    Source: Cameron and Miller 2015, doi:10.3368/jhr.50.2.317 (clusters, Student's t with one degree less than these).
    """
    volumes = [row for row in measures if row.method == TRUTH]
    corrected = {row.study: row.segments for row in measures if row.method == method}
    animals, numbers = np.unique([row.animal for row in volumes], return_inverse=True)
    gates = np.array([row.gate for row in volumes])
    true = _set_apart(np.array([row.segments for row in volumes]), gates)
    shown = _set_apart(np.array([corrected[row.study] for row in volumes]), gates)
    if animals.size < 2 or np.allclose(true, 0):
        return None
    clusters = np.repeat(numbers, true.shape[1])
    line = OLS(shown.ravel(), true.ravel()).fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    low, high = line.conf_int(0.05)[0]
    return Coefficient(value=float(line.params[0]), interval_95=(float(low), float(high)))


def _set_apart(segments: np.ndarray, gates: np.ndarray) -> np.ndarray:
    """Take out the means of volumes and, in each gate, of segments; shape (volume, segment)."""
    apart = segments - segments.mean(axis=1, keepdims=True)
    for gate in np.unique(gates):
        apart[gates == gate] -= apart[gates == gate].mean(axis=0)
    return apart
