"""MONAI Label app that corrects the studies of a folder for partial volume effects."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException
from monailabel.datastore.local import LocalDatastore
from monailabel.interfaces.app import MONAILabelApp
from monailabel.interfaces.exception import MONAILabelException

from custom.errors import find_bad_input
from lib.correction import PartialVolumeCorrection

MODEL = "partial_volume_correction"
STUDIES = ("*.nii.gz", "*.nii", "*.dcm")

logger = logging.getLogger(__name__)


class CorrectionApp(MONAILabelApp):
    """The bundle's run `inference` behind MONAI Label's server.

    Args:
        app_dir: this folder.
        studies: folder with NIfTI and NM DICOM files.
        conf: keys of the bundle's `inference.yaml` and what stands there instead.
    """

    def __init__(self, app_dir: str, studies: str, conf: dict[str, str]) -> None:
        super().__init__(app_dir, studies, conf, name="Partial volume correction of cardiac SPECT")

    def init_datastore(self) -> LocalDatastore:
        """Take as studies what the bundle reads."""
        return LocalDatastore(self.studies, extensions=STUDIES, auto_reload=True)

    def init_infers(self) -> dict[str, PartialVolumeCorrection]:
        """Offer the one task."""
        return {MODEL: PartialVolumeCorrection(self.conf)}

    def infer(self, request: dict[str, Any], datastore: LocalDatastore | None = None) -> dict[str, Any]:
        """Answer a request; what a user can mend is said in one line, to the client and in the log.

        Raises:
            HTTPException: 404 for a study or model that is not there, 422 for a study that breaks a rule.
        """
        try:
            self._check_there(request)
            return super().infer(request, datastore)
        except MONAILabelException as error:
            raise _refusal(404, error.msg) from error
        except Exception as error:
            bad_input = find_bad_input(error)
            if bad_input is None:
                raise
            raise _refusal(422, " ".join(str(bad_input).split())) from error

    def _check_there(self, request: Mapping[str, Any]) -> None:
        study = request.get("image")
        if not isinstance(study, str) or self.datastore().get_image_uri(study):
            return
        if not os.path.exists(study):  # noqa: PTH110  takes any text, Path.exists does not
            raise _refusal(404, f"a study is a file in {self.studies}, named without its ending, got {study!r}")


def _refusal(status: int, line: str) -> HTTPException:
    logger.error("refused: %s", line)
    return HTTPException(status, line)
