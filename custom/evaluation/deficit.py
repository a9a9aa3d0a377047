"""What images show of a territory with less blood in the wall, from animals that were simulated with and without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from statsmodels.regression.linear_model import OLS

from custom.errors import BadInput
from custom.evaluation.linear_fit import Coefficient
from custom.evaluation.measures import Measures, methods_of
from custom.evaluation.methods import TRUTH


@dataclass(frozen=True, kw_only=True)
class Deficit:
    """What a territory with less blood changes in the wall's 17 segments.

    Args:
        studies, animals: of each volume, its name and its animal's.
        changes: by method, the truth among them: mean activity with the territory − without it, over the true mean of
            the left ventricular blood, shape (volume, segment).
    """

    studies: Sequence[str]
    animals: Sequence[str]
    changes: Mapping[str, np.ndarray]

    def share(self, method: str) -> Coefficient | None:
        """Return the share of the true change that a method shows, 1 all and 0 none, with its 95 % interval.

            share = Σ mᵥₛ tᵥₛ / Σ tᵥₛ²

        m and t are the method's and the true change in segment s of volume v. The interval is that of a regression
        through 0, in which all segments and gates of an animal are one cluster.

        Returns:
            None for a single animal, or where nothing changes.

        Source: Cameron and Miller 2015, doi:10.3368/jhr.50.2.317 (Student's t, one degree less than clusters).
        """
        true, shown = self.changes[TRUTH], self.changes[method]
        clusters = np.unique(self.animals, return_inverse=True)[1]
        if not clusters.any() or np.allclose(true, 0):
            return None
        groups = np.repeat(clusters, true.shape[1])
        line = OLS(shown.ravel(), true.ravel()).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
        low, high = line.conf_int(0.05)[0]
        return Coefficient(value=float(line.params[0]), interval_95=(float(low), float(high)))

    def deepest(self, method: str) -> np.ndarray:
        """Return the change that a method shows in the segment of each volume that truly lost most, shape (volume,)."""
        lost_most = self.changes[TRUTH].argmin(axis=1)
        return self.changes[method][np.arange(len(lost_most)), lost_most]

    def gravest(self) -> tuple[str, dict[str, np.ndarray]]:
        """Return the study with the segment that lost most, and its changes by method, shape (segment,)."""
        volume = int(self.changes[TRUTH].min(axis=1).argmin())
        return self.studies[volume], {method: changes[volume] for method, changes in self.changes.items()}


def compare_deficit(with_deficit: Sequence[Measures], without: Sequence[Measures]) -> Deficit:
    """Compare animals with those that are like them but for a territory with less blood.

    Args:
        with_deficit: one row per study and method, the truth among the methods, with `segments`.
        without: the same of the same studies, simulated without the territory.

    Raises:
        BadInput: the studies are not the same.
    """
    volumes = [row for row in with_deficit if row.method == TRUTH]
    studies = [row.study for row in volumes]
    if set(studies) != {row.study for row in without}:
        raise BadInput(
            "deficit_dir and no_deficit_dir must hold the same animals, with a territory with less blood and without, "
            "got others; were they simulated by one seed?"
        )
    after, before = (
        {(row.method, row.study): np.array(row.segments) for row in rows} for rows in (with_deficit, without)
    )
    in_both = [method for method in methods_of(with_deficit) if method in methods_of(without)]
    changes = {
        method: np.array([after[method, study] - before[method, study] for study in studies]) for method in in_both
    }
    return Deficit(studies=studies, animals=[row.animal for row in volumes], changes=changes)
