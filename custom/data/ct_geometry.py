"""Where the slices of a CT lie: evenly behind each other, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pydicom

from custom.data.nm_geometry import LPS_TO_RAS
from custom.errors import BadInput

EVEN_WITHIN_MM = 0.1  # positions are written with one to six digits behind the point
STRAIGHT_WITHIN_MM = 0.5
ALIKE = {"Rows": 1, "Columns": 1, "PixelSpacing": 2, "ImageOrientationPatient": 6}  # how many numbers each has


def in_order(slices: Sequence[pydicom.Dataset]) -> list[pydicom.Dataset]:
    """Sort slices by position along r × c, the normal of their planes.

    Args:
        slices: headers in any order.

    Raises:
        BadInput: fewer than two slices, slices of several shapes or directions, two in one place, a missing slice, or
            planes that are not perpendicular to the way from slice to slice (tilted gantry).
    """
    if len(slices) < 2:
        raise BadInput(
            f"a CT has several slices, got {len(slices)}; is it a localiser, or were the others left behind?"
        )
    _check_alike(slices)
    normal = np.cross(*_orientation(slices[0]))
    ordered = sorted(slices, key=lambda header: float(_position(header) @ normal))
    positions = np.stack([_position(header) for header in ordered])
    _check_even(positions @ normal)
    way = positions[-1] - positions[0]
    aside = positions - positions[0] - np.outer((positions - positions[0]) @ normal, normal)
    if np.linalg.norm(aside, axis=1).max() > STRAIGHT_WITHIN_MM:
        tilt = np.degrees(np.arccos(np.clip(way @ normal / np.linalg.norm(way), -1, 1)))
        raise BadInput(
            f"slices lie straight behind each other, got a way of {tilt:.1f} degrees to their normal; was the gantry "
            "tilted? Resample the CT to straight slices first"
        )
    return ordered


def affine_ras(ordered: Sequence[pydicom.Dataset]) -> np.ndarray:
    """Return the affine from (column, row, slice) of slices in order to world millimetres, RAS+.

        p = position₀ + column · Δc · r + row · Δr · c + slice · (positionₙ₋₁ − position₀) / (n − 1),  x and y negated

    r and c are the direction cosines of a row and of a column.

    Source: DICOM PS3.3, C.7.6.2 (image plane).
    """
    along_row, along_column = _orientation(ordered[0])
    row_spacing, column_spacing = _numbers(ordered[0], "PixelSpacing", 2)
    first, last = _position(ordered[0]), _position(ordered[-1])
    affine_lps = np.eye(4)
    affine_lps[:3, 0] = along_row * column_spacing
    affine_lps[:3, 1] = along_column * row_spacing
    affine_lps[:3, 2] = (last - first) / (len(ordered) - 1)
    affine_lps[:3, 3] = first
    return LPS_TO_RAS @ affine_lps


def _check_alike(slices: Sequence[pydicom.Dataset]) -> None:
    for keyword, n_numbers in ALIKE.items():
        values = np.stack([_numbers(header, keyword, n_numbers) for header in slices])
        if np.abs(values - values[0]).max() > 1e-4:
            first, other = values[0], values[np.abs(values - values[0]).max(axis=1).argmax()]
            raise BadInput(
                f"slices of a series have one {keyword}, got {first.tolist()} and {other.tolist()}; "
                "is a localiser among them, or a second reconstruction?"
            )
    if min(_numbers(slices[0], "PixelSpacing", 2)) <= 0:
        raise BadInput(f"pixels have a size, got Pixel Spacing {slices[0].PixelSpacing}; was the geometry lost?")
    orientation = np.stack(_orientation(slices[0]))
    if not np.allclose(orientation @ orientation.T, np.eye(2), atol=1e-3):
        raise BadInput(
            f"Image Orientation (Patient) must be two perpendicular unit vectors, got {orientation.tolist()}; "
            "was the geometry lost in a conversion?"
        )


def _check_even(places_mm: np.ndarray) -> None:
    """Hold places along the normal, in order, against as many at equal distances."""
    steps = np.diff(places_mm)
    if steps.min() < EVEN_WITHIN_MM:
        n_twice = int((steps < EVEN_WITHIN_MM).sum())
        raise BadInput(
            f"each slice has a place of its own, got {n_twice} of {len(places_mm)} at the place of another; are there "
            "several phases or gates in one series, or two copies of a file?"
        )
    off = np.abs(places_mm - np.linspace(places_mm[0], places_mm[-1], len(places_mm)))
    if off.max() > EVEN_WITHIN_MM:
        raise BadInput(
            f"slices stand at equal distances, got {steps.min():.2f} to {steps.max():.2f} mm, the widest gap at "
            f"{places_mm[steps.argmax()]:.1f} mm; is a slice missing?"
        )


def _position(header: pydicom.Dataset) -> np.ndarray:
    return _numbers(header, "ImagePositionPatient", 3)


def _orientation(header: pydicom.Dataset) -> tuple[np.ndarray, np.ndarray]:
    along_row, along_column = _numbers(header, "ImageOrientationPatient", 6).reshape(2, 3)
    return along_row, along_column


def _numbers(header: pydicom.Dataset, keyword: str, n_numbers: int) -> np.ndarray:
    value = header.get(keyword)
    numbers = np.atleast_1d(np.asarray([] if value is None else value, dtype=float))
    if numbers.shape != (n_numbers,) or not np.isfinite(numbers).all():
        raise BadInput(
            f"a CT slice needs {keyword} ({n_numbers} finite numbers), got {numbers.tolist()}; "
            "was the geometry lost when the file was made anonymous or converted?"
        )
    return numbers
