"""What is said of every corrected study: a JSON for programs, a picture for readers."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import monai
import nibabel
import numpy as np
import torch
from ignite.engine import Engine, Events
from monai.data import MetaTensor
from monai.utils import ImageMetaKey

from custom.evaluation.figures import three_planes

REGIONS = ("outside", "myocardium", "left-ventricular blood pool", "other blood pool", "liver", "lung", "background")
FOOTNOTE = "Radiological convention: the patient's right is on the left of the picture."


class StudyReporter:
    """Write `<study>.json` and `<study>.png` beside every corrected volume that an evaluator has saved.

    Args:
        network: what names the network, such as its class and switches.
        weights: file of the network's weights; its SHA-256 is reported.
        version: of the bundle.
        warnings: what holds for all studies, such as on what the weights were trained.
        remarks: what holds for one study, by its name.
    """

    def __init__(
        self,
        *,
        network: Mapping[str, Any],
        weights: str | Path,
        version: str,
        warnings: Sequence[str] = (),
        remarks: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.network = dict(network)
        self.weights = Path(weights)
        self.version = version
        self.warnings = list(warnings)
        self.remarks = {} if remarks is None else remarks
        self._started = time.perf_counter()

    def attach(self, engine: Engine) -> None:
        """Time every study from its loading on, and report on it when its volume is saved."""
        engine.add_event_handler(Events.GET_BATCH_STARTED, self._start)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self.write)

    def write(self, engine: Engine) -> None:
        """Write report and picture of the studies of this iteration."""
        for item, output in zip(engine.state.batch, engine.state.output, strict=True):
            name, after = item["study"], output["pred"]
            report = {"study": name, "date": datetime.now().astimezone().isoformat(timespec="seconds")}
            report |= describe_change(item["before"], after, output["image"], item.get("regions"))
            report |= self._how(name, str(engine.state.device))
            folder = Path(after.meta["saved_to"]).parent
            figure = self._figure(report, item["before"], after, item.get("regions"))
            figure.savefig(folder / f"{name}.png")
            report["seconds"] = round(time.perf_counter() - self._started, 2)
            (folder / f"{name}.json").write_text(json.dumps(report, indent=2, ensure_ascii=False), encoding="utf-8")

    def _start(self) -> None:
        self._started = time.perf_counter()

    def _how(self, name: str, device: str) -> dict[str, Any]:
        return {
            "network": self.network,
            "weights": {"file": str(self.weights), "sha256": self._sha256},
            "software": {
                "cardiac-spect-pvc": self.version,
                "monai": monai.__version__,
                "torch": str(torch.__version__),
                "numpy": np.__version__,
            },
            "device": device,
            "warnings": [*self.warnings, *self.remarks.get(name, [])],
        }

    @cached_property
    def _sha256(self) -> str:
        with self.weights.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _figure(self, report: dict[str, Any], before: MetaTensor, after: MetaTensor, regions: MetaTensor | None) -> Any:  # noqa: ANN401
        affine = before.affine.numpy()
        return three_planes(
            {"before": voxels(before), "after": voxels(after)},
            affine,
            title=f"{report['study']}: partial volume correction",
            subtitle=_subtitle(report),
            footnote="\n".join([*report["warnings"], FOOTNOTE]),
            unit="activity (unit of the input)",
            regions=None if regions is None else voxels(regions),
        )


def describe_change(
    before: MetaTensor, after: MetaTensor, network_input: MetaTensor, regions: MetaTensor | None = None
) -> dict[str, Any]:
    """Measure what the correction did to a study.

        IMBV = mean of the myocardium / mean of the left-ventricular blood pool

    Args:
        before: the study as read, shape (1, x, y, z).
        after: the corrected study on the same grid.
        network_input: what the network saw, shape (channels, x, y, z).
        regions: labels on the study's grid.

    Returns:
        Input and grids, activity before and after and, with regions, their means and the IMBV.
    """
    total = {"before": _sum(before), "after": _sum(after)}
    report: dict[str, Any] = {
        "input": str(before.meta[ImageMetaKey.FILENAME_OR_OBJ]),
        "grid": describe_grid(before),
        "network_grid": describe_grid(network_input),
        "interpolated": was_interpolated(before, network_input),
        "activity_scale": float(network_input.meta["activity_scale"]),
        "total_activity": total | {"ratio": total["after"] / total["before"]},
    }
    if regions is not None:
        means = {stage: _region_means(volume, regions) for stage, volume in (("before", before), ("after", after))}
        report["regions"] = str(regions.meta[ImageMetaKey.FILENAME_OR_OBJ])
        report["region_means"] = {name: {stage: means[stage][name] for stage in means} for name in means["before"]}
        report["imbv"] = {stage: _imbv(of_stage) for stage, of_stage in means.items()}
    return report


def voxels(volume: MetaTensor) -> np.ndarray:
    """Return the first channel as an array (x, y, z)."""
    return volume[0].detach().cpu().numpy()


def describe_grid(volume: MetaTensor) -> dict[str, Any]:
    """Name the grid of a volume (channels, x, y, z) by shape, spacing in mm and the directions of its axes."""
    affine = volume.affine.numpy()
    return {
        "shape": list(volume.shape[1:]),
        "spacing_mm": [round(float(step), 4) for step in np.linalg.norm(affine[:3, :3], axis=0)],
        "axes": "".join(nibabel.aff2axcodes(affine)),
    }


def was_interpolated(before: MetaTensor, network_input: MetaTensor) -> bool:
    """Tell whether going from one grid to the other takes more than turning axes, cutting and padding."""
    between = np.linalg.inv(network_input.affine.numpy()) @ before.affine.numpy()
    return not np.allclose(between, np.round(between), atol=1e-2)


def _sum(volume: MetaTensor) -> float:
    return float(volume.as_tensor().sum(dtype=torch.float64))


def _region_means(volume: MetaTensor, regions: MetaTensor) -> dict[str, float]:
    values, labels = voxels(volume), voxels(regions)
    present = [label for label in range(1, len(REGIONS)) if (labels == label).any()]
    return {REGIONS[label]: float(values[labels == label].mean(dtype=np.float64)) for label in present}


def _imbv(means: dict[str, float]) -> float | None:
    blood_pool = means["left-ventricular blood pool"]
    return means["myocardium"] / blood_pool if blood_pool > 0 else None


def _subtitle(report: dict[str, Any]) -> str:
    parts = [f"total activity after / before {report['total_activity']['ratio']:.3f}"]
    if "imbv" in report:
        before, after = (f"{value:.3f}" if value is not None else "—" for value in report["imbv"].values())
        parts.append(f"IMBV {before} before, {after} after")
    return "; ".join(parts)
