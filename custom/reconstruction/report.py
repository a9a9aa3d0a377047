"""What run `reference` says of a study in numbers."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from custom.reconstruction.pipeline import Corrected
from custom.reconstruction.regions import Region, region_means
from custom.reconstruction.study import Study
from custom.scanner.camera import Camera
from custom.scanner.grid import ImageGrid


def report(*, study: Study, result: Corrected, camera: Camera, provenance: dict[str, Any]) -> dict[str, Any]:
    """Gather what a reader of the results needs, ready for JSON.

        IMBV = mean of the myocardium / mean of the left ventricular blood

    Args:
        study: what was corrected.
        result: what came of it; means are over what the camera sees.
        camera: that measured it.
        provenance: of the results: software, settings and files.

    Returns:
        Means in photons emitted per voxel, volumes in ml; means and IMBV uncorrected and corrected, IMBV None where the
        blood pool is empty of activity.

    Source: Xie et al. 2023, equation 1, doi:10.1109/TMI.2022.3226604.
    """
    images = {"uncorrected": result.uncorrected, "corrected": result.corrected}
    means = {name: region_means(image, study.regions, result.seen).tolist() for name, image in images.items()}
    return {
        "camera": camera.name,
        **provenance,
        "unit_of_means": "photons emitted per voxel",
        "imbv": {name: _imbv(values) for name, values in means.items()},
        "regions": {
            region.words: _region_entry(region, study.regions, result.seen, camera.grid)
            | {"mean": {name: values[region] for name, values in means.items()}}
            for region in Region
            if region != Region.OUTSIDE
        },
        "log_likelihood": result.log_likelihood,
        "template_means": [
            {_template_name(region): values[region] for region in Region if values[region]}
            for values in result.template_means
        ],
    }


def summary(report: dict[str, Any]) -> str:
    """Return what a report says of IMBV in one line."""
    before, after = (report["imbv"][name] for name in ("uncorrected", "corrected"))
    return f"IMBV {_shown(before)} uncorrected, {_shown(after)} corrected"


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


def _shown(imbv: float | None) -> str:
    return "undefined (no activity in the blood pool)" if imbv is None else f"{imbv:.3f}"
