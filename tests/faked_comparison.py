"""What the run `comparison` leaves, faked: curves without a training, and corrections without a network."""

from __future__ import annotations

import json
from pathlib import Path

from tests.corrected_cohort import write_corrected

CURVE = "volumes,training_loss,validation_loss,validation_imbv_error\n30,0.4,0.4,0.04\n60,0.3,0.3,0.03\n"
MEMBERS = {  # the name of its network, what sets it apart, and how far its corrections go
    "unet_bv": ("U-net-BV", {}, 0.5),
    "unet_bv_kernel_scale-0.5": ("U-net-BV", {"kernel_scale": 0.5}, 0.6),
    "dy_unet_ct": ("Dy-U-CT", {"image_keys": ["image", "ct"]}, 0.65),
    "dc_dy_unet_bv": ("DC-Dy-U-BV", {}, 0.8),
    "dc_dy_unet_bv_seed-2": ("DC-Dy-U-BV", {"seed": 2}, 0.7),
    "dc_dy_unet_bv_label_kind-truth": ("DC-Dy-U-BV", {"label_kind": "truth"}, 0.9),
}
SETTINGS = {"image_keys": ["image"], "kernel_scale": None, "label_kind": "label", "amp": True}


def write_comparison(folder: Path, test_sets: dict[str, Path]) -> Path:
    """Write members, and their corrections of test sets beside those of a method without a network."""
    records = {}
    for number, (member, (name, settings, _)) in enumerate(MEMBERS.items()):
        records[member] = {
            "network": member.split("_kernel")[0].split("_seed")[0].split("_label")[0],
            "network_name": name,
            "seed": settings.get("seed", 1),
            "settings": {**SETTINGS, "dynamic": "Dy" in name, **settings},
            "sha256": f"{number:064d}",
            "n_parameters": 1000,
            "volumes": 60,
            "machine": "a machine",
            "seconds": 7200.0,
            "stages": {"crops": 1, "volumes": 1},
        }
        (folder / member).mkdir(parents=True)
        (folder / member / "curve.csv").write_text(CURVE)
    (folder / "members.json").write_text(json.dumps(records))
    for test_set, cohort in test_sets.items():
        corrected = folder / "corrected" / test_set
        write_corrected(cohort, corrected / "richardson_lucy", takes=0.3)
        for member, (name, _, takes) in MEMBERS.items():
            write_corrected(cohort, corrected / member, takes=takes, network=name, weights=records[member]["sha256"])
    return folder
