"""Seconds for the system matrix, transmission and projections at full size.

Claims: the matrix is assembled once in seconds and loads at once from its cache; transmission of a study takes seconds;
a batch costs less per image than single images, and our products less than torch's sparse tensors. Two times per line:
by the clock, best of all rounds, for a machine that does nothing else; and processor seconds, which what else runs
matters little to. With --fine also the grid twice as fine that simulation uses (1.9 GB on disk).
"""

import argparse
import datetime
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from custom.projection.attenuation import transmission
from custom.projection.projector import MatrixProjector
from custom.projection.sparse_products import SparseProducts
from custom.projection.system_matrix import SystemMatrix, load_or_assemble
from custom.reconstruction.mlem import mlem
from custom.scanner.camera import Camera, load_camera
from custom.scanner.grid import ImageGrid

CAMERA = Path(__file__).resolve().parents[1] / "custom" / "scanner" / "discovery_570c.yaml"
WATER_PER_MM = 0.01538


def measure(name: str, work: Callable[[], object], rounds: int, share: int = 1) -> None:
    """Print the clock's best and the processor's median time of some work, divided by the images in it."""
    clock, processor = [], []
    for _ in range(rounds):
        start, start_processor = time.perf_counter(), time.process_time()
        work()
        clock.append((time.perf_counter() - start) / share)
        processor.append((time.process_time() - start_processor) / share)
    print(f"{name:60} {min(clock):9.4f} {statistics.median(processor):12.4f}", flush=True)


def measure_matrix(camera: Camera, grid: ImageGrid, folder: str) -> SystemMatrix:
    """Assemble into an empty cache, then load from it."""

    def load() -> SystemMatrix:
        return load_or_assemble(camera, grid, cache_dir=folder, progress=False)

    measure("assembly into the cache", load, 1)
    measure("load from the cache", load, 5)
    return load()


def measure_projections(matrix: SystemMatrix, options: argparse.Namespace) -> None:
    """Time one image and a batch, in air and through water, and torch's sparse tensors beside."""
    camera, grid = matrix.camera, matrix.grid
    water = torch.full(grid.shape, WATER_PER_MM)
    measure("transmission through one mu-map", lambda: transmission(water, grid, camera, grid), options.rounds)
    air = MatrixProjector(matrix, device=options.device)
    through = transmission(water, grid, camera, grid)
    maps = through.expand(options.batch, *through.shape)
    measure_pair("air, 1 image", air, 1, options)
    measure_pair("water, 1 image", air.with_transmission(through), 1, options)
    measure_pair(f"water, {options.batch} images", air.with_transmission(through), options.batch, options)
    measure_pair(f"{options.batch} images with maps of their own", air.with_transmission(maps), options.batch, options)
    projector, n = air.with_transmission(through), options.gates
    counts = projector.forward(torch.rand(n, *grid.shape, device=options.device))
    measure(f"MLEM iteration of {n} gates", lambda: mlem(projector, counts, n_iterations=10), options.rounds, 10)
    torchs = SparseProducts(matrix, torch.device(options.device), torch.float32)
    factor = torchs.per_view(through.flatten(1))
    for n in (1, options.batch):
        images = torch.rand(n, grid.n_voxels, device=options.device)
        counts = torch.rand(n, matrix.n_pixels, device=options.device)
        many = f"torch's sparse tensors, water, {n} image{'s' if n > 1 else ''}"
        measure(f"{many}: forward, each", lambda x=images: torchs.project(x, factor).sum().item(), options.rounds, n)
        measure(
            f"{many}: adjoint, each", lambda y=counts: torchs.back_project(y, factor).sum().item(), options.rounds, n
        )


def measure_pair(name: str, projector: MatrixProjector, n: int, options: argparse.Namespace) -> None:
    """Time a projector's forward and adjoint on n images."""
    images = torch.rand(n, *projector.image_shape, device=options.device)
    counts = torch.rand(n, *projector.counts_shape, device=options.device)
    measure(f"{name}: forward, each", lambda: projector.forward(images).sum().item(), options.rounds, n)
    measure(f"{name}: adjoint, each", lambda: projector.adjoint(counts).sum().item(), options.rounds, n)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--gates", type=int, default=2, help="images that MLEM reconstructs together")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--fine", action="store_true", help="the grid of simulation, too")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    camera = load_camera(CAMERA)
    load = "/".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{options.device}, {options.threads} threads, load {load}, {datetime.date.today()}")
    print(f"{'':60} {'clock s':>9} {'processor s':>12}")
    with tempfile.TemporaryDirectory() as folder:
        matrix = measure_matrix(camera, camera.grid, folder)
        print(f"{matrix.n_elements / 1e6:.1f} million elements, {matrix.n_views / 1e6:.2f} million views")
        measure_projections(matrix, options)
        if options.fine:
            print("grid twice as fine, voxels reduced to their centres")
            at_centres = replace(camera, model=replace(camera.model, voxel_samples=1))
            fine = measure_matrix(at_centres, camera.grid.refined(2), folder)
            print(f"{fine.n_elements / 1e6:.1f} million elements, {fine.n_views / 1e6:.2f} million views")
            image = torch.rand(fine.grid.shape)
            projector = MatrixProjector(fine)
            measure("forward, air", lambda: projector.forward(image), 3)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
