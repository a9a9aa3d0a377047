"""The numbers of a cohort as Markdown tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

GATES = {"ed": "end-diastole", "es": "end-systole"}
METHODS = {
    "true": "truth of the tissues",
    "true_in_voxels": "truth averaged into voxels",
    "mlem": "MLEM, no correction",
    "iterative_yang": "iterative Yang",
}
ANIMAL_ROWS = (
    ("weight", "weight_kg", "kg", 1, 1),
    ("heart rate", "heart_rate_per_minute", "per minute", 1, 0),
    ("ejection fraction", "ejection_fraction", "%", 100, 1),
)
GATE_ROWS = (  # name, key, unit, factor, decimals
    ("left ventricular volume", "left_ventricular_volume_ml", "ml", 1, 1),
    ("inner diameter", "left_ventricular_inner_diameter_mm", "mm", 1, 1),
    ("wall", "left_ventricular_wall_mm", "mm", 1, 1),
    ("counts per gate", "counts", "millions", 1e-6, 2),
    ("scattered photons in the window", "scatter_fraction", "%", 100, 1),
    ("estimated over expected scatter", "estimated_over_expected_scatter", "", 1, 3),
)
SHARES = {
    "uncorrected_above_corrected": "IMBV before correction above that after",
    "corrected_closer_to_truth_of_tissues": "corrected closer than uncorrected to the truth of the tissues",
    "corrected_closer_to_truth_in_voxels": "corrected closer than uncorrected to the truth averaged into voxels",
}
WRONG_GATE_ROWS = {
    "imbv_error_tissues": "absolute IMBV error, truth of the tissues",
    "imbv_error_voxels": "absolute IMBV error, truth averaged into voxels",
    "rmse": "RMSE of the image in the heart, blood = 1",
}
FILE_KINDS = {
    "image": "MLEM image",
    "label": "iterative Yang",
    "ct": "CT, 4 mm",
    "full_ct": "CT, 1 mm",
    "regions": "regions",
    "outlined": "regions, as outlined on the CT",
    "truth": "true activity",
    "mu": "μ-map",
    "counts": "counts",
    "scatter": "scatter estimate",
    "other": "parameters, lists, checksums",
}


def cohort_tables(numbers: Mapping[str, Any]) -> str:
    """Write what `description.json` holds as tables: mean ± SD (range) over the animals."""
    deficits = ", ".join(numbers["with_deficit"]) or "none"
    head = (
        f"{numbers['remark']}: {numbers['n_animals']} of seed {numbers['seed']}, {numbers['n_gates']} gates, tracer "
        f"{numbers['tracer'].replace('_', ' ')}. With a deficit: {deficits}. Mean ± SD (range) over the animals."
    )
    parts = [
        head,
        _animals(numbers),
        _imbv(numbers["imbv"]),
        _change(numbers["imbv_change"]),
    ]
    if "wrong_gate" in numbers:
        parts.append(_wrong_gate(numbers["wrong_gate"]))
    return "\n\n".join([*parts, _disk(numbers["disk"])]) + "\n"


def _animals(numbers: Mapping[str, Any]) -> str:
    rows = [
        [_with_unit(name, unit), _spread(numbers["animals"][key], factor, decimals), ""]
        for name, key, unit, factor, decimals in ANIMAL_ROWS
    ] + [
        [_with_unit(name, unit), *(_spread(numbers["gates"][key][gate], factor, decimals) for gate in GATES)]
        for name, key, unit, factor, decimals in GATE_ROWS
    ]
    return _section("Animals", ["", *GATES.values()], rows)


def _imbv(imbv: Mapping[str, Any]) -> str:
    rows = [[name, *(_spread(imbv[method][gate], 1, 3) for gate in GATES)] for method, name in METHODS.items()]
    return _section("Intramyocardial blood volume", ["", *GATES.values()], rows)


def _change(change: Mapping[str, Any]) -> str:
    ratios = [
        ["mean IMBV before over mean IMBV after correction", f"{change['ratio_of_means']:.2f}", ""],
        ["the same in the network's paper, 20 studies", f"{change['published_ratio_of_means']:.2f}", ""],
        ["mean of the gates' ratios", _spread(change["mean_of_ratios"], 1, 2), ""],
    ]
    shares = [
        [name, f"{100 * change[key]['share']:.1f} % of {change[key]['n']}", ", ".join(change[key]["exceptions"])]
        for key, name in SHARES.items()
    ]
    return _section("What iterative Yang does to it", ["", "gates", "exceptions"], ratios + shares)


def _wrong_gate(numbers: Mapping[str, Any]) -> str:
    header = [
        "",
        "gate",
        "CT of the same gate",
        "CT of the other gate",
        "difference (95 %)",
        "grew in",
        "p (t, Wilcoxon; Holm)",
    ]
    rows = [
        [name, label, *_wrong_gate_cells(numbers[gate][error])]
        for error, name in WRONG_GATE_ROWS.items()
        for gate, label in {**GATES, "both": "both"}.items()
    ]
    return _section("Iterative Yang by the CT of the wrong gate", header, rows)


def _wrong_gate_cells(compared: Mapping[str, Any]) -> list[str]:
    difference = compared["difference"]
    interval = difference["interval_95"]
    shown = f"{difference['mean_difference']:+.3f}" + (
        "" if interval is None else " ({:+.3f} to {:+.3f})".format(*interval)
    )
    tests = ", ".join(
        "—" if p is None else f"{p:.1g}" for p in (difference["p_t_test_holm"], difference["p_wilcoxon_holm"])
    )
    means = [f"{compared[ct]['mean']:.3f} ± {compared[ct]['sd']:.3f}" for ct in ("same_gate", "other_gate")]
    return [*means, shown.replace("-", "−"), f"{compared['n_grown']} of {compared['n_gates']}", tests]


def _disk(disk: Mapping[str, Any]) -> str:
    kinds = {**disk["kinds"], "total": disk["total"]}
    rows = [
        [FILE_KINDS.get(name, name), str(kind["files"]), f"{kind['bytes'] / 1e6:.1f}"] for name, kind in kinds.items()
    ]
    return _section("On disk", ["", "files", "MB"], rows)


def _with_unit(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _spread(described: Mapping[str, Any], factor: float, decimals: int) -> str:
    mean, sd, low, high = (f"{factor * described[key]:.{decimals}f}" for key in ("mean", "sd", "minimum", "maximum"))
    return f"{mean} ± {sd} ({low} to {high})"


def _section(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return f"### {title}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)
