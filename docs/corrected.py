"""The shipped network on volumes of its own grid, as the gallery uses it."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import torch
from monai.bundle import ConfigParser
from monai.utils import convert_to_tensor

from custom.data.transforms import NormaliseActivityd
from custom.networks.dynamic_unet import DynamicUNet
from custom.networks.weights import load_weights

CONFIG = Path("bundle/configs/inference.yaml")
WEIGHTS = Path("bundle/models/model.pt")


def shipped_network(weights: Path = WEIGHTS) -> DynamicUNet:
    """Return the densely-connected dynamic network with its trained weights, for inference."""
    network = network_by_config()
    load_weights(network, weights)
    return network.eval()


def network_by_config() -> DynamicUNet:
    """Return the network that run `inference` declares, with random weights."""
    parser = ConfigParser()
    parser.read_config(str(CONFIG))
    return parser.get_parsed_content("network_def")


def normalised(file: Path | str) -> torch.Tensor:
    """Read a volume and bring it to the network's scale, (1, 1, x, y, z)."""
    volume = torch.from_numpy(nibabel.load(file).get_fdata(dtype=np.float32))[None]
    return convert_to_tensor(NormaliseActivityd("image")({"image": volume})["image"], track_meta=False)[None]
