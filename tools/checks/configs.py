"""Configs: what they refer to, which components they name, and the properties that MONAI's applications use."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from pydoc import locate
from typing import Any

from monai.bundle import ConfigComponent, ConfigParser, ConfigWorkflow
from monai.utils import BundlePropertyConfig

from custom.command_line import unknown_references
from custom.errors import BadInput
from tools.checks.unpacked import Unpacked


class DeclaredWorkflow(ConfigWorkflow):
    """A config whose properties are as declared, so that MONAI checks them without data and without a run."""

    def _get_property(self, name: str, property: dict[str, Any]) -> object:  # noqa: A002  MONAI's name
        """Return what the config declares for a property.

        Raises:
            AttributeError: nothing.
        """
        if property[BundlePropertyConfig.ID] not in self.parser:
            raise AttributeError(name)
        return self.parser[property[BundlePropertyConfig.ID]]


def check_configs(bundle: Unpacked) -> str:
    """Hold that configs refer to what they declare, and that a config in two forms says the same in both."""
    files = _config_files(bundle)
    for file in files:
        unknown = unknown_references(_parser(file, bundle))
        if unknown:
            raise BadInput(f"configs refer to what they declare, in {bundle.name(file)} {unknown[0]}")
    twins = [file for file in files if file.suffix != ".json" and file.with_suffix(".json").is_file()]
    for file in twins:
        if ConfigParser.load_config_file(str(file)) != json.loads(file.with_suffix(".json").read_text("utf-8")):
            raise BadInput(f"a config says the same in YAML and in JSON, {bundle.name(file)} does not")
    return f"{len(files)} files, {len(twins)} of them in two forms"


def check_components(bundle: Unpacked) -> str:
    """Hold that every component of every config exists and takes the arguments it is given."""
    n_components = 0
    files = _config_files(bundle)
    for file in [file for file in files if file.suffix != ".json" or file.with_suffix(".yaml") not in files]:
        parser = _parser(file, bundle)
        parser.parse(reset=True)
        components = [item for item in parser.ref_resolver.items.values() if isinstance(item, ConfigComponent)]
        for component in components:
            _check_component(component, bundle.name(file))
        n_components += len(components)
    return f"{n_components} exist and take their arguments"


def check_properties(bundle: Unpacked) -> str:
    """Hold the configs for training and inference against the properties that MONAI names."""
    kinds = {"inference": bundle.config("inference"), "train": bundle.find_config("train")}
    checked = {kind: config for kind, config in kinds.items() if config is not None}
    for kind, config in checked.items():
        workflow = DeclaredWorkflow(str(config), workflow_type=kind, logging_file=False)
        workflow.parser.parse(reset=True)
        lacking = workflow.check_properties()
        if lacking:
            raise BadInput(f"a config for {kind} declares what MONAI's applications use, {config.name} {lacking}")
    return " and ".join(config.name for config in checked.values())


def _config_files(bundle: Unpacked) -> list[Path]:
    configs = bundle.root / "configs"
    files = [file for suffix in ("json", "yaml", "yml") for file in sorted(configs.rglob(f"*.{suffix}"))]
    return [file for file in files if file.stem not in ("metadata", "schema") and not _is_tracking(file)]


def _is_tracking(file: Path) -> bool:
    """Tell whether a file holds settings for `--tracking`, which refer to the config that they are merged into."""
    return {"handlers_id", "configs"} <= ConfigParser.load_config_file(str(file)).keys()


def _parser(file: Path, bundle: Unpacked) -> ConfigParser:
    """Read a config; one that names no bundle_root is an overlay of the training."""
    alone = "bundle_root" in ConfigParser.load_config_file(str(file))
    parser = ConfigParser()
    parser.read_config([str(file)] if alone else [str(bundle.config("train")), str(file)])
    parser.read_meta(str(bundle.file("configs/metadata.json")))
    return parser


def _check_component(component: ConfigComponent, file: str) -> None:
    where = f"{component.get_id()} in {file}"
    target = component.resolve_module_name()
    made_by = locate(target) if isinstance(target, str) else target
    if not callable(made_by):
        raise BadInput(f"a component is there to be imported, {where} names {target}; is it misspelt?")
    try:
        inspect.signature(made_by).bind_partial(**component.resolve_args())
    except TypeError as error:
        raise BadInput(f"a component takes the arguments that its config names, {where}: {error}") from error
