"""The card that the Hugging Face Hub shows: front matter from the metadata, text from the README of the bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

TAGS = ("monai", "medical", "nuclear-medicine", "spect", "cardiac", "partial-volume-correction", "3d")
TASK = "image-to-image"  # of the Hub's names for tasks the one that fits


def model_card(metadata: Mapping[str, Any], readme: bytes) -> bytes:
    """Return the card: YAML between two lines `---`, then the README as it stands.

    Args:
        metadata: of the bundle; name, task and measures come from there.
        readme: of the bundle, in UTF-8.
    """
    front_matter = {
        "license": "apache-2.0",
        "library_name": "monai",
        "pipeline_tag": TASK,
        "tags": list(TAGS),
        "metrics": [_kind(name) for name in metadata["eval_metrics"]],
        "model-index": [{"name": metadata["name"], "results": [_result(metadata)]}],
    }
    written = yaml.safe_dump(front_matter, sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{written}---\n\n".encode() + readme


def _result(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "task": {"type": TASK, "name": metadata["task"]},
        "dataset": {"type": "virtual-canines", "name": "Virtual (simulated) canines, test animals"},
        "metrics": [
            {"type": _kind(name), "name": name, "value": value} for name, value in metadata["eval_metrics"].items()
        ],
    }


def _kind(name: str) -> str:
    """Return what is measured: `ssim` of `mean_ssim`, `psnr` of `mean_psnr_db`."""
    return name.removeprefix("mean_").split("_")[0]
