"""Rules of the design that every part keeps: rooms, their order, configs, one version, pinned requirements."""

from __future__ import annotations

import ast
import json
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from monai.bundle import ConfigParser

REPOSITORY = Path(__file__).resolve().parents[1]
CUSTOM = REPOSITORY / "custom"
CONFIGS = REPOSITORY / "bundle" / "configs"

PHYSICS = ["scanner", "projection", "reconstruction", "simulation", "data"]  # data flows this way only
ANYWHERE = {"digest", "errors", "machine", "nifti_file", "settings"}
FILES = {"leftovers", "result_folder"}
MAY_IMPORT = {room: ANYWHERE | FILES | {"cluster", *PHYSICS[:place]} for place, room in enumerate(PHYSICS)} | {
    "digest": set(),
    "errors": set(),
    "machine": set(),
    "nifti_file": {"errors"},
    "settings": {"errors"},
    "command_line": {"errors", "settings"},
    "cluster": ANYWHERE,
    "leftovers": set(),
    "result_folder": ANYWHERE | {"leftovers"},
    "networks": ANYWHERE,
    "losses": ANYWHERE | {"metrics"},
    "metrics": ANYWHERE,
    "export": ANYWHERE | {"result_folder"},
    "training": ANYWHERE | {"cluster", "leftovers", "data", "losses", "metrics"},
    "evaluation": ANYWHERE | {"metrics"},
}
RUNS = {
    "simulate": "simulation",
    "reference": "reference",
    "train": "training",
    "compare": "comparison",
    "inference": "inference",
    "evaluate": "evaluation",
    "deblur": "deblurring",
    "results": "results",
    "rebin": "rebinning",
    "attenuate": "attenuation",
    "describe": "description",
    "export": "export",
}

MODULES = {
    ".".join(file.relative_to(REPOSITORY).with_suffix("").parts): file
    for file in sorted(CUSTOM.rglob("*.py"))
    if file.name != "__init__.py"
}


def room_of(module: str) -> str:
    return module.split(".")[1]


def imported_names(file: Path) -> set[str]:
    """Every dotted name that a file imports, at its top or inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own_imports(file: Path) -> set[str]:
    """The project's modules that a file imports."""
    names = imported_names(file)
    return {module for module in MODULES if any(name == module or name.startswith(f"{module}.") for name in names)}


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_from_rooms_before_it(module: str) -> None:
    room = room_of(module)
    assert room in MAY_IMPORT, f"room {room} has no place in the design"
    assert {room_of(name) for name in own_imports(MODULES[module])} - {room} <= MAY_IMPORT[room]


def test_no_import_cycle() -> None:
    graph = {module: own_imports(file) for module, file in MODULES.items()}
    assert set(TopologicalSorter(graph).static_order()) == set(MODULES)


def test_packages_export_nothing() -> None:
    for file in CUSTOM.rglob("__init__.py"):
        assert [type(node) for node in ast.parse(file.read_text()).body] == [ast.Expr], f"{file}: a docstring only"


def test_no_drawer_for_odds_and_ends() -> None:
    drawers = re.compile(r"util|helper|common|misc")
    assert not [file for file in CUSTOM.rglob("*") if drawers.search(file.stem.lower())]


def test_nothing_custom_imports_tests_or_tools() -> None:
    for file in MODULES.values():
        assert not {name.split(".")[0] for name in imported_names(file)} & {"tests", "tools", "benchmarks", "bundle"}


def test_networks_and_losses_meet_only_in_configs() -> None:
    for module, file in MODULES.items():
        assert not {"networks", "losses"} <= {room_of(name) for name in own_imports(file)}, module


@pytest.mark.parametrize("module", MODULES)
def test_tests_mirror_the_tree(module: str) -> None:
    file = MODULES[module].relative_to(CUSTOM)
    mirror = REPOSITORY / "tests" / file.parent / f"test_{file.name}"
    assert mirror.is_file(), f"custom/{file} has no {mirror.relative_to(REPOSITORY)}"


@pytest.mark.parametrize(("name", "verb"), RUNS.items())
def test_a_config_runs_under_its_verb(name: str, verb: str) -> None:
    config = ConfigParser.load_config_file(str(CONFIGS / f"{name}.yaml"))
    assert isinstance(config["run"], list)
    assert config[verb] == config["run"]
    assert config["run"][0] == "$sys.path[:1] == [@bundle_root] or sys.path.insert(0, @bundle_root)", (
        "code of this bundle, whatever lies elsewhere"
    )
    assert config["run"][1] == "$@bad_input", "what a user can mend is said in one line"
    assert config["bad_input"] == {"_target_": "custom.command_line.refuse_bad_input"}
    assert "output_dir" in config


def test_all_configs_find_their_bundle_alike() -> None:
    roots = {ConfigParser.load_config_file(str(CONFIGS / f"{name}.yaml"))["bundle_root"] for name in RUNS}
    assert len(roots) == 1


@pytest.mark.parametrize("file", sorted(CONFIGS.rglob("*.yaml")), ids=lambda file: file.stem)
def test_no_key_stands_twice_in_a_config(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONAI_FAIL_ON_DUPLICATE_CONFIG", "1")
    assert ConfigParser.load_config_file(str(file))


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_custom_code_is_named_by_target_only(file: Path) -> None:
    """The bundle's folder enters Python's path only when a run starts, after the imports of a config."""
    imports = ConfigParser.load_config_file(str(file)).get("imports", [])
    assert not [line for line in imports if "custom" in line]


def metadata() -> dict:
    return json.loads((CONFIGS / "metadata.json").read_text())


def pinned(name: str) -> dict[str, str]:
    lines = [line for line in (REPOSITORY / name).read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines), f"{name}: every line pins one version"
    return dict(line.lower().split("==") for line in lines)


def test_the_version_stands_in_the_metadata_only() -> None:
    version = metadata()["version"]
    assert next(iter(metadata()["changelog"])) == version
    assert re.search(r"^## (\S+)", (REPOSITORY / "CHANGELOG.md").read_text(), re.M)[1] == version
    assert 'dynamic = ["version"]' in (REPOSITORY / "pyproject.toml").read_text()
    assert not [file for file in CUSTOM.rglob("*.py") if "__version__" in file.read_text()]


def test_metadata_and_requirements_agree() -> None:
    required, stated = pinned("requirements.txt"), metadata()
    named = {"torch": stated["pytorch_version"], "monai": stated["monai_version"], "numpy": stated["numpy_version"]}
    assert {**named, **stated["required_packages_version"]}.items() <= required.items()


def test_torch_is_installed_first() -> None:
    assert next(iter(pinned("requirements.txt"))) == "torch"


def test_every_package_is_pinned_once_and_beside_the_bundles_own_at_one_version() -> None:
    needed, *others = (pinned(f"requirements{part}.txt") for part in ("", "-dev", "-docs", "-optional"))
    assert not [needed.keys() & other.keys() for other in others if needed.keys() & other.keys()]
    pins = {pin for other in others for pin in other.items()}
    assert len(pins) == len({name for name, _ in pins})


def test_monai_label_is_installed_beside_what_the_bundle_runs_with() -> None:
    assert not pinned("integrations/monailabel/requirements.txt").keys() & pinned("requirements.txt").keys()
