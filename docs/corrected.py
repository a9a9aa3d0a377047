"""The shipped network on volumes of its own grid, as the gallery uses it."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import torch
from monai.utils import convert_to_tensor

from custom.data.transforms import NormaliseActivityd
from custom.networks.dynamic_unet import DynamicUNet
from custom.networks.weights import load_weights

WEIGHTS = Path("bundle/models/model.pt")


def shipped_network(weights: Path = WEIGHTS) -> DynamicUNet:
    """Return the densely-connected dynamic network with its trained weights, for inference."""
    network = DynamicUNet(n_filters=16)
    load_weights(network, weights)
    return network.eval()


def normalised(file: Path | str) -> torch.Tensor:
    """Read a volume and bring it to the network's scale, (1, 1, x, y, z)."""
    volume = torch.from_numpy(nibabel.load(file).get_fdata(dtype=np.float32))[None]
    return convert_to_tensor(NormaliseActivityd("image")({"image": volume})["image"], track_meta=False)[None]
