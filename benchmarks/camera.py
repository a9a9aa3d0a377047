"""What the assumed numbers of a camera file give, beside the two figures measured on the real camera.

Claims: the Discovery's file is consistent with 460 cps/MBq on a cardiac phantom and 6.7 mm in the centre (Imbert et al.
2012, J Nucl Med 53:1897-1903), as far as these can tell: neither the phantom's attenuation nor the vendor's
reconstruction is published with them.

Sensitivity is that of a point of technetium-99m in the camera's centre: in air, and in water. Scattered photons in the
window for each primary are Monte Carlo's for this pinhole on its module, 0.295 at 50 mm of water (0.2926 by
forced detection, whose Compton part is 1 % low) and 0.605 at 100 mm, interpolated.
Resolution is the full width at half maximum of a point in the centre: of its image on one detector, divided by the
magnification; and of its reconstruction by MLEM without noise, the mean of three profiles through its voxel.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from custom.projection.attenuation import WATER_PER_MM
from custom.projection.projector import MatrixProjector
from custom.projection.system_matrix import assemble, load_or_assemble
from custom.reconstruction.mlem import mlem
from custom.scanner.camera import Camera, load_camera
from custom.scanner.grid import ImageGrid

DISCOVERY = Path(__file__).resolve().parents[1] / "custom" / "scanner" / "discovery_570c.yaml"
MEASURED_CPS_PER_MBQ = 460
SCATTER_BY_DEPTH_MM = {0: 0.0, 50: 0.295, 100: 0.605}
ITERATIONS = (5, 10, 12, 15, 20, 40, 80)


def counts_of_point(camera: Camera, position_mm: tuple[float, float, float]) -> torch.Tensor:
    """Expected counts per photon emitted in a cube of 0.1 mm."""
    point = ImageGrid(shape=(1, 1, 1), spacing_mm=(0.1, 0.1, 0.1), centre_mm=position_mm)
    return MatrixProjector(assemble(camera, point, progress=False)).forward(torch.ones(1, 1, 1))


def width_at_half_maximum(profile: np.ndarray, step_mm: float) -> float:
    """FWHM as NEMA draws it: a parabola through the top three samples, lines through the half maximum."""
    top = int(profile.argmax())
    before, at, after = profile[top - 1 : top + 2]
    half = (at - (before - after) ** 2 / (8 * (before - 2 * at + after))) / 2
    right = top + int(np.argmax(profile[top:] < half))
    left = top - int(np.argmax(profile[top::-1] < half))
    x_right = right - (half - profile[right]) / (profile[right - 1] - profile[right])
    x_left = left + (half - profile[left]) / (profile[left + 1] - profile[left])
    return float(x_right - x_left) * step_mm


def print_sensitivity(camera: Camera, position_mm: tuple[float, float, float]) -> None:
    """Counts per second and MBq in air and under water, and the depth at which the measured figure is met."""
    in_air = float(counts_of_point(camera, position_mm).sum()) * camera.photons_per_decay * 1e6
    print(f"{in_air:7.0f} cps/MBq  point in the centre, air")
    depths = np.arange(0, 101)
    scatter = np.interp(depths, list(SCATTER_BY_DEPTH_MM), list(SCATTER_BY_DEPTH_MM.values()))
    by_depth = in_air * np.exp(-WATER_PER_MM * depths) * (1 + scatter)
    for depth in (50, 100):
        print(f"{by_depth[depth]:7.0f} cps/MBq  the same, {depth} mm of water towards every pinhole, with scatter")
    depth = depths[np.abs(by_depth - MEASURED_CPS_PER_MBQ).argmin()]
    print(f"{MEASURED_CPS_PER_MBQ:7.0f} cps/MBq  measured on a phantom; the same as {depth} mm of water")


def print_resolution(camera: Camera, projector: MatrixProjector, position_mm: tuple[float, float, float]) -> None:
    """Widths of a point's image and of its reconstruction."""
    pinhole = camera.pinholes[len(camera.pinholes) // 2]
    distance = float(np.linalg.norm(np.subtract(pinhole.position_mm, position_mm)))
    penetrated = np.tan(np.radians(camera.collimator.opening_angle_deg / 2)) / camera.collimator.attenuation_per_mm
    width = (pinhole.aperture_mm + np.log(2) * penetrated) * (1 + distance / pinhole.focal_length_mm)
    print(f"{width:7.1f} mm  point's image on one detector, at the object")
    widths = {}

    def note(iteration: int, image: torch.Tensor, _: torch.Tensor) -> None:
        volume = image.numpy()
        top = np.unravel_index(volume.argmax(), volume.shape)
        lines = [volume[:, top[1], top[2]], volume[top[0], :, top[2]], volume[top[0], top[1], :]]
        steps = camera.grid.spacing_mm
        widths[iteration] = np.mean([width_at_half_maximum(p, s) for p, s in zip(lines, steps, strict=True)])

    mlem(projector, counts_of_point(camera, position_mm) * 1e6, n_iterations=max(ITERATIONS), callback=note)
    for iteration in ITERATIONS:
        print(f"{widths[iteration]:7.1f} mm  the same, reconstructed with {iteration} iterations")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--camera", type=Path, default=DISCOVERY)
    parser.add_argument("--cache-dir", type=Path)
    options = parser.parse_args()
    camera = load_camera(options.camera)
    print(camera.name)
    x, y, z = (float(axis[len(axis) // 2]) for axis in camera.grid.centres_mm())
    print_sensitivity(camera, (x, y, z))
    matrix = load_or_assemble(camera, camera.grid, cache_dir=options.cache_dir)
    print_resolution(camera, MatrixProjector(matrix), (x, y, z))


if __name__ == "__main__":
    main()
