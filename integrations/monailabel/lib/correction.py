"""The bundle's run `inference` as a task of MONAI Label."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from threading import Lock
from typing import Any

import yaml
from monai.bundle import ConfigParser
from monailabel.interfaces.tasks.infer_v2 import InferTask, InferType

from custom.errors import BadInput

# As the configs find it; beside this folder lies another `custom`, which Python may find first
BUNDLE = next(Path(folder) for folder in sys.path if (Path(folder) / "configs" / "metadata.json").is_file())


class PartialVolumeCorrection(InferTask):
    """Correct one study as the run `inference` of the bundle does, checks included.

    Args:
        settings: keys of the bundle's `inference.yaml` and what stands there instead, as YAML.

    Raises:
        BadInput: the config has no such key, or the weights do not fit.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.run = _read_config(settings)
        description = self.run.get_parsed_content("_meta_::description")
        # others: viewers take what a segmentation gives for labels
        super().__init__(type=InferType.OTHERS, labels=None, dimension=3, description=description)
        self._alone = Lock()  # a config is of one study at a time
        self.run["network"] = self.run.get_parsed_content("network")  # loaded once, not with every study

    def is_valid(self) -> bool:
        """Tell that the task can be used."""
        return True

    def __call__(self, request: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Correct the study that is the file `image` of a request.

        Returns:
            The corrected volume's file, which MONAI Label removes when it is sent, and the study's report.

        Raises:
            BadInput: the study breaks a rule.
        """
        study = request["image"]
        if not isinstance(study, str) or not Path(study).is_file():
            raise BadInput(f"a study is one file, got {study!r}; is it a folder?")
        with self._alone, tempfile.TemporaryDirectory() as folder:
            self._correct(study, folder)
            (corrected,) = Path(folder).iterdir()
            report = _without_folders(json.loads((corrected / f"{corrected.name}.json").read_text(encoding="utf-8")))
            return _keep(corrected / f"{corrected.name}_corrected.nii.gz"), report

    def _correct(self, study: str, output_dir: str) -> None:
        """Do each step of the config's run with this study."""
        # From the root on, or a name that begins with $ would be taken for a program
        self.run.update({"input": str(Path(study).absolute()), "output_dir": output_dir})
        self.run.parse(reset=True)
        with redirect_stdout(None):  # the run says in which folder results stand, and that one goes
            for step in range(len(self.run["run"])):
                self.run.get_parsed_content(f"run::{step}")


def _without_folders(report: dict[str, Any]) -> dict[str, Any]:
    """Leave out where on the server files lie, which those who ask need not know."""
    weights = report["weights"] | {"file": Path(report["weights"]["file"]).name}
    return report | {"input": Path(report["input"]).name, "weights": weights}


def _read_config(settings: Mapping[str, str]) -> ConfigParser:
    config = ConfigParser()
    config.read_config(str(BUNDLE / "configs" / "inference.yaml"))
    config.read_meta(str(BUNDLE / "configs" / "metadata.json"))
    unknown = [key for key in settings if key not in config]
    if unknown:
        raise BadInput(f"--conf takes keys of inference.yaml, got {', '.join(unknown)}; is it misspelt?")
    config.update({key: yaml.safe_load(value) for key, value in settings.items()})
    return config


def _keep(corrected: Path) -> str:
    """Move a volume out of a folder that goes."""
    with tempfile.NamedTemporaryFile(
        prefix=corrected.name.removesuffix(".nii.gz") + "-", suffix=".nii.gz", delete=False
    ) as file:
        shutil.move(corrected, file.name)
    return file.name
