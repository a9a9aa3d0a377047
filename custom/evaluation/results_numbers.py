"""The numbers of the results page for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from custom.evaluation.evidence import Comparison, Evidence
from custom.evaluation.results_sections import REMARK
from custom.evaluation.summary import describe_methods
from custom.evaluation.trained import method_names


def results_numbers(evidence: Evidence) -> dict[str, Any]:
    """Return what JSON can hold of the evidence.

    Returns:
        How the page was `made`; `members`: of each its `method` on the page, network, seed and the `sha256` of its
        weights; for `paper`, `further` (None without) and `others` by title: description of every measure by method,
        over volumes; for the first two also `over_animals`, means with their intervals.
    """
    methods = method_names(evidence.trained)
    return {
        "remark": REMARK,
        "made": dict(evidence.made),
        "members": {
            name: {"method": methods[name], **{key: one.record[key] for key in ("network_name", "seed", "sha256")}}
            for name, one in evidence.trained.items()
        },
        "paper": _numbers(evidence.paper),
        "further": None if evidence.further is None else _numbers(evidence.further),
        "others": {title: describe_methods(measures) for title, measures in evidence.others.items()},
    }


def write_numbers(path: Path, numbers: Mapping[str, Any]) -> None:
    """Write numbers as JSON.

    Raises:
        ValueError: a number that JSON cannot hold.
    """
    path.write_text(f"{json.dumps(numbers, indent=2, ensure_ascii=False, allow_nan=False)}\n", encoding="utf-8")


def _numbers(compared: Comparison) -> dict[str, Any]:
    return {
        "title": compared.title,
        "methods": describe_methods(compared.all_measures),
        "over_animals": compared.over_animals["means"],
    }
