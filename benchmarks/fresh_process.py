"""What is measured in a process of its own: it begins with nothing compiled, and holds nothing but its work."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import torch

from benchmarks.rounds import clock
from benchmarks.virtual_studies import unlike, virtual_studies, water_transmission
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import load_or_assemble
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid


def in_fresh_process(work: Callable[..., float], *arguments: object) -> float:
    """Return what some work of this module returns in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def assembly_s(camera: Camera, grid: ImageGrid, n_threads: int) -> float:
    """Return the seconds to assemble the matrix into an empty cache, numba's compilation included."""
    torch.set_num_threads(n_threads)
    with tempfile.TemporaryDirectory() as folder:
        return clock(lambda: load_or_assemble(camera, grid, cache_dir=folder, progress=False))()


def peak_gb(camera: Camera, cache_dir: Path | None, n_studies: int, n_threads: int) -> float:
    """Return the most memory this process held while it reconstructed and corrected some studies together."""
    torch.set_num_threads(n_threads)
    matrix = load_or_assemble(camera, camera.grid, cache_dir=cache_dir, progress=False)
    maps = unlike(water_transmission(camera), n_studies)
    studies = virtual_studies(MatrixProjector(matrix, transmission=maps), n_studies)
    studies.corrected(n_templates=2, n_mlem_iterations=2)  # as many as it takes to reach the peak
    return _peak_kb() / 1e6


def _peak_kb() -> int:
    """Read Linux's own account: that of `resource` begins with what the parent held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
