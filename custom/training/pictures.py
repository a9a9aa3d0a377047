"""Pictures of a validation study while a network is trained."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from ignite.engine import Engine, Events
from matplotlib.figure import Figure
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from custom.settings import check_whole

TAG = "validation study"


class ValidationPictures:
    """Handler that draws the last study of a validation for TensorBoard: reference, input and prediction on one scale.

    Args:
        writer: of TensorBoard's files.
        draw: `custom.evaluation.figures.three_planes`.
        affine: from indices to world millimetres, RAS+, of all volumes; where their middle lies does not matter.
        interval: epochs from one picture to the next.
        reference: what the label is called.

    Raises:
        BadInput: no whole number of epochs.
    """

    def __init__(
        self,
        writer: SummaryWriter,
        draw: Callable[..., Figure],
        affine: np.ndarray,
        interval: int,
        reference: str = "reference",
    ) -> None:
        check_whole(picture_interval=interval)
        self.writer = writer
        self.draw = draw
        self.affine = affine
        self.interval = interval
        self.reference = reference

    def attach(self, engine: Engine) -> None:
        """Let the handler run after each validation of a MONAI evaluator whose batches hold one study."""
        engine.add_event_handler(Events.EPOCH_COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Draw the study, where this epoch's turn has come."""
        epoch = engine.state.epoch
        if epoch % self.interval:
            return
        study = engine.state.output
        label = study["label"][0]
        volumes = {
            self.reference: _voxels(label[0]),
            "before": _voxels(study["image"][0, 0]),
            "prediction": _voxels(study["pred"][0, 0]),
        }
        picture = self.draw(
            volumes,
            self.affine,
            title=f"{TAG} after epoch {epoch}",
            unit="activity, divided by the volume's factor",
            regions=_voxels(label[1]),
        )
        self.writer.add_figure(TAG, picture, epoch)


def _voxels(volume: Tensor) -> np.ndarray:
    return volume.float().cpu().numpy()
