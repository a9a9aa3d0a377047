"""A protocol for tests, and runs that leave at once what the bundle's own would leave."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch

from custom.training.bundle_run import BundleRun
from custom.training.curve import CurvePoint, write_curve
from custom.training.protocol import Protocol

CONFIGS = Path(__file__).resolve().parents[2] / "bundle" / "configs"
VOLUMES_PER_EPOCH = 6


def protocol_of(cohort: Path, output_dir: Path, **settings) -> Protocol:
    """Two epochs of crops and one of whole volumes; corrects the cohort's own test animals."""
    return Protocol(
        output_dir=str(output_dir),
        configs_dir=str(CONFIGS),
        stages={"crops": {"max_epochs": 2, "crop_size": [31, 31, 11]}, "volumes": {"max_epochs": 1}},
        training={"dataset_dir": str(cohort), "batch_size": 2, **settings},
        correction={"device": "cpu"},
        test_sets={"cohort": str(cohort)},
    )


def start_in_no_time(run: BundleRun, log: Path) -> None:
    """Leave the files of a run, without a network."""
    folder = Path(run.options["output_dir"])
    log.parent.mkdir(parents=True, exist_ok=True)
    if run.verb == "training":
        leave_training(folder, run.value("settings"))
    else:
        leave_correction(folder, run)


def leave_training(folder: Path, settings: dict) -> None:
    """Write a training that ended, each epoch better by half."""
    folder.mkdir(parents=True, exist_ok=True)
    n_epochs = settings["max_epochs"]
    trainer = {"iteration": 3 * n_epochs, "epoch_length": 3, "max_epochs": n_epochs}
    torch.save({"trainer": trainer, "settings": settings}, folder / "last.pt")
    torch.save({"kernel_scale": torch.tensor(0.5), "weight": torch.zeros(4, 5)}, folder / "model.pt")
    curve = [
        CurvePoint(
            epoch=epoch,
            volumes=VOLUMES_PER_EPOCH * epoch,
            training_loss=0.5**epoch,
            validation_loss=0.5**epoch,
            validation_imbv_error=None,
            seconds=1.5,
        )
        for epoch in range(1, n_epochs + 1)
    ]
    write_curve(folder / "curve.csv", curve)


def leave_correction(folder: Path, run: BundleRun) -> None:
    """Write the reports of a cohort's test studies, each beside an empty volume."""
    cohort, keys = Path(run.options["input"]), [*run.value("image_keys"), "regions"]
    for entry in json.loads((cohort / "dataset.json").read_text())["test"]:
        study = Path(entry["image"]).name.removesuffix("_mlem.nii.gz")
        (folder / study).mkdir(parents=True, exist_ok=True)
        (folder / study / f"{study}_corrected.nii.gz").touch()
        report = {
            "inputs": {key: _checksum(cohort / entry[key]) for key in keys},
            "weights": _checksum(Path(run.options["weights"])),
        }
        (folder / study / f"{study}.json").write_text(json.dumps(report))


def _checksum(file: Path) -> dict[str, str]:
    return {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
