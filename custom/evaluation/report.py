"""What is said of every corrected study: a JSON for programs, a picture for readers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events
from matplotlib.figure import Figure
from monai.data import MetaTensor

from custom.digest import sha256
from custom.errors import written_to
from custom.evaluation.change import describe_change, voxels
from custom.evaluation.figures import three_planes
from custom.settings import check_yes_or_no

LIBRARIES = ("monai", "torch", "numpy", "nibabel", "pydicom")
FOOTNOTE = "Radiological convention: the patient's right is on the left of the picture."


class StudyReporter:
    """Write `<study>.json` and, on request, `<study>.png` beside every corrected volume that an evaluator has saved.

    Args:
        network: what names the network, such as its class and switches.
        weights: file of the network's weights; its SHA-256 is reported.
        version: of the bundle.
        warnings: what holds for all studies, such as on what the weights were trained.
        remarks: what holds for one study, by its name.
        pictures: whether pictures are drawn.

    Raises:
        BadInput: `pictures` is neither true nor false.
    """

    def __init__(
        self,
        *,
        network: Mapping[str, Any],
        weights: str | Path,
        version: str,
        warnings: Sequence[str] = (),
        remarks: Mapping[str, Sequence[str]] | None = None,
        pictures: bool = True,
    ) -> None:
        self.network = dict(network)
        self.weights = Path(weights)
        self.version = version
        self.warnings = list(warnings)
        self.remarks = {} if remarks is None else remarks
        check_yes_or_no(pictures=pictures)
        self.pictures = pictures
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
            report["inputs"] = _checksums(item)
            report |= describe_change(item["before"], after, output["image"], item.get("regions"))
            report |= self._how(name, str(engine.state.device))
            folder = Path(after.meta["saved_to"]).parent
            with written_to(folder):
                if self.pictures:
                    figure = self._figure(report, item["before"], after, item.get("regions"))
                    figure.savefig(folder / f"{name}.png")
                report["seconds"] = round(time.perf_counter() - self._started, 2)
                written = json.dumps(report, indent=2, ensure_ascii=False)
                (folder / f"{name}.json").write_text(f"{written}\n", encoding="utf-8")

    def _start(self) -> None:
        self._started = time.perf_counter()

    def _how(self, name: str, device: str) -> dict[str, Any]:
        return {
            "network": self.network,
            "weights": {"file": str(self.weights), "sha256": self._sha256},
            "software": {"cardiac-spect-pvc": self.version}
            | {library: installed_version(library) for library in LIBRARIES},
            "device": device,
            "warnings": [*self.warnings, *self.remarks.get(name, [])],
        }

    @cached_property
    def _sha256(self) -> str:
        return sha256(self.weights)

    def _figure(
        self, report: dict[str, Any], before: MetaTensor, after: MetaTensor, regions: MetaTensor | None
    ) -> Figure:
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


def _checksums(item: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the checksum of each file that a study was read from."""
    read = {"image": item["before"], **{key: item[key] for key in ("ct", "regions") if key in item}}
    return {key: {"sha256": sha256(volume.meta["filename_or_obj"])} for key, volume in read.items()}


def _subtitle(report: dict[str, Any]) -> str:
    fall, rise = (f"{report['largest_change'][way]:+.0%}".replace("-", "−") for way in ("fall", "rise"))
    parts = [
        f"total activity after / before {report['total_activity']['ratio']:.3f}",
        f"voxels change by {fall} to {rise} of the brightest",
    ]
    if "imbv" in report:
        before, after = (f"{value:.3f}" if value is not None else "—" for value in report["imbv"].values())
        return "; ".join(parts) + f"\nIMBV {before} before, {after} after"
    return "; ".join(parts)
