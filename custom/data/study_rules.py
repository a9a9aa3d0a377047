"""The rules that make a volume a SPECT study, a region map or a CT."""

from __future__ import annotations

import numpy as np

from custom.data.transforms import activity_scale
from custom.data.volume import Volume, describe_grid
from custom.errors import BadInput
from custom.scanner.grid import ImageGrid

MIN_EXTENT_MM = 120.0  # a large left ventricle is about 100 mm long, and blur adds about 10 mm at each end
SPACING_RANGE_MM = (1.0, 10.0)
MAX_LABELS = 8
MYOCARDIUM, BLOOD_POOL, LAST_REGION = 1, 2, 6
MIDDLE_MM = 60.0  # about the middle of the field, where this camera is set on the heart
EXPECTED_SHARE = 0.8  # of the scale: hearts of virtual animals have 0.90 to 0.99
MOST_AT_TOP = 10
LARGEST_DISTANCE_MM = 0.5  # of two voxels that are the same
SMALLEST_TOP, LARGEST_TOP = 1e-30, 1e30  # of activity, so that float32 holds its sums and ratios


def check_activity(volume: Volume, field: ImageGrid) -> None:
    """Hold the rules of a SPECT study: those of `check_amounts`, no label map, on a grid about the heart.

    Raises:
        BadInput: a rule is broken.
    """
    check_amounts(volume)
    if is_label_map(volume):
        raise BadInput(f"activity varies, got only the values {_few(volume.voxels)}; is it a region map?")
    _check_grid(volume)
    if not volume.voxels[volume.inside(field)].any():
        raise BadInput(
            "the middle of a study holds activity, got zero there; does the grid's middle lie off the heart?"
        )


def check_amounts(volume: Volume) -> None:
    """Hold activity against what can be: finite, nowhere negative, somewhere positive, in a sensible unit.

    Raises:
        BadInput: a rule is broken.
    """
    voxels = volume.voxels
    n_bad = int(np.size(voxels) - np.isfinite(voxels).sum())
    if n_bad:
        raise BadInput(f"activity is finite, got {n_bad} voxels with NaN or infinity; was a division by zero left in?")
    if voxels.any() and not SMALLEST_TOP < np.abs(voxels).max() < LARGEST_TOP:
        raise BadInput(
            f"activity is told in a unit with sensible numbers, got a maximum of {voxels.max():g}; "
            "was it scaled twice, or is the file damaged?"
        )
    if voxels.min() < 0:
        raise BadInput(
            f"activity is nowhere negative, got a minimum of {voxels.min():g} in {int((voxels < 0).sum())} voxels; "
            "is it a CT, a difference, or filtered backprojection? Set what is below 0 to 0"
        )
    if not voxels.any():
        raise BadInput("a study has activity, got zero in every voxel; was the wrong frame or an empty file exported?")


def is_label_map(volume: Volume) -> bool:
    """Tell whether a volume holds whole numbers that are all labels of regions; stored as fractions, three at least."""
    voxels = volume.voxels
    if not np.isfinite(voxels).all() or voxels.min() < 0 or voxels.max() > LAST_REGION:
        return False
    return voxels.dtype.kind in "iu" or (bool((voxels == np.round(voxels)).all()) and len(np.unique(voxels)) > 2)


def check_same_grid(volume: Volume, study: Volume) -> None:
    """Hold a volume's grid against the study's, voxel by voxel.

    Raises:
        BadInput: it is another.
    """
    if volume.voxels.shape == study.voxels.shape:
        apart_mm = np.abs(volume.affine - study.affine)[:3] @ [*volume.voxels.shape, 1]
        if apart_mm.max() <= LARGEST_DISTANCE_MM:
            return
    raise BadInput(
        f"volumes of a study lie on its grid, got {describe_grid(volume)} for a study of {describe_grid(study)}; "
        "was it drawn on the CT, or stored with its axes in another order? Resample it onto the study, regions by "
        "nearest neighbour"
    )


def check_regions(regions: Volume, study: Volume) -> None:
    """Hold the rules of a region map: the study's grid, whole labels 0 to 6, myocardium and blood pool present.

    Raises:
        BadInput: a rule is broken.
    """
    check_same_grid(regions, study)
    labels = np.unique(regions.voxels)
    if not np.isin(labels, range(LAST_REGION + 1)).all():
        raise BadInput(f"regions are whole labels from 0 to {LAST_REGION}, got {_few(regions.voxels)}; is it an image?")
    for label, name in ((MYOCARDIUM, "myocardium"), (BLOOD_POOL, "left ventricular blood")):
        if label not in labels:
            raise BadInput(
                f"the region {label} ({name}) has voxels, got none, only the labels {_few(regions.voxels)}; "
                "are the labels in another order?"
            )


def check_finite_ct(ct: Volume) -> None:
    """Hold a CT against finite numbers.

    Raises:
        BadInput: it has others.
    """
    if not np.isfinite(ct.voxels).all():
        raise BadInput("a CT is finite, got NaN or infinity")


def check_ct(ct: Volume, study: Volume) -> None:
    """Hold the rules of a CT: finite, in Hounsfield units, about the middle of the study.

    Raises:
        BadInput: a rule is broken.
    """
    check_finite_ct(ct)
    if ct.voxels.min() > -200:
        raise BadInput(
            f"a CT in Hounsfield units has air or lung below -200, got a minimum of {ct.voxels.min():g}; "
            "is it a mu-map, or was 1000 added?"
        )
    middle = study.affine @ [*(np.asarray(study.voxels.shape) - 1) / 2, 1]
    index = (np.linalg.inv(ct.affine) @ middle)[:3]
    if (index < -0.5).any() or (index > np.asarray(ct.voxels.shape) - 0.5).any():
        raise BadInput(
            f"a CT covers the study's middle, got {describe_grid(ct)} for {describe_grid(study)}; another patient?"
        )


def remarks(volume: Volume, field: ImageGrid) -> list[str]:
    """List what a reader of the corrected study should know about its origin and grid."""
    inside = volume.inside(field)
    share = float(volume.voxels[~inside].sum() / volume.voxels.sum())
    found = []
    if "simulat" in volume.description.lower():
        found.append("this study is simulated")
    if not volume.states_orientation:
        found.append("the file states no orientation (sform and qform codes are 0): right and left may be swapped")
    if share > 0.001:
        found.append(f"{share:.1%} of the activity lies outside the field that the network sees and was left as it was")
    n_at_top, top = int((volume.voxels == volume.voxels.max()).sum()), float(volume.voxels.max())
    if n_at_top > MOST_AT_TOP:
        found.append(f"{n_at_top} voxels share the greatest value, {top:g}: was the image cut off there?")
    brightness = heart_brightness(volume)
    if brightness < EXPECTED_SHARE:
        found.append(
            f"what is brightest lies away from the middle: the network sees the heart at {brightness:.0%} of the "
            "brightness that it learnt from, and its correction is less sure; is the liver or bowel very bright?"
        )
    return found


def heart_brightness(volume: Volume) -> float:
    """Return how bright the network sees the heart.

        b = P₉₉(voxels within 60 mm of the middle) / P₉₉.₉(voxels > 0)

    Args:
        volume: activity of a study, somewhere positive.
    """
    middle = volume.voxels[volume.distance_mm < MIDDLE_MM]
    return float(np.percentile(middle, 99) / activity_scale(volume.voxels))


def _check_grid(volume: Volume) -> None:
    low, high = SPACING_RANGE_MM
    if volume.spacing_mm.min() < low or volume.spacing_mm.max() > high:
        raise BadInput(
            f"voxels of a SPECT study measure {low:g} to {high:g} mm, got {describe_grid(volume)}; "
            "is the spacing in another unit, or missing?"
        )
    extent = volume.spacing_mm * volume.voxels.shape
    if extent.min() < MIN_EXTENT_MM:
        raise BadInput(
            f"a study covers the heart, at least {MIN_EXTENT_MM:g} mm along each axis, got "
            f"{' x '.join(f'{length:.0f}' for length in extent)} mm; is it cut to the ventricle, or the spacing wrong?"
        )


def _few(voxels: np.ndarray) -> str:
    values = np.unique(voxels)
    return ", ".join(f"{value:g}" for value in values[:MAX_LABELS]) + (", …" if len(values) > MAX_LABELS else "")
