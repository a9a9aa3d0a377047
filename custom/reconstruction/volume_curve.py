"""How full the left ventricle is in each gate, told from the counts over it: end-diastole and end-systole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from custom.errors import BadInput
from custom.projection.projector import Projector
from custom.reconstruction.regions import Region
from custom.scanner.grid import ImageGrid

SPHERE_MM = 25.0
N_HARMONICS = 2
FULLEST = {"red_blood_cells": 1, "perfusion": -1}  # whether counts over the cavity rise or fall as it fills


@dataclass(frozen=True, kw_only=True, eq=False)
class VolumeCurve:
    """Count rates over the left ventricle.

    Args:
        measured: of each gate, over their mean, shape (gate,).
        fitted: a smooth periodic curve through them, shape (gate,).
        end_diastole: the gate that sees the ventricle fullest, from 0.
        end_systole: the gate that sees it emptiest, from 0.
    """

    measured: np.ndarray
    fitted: np.ndarray
    end_diastole: int
    end_systole: int


def ventricle_mask(grid: ImageGrid, regions: Tensor | None = None) -> Tensor:
    """Return where the left ventricle's blood lies, boolean, (x, y, z).

    Args:
        grid: of the camera.
        regions: label map on it; without one, a sphere of 25 mm about the grid's centre stands for the ventricle.
    """
    if regions is not None:
        return regions == Region.LEFT_VENTRICULAR_BLOOD
    axes = (torch.from_numpy(axis) - centre for axis, centre in zip(grid.centres_mm(), grid.centre_mm, strict=True))
    x, y, z = torch.meshgrid(*axes, indexing="ij")
    return x**2 + y**2 + z**2 <= SPHERE_MM**2


def ventricle_weights(projector: Projector, mask: Tensor) -> np.ndarray:
    """Return how much each pixel sees of a part of the patient, (pinhole, row, column): its forward projection."""
    return projector.forward(mask.to(projector.dtype).to(projector.device)).cpu().double().numpy()


def volume_curve(counts: np.ndarray, seconds: np.ndarray, weights: np.ndarray, *, tracer: str) -> VolumeCurve:
    """Find end-diastole and end-systole from gated counts.

        m_g = Σ_i w_i y_gi / s_g,   fitted by   a_0 + Σ_k a_k cos 2πkg/n + b_k sin 2πkg/n,   k = 1, 2

    As blood leaves the ventricle, fewer labelled red cells lie before each pixel. With a perfusion tracer the wall
    shines: as the cavity shrinks, the wall thickens into it, and counts rise. What does not beat adds a constant.

    Args:
        counts: y, shape (gate, pinhole, row, column).
        seconds: s, time that each gate was seen, s, all positive.
        weights: w, see `ventricle_weights`.
        tracer: "red_blood_cells" or "perfusion".

    Raises:
        BadInput: no counts where the weights are.

    Source: counts as volume, Green et al. 1975, J Nucl Med 16:95-98; brightness as wall thickness, Galt et al. 1990,
        IEEE Trans Med Imaging 9:144-150.
    """
    rates = np.tensordot(counts, weights, axes=weights.ndim) / seconds
    if not rates.any():
        raise BadInput("pixels that see the left ventricle must hold counts, got none; do the regions lie elsewhere?")
    measured = rates / rates.mean()
    fitted = _first_harmonics(measured)
    filling = FULLEST[tracer] * fitted
    return VolumeCurve(
        measured=measured, fitted=fitted, end_diastole=int(filling.argmax()), end_systole=int(filling.argmin())
    )


def _first_harmonics(values: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(values)
    spectrum[N_HARMONICS + 1 :] = 0
    return np.fft.irfft(spectrum, len(values))
