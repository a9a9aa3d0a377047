"""What stands on the command line of a run, held against its configs before anything is done."""

from __future__ import annotations

import difflib
import inspect
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from pydoc import locate
from typing import Any

import fire
from monai.bundle import ConfigParser, ConfigWorkflow, run
from monai.bundle.reference_resolver import ReferenceResolver
from monai.bundle.scripts import update_kwargs
from monai.bundle.utils import DEFAULT_EXP_MGMT_SETTINGS
from monai.utils import ensure_tuple

from custom.errors import BadInput, explain_bad_input
from custom.settings import check_device

OURS = "custom."
PATHS = {
    *("input", "weights", "regions", "ct", "study", "events", "projections", "mu_map", "background"),
    *("camera", "ranges", "changed_ranges", "findings", "measures"),
}
MISSPELT = 0.8  # how like a name another must be to be taken for it
OF_MONAI = {*inspect.signature(run).parameters, *inspect.signature(ConfigWorkflow).parameters, "workflow_name"}


def refuse_bad_input() -> None:
    """Let what a user can mend end a run in one line, and refuse a command line that its configs do not know.

    Configs call this first: MONAI takes any name as a setting, and a misspelt one would change nothing.

    Raises:
        BadInput: see `check_run`.
    """
    explain_bad_input()
    started = sys.modules["__main__"].__spec__
    if started is not None and started.name == "monai.bundle.__main__" and sys.argv[1:2] == ["run"]:
        check_run(sys.argv[2:])


def check_run(words: list[str]) -> None:
    """Hold settings and references of a run against what its configs declare.

    Args:
        words: that follow `python -m monai.bundle run`.

    Raises:
        BadInput: a setting, or a reference in a config or a setting, names nothing in the configs, or an overlay sets
            what nothing refers to under a name like one that the config declares.
    """
    given = fire.Fire(_arguments, command=words, serialize=lambda _: None)
    files = ensure_tuple(given["config_file"])
    settings = {name: value for name, value in given.items() if name not in OF_MONAI}
    parser = ConfigParser()
    parser.read_config(files)
    metadata = ensure_tuple(given.get("meta_file", str(Path(files[0]).with_name("metadata.json"))))
    parser.read_meta([file for file in metadata if Path(file).is_file()])
    _check_overlays(files, parser)
    _check_settings(settings, {**_settings_of_tracking(given.get("tracking")), **parser.config})
    _check_paths(settings)
    if not str(settings.get("device", "$")).startswith(("$", "@")):
        check_device(settings["device"])
    parser.update(settings)
    unknown = unknown_references(parser)
    if unknown:
        raise BadInput(f"{', '.join(map(str, files))}: {unknown[0]}; is a name misspelt?")


def unknown_references(parser: ConfigParser) -> list[str]:
    """List the references of a config that name nothing in it, each with where it stands and the nearest name.

    Args:
        parser: with one config, or several merged.
    """
    found = _references(parser)
    items = parser.ref_resolver.items
    return [
        f"{place} refers to @{name}, which is not declared{nearest(name, items)}"
        for place, name in found
        if name not in items
    ]


def nearest(name: str, names: Iterable[str], likeness: float = 0.6) -> str:
    """Return ` (did you mean …?)` with the name that looks most like another, or nothing where none does."""
    alike = difflib.get_close_matches(name, list(names), n=1, cutoff=likeness)
    return f" (did you mean {alike[0]}?)" if alike else ""


def _references(parser: ConfigParser) -> list[tuple[str, str]]:
    """List all references of a config: where each stands, and what it names."""
    parser.parse(reset=True)
    texts = {place: item.get_config() for place, item in parser.ref_resolver.items.items()}
    return [
        (place, name)
        for place, text in texts.items()
        if isinstance(text, str)
        for name in ReferenceResolver.match_refs_pattern(text)
    ]


def _check_overlays(files: Sequence[str], merged: ConfigParser) -> None:
    """Refuse a name that an overlay adds, that nothing refers to, and that looks like one of the config's own.

    Others may stand there: an overlay of a network goes with training and with inference, which lacks the losses.
    """
    if len(files) == 1:
        return  # no overlay; every run of the bundle comes this way
    declared = ConfigParser.load_config_file(files[0])
    used = {ReferenceResolver.split_id(name)[0] for _, name in _references(merged)}
    for file in files[1:]:
        for setting in ConfigParser.load_config_file(file):
            name = ReferenceResolver.split_id(setting)[0]
            meant = "" if name in declared or name in used else nearest(name, declared, MISSPELT)
            if meant:
                raise BadInput(f"{file} sets {name}, which nothing refers to{meant}")


def _arguments(*in_order: Any, **by_name: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what MONAI's `run` is given, the content of `args_file` included."""
    given = inspect.signature(run).bind(*in_order, **by_name).arguments
    settings = given.pop("override", {})
    left_out = [name for name, value in settings.items() if value is None]
    if left_out:
        raise BadInput(
            f"a setting has a value, got --{left_out[0]} None, which MONAI leaves out, so that the config's own "
            f"would stay; give it as '$None' where nothing is meant"
        )
    given |= settings
    return update_kwargs(args=given.pop("args_file", None), **given)


def _settings_of_tracking(tracking: str | None) -> dict[str, Any]:
    """Return what `--tracking` lets be set beside the config: by a name that MONAI knows, or by a file of settings."""
    if tracking is None:
        return {}
    if tracking not in DEFAULT_EXP_MGMT_SETTINGS and not Path(tracking).is_file():
        names = ", ".join(DEFAULT_EXP_MGMT_SETTINGS)
        raise BadInput(f"tracking is one of {names}, or a file of settings, got {tracking!r}; is it misspelt?")
    settings = DEFAULT_EXP_MGMT_SETTINGS.get(tracking) or ConfigParser.load_config_files(tracking)
    return dict(settings["configs"])


def _check_settings(settings: Iterable[str], config: Mapping[str, Any]) -> None:
    for setting in settings:
        part: Any = config
        known: list[str] | None = list(config)
        for name in map(str, ReferenceResolver.split_id(setting)):
            if known is not None and name not in known:
                raise BadInput(
                    f"a setting is one that the configs declare, got --{setting}{nearest(name, known)}; "
                    "the top of the config lists what may be changed"
                )
            part = part.get(name) if isinstance(part, Mapping) else None
            known = _names_in(part)


def _names_in(part: Any) -> list[str] | None:  # noqa: ANN401
    """Return the names that can be set in a part of a config; None where any can, as among cohorts by their names."""
    if not isinstance(part, Mapping):
        return None
    target = part.get("_target_", "")
    if str(target).startswith(OURS):
        component = locate(target)
        parameters = inspect.signature(component).parameters if callable(component) else {}
        return [*part, *parameters]
    return list(part) if _holds_component(part) and not target else None


def _holds_component(part: Any) -> bool:  # noqa: ANN401
    if isinstance(part, Mapping):
        return "_target_" in part or any(map(_holds_component, part.values()))
    return isinstance(part, list) and any(map(_holds_component, part))


def _check_paths(settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        is_path = name in PATHS or name.endswith("_dir")
        if is_path and not isinstance(value, str | None):
            raise BadInput(
                f"{name} is the path of a file or folder, got {value!r}, as which a command line reads it; "
                "begin the path with ./"
            )
