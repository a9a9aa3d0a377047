"""The parts of run `reference` around reconstruction and correction: settings, records, report and results."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import nibabel
from matplotlib.figure import Figure
from torch import Tensor

from custom.errors import BadInput
from custom.reconstruction.regions import Region, region_means
from custom.reconstruction.result_folder import ResultFolder
from custom.reconstruction.study import Study
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid
from custom.settings import check_device, check_whole

UNCORRECTED, CORRECTED, PICTURE, REPORT = "mlem.nii.gz", "iterative_yang.nii.gz", "reference.png", "reference.json"
RESULTS = (UNCORRECTED, CORRECTED, PICTURE, REPORT)
SMALLEST_SEEN_SHARE = 0.9

logger = logging.getLogger(__name__)


class Record:
    """Callback that keeps the third thing each iteration reports: log-likelihood, or region means."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def __call__(self, _iteration: int, _image: Tensor, value: Tensor) -> None:
        """Keep the value; never stops the iterations."""
        self.values.append(value.tolist())


def check_settings(*, n_iterations: object, n_yang_iterations: object, device: Any) -> None:  # noqa: ANN401
    """Hold what a user may set against what can run.

    Raises:
        BadInput: a number of iterations that is no positive whole number, or a device that is not there.
    """
    check_whole(n_iterations=n_iterations, n_yang_iterations=n_yang_iterations)
    check_device(device)


def check_heart_is_seen(study: Study, seen: Tensor) -> None:
    """Hold the heart's place against the camera's field of view.

    Args:
        study: with the heart's regions.
        seen: where the camera sees, boolean, shape (x, y, z).

    Raises:
        BadInput: more than a tenth of the myocardium or of the left ventricular blood lies outside.
    """
    for region in (Region.MYOCARDIUM, Region.LEFT_VENTRICULAR_BLOOD):
        share = float(seen[study.regions == region].double().mean())
        if share < SMALLEST_SEEN_SHARE:
            raise BadInput(
                f"the camera must see at least {SMALLEST_SEEN_SHARE:.0%} of the {region.words}, got {share:.0%}; are "
                "the regions shifted against the camera, or is it another camera?"
            )


def result_folder(path: str | Path, *, overwrite: bool) -> ResultFolder:
    """Return where the results go, refused before the work starts where they cannot.

    Args:
        path: the folder; it need not exist.
        overwrite: whether results may be there already.

    Raises:
        BadInput: the path is no folder, cannot be written, or holds results.
    """
    return ResultFolder(path=path, names=RESULTS, overwrite=overwrite)


def report(
    *,
    study: Study,
    seen: Tensor,
    camera: Camera,
    uncorrected: Tensor,
    corrected: Tensor,
    log_likelihood: list[float],
    template_means: list[list[float]],
    version: str,
    settings: dict[str, Any],
) -> dict[str, Any]:
    """Gather what a reader of the results needs, ready for JSON.

        IMBV = mean of the myocardium / mean of the left ventricular blood

    Args:
        study: what was corrected.
        seen: where the camera sees, boolean, shape (x, y, z); means are over these voxels.
        camera: that measured it.
        uncorrected: MLEM image, shape (x, y, z).
        corrected: the same after iterative Yang.
        log_likelihood: after each MLEM iteration.
        template_means: by region number, all blood under 2, for each template of iterative Yang.
        version: of this software.
        settings: what the user chose.

    Returns:
        Means in photons emitted per voxel, volumes in ml; means and IMBV uncorrected and corrected, IMBV None where the
        blood pool is empty of activity.

    Source: Xie et al. 2023, equation 1, doi:10.1109/TMI.2022.3226604.
    """
    images = {"uncorrected": uncorrected, "corrected": corrected}
    means = {name: region_means(image, study.regions, seen).tolist() for name, image in images.items()}
    return {
        "camera": camera.name,
        "software": f"cardiac-spect-pvc {version}",
        "settings": settings,
        "unit_of_means": "photons emitted per voxel",
        "imbv": {name: _imbv(values) for name, values in means.items()},
        "regions": {
            region.words: _region_entry(region, study.regions, seen, camera.grid)
            | {"mean": {name: values[region] for name, values in means.items()}}
            for region in Region
            if region != Region.OUTSIDE
        },
        "log_likelihood": log_likelihood,
        "template_means": [
            {_template_name(region): values[region] for region in Region if values[region]} for values in template_means
        ],
    }


def summary(report: dict[str, Any]) -> str:
    """Return what a report says of IMBV in one line."""
    before, after = (report["imbv"][name] for name in ("uncorrected", "corrected"))
    return f"IMBV {_shown(before)} uncorrected, {_shown(after)} corrected"


def save(
    folder: ResultFolder,
    *,
    grid: ImageGrid,
    uncorrected: Tensor,
    corrected: Tensor,
    report: dict[str, Any],
    picture: Figure,
) -> None:
    """Write both images, the picture and the report; a new folder appears whole, in an existing one each file does.

    Args:
        folder: where to.
        grid: on which the images lie.
        uncorrected: MLEM image, shape (x, y, z).
        corrected: the same after iterative Yang.
        report: from `report`.
        picture: of both images.

    Raises:
        BadInput: the folder cannot be written.
    """
    with folder.filled() as unfinished:
        _save_image(uncorrected, grid, unfinished / UNCORRECTED)
        _save_image(corrected, grid, unfinished / CORRECTED)
        picture.savefig(unfinished / PICTURE)
        (unfinished / REPORT).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    logger.info("%s; results in %s", summary(report), folder.path)


def _imbv(means: list[float]) -> float | None:
    blood = means[Region.LEFT_VENTRICULAR_BLOOD]
    return means[Region.MYOCARDIUM] / blood if blood > 0 else None


def _region_entry(region: Region, regions: Tensor, seen: Tensor, grid: ImageGrid) -> dict[str, Any]:
    here = regions == region
    ml_per_voxel = grid.voxel_volume_mm3 / 1000
    return {
        "label": int(region),
        "volume_ml": int(here.sum()) * ml_per_voxel,
        "volume_in_field_of_view_ml": int((here & seen).sum()) * ml_per_voxel,
    }


def _template_name(region: Region) -> str:
    """Name a template of iterative Yang, which merges all blood into one."""
    return "all blood" if region == Region.LEFT_VENTRICULAR_BLOOD else region.words


def _save_image(image: Tensor, grid: ImageGrid, path: Path) -> None:
    nifti = nibabel.Nifti1Image(image.float().numpy(), grid.affine)
    nifti.header.set_xyzt_units("mm")
    nibabel.save(nifti, path)


def _shown(imbv: float | None) -> str:
    return "undefined (no activity in the blood pool)" if imbv is None else f"{imbv:.3f}"
