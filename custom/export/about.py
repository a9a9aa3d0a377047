"""What an exported file tells of its network."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from custom.export.formats import About

CT_CHANNEL = "CT, -1000 to 1000 HU scaled to 0 to 1"


OTHER_SOURCE = "see the training of these weights"


def about(
    *, metadata: Mapping[str, Any], config: Mapping[str, Any], switches: Mapping[str, Any], sha256: str, shipped: bool
) -> About:
    """Fit what the bundle tells of its own network to the one that is exported.

    Args:
        metadata: the bundle's.
        config: of the run `inference`, unparsed.
        switches: settings of that run which tell the network, by name; `image_keys` among them.
        sha256: of the weights' file.
        shipped: whether those are the bundle's own weights; what these reach is not told of others.
    """
    told = copy.deepcopy(dict(metadata))
    if not shipped:
        told.pop("eval_metrics", None)
        told["data_source"] = OTHER_SOURCE
    channels = told["network_data_format"]["inputs"]["image"]
    channels["num_channels"] = len(switches["image_keys"])
    if "ct" in switches["image_keys"]:
        channels["channel_def"] |= {str(_place(switches["image_keys"])): CT_CHANNEL}
    summary = {
        "name": str(metadata["name"]),
        "version": str(metadata["version"]),
        "intended_use": str(metadata["intended_use"]),
        "data_source": str(told["data_source"]),
        "network": json.dumps(dict(switches)),
        "weights_sha256": sha256,
    }
    return About(metadata=told, config={**config, **switches}, summary=summary)


def _place(image_keys: Sequence[str]) -> int:
    return list(image_keys).index("ct")
