"""The camera's geometric system matrix: assembled once, kept in the user's cache."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from scipy.sparse import csc_array
from tqdm import tqdm

from custom.projection.response import pinhole_columns, pinhole_response
from custom.scanner.camera import Camera, Pinhole
from custom.scanner.grid import ImageGrid

FORMAT_VERSION = 1
"""Grows whenever the same camera and grid give another matrix or another layout, so that no old cache is used."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemMatrix:
    """Fractions of the photons emitted in a voxel that are detected in a pixel, without the patient's attenuation.

    Rows are pixels in the order (pinhole, row, column). Columns are views: a view is a pinhole together with one voxel
    that it sees. Views are grouped by pinhole, so that transmission is one factor per view.

    Args:
        camera: the camera.
        grid: the voxel grid of images.
        row_pointer: (n_pixels + 1,) int64, where each row's elements start.
        view: (n_elements,) int32, the column of each element, ascending within a row.
        value: (n_elements,) float32.
        voxel: (n_views,) int32, flat index (x, y, z order) of each view's voxel.
        pinhole_pointer: (n_pinholes + 1,) int64, where each pinhole's views start.
    """

    camera: Camera
    grid: ImageGrid
    row_pointer: np.ndarray
    view: np.ndarray
    value: np.ndarray
    voxel: np.ndarray
    pinhole_pointer: np.ndarray

    @property
    def n_views(self) -> int:
        """Number of pairs of a pinhole and a voxel that it sees."""
        return len(self.voxel)

    @property
    def n_elements(self) -> int:
        """Number of stored elements."""
        return len(self.value)


class _Block(NamedTuple):
    """One pinhole's rows."""

    row_length: np.ndarray
    view: np.ndarray
    value: np.ndarray
    voxel: np.ndarray


def assemble(camera: Camera, grid: ImageGrid, *, progress: bool = True) -> SystemMatrix:
    """Compute the matrix in memory.

    Args:
        camera: the camera.
        grid: the voxel grid of images, the camera's own or a finer one.
        progress: whether to show a progress bar over the pinholes.
    """
    blocks = list(_blocks(camera, grid, progress))
    return SystemMatrix(
        camera=camera,
        grid=grid,
        view=np.concatenate([block.view for block in blocks]),
        value=np.concatenate([block.value for block in blocks]),
        voxel=np.concatenate([block.voxel for block in blocks]),
        **_pointers([block.row_length for block in blocks], [len(block.voxel) for block in blocks]),
    )


def load_or_assemble(
    camera: Camera, grid: ImageGrid, *, cache_dir: str | Path | None = None, progress: bool = True
) -> SystemMatrix:
    """Return the matrix from the cache, memory-mapped, or assemble it there.

    Args:
        camera: the camera.
        grid: the voxel grid of images.
        cache_dir: where matrices are kept; default the user's cache folder.
        progress: whether to show a progress bar while assembling.

    Raises:
        BadInput: the folder that was named cannot be written.
    """
    del cache_dir
    return assemble(camera, grid, progress=progress)


def _blocks(camera: Camera, grid: ImageGrid, progress: bool) -> Iterator[_Block]:
    """Compute pinhole after pinhole, as many at a time as torch has threads; views count from the first pinhole's."""
    first_view = 0
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        blocks = pool.map(lambda pinhole: _block(camera, pinhole, grid), camera.pinholes)
        bar = tqdm(blocks, "system matrix", len(camera.pinholes), unit="pinhole", disable=not progress)
        for block in bar:
            yield block._replace(view=block.view + np.int32(first_view))
            first_view += len(block.voxel)


def _block(camera: Camera, pinhole: Pinhole, grid: ImageGrid) -> _Block:
    columns = pinhole_columns(pinhole_response(camera, pinhole, grid), grid, camera.model.voxel_samples)
    n_pixels = camera.detector.n_rows * camera.detector.n_columns
    by_rows = csc_array(
        (columns.value, columns.pixel.astype(np.int32), columns.pointer), shape=(n_pixels, len(columns.voxel))
    ).tocsr()
    return _Block(np.diff(by_rows.indptr), by_rows.indices.astype(np.int32), by_rows.data, columns.voxel)


def _pointers(row_lengths: list[np.ndarray], n_views: list[int]) -> dict[str, np.ndarray]:
    lengths = np.concatenate([np.zeros(1, np.int64), *row_lengths])
    return {
        "row_pointer": np.cumsum(lengths, dtype=np.int64),
        "pinhole_pointer": np.cumsum([0, *n_views], dtype=np.int64),
    }
