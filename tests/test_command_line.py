"""What the command line of a run may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from monai.bundle import ConfigParser

from custom.command_line import check_run, nearest, unknown_references
from custom.errors import BadInput
from tests.conftest import RunPython

CONFIG = """
output_dir: output
weights: "$@bundle_root + '/models/model.pt'"
bundle_root: .
stages: {crops: {max_epochs: 3}}
version: "@_meta_::version"
run: ["$print(@weights)"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "inference.yaml"
    file.write_text(CONFIG)
    (tmp_path / "metadata.json").write_text('{"version": "1.2.3"}')
    return file


@pytest.mark.parametrize(
    "words",
    [
        ["--output_dir", "elsewhere"],
        ["--output_dir=elsewhere", "--weights", "$@output_dir + '/model.pt'"],
        ["--stages#crops#max_epochs", "1"],
        ["--stages::volumes", "{max_epochs: 1}"],
        ["--final_id", "run", "--workflow_type", "inference"],
        ["--_meta_#version", "2"],
        ["--output_dir", "$None"],
    ],
)
def test_what_the_config_declares_may_be_set(config: Path, words: list[str]) -> None:
    check_run(["run", "--config_file", str(config), *words])


def test_a_misspelt_setting_is_refused_with_the_nearest(config: Path) -> None:
    with pytest.raises(BadInput, match=r"got --outptu_dir \(did you mean output_dir\?\)"):
        check_run(["inference", "--config_file", str(config), "--outptu_dir", "elsewhere"])


def test_a_misspelt_setting_with_parts_is_refused(config: Path) -> None:
    with pytest.raises(BadInput, match=r"got --stagse#crops#max_epochs \(did you mean stages\?\)"):
        check_run(["inference", "--config_file", str(config), "--stagse#crops#max_epochs", "1"])


PARTS = """
train:
  step_loss: x
  handlers: [{_target_: Compose}]
network_def: {_target_: custom.networks.dynamic_unet.DynamicUNet, n_filters: 4}
"""


@pytest.mark.parametrize(
    ("setting", "meant"),
    [("--train#step_los", "step_loss"), ("--network_def#n_filter", "n_filters"), ("--network_def::dynamik", "dynamic")],
)
def test_a_misspelt_part_of_a_setting_is_refused(config: Path, setting: str, meant: str) -> None:
    config.write_text(CONFIG + PARTS)
    with pytest.raises(BadInput, match=rf"got {setting} \(did you mean {meant}\?\)"):
        check_run(["run", "--config_file", str(config), setting, "1"])


@pytest.mark.parametrize(
    "setting",
    ["--train#step_loss", "--network_def#n_filters", "--network_def#n_dense_convolutions", "--train#handlers#0"],
)
def test_parts_that_are_there_or_that_a_component_takes_may_be_set(config: Path, setting: str) -> None:
    config.write_text(CONFIG + PARTS)
    check_run(["run", "--config_file", str(config), setting, "1"])


@pytest.mark.parametrize("word", ["2024", "1e3", "[a]", "{a}", "True", "a,b"])
@pytest.mark.parametrize("name", ["output_dir", "weights"])
def test_a_path_that_reads_as_something_else_is_refused(config: Path, name: str, word: str) -> None:
    with pytest.raises(BadInput, match=rf"{name} is the path of .*begin the path with \./"):
        check_run(["run", "--config_file", str(config), f"--{name}", word])
    check_run(["run", "--config_file", str(config), f"--{name}", f"./{word}"])


def test_none_which_monai_leaves_out_is_refused(config: Path) -> None:
    """MONAI's run keeps what the config has; who types it believes that it has none."""
    with pytest.raises(BadInput, match=r"got --output_dir None, .* give it as '\$None'"):
        check_run(["run", "--config_file", str(config), "--output_dir", "None"])


def test_an_unknown_tracking_is_refused(config: Path) -> None:
    with pytest.raises(BadInput, match="tracking is one of mlflow, or a file of settings, got 'mlfow'"):
        check_run(["run", "--config_file", str(config), "--tracking", "mlfow"])


def test_settings_of_an_overlay_are_known(config: Path) -> None:
    overlay = config.with_name("overlay.yaml")
    overlay.write_text("device: cuda\n")
    check_run(["run", "--config_file", f"['{config}','{overlay}']", "--device", "cpu"])
    with pytest.raises(BadInput, match="--device"):
        check_run(["run", "--config_file", str(config), "--device", "cpu"])


def test_a_name_misspelt_in_an_overlay_is_refused(config: Path) -> None:
    overlay = config.with_name("overlay.yaml")
    overlay.write_text("outptu_dir: elsewhere\n")
    with pytest.raises(BadInput, match=r"sets outptu_dir, which nothing refers to \(did you mean output_dir\?\)"):
        check_run(["run", "--config_file", f"['{config}','{overlay}']"])


def test_an_overlay_may_add_what_it_refers_to_and_what_another_run_reads(config: Path) -> None:
    overlay = config.with_name("overlay.yaml")
    overlay.write_text("outptu_dir: elsewhere\nprinted: '$print(@outptu_dir)'\nimbv_weight: 0.1\n")
    check_run(["run", "--config_file", f"['{config}','{overlay}']"])


@pytest.mark.parametrize("tracking", ["mlflow", "tracking.yaml"])
def test_settings_of_tracking_are_known_with_it_alone(config: Path, tracking: str, monkeypatch) -> None:
    monkeypatch.chdir(config.parent)
    config.with_name("tracking.yaml").write_text("handlers_id: {}\nconfigs: {tracking_uri: somewhere}\n")
    words = ["run", "--config_file", str(config), "--tracking_uri", "http://127.0.0.1:5000"]
    check_run([*words, "--tracking", tracking])
    with pytest.raises(BadInput, match="--tracking_uri"):
        check_run(words)


def test_settings_from_a_file_are_held_too(config: Path, tmp_path: Path) -> None:
    (tmp_path / "arguments.json").write_text(json.dumps({"config_file": str(config), "outptu_dir": "elsewhere"}))
    with pytest.raises(BadInput, match="--outptu_dir"):
        check_run(["run", "--args_file", str(tmp_path / "arguments.json")])


def test_a_misspelt_reference_in_the_config_is_refused_with_the_nearest(config: Path) -> None:
    config.write_text(CONFIG.replace("@bundle_root", "@bundle_rot"))
    with pytest.raises(BadInput, match=r"weights refers to @bundle_rot, which .* \(did you mean bundle_root\?\)"):
        check_run(["inference", "--config_file", str(config)])


def test_a_misspelt_reference_in_a_setting_is_refused(config: Path) -> None:
    with pytest.raises(BadInput, match="weights refers to @output_dri"):
        check_run(["run", "--config_file", str(config), "--weights", "@output_dri"])


def test_references_reach_into_lists_and_components() -> None:
    parser = ConfigParser(
        {"parts": [{"_target_": "Compose", "transforms": "@stepz"}], "steps": [], "first": "@parts#0"}
    )
    assert unknown_references(parser) == [
        "parts::0::transforms refers to @stepz, which is not declared (did you mean steps?)"
    ]


def test_a_name_like_none_gets_no_suggestion() -> None:
    assert nearest("zzz", ["weights", "device"]) == ""


def test_a_run_says_it_in_one_line_and_writes_nothing(repository: Path, tmp_path: Path, run_python: RunPython) -> None:
    config = repository / "bundle" / "configs" / "inference.yaml"
    arguments = ("-m", "monai.bundle", "run", "inference", "--config_file", config, "--outptu_dir", "corrected")
    ended = run_python(*arguments, folder=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("error: ")
    assert "did you mean" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.iterdir())
