"""The camera's geometric system matrix: assembled once, kept in the user's cache."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np
import torch
from scipy.sparse import csr_array
from tqdm import tqdm

from custom.errors import BadInput
from custom.projection import cache
from custom.projection.blocks import BLOCK_SIZE, Blocks, blocks_of
from custom.projection.columns import pinhole_columns
from custom.projection.response import PinholeResponse, pinhole_responses
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid

FORMAT_VERSION = 7
"""Grows whenever the same camera and grid give another matrix or another layout, so that no old cache is used."""

DTYPES = {
    "voxel": "<i4",
    "scale": "<f4",
    "entry": "<i8",
    "pixel": "<u2",
    "value": "<u2",
    "pinhole_block": "<i8",
}
Piece = dict[str, np.ndarray]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemMatrix:
    """Fractions of the photons emitted in a voxel that are detected in a pixel, without the patient's attenuation.

    Args:
        camera: the camera.
        grid: the voxel grid of images.
        blocks: the elements of all pinholes; pixels in the order (row, column).
    """

    camera: Camera
    grid: ImageGrid
    blocks: Blocks

    @property
    def n_pinholes(self) -> int:
        """Number of pinholes."""
        return len(self.camera.pinholes)

    @property
    def n_pixels_by_pinhole(self) -> int:
        """Number of pixels behind each pinhole."""
        return self.camera.detector.n_rows * self.camera.detector.n_columns

    @property
    def n_pixels(self) -> int:
        """Number of pixels of all modules."""
        return self.n_pinholes * self.n_pixels_by_pinhole

    @property
    def n_views(self) -> int:
        """Number of views: pairs of a pinhole and a voxel that it sees, and what fills up each pinhole's last block."""
        return len(self.blocks.voxel)

    @property
    def n_elements(self) -> int:
        """Number of elements that are not 0."""
        return int(np.count_nonzero(self.blocks.value))

    def pinhole_of_view(self) -> torch.Tensor:
        """Return each view's pinhole, (n_views,)."""
        n_views = torch.from_numpy(np.diff(self.blocks.pinhole_block)) * BLOCK_SIZE
        return torch.repeat_interleave(torch.arange(self.n_pinholes), n_views)

    def voxels(self, pinhole: int) -> np.ndarray:
        """Return the voxel of each of a pinhole's views."""
        blocks = self._blocks_of(pinhole)
        return self.blocks.voxel[blocks.start * BLOCK_SIZE : blocks.stop * BLOCK_SIZE]

    def rows(self, pinhole: int) -> csr_array:
        """Return one pinhole's matrix as scipy knows it, (pixels, views)."""
        blocks = self._blocks_of(pinhole)
        ends = self.blocks.entry[blocks.start : blocks.stop + 1]
        entries = slice(*ends[[0, -1]].tolist())
        value = self.blocks.value[entries.start * BLOCK_SIZE : entries.stop * BLOCK_SIZE]
        first_view = np.repeat(np.arange(len(ends) - 1, dtype=np.int32) * BLOCK_SIZE, np.diff(ends))
        pixel, view = np.repeat(self.blocks.pixel[entries], BLOCK_SIZE), first_view[:, None] + np.arange(BLOCK_SIZE)
        seen = np.flatnonzero(value)
        pixel, view = pixel[seen], view.ravel()[seen]
        scale = self.blocks.scale[blocks.start * BLOCK_SIZE : blocks.stop * BLOCK_SIZE]
        return csr_array((value[seen] * scale[view], (pixel, view)), shape=(self.n_pixels_by_pinhole, len(scale)))

    def _blocks_of(self, pinhole: int) -> slice:
        return slice(*self.blocks.pinhole_block[pinhole : pinhole + 2].tolist())


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
    return SystemMatrix(camera=camera, grid=grid, blocks=Blocks(**arrays))


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
    pinholes = [asdict(pinhole) for pinhole in camera.pinholes]
    others = [asdict(camera.detector), asdict(camera.collimator), asdict(camera.model), asdict(grid)]
    folder = parent / cache.content_key([FORMAT_VERSION, pinholes, *others])
    arrays = cache.load(folder, DTYPES)
    if arrays is None:
        problem = _store(folder, camera, grid, progress)
        arrays = cache.load(folder, DTYPES)  # by this process, or by another that was faster
        if arrays is None and cache_dir is not None:
            raise BadInput(f"cache_dir {parent} cannot keep the system matrix: {problem}; is it writable, is it full?")
    if arrays is None:
        logger.warning("the system matrix is not kept for the next run: %s cannot be written: %s", parent, problem)
        return assemble(camera, grid, progress=progress)
    return SystemMatrix(camera=camera, grid=grid, blocks=Blocks(**arrays))


def _store(folder: Path, camera: Camera, grid: ImageGrid, progress: bool) -> OSError | None:
    """Assemble the matrix in a folder; return what stood in the way."""
    try:
        cache.store(folder, _pieces(camera, grid, progress), DTYPES)
    except OSError as problem:
        return problem
    return None


def _pieces(camera: Camera, grid: ImageGrid, progress: bool) -> Iterator[Piece]:
    """Yield the matrix pinhole after pinhole, as parts to be strung together, computed on torch's number of threads."""
    n_blocks = n_entries = 0
    yield {name: np.zeros(1, np.int64) for name in ("entry", "pinhole_block")}
    pool = ThreadPoolExecutor(torch.get_num_threads())
    try:
        responses = iter(pinhole_responses(camera, grid))
        first = (_part(camera, grid, response) for response in islice(responses, 1))  # compiles for all threads
        parts = chain(first, pool.map(partial(_part, camera, grid), responses))
        for part in tqdm(parts, "system matrix", len(camera.pinholes), unit="pinhole", disable=not progress):
            counted_on = {"entry": part.entry[1:] + n_entries, "pinhole_block": part.pinhole_block[1:] + n_blocks}
            yield part._asdict() | counted_on
            n_blocks += int(part.pinhole_block[-1])
            n_entries += int(part.entry[-1])
    finally:
        pool.shutdown(cancel_futures=True)


def _part(camera: Camera, grid: ImageGrid, response: PinholeResponse) -> Blocks:
    """Compute one pinhole's blocks, all counted from 0."""
    columns = pinhole_columns(response, grid, camera.model.voxel_samples)
    return blocks_of(columns, response.n_rows, response.n_columns)
