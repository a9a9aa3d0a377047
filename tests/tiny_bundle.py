"""A bundle of one convolution, whole in the Model Zoo's eyes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

NETWORK = {"_target_": "torch.nn.Conv3d", "in_channels": 1, "out_channels": 1, "kernel_size": 3, "padding": 1}
TENSOR = {"type": "image", "format": "activity", "num_channels": 1, "spatial_shape": [8, 8, 6], "dtype": "float32"}
METADATA = {
    "schema": "https://github.com/Project-MONAI/MONAI-extra-test-data/releases/download/0.8.1/meta_schema_20240725.json",
    "version": "1.2.3",
    "changelog": {"1.2.3": "one convolution"},
    "monai_version": "1.6.1",
    "pytorch_version": "2.13.0",
    "numpy_version": "2.4.6",
    "required_packages_version": {},
    "name": "One convolution",
    "task": "Convolution",
    "description": "One convolution.",
    "authors": "nobody",
    "copyright": "nobody",
    "eval_metrics": {"mean_ssim": 0.5},
    "network_data_format": {
        "inputs": {"image": {**TENSOR, "value_range": [0, 1]}},
        "outputs": {"pred": {**TENSOR, "value_range": [0, 1]}},
    },
}
SHARED = {"bundle_root": ".", "device": "cpu", "dataset_dir": "data", "output_dir": "output", "network_def": NETWORK}
LOADING = {"_target_": "DataLoader", "dataset": "@dataset", "batch_size": 1}
DATASET = {"_target_": "Dataset", "data": [], "transform": None}
INFERER = {"_target_": "SimpleInferer"}
INFERENCE = {
    **SHARED,
    "dataset": DATASET,
    "dataloader": LOADING,
    "inferer": INFERER,
    "evaluator": {
        "_target_": "SupervisedEvaluator",
        "device": "@device",
        "val_data_loader": "@dataloader",
        "network": "@network_def",
        "inferer": "@inferer",
    },
    "run": ["$@evaluator.run()"],
}
TRAIN = {
    **SHARED,
    "train": {
        "dataset": DATASET,
        "handlers": [],
        "dataloader": {**LOADING, "dataset": "@train#dataset"},
        "inferer": INFERER,
        "trainer": {
            "_target_": "SupervisedTrainer",
            "max_epochs": 1,
            "device": "@device",
            "train_data_loader": "@train#dataloader",
            "network": "@network_def",
            "optimizer": {"_target_": "torch.optim.Adam", "params": "$@network_def.parameters()"},
            "loss_function": {"_target_": "torch.nn.MSELoss"},
            "inferer": "@train#inferer",
            "train_handlers": "@train#handlers",
        },
    },
    "run": ["$@train#trainer.run()"],
}
README = """# Model overview
## Data
## Training configuration
## Performance
## MONAI Bundle commands
## License
"""
CARD = """---
license: apache-2.0
library_name: monai
tags: [monai]
model-index:
- results: [{metrics: [{type: ssim, name: mean_ssim, value: 0.5}]}]
---
# Model overview
"""


def write_tiny_bundle(root: Path) -> Path:
    """Write the bundle into a folder of its name and return that."""
    for folder in ("configs", "docs", "models"):
        (root / folder).mkdir(parents=True)
    for name, content in (("metadata", METADATA), ("inference", INFERENCE), ("train", TRAIN)):
        write_json(root / "configs" / f"{name}.json", content)
    (root / "LICENSE").write_text("Apache License")
    (root / "README.md").write_text(CARD)
    (root / "docs" / "README.md").write_text(README)
    torch.manual_seed(0)
    torch.save(torch.nn.Conv3d(1, 1, 3).state_dict(), root / "models" / "model.pt")
    return root


def write_json(file: Path, content: Any) -> None:
    """Write a file of JSON."""
    file.write_text(json.dumps(content))
