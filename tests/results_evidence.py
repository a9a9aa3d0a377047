"""Evidence for a results page, small and made up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.figure import Figure

from custom.evaluation.ct_shift_picture import BY_REGIONS, ShiftErrors
from custom.evaluation.deficit import Deficit
from custom.evaluation.evidence import Comparison, Evidence
from custom.evaluation.learning_curves import LearningCurve
from custom.evaluation.measures import Measures
from custom.evaluation.trained import Trained
from tests.study_images import study_images

METHODS = {"no correction": 0.30, "network": 0.17, "iterative Yang": 0.15, "truth": 0.16}
ESTIMATES = ("no correction", "network")


@dataclass(frozen=True, kw_only=True)
class MeasuresWithTruth(Measures):
    """Measures that need the true activity."""

    imbv_error_tissues: float | None = 0.02
    imbv_error_voxels: float | None = 0.03
    wall_recovery: float | None = 1.1
    cavity_recovery: float | None = 0.9
    heart_rmse: float | None = 0.12
    segment_rmse: float | None = 0.05
    segments: tuple[float, ...] = ()


def evidence() -> Evidence:
    """Return evidence of one network; the name of the machine tries to be HTML."""
    return Evidence(
        command="python -m monai.bundle run results --config_file bundle/configs/results.yaml",
        made={"machine": "two cores <script>alert(1)</script>", "date": "2026-11-26"},
        trained={"dy_unet_bv": trained(seed=1), "dy_unet_bv_seed-2": trained(seed=2)},
        paper=comparison("ten animals"),
        further=comparison("forty further animals"),
        others={"animals outside the training's ranges": measures()},
        studies=[study_images(["no correction", "network", "iterative Yang"])],
        deficit=deficit(),
        shifts={
            label: {"iterative Yang": ShiftErrors(kind=BY_REGIONS, errors={0.0: [0.01, 0.02], 4.0: [0.02, 0.04]})}
            for label in ("error of IMBV", "error of segments")
        },
        wrong_gate=Figure,
        findings=["Uncorrected IMBV lies far above the paper's."],
    )


def deficit() -> Deficit:
    """Return changes of which the network shows half, in a volume of each of two animals."""
    true = np.linspace(-0.1, 0.02, 2 * 17).reshape(2, 17)
    return Deficit(studies=["a_gate-ed", "b_gate-ed"], animals=["a", "b"], changes={"truth": true, "network": true / 2})


def trained(*, seed: int) -> Trained:
    """Return two epochs of crops and two of whole volumes."""
    loss = np.array([0.4, 0.3, 0.2, 0.19])
    record = {
        "network": "dy_unet_bv",
        "network_name": "Dy-U-BV",
        "seed": seed,
        "settings": {
            "image_keys": ["image"],
            "kernel_scale": None,
            "dynamic": True,
            "label_kind": "label",
            "amp": True,
        },
        "sha256": str(seed) * 64,
        "n_parameters": 3_846_557,
        "volumes": 120,
        "machine": "a machine",
        "seconds": 7200.0,
        "stages": {"crops": 2, "volumes": 2},
    }
    volumes = np.array([30.0, 60.0, 90.0, 120.0])
    curve = LearningCurve(volumes=volumes, training_loss=loss, validation_loss=loss, validation_imbv_error=loss / 10)
    return Trained(record=record, curve=curve)


def measures() -> list[MeasuresWithTruth]:
    """Return a row for two animals with two gates each, by every method."""
    rows = []
    for place, (animal, gate) in enumerate((("a", "ed"), ("a", "es"), ("b", "ed"), ("b", "es"))):
        for method, imbv in METHODS.items():
            quality = {"ssim": 0.9, "psnr_db": 30.0, "rmse": 0.02} if method in ESTIMATES else {}
            name = {"study": f"{animal}_gate-{gate}", "animal": animal, "gate": gate, "method": method}
            rows.append(MeasuresWithTruth(**name, imbv=imbv * (1 + 0.1 * place), segments=(imbv,) * 17, **quality))
    return rows


def member_measures() -> list[MeasuresWithTruth]:
    """Return rows of both trained members, whose absolute errors of IMBV are 0.02 and 0.04."""
    names = {"Dy-U-BV": 0.02, "dy_unet_bv_seed-2": -0.04}
    return [
        replace(row, method=name, imbv_error=error)
        for name, error in names.items()
        for row in measures()
        if row.method == "network"
    ]


def comparison(title: str) -> Comparison:
    """Return what the statistics of `measures` might be."""
    statistics = {
        "n": 4,
        "means": {
            "imbv": {
                method: {"mean": imbv, "interval_95": (imbv - 0.01, imbv + 0.01)} for method, imbv in METHODS.items()
            },
            "imbv_error": {method: {"mean": 0.02, "interval_95": None} for method in ESTIMATES},
        },
        "variance": {"imbv": variance(), "ssim": None},
        "imbv_agreement": {
            reference: {method: agreement() for method in METHODS if method != reference}
            for reference in ("iterative Yang", "truth")
        },
        "components": [effect()],
    }
    return Comparison(
        title=title,
        measures=measures(),
        all_measures=[*measures(), *member_measures()],
        over_animals=statistics,
        over_volumes=statistics,
    )


def variance() -> dict:
    """Return an analysis of variance of the estimates and their reference."""
    methods = [method for method in METHODS if method != "truth"]
    pairs = [(first, second) for place, first in enumerate(methods) for second in methods[place + 1 :]]
    return {
        "methods": methods,
        "f": 40.0,
        "df_methods": 2,
        "df_error": 2,
        "p": 0.02,
        "epsilon": 0.5,
        "p_greenhouse_geisser": 0.08,
        "pairs": [{"first": first, "second": second, "p_tukey": 0.01, "p_holm": 0.02} for first, second in pairs],
    }


def agreement() -> dict:
    """Return equivalence and line of one method."""
    test = {"n": 2, "margin": 0.015, "mean_difference": 0.004, "verdict": "equivalent", "p": 0.01}
    coefficient = {"value": 0.98, "interval_95": (0.9, 1.0)}
    line = {
        "slope": coefficient,
        "intercept": coefficient,
        "pearson_r": coefficient,
        "r_squared": 0.9,
        "concordance": 0.8,
    }
    return {"equivalence": {**test, "interval_90": (0.0, 0.008), "interval_95": (-0.001, 0.009)}, "line": line}


def effect() -> dict:
    """Return what a component brings."""
    networks = {"component": "CT", "network_without": "Dy-U", "network_with": "Dy-U-CT"}
    difference = {"mean_difference": 0.01, "interval_95": (0.0, 0.02), "p_wilcoxon": 0.05}
    return {**networks, "measure": "ssim", "difference": difference, "p_holm": 0.04}
