"""What run `rebinning` says of a scan in numbers; gates are counted from 1, the first centred on the R wave."""

from __future__ import annotations

from typing import Any

import numpy as np

from custom.reconstruction.rebinning import Rebinned
from custom.reconstruction.volume_curve import VolumeCurve
from custom.scanner.list_mode import ListMode


def report(
    *, list_mode: ListMode, rebinned: Rebinned, curve: VolumeCurve, provenance: dict[str, Any]
) -> dict[str, Any]:
    """Gather what a reader of the gates needs, ready for JSON.

    Args:
        list_mode: the scan.
        rebinned: its gates.
        curve: of the left ventricle.
        provenance: of the results: software, settings and files.
    """
    accepted = rebinned.rr_seconds[rebinned.accepted_beats]
    return {
        "camera": list_mode.camera,
        "tracer": list_mode.tracer,
        "simulated": list_mode.simulated,
        "origin": list_mode.origin,
        "scan_seconds": list_mode.seconds,
        **provenance,
        "end_diastole_gate": curve.end_diastole + 1,
        "end_systole_gate": curve.end_systole + 1,
        "gates": [
            {
                "gate": gate + 1,
                "seconds": float(rebinned.seconds[gate]),
                "counts": int(rebinned.counts[gate].sum()),
                "rate_over_ventricle_relative_to_mean": float(curve.measured[gate]),
                "fitted": float(curve.fitted[gate]),
            }
            for gate in range(len(rebinned.counts))
        ],
        "rejected": {
            reason: {"seconds": rebinned.rejected_seconds[reason], "counts": counts}
            for reason, counts in rebinned.rejected_counts.items()
        },
        "beats": len(rebinned.rr_seconds),
        "accepted_beats": len(accepted),
        "median_rr_ms": 1000 * float(np.median(rebinned.rr_seconds)),
        "accepted_beats_per_minute": 60 / float(accepted.mean()),
        "breaths": max(len(list_mode.breaths) - 1, 0),
    }


def summary(report: dict[str, Any]) -> str:
    """Return what a report says of a scan in one line."""
    counts = sum(gate["counts"] for gate in report["gates"])
    lost = sum(rejected["counts"] for rejected in report["rejected"].values())
    return (
        f"{report['accepted_beats']} of {report['beats']} beats accepted, "
        f"{report['accepted_beats_per_minute']:.0f} per minute; "
        f"{counts / (counts + lost):.0%} of {counts + lost:,} counts in gates; "
        f"end-diastole gate {report['end_diastole_gate']}, end-systole gate {report['end_systole_gate']}"
    )
