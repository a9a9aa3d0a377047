"""What is said of every study that was corrected in image space."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import torch
from ignite.engine import Engine, Events

from custom.data.study_folders import StudyFolders


class DeblurringReport:
    """Write `<study>.json` beside every volume that a method corrected, which ties it to the image it was made from.

    Args:
        folders: where the method's volumes are written.
        key: of the method's volume in a study.
        method: its name.
        settings: by which it corrected, by name.
    """

    def __init__(self, folders: StudyFolders, *, key: str, method: str, settings: Mapping[str, Any]) -> None:
        self.folders = folders
        self.key = key
        self.method = {"name": method, **settings}

    def attach(self, engine: Engine) -> None:
        """Report on every study once it is corrected; belongs before what moves it into place."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, self.write)

    def write(self, engine: Engine) -> None:
        """Write the reports of the studies of this iteration."""
        for study in engine.state.output:
            sums = {"before": study["image"], "after": study[self.key]}
            report = {
                "study": study["study"],
                "date": datetime.now().astimezone().isoformat(timespec="seconds"),
                "method": self.method,
                "total_activity": {name: float(volume.sum(dtype=torch.float64)) for name, volume in sums.items()},
            }
            file = self.folders.filename(subject=study["study"]).with_name(f"{study['study']}.json")
            file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
