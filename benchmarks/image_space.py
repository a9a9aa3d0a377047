"""Which point spread suits corrections in image space: errors against the truth on a cohort's training animals.

Claim: the widths in bundle/configs/deblur.yaml are those of least regional error, the root mean squared error of the
wall's 17 segments over the true blood, mean over studies. Beside it stand the error voxel by voxel in the heart, and by
how much IMBV differs from that of the true activity averaged into voxels. The blurred truth, held against the image,
tells the width of the image's own point spread.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from custom.data.datalist import read_datalist
from custom.data.deblurring import RegionBasedVoxelwised, RichardsonLucyd
from custom.evaluation.methods import REFERENCE, TRUTH, UNCORRECTED
from custom.evaluation.study_volumes import StudyVolumes, read_study
from custom.evaluation.true_heart import TrueHeart
from custom.metrics import imbv_error
from custom.reconstruction.point_spread import PointSpread

REGION_BASED_FWHM_MM = (6.0, 6.5, 7.0, 7.5, 8.0, 8.5, 9.0, 10.0)
RICHARDSON_LUCY_FWHM_MM = (7.0, 9.0, 11.0, 11.5, 12.0, 12.5, 13.0, 15.0)
N_ITERATIONS = (5, 10, 20)
OWN_FWHM_MM = (7.0, 8.0, 8.5, 9.0, 9.5, 10.0, 11.0)


def corrections(study: StudyVolumes) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the study by each method and width."""
    image = study.by_method[UNCORRECTED].astype(np.float64)
    spacing = tuple(np.linalg.norm(study.affine[:3, :3], axis=0).tolist())
    beside = {"regions": study.regions[None]}
    yield UNCORRECTED, image
    yield REFERENCE, study.by_method[REFERENCE]
    for width in REGION_BASED_FWHM_MM:
        psf = PointSpread(fwhm_mm=(width,) * 3, spacing_mm=spacing)
        yield f"RBV, {width} mm", RegionBasedVoxelwised("image", width).correct(image, psf, beside)
    for width in RICHARDSON_LUCY_FWHM_MM:
        psf = PointSpread(fwhm_mm=(width,) * 3, spacing_mm=spacing)
        for n in N_ITERATIONS:
            yield f"Richardson-Lucy, {width} mm, {n}", RichardsonLucyd("image", width, n).correct(image, psf, beside)


def errors(study: StudyVolumes) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield regional error, error in the heart, and difference of IMBV of each method and width."""
    truth = study.by_method[TRUTH]
    heart = TrueHeart(activity=truth, regions=study.regions, affine=study.affine)
    for name, volume in corrections(study):
        tensors = [torch.from_numpy(array.astype(np.float32)) for array in (volume, truth, study.regions)]
        yield name, (heart.segment_rmse(volume), heart.rmse(volume), float(imbv_error(*tensors)))
    spacing = tuple(np.linalg.norm(study.affine[:3, :3], axis=0).tolist())
    image = study.by_method[UNCORRECTED]
    for width in OWN_FWHM_MM:
        away = PointSpread(fwhm_mm=(width,) * 3, spacing_mm=spacing).blur(truth) - image + truth
        yield f"image - blurred truth, {width} mm", (heart.segment_rmse(away), heart.rmse(away), np.nan)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset-dir", type=Path, default=Path("data/cohort"))
    options = parser.parse_args()
    found = defaultdict(list)
    for study in tqdm(read_datalist(options.dataset_dir, "training", ["image", "label", "truth", "regions"])):
        for name, values in errors(read_study(study, {})):
            found[name].append(values)
    print(f"{'':34} segments   heart   IMBV")
    for name, values in found.items():
        segments, heart, blood = np.mean(values, axis=0)
        print(f"{name:34} {segments:8.4f} {heart:7.4f} {blood:6.3f}")


if __name__ == "__main__":
    main()
