"""Every claim about the speed of projection and reconstruction, in one table measured side by side.

Claims: an MLEM iteration of one image costs no more than a forward and a back projection with the whole matrix as a
pair of torch's sparse tensors, and a third of PyTomography's iteration with them; an image in a batch of eight costs a
fifth of that pair, a fourth with a μ-map of its own; a study takes seconds from its counts to its corrected image;
float32 in blocks gives the image of float64. Each row that has a target says whether it is met. Targets are for the
Discovery's camera on two threads.

Rows of one part are measured in turn, round after round; what is printed is the clock's median. An MLEM iteration is a
tenth of a reconstruction of ten, which needs one product more: ours a forward, PyTomography's a back projection.
PyTomography is measured where it can be imported (`pip install torch==2.13.0 pytomography==3.4.0`). With --fine also
the grid twice as fine that simulation uses.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.camera import DISCOVERY
from benchmarks.contenders import N_ITERATIONS, CsrPair, csr_of, iteration_row, products_row, scipy_row
from benchmarks.fresh_process import assembly_s, in_fresh_process, peak_gb
from benchmarks.machine import load, machine, reading
from benchmarks.rounds import Row, Target, clock, medians, print_rows
from benchmarks.virtual_studies import unlike, virtual_studies, water_transmission
from custom.projection.block_products import N_TOGETHER
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import SystemMatrix, load_or_assemble
from custom.reconstruction.mlem import mlem
from custom.scanner.camera import Camera, load_camera

EACH = f"each of {N_TOGETHER}"

READ_CSR, READ_OURS = "reading the CSR matrix's bytes once", "reading our matrix's bytes once"
SCIPY, PAIR, PAIRS = "scipy CSR, 1 image", "torch CSR pair, 1 image", f"torch CSR pair, {EACH}"
PYTOMOGRAPHY = "PyTomography, MLEM iteration, 1 image"
ONE, ALIKE, OWN = (f"ours, MLEM iteration, {images}" for images in ("1 image", EACH, f"{EACH}, own μ-maps"))
PRODUCTS, PRODUCTS_OF_MANY = (f"ours, forward + adjoint, {images}" for images in ("1 image", EACH))
STUDY, STUDIES = (f"MLEM + iterative Yang, {studies}" for studies in ("1 study", f"{EACH}, own μ-maps"))
ASSEMBLY, LOAD, TRANSMISSION = "assembly into an empty cache, with compilation", "load from the cache", "transmission"
PEAK, DEVIATION = f"peak memory of a process with {N_TOGETHER} studies", "greatest difference from float64 / maximum"

TARGETS = {
    ONE: [Target(1, PAIR), Target(1 / 3, PYTOMOGRAPHY)],
    ALIKE: [Target(1 / 5, PAIR)],
    OWN: [Target(1 / 4, PAIR)],
    STUDY: [Target(22)],
    STUDIES: [Target(5)],
    ASSEMBLY: [Target(20)],
    LOAD: [Target(1)],
    TRANSMISSION: [Target(3)],
    PEAK: [Target(3)],
    DEVIATION: [Target(2e-5)],
}


def others_rows(matrix: SystemMatrix, through: Tensor) -> list[Row]:
    """Return the rows of what others' sparse matrices take on the CPU."""
    whole = csr_of(matrix, through)
    pair = CsrPair(whole)
    rows = [scipy_row(SCIPY, whole), pair.row(PAIR, 1), pair.row(PAIRS, N_TOGETHER)]
    if importlib.util.find_spec("pytomography"):
        from benchmarks.with_pytomography import reconstruction

        counts = virtual_studies(MatrixProjector(matrix, transmission=through), 1).counts[0]
        work = reconstruction(pair, matrix.camera, counts, N_ITERATIONS)
        rows.append(Row(PYTOMOGRAPHY, "ms", clock(work, share=N_ITERATIONS)))
    return rows


def our_rows(matrix: SystemMatrix, through: Tensor, device: str) -> list[Row]:
    """Return the rows of our projector on a device."""
    one = MatrixProjector(matrix, transmission=through, device=device)
    own = one.with_transmission(unlike(through, N_TOGETHER))
    return [
        iteration_row(ONE, one, virtual_studies(one, 1).counts),
        iteration_row(ALIKE, one, virtual_studies(one, N_TOGETHER).counts),
        iteration_row(OWN, own, virtual_studies(own, N_TOGETHER).counts),
        products_row(PRODUCTS, one, 1),
        products_row(PRODUCTS_OF_MANY, one, N_TOGETHER),
    ]


def print_on_cpu(matrix: SystemMatrix, through: Tensor, options: argparse.Namespace) -> None:
    """Measure reading, products and iterations on the CPU."""
    csr_bytes, our_bytes = 8 * matrix.n_elements, sum(array.nbytes for array in matrix.blocks)
    rows = [
        Row(READ_CSR, "ms", clock(reading(csr_bytes, options.threads), repeats=N_ITERATIONS)),
        Row(READ_OURS, "ms", clock(reading(our_bytes, options.threads), repeats=N_ITERATIONS)),
        *others_rows(matrix, through),
        *our_rows(matrix, through, "cpu"),
    ]
    values = medians(rows, options.rounds)
    print_rows(f"CPU, forward + back, per image, median of {options.rounds}", rows, values, TARGETS, PAIR)
    if PYTOMOGRAPHY not in values:
        print(f"{PYTOMOGRAPHY}: not installed")
    sizes = f"{csr_bytes / 1e6:.0f} MB as CSR, {our_bytes / 1e6:.0f} MB as ours"
    print(f"{matrix.n_elements / 1e6:.1f} million elements, {sizes}")
    print(f"read bandwidth {csr_bytes / values[READ_CSR] / 1e6:.1f} GB/s")


def print_on_gpu(matrix: SystemMatrix, through: Tensor, n_rounds: int) -> None:
    """Measure products and iterations on a GPU."""
    pair = CsrPair(csr_of(matrix, through), "cuda")
    rows = [pair.row(PAIR, 1), pair.row(PAIRS, N_TOGETHER), *our_rows(matrix, through, "cuda")]
    title = f"{torch.cuda.get_device_name()}, forward + back, per image, median of {n_rounds}"
    print_rows(title, rows, medians(rows, n_rounds), baseline=PAIR)


def print_whole(matrix: SystemMatrix, through: Tensor, options: argparse.Namespace) -> None:
    """Measure what a user waits for, what it takes, and how good it is."""
    camera, grid = matrix.camera, matrix.grid
    one = MatrixProjector(matrix, transmission=through)
    single = virtual_studies(one, 1)
    together = virtual_studies(one.with_transmission(unlike(through, N_TOGETHER)), N_TOGETHER)
    cached = partial(load_or_assemble, camera, grid, cache_dir=options.cache_dir)
    rows = [
        Row(STUDY, "s", clock(single.corrected)),
        Row(STUDIES, "s", clock(together.corrected, share=N_TOGETHER)),
        Row(ASSEMBLY, "s", partial(in_fresh_process, assembly_s, camera, grid, options.threads)),
        Row(LOAD, "s", clock(cached)),
        Row(TRANSMISSION, "s", clock(partial(water_transmission, camera))),
        Row(PEAK, "GB", partial(in_fresh_process, peak_gb, camera, options.cache_dir, N_TOGETHER, options.threads)),
        Row(DEVIATION, "", partial(deviation, one, through, single.counts)),
    ]
    values = medians(rows, options.studies, warm_up=False)
    print_rows(f"from counts to image, per study, median of {options.studies}", rows, values, TARGETS)


def deviation(projector: MatrixProjector, through: Tensor, counts: Tensor) -> float:
    """Return an image's greatest difference from that computed in float64, over the maximum."""
    truth = mlem(MatrixProjector(projector.matrix, transmission=through, dtype=torch.float64), counts)
    return float((mlem(projector, counts) - truth).abs().max() / truth.max())


def print_fine(camera: Camera, options: argparse.Namespace) -> None:
    """Measure the grid twice as fine, voxels taken at their centres."""
    at_centres, grid = replace(camera, model=replace(camera.model, voxel_samples=1)), camera.grid.refined(2)
    cached = partial(load_or_assemble, at_centres, grid, cache_dir=options.cache_dir)
    matrix = cached()
    image, projector = torch.rand(1, *grid.shape), MatrixProjector(matrix)
    rows = [
        Row(ASSEMBLY, "s", partial(in_fresh_process, assembly_s, at_centres, grid, options.threads)),
        Row(LOAD, "s", clock(cached)),
        Row("ours, forward, 1 image", "s", clock(partial(projector.forward, image))),
    ]
    print_rows("grid twice as fine, as simulation uses it", rows, medians(rows, options.studies, warm_up=False))
    print(f"{matrix.n_elements / 1e6:.1f} million elements")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="of products and iterations (%(default)s)")
    parser.add_argument("--studies", type=int, default=1, help="rounds of whole studies (%(default)s)")
    parser.add_argument("--camera", type=Path, default=DISCOVERY, help="camera's YAML file (%(default)s)")
    parser.add_argument("--cache-dir", type=Path, help="folder of system matrices (the user's cache)")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of the CPU (%(default)s)")
    parser.add_argument("--fine", action="store_true", help="also the grid twice as fine, 1 GB in the cache")
    options = parser.parse_args()
    start = time.perf_counter()
    torch.set_num_threads(options.threads)
    camera = load_camera(options.camera)
    print(f"{camera.name}; {machine(options.threads)}")
    matrix, through = load_or_assemble(camera, camera.grid, cache_dir=options.cache_dir), water_transmission(camera)
    print_on_cpu(matrix, through, options)
    if torch.cuda.is_available():
        print_on_gpu(matrix, through, options.rounds)
    else:
        print("\nno GPU here")
    print_whole(matrix, through, options)
    if options.fine:
        print_fine(camera, options)
    print(f"\nload {load()} after {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
