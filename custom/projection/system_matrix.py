"""The camera's geometric system matrix: assembled once, kept in the user's cache."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy.sparse import csc_array, csr_array
from tqdm import tqdm

from custom.errors import BadInput
from custom.projection import cache
from custom.projection.columns import pinhole_columns
from custom.projection.response import PinholeResponse, pinhole_responses
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid

FORMAT_VERSION = 4
"""Grows whenever the same camera and grid give another matrix or another layout, so that no old cache is used."""

DTYPES = {"row_pointer": "<i8", "view": "<i4", "value": "<f4", "voxel": "<i4", "pinhole_pointer": "<i8"}
Piece = dict[str, np.ndarray]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemMatrix:
    """Fractions of the photons emitted in a voxel that are detected in a pixel, without the patient's attenuation.

    Rows are pixels in the order (pinhole, row, column). Columns are views: a view is a pinhole together with one voxel
    that it sees. The matrix is one block per pinhole, of its pixels and its views, and transmission a factor per view.

    Args:
        camera: the camera.
        grid: the voxel grid of images.
        row_pointer: (n_pixels + 1,) int64, where each row's elements start.
        view: (n_elements,) int32, the view of each element, counted within its pinhole, ascending within a row.
        value: (n_elements,) float32.
        voxel: (n_views,) int32, flat index in (x, y, z) order of each view's voxel, ascending within a pinhole.
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
    def n_pinholes(self) -> int:
        """Number of pinholes."""
        return len(self.camera.pinholes)

    @property
    def n_pixels_by_pinhole(self) -> int:
        """Number of pixels behind each pinhole."""
        return self.camera.detector.n_rows * self.camera.detector.n_columns

    @property
    def n_views_by_pinhole(self) -> list[int]:
        """Number of voxels that each pinhole sees."""
        return np.diff(self.pinhole_pointer).tolist()

    @property
    def n_elements(self) -> int:
        """Number of stored elements."""
        return len(self.value)

    def block(self, pinhole: int) -> csr_array:
        """Return one pinhole's rows, (pixels, views), on the matrix's own memory but for the pointers."""
        first = pinhole * self.n_pixels_by_pinhole
        pointer = self.row_pointer[first : first + self.n_pixels_by_pinhole + 1]
        part = slice(pointer[0], pointer[-1])
        elements = (self.value[part], self.view[part], (pointer - pointer[0]).astype(np.int32))
        return csr_array(elements, shape=(self.n_pixels_by_pinhole, self.n_views_by_pinhole[pinhole]))


def assemble(camera: Camera, grid: ImageGrid, *, progress: bool = True) -> SystemMatrix:
    """Compute the matrix in memory.

    Args:
        camera: the camera.
        grid: the voxel grid of images, the camera's own or another, such as a finer one.
        progress: whether to show a progress bar over the pinholes.
    """
    pieces = list(_pieces(camera, grid, progress))
    arrays = {
        name: np.concatenate([piece[name] for piece in pieces if name in piece]).astype(dtype, copy=False)
        for name, dtype in DTYPES.items()
    }
    return SystemMatrix(camera=camera, grid=grid, **arrays)


def load_or_assemble(
    camera: Camera, grid: ImageGrid, *, cache_dir: str | Path | None = None, progress: bool = True
) -> SystemMatrix:
    """Return the matrix from the cache, memory-mapped; where it is not there yet, assemble it there.

    Args:
        camera: the camera.
        grid: the voxel grid of images.
        cache_dir: folder of matrices; default the user's cache folder, done without where it cannot be written.
        progress: whether to show a progress bar while assembling.

    Raises:
        BadInput: the folder that was named cannot be written.
    """
    parent = cache.user_cache_dir() if cache_dir is None else Path(cache_dir).expanduser()
    folder = parent / cache.content_key([FORMAT_VERSION, asdict(camera), asdict(grid)])
    arrays = cache.load(folder, DTYPES)
    if arrays is None:
        problem = _store(folder, camera, grid, progress)
        arrays = cache.load(folder, DTYPES)  # by this process, or by another that was faster
        if arrays is None and cache_dir is not None:
            raise BadInput(f"cache_dir {parent} cannot keep the system matrix: {problem}; is it writable, is it full?")
    if arrays is None:
        logger.warning("the system matrix is not kept for the next run: %s cannot be written: %s", parent, problem)
        return assemble(camera, grid, progress=progress)
    return SystemMatrix(camera=camera, grid=grid, **arrays)


def _store(folder: Path, camera: Camera, grid: ImageGrid, progress: bool) -> OSError | None:
    """Assemble the matrix in a folder; return what stood in the way."""
    try:
        cache.store(folder, _pieces(camera, grid, progress), DTYPES)
    except OSError as problem:
        return problem
    return None


def _pieces(camera: Camera, grid: ImageGrid, progress: bool) -> Iterator[Piece]:
    """Yield the matrix pinhole after pinhole, as parts to be strung together, computed on torch's number of threads."""
    n_elements = n_views = 0
    yield {"row_pointer": np.zeros(1, np.int64), "pinhole_pointer": np.zeros(1, np.int64)}
    pool = ThreadPoolExecutor(torch.get_num_threads())
    try:
        blocks = pool.map(partial(_block, camera, grid), pinhole_responses(camera, grid))
        for piece in tqdm(blocks, "system matrix", len(camera.pinholes), unit="pinhole", disable=not progress):
            piece["row_pointer"] += n_elements
            n_elements += len(piece["value"])
            n_views += len(piece["voxel"])
            yield piece | {"pinhole_pointer": np.array([n_views])}
    finally:
        pool.shutdown(cancel_futures=True)


def _block(camera: Camera, grid: ImageGrid, response: PinholeResponse) -> Piece:
    """Compute one pinhole's rows, its elements counted from 0."""
    columns = pinhole_columns(response, grid, camera.model.voxel_samples)
    n_pixels = response.n_rows * response.n_columns
    elements = (columns.value, columns.pixel, columns.pointer)
    rows = csc_array(elements, shape=(n_pixels, len(columns.voxel))).tocsr()
    return {
        "row_pointer": rows.indptr[1:].astype(np.int64),
        "view": rows.indices.astype(np.int32, copy=False),
        "value": rows.data,
        "voxel": columns.voxel,
    }
