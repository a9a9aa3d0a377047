"""train.yaml and multi_gpu_train.yaml, run as a user would run them, on a tiny cohort."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch
import yaml
from monai.bundle import ConfigParser, ConfigWorkflow
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from custom.data.content import content_of
from custom.data.datalist import read_datalist
from custom.errors import find_bad_input
from custom.networks.dynamic_unet import DynamicUNet
from custom.training.curve import read_curve
from custom.training.mixed_precision import bfloat16_is_fast
from tests.virtual_cohort import write_cohort

REPOSITORY = Path(__file__).resolve().parents[2]
TRAIN = REPOSITORY / "bundle" / "configs" / "train.yaml"
MULTI_GPU = TRAIN.with_name("multi_gpu_train.yaml")
N_EPOCHS, STEPS, N_FILTERS = 3, 3, 4  # 6 volumes in batches of 2
VOLUMES = ["image", "label", "regions"]
SETTINGS = {
    "max_epochs": N_EPOCHS,
    "batch_size": 2,
    "n_filters": N_FILTERS,
    "device": "cpu",
}
Outcome = subprocess.CompletedProcess


def train(cohort: Path, output: Path, folder: Path, *overlays: Path, launcher=("-m",), **settings) -> Outcome:
    """Run `training` with settings, from a folder."""
    options = {**SETTINGS, "dataset_dir": cohort, "output_dir": output, **settings}
    files = "[" + ",".join(f"'{file}'" for file in (TRAIN, *overlays)) + "]"
    command = [sys.executable, *launcher, "monai.bundle", "run", "training", "--config_file", files]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def stopped_by(kind: signal.Signals, step: int, folder: Path) -> Path:
    """Write an overlay that sends the training's own process a signal in the middle of a step."""
    run = ConfigParser.load_config_file(str(TRAIN))["run"]
    event = f"ignite.engine.Events.ITERATION_STARTED(once={step})"
    stop = f"$@train#trainer.add_event_handler({event}, lambda: os.kill(os.getpid(), {int(kind)}))"
    overlay = folder / f"stopped_by_{kind.name}.yaml"
    overlay.write_text(yaml.safe_dump({"training": [*run[:-1], stop, run[-1]]}))
    return overlay


def at_once(*jobs: Callable[[], Outcome]) -> list[Outcome]:
    """Run programs side by side and return their outcomes."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(lambda job: job(), jobs))


def history(output: Path, run: str, tag: str) -> dict[int, float]:
    """Read a curve as TensorBoard shows it; each step stands there once."""
    events = EventAccumulator(str(output / "tensorboard" / run)).Reload().Scalars(tag)
    steps = [event.step for event in events]
    assert len(steps) == len(set(steps))
    return {event.step: event.value for event in events}


def kept(output: Path) -> dict:
    return torch.load(output / "last.pt", weights_only=True)


def assert_same_weights(first: Path, second: Path) -> None:
    for file, name in (("last.pt", "network"), ("last.pt", "validated"), ("model.pt", None)):
        one, other = (torch.load(folder / file, weights_only=True) for folder in (first, second))
        one, other = (state if name is None else state[name] for state in (one, other))
        assert one.keys() == other.keys()
        assert all(torch.equal(one[key], other[key]) for key in one), file


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("data") / "cohort")


@pytest.fixture(scope="session")
def trained(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Trainings without interruption, from the repository, and killed and continued, from elsewhere."""
    folder = tmp_path_factory.mktemp("elsewhere")
    whole, killed = folder / "whole", folder / "killed"
    kill = stopped_by(signal.SIGKILL, STEPS + 2, folder)
    first, second = at_once(
        lambda: train(cohort, whole, REPOSITORY),
        lambda: train(cohort, killed, folder, kill),
    )
    assert first.returncode == 0, first.stderr
    assert second.returncode == -signal.SIGKILL
    return {"whole": whole, "killed": killed, "folder": folder}


@pytest.fixture(scope="session")
def continued(cohort: Path, trained: dict[str, Path]) -> Path:
    """The killed training, continued by the same command, with workers that rotate volumes."""
    assert kept(trained["killed"])["trainer"]["iteration"] == STEPS
    outcome = train(cohort, trained["killed"], trained["folder"], num_workers=2)
    assert outcome.returncode == 0, outcome.stderr
    assert "Continuing after epoch 1" in outcome.stdout
    return trained["killed"]


def test_a_training_leaves_the_best_weights_and_a_checkpoint(trained: dict[str, Path]) -> None:
    output = trained["whole"]
    assert {file.name for file in output.iterdir()} == {"curve.csv", "last.pt", "model.pt", "tensorboard"}
    network = DynamicUNet(n_filters=N_FILTERS)
    network.load_state_dict(torch.load(output / "model.pt", weights_only=True))
    losses = history(output, "validation", "val_loss")
    best = kept(output)["best_metric"]
    assert best["metric"] == pytest.approx(min(losses.values()))
    assert losses[best["epoch"]] == pytest.approx(best["metric"])


def test_training_lowers_the_loss(trained: dict[str, Path]) -> None:
    losses = history(trained["whole"], "validation", "val_loss")
    assert list(losses) == [1, 2, 3]
    assert losses[3] < losses[1]


def test_killed_and_continued_it_ends_with_the_same_weights(trained: dict[str, Path], continued: Path) -> None:
    assert_same_weights(trained["whole"], continued)
    whole, second = kept(trained["whole"]), kept(continued)
    assert whole["trainer"] == second["trainer"]
    assert whole["best_metric"] == second["best_metric"]
    moments = [state["optimizer"]["state"][0]["exp_avg_sq"] for state in (whole, second)]
    assert torch.equal(*moments)


def test_killed_and_continued_its_history_has_no_gap_and_no_repetition(
    trained: dict[str, Path], continued: Path
) -> None:
    for run, tag, n in (
        ("training", "step_loss", N_EPOCHS * STEPS),
        ("training", "train_loss", N_EPOCHS),
        ("validation", "val_loss", N_EPOCHS),
    ):
        curve = history(continued, run, tag)
        assert list(curve) == list(range(1, n + 1))
        assert curve == history(trained["whole"], run, tag)
    tables = [[replace(p, seconds=0) for p in read_curve(f / "curve.csv")] for f in (continued, trained["whole"])]
    assert tables[0] == tables[1]


def test_the_table_of_epochs_is_the_history(trained: dict[str, Path]) -> None:
    curve = read_curve(trained["whole"] / "curve.csv")
    assert [point.volumes for point in curve] == [6, 12, 18]
    for run, tag, values in (
        ("training", "train_loss", [point.training_loss for point in curve]),
        ("validation", "val_loss", [point.validation_loss for point in curve]),
        ("validation", "val_imbv_error", [point.validation_imbv_error for point in curve]),
    ):
        assert list(history(trained["whole"], run, tag).values()) == pytest.approx(values)


def test_with_all_options_on_it_ends_with_the_same_weights_too(cohort: Path, tmp_path: Path) -> None:
    options = {"clip_norm": 0.01, "ema_decay": 0.5, "patience": 2, "max_epochs": 4}
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    kill = stopped_by(signal.SIGKILL, STEPS + 2, tmp_path)
    first, second = at_once(
        lambda: train(cohort, whole, tmp_path, **options),
        lambda: train(cohort, killed, tmp_path, kill, **options),
    )
    assert first.returncode == 0, first.stderr
    assert second.returncode == -signal.SIGKILL
    outcome = train(cohort, killed, tmp_path, **options)
    assert outcome.returncode == 0, outcome.stderr
    assert_same_weights(whole, killed)
    state = kept(whole)
    assert not torch.equal(state["network"]["output.weight"], state["validated"]["output.weight"])
    assert torch.equal(
        torch.load(whole / "model.pt", weights_only=True)["output.weight"], state["validated"]["output.weight"]
    )


def test_it_ends_early_and_is_then_done(cohort: Path, tmp_path: Path) -> None:
    """A learning rate of nothing never betters the first validation."""
    still = {"learning_rate": 0.0, "final_learning_rate": 0.0, "patience": 1, "max_epochs": 9}
    for _ in range(2):
        outcome = train(cohort, tmp_path / "output", tmp_path, **still)
        assert outcome.returncode == 0, outcome.stderr
        assert [point.epoch for point in read_curve(tmp_path / "output" / "curve.csv")] == [1, 2]


def test_two_processes_train_as_one_does(cohort: Path, trained: dict[str, Path]) -> None:
    output = trained["folder"] / "two"
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m")
    outcome = train(cohort, output, trained["folder"], MULTI_GPU, launcher=launcher)
    assert outcome.returncode == 0, outcome.stderr
    assert {file.name for file in output.iterdir()} == {"curve.csv", "last.pt", "model.pt", "tensorboard"}
    assert kept(output)["trainer"] == kept(trained["whole"])["trainer"]
    assert kept(output)["network"].keys() == kept(trained["whole"])["network"].keys()
    for run, tag in (("training", "train_loss"), ("validation", "val_loss")):
        curve, alone = history(output, run, tag), history(trained["whole"], run, tag)
        assert curve.keys() == alone.keys()
        assert list(curve.values()) == pytest.approx(list(alone.values()), rel=2e-3)


def test_ctrl_c_and_a_loss_that_is_not_finite_end_in_one_line(cohort: Path, tmp_path: Path) -> None:
    interrupt = stopped_by(signal.SIGINT, 2, tmp_path)
    interrupted, diverged = at_once(
        lambda: train(cohort, tmp_path / "interrupted", tmp_path, interrupt),
        lambda: train(cohort, tmp_path / "diverged", tmp_path, learning_rate=1e30),
    )
    assert interrupted.returncode == 130
    assert "Interrupted in epoch 1" in interrupted.stdout
    assert diverged.returncode == 1
    for outcome in (interrupted, diverged):
        assert "Traceback" not in outcome.stdout + outcome.stderr
    assert diverged.stderr.splitlines()[-1].startswith("error: the training loss must stay finite, got nan")
    assert not list((tmp_path / "diverged").glob("*.pt"))


def test_a_training_is_not_continued_with_other_settings(cohort: Path, trained: dict[str, Path]) -> None:
    before = (trained["whole"] / "last.pt").read_bytes()
    outcome = train(cohort, trained["whole"], trained["folder"], seed=7, max_epochs=N_EPOCHS + 1)
    assert outcome.returncode == 1
    line = outcome.stderr.splitlines()[-1]
    assert line.startswith("error: ")
    assert f"seed 20230117, now 7; max_epochs {N_EPOCHS}, now {N_EPOCHS + 1};" in line
    assert (trained["whole"] / "last.pt").read_bytes() == before


@pytest.mark.parametrize(
    ("variables", "options"), [((), "--overwrite False"), (("OVERWRITE=1",), "--resume False --overwrite True")]
)
def test_make_begins_anew_only_when_told_to_overwrite(variables: tuple[str, ...], options: str) -> None:
    command = ["make", "-n", "-o", ".venv/ready", "training", *variables]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    planned = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)
    assert options in planned.stdout
    assert ("--resume" in planned.stdout) is bool(variables)


def test_without_a_cohort_it_names_the_command_that_makes_one(workflow: Callable[..., ConfigWorkflow]) -> None:
    with pytest.raises(RuntimeError) as caught:
        workflow(dataset_dir="nowhere").run()
    assert "run `make simulation` first" in str(find_bad_input(caught.value))


@pytest.fixture
def workflow(cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ConfigWorkflow]:
    """The config, parsed in this process from the repository's root."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "path", [*sys.path])

    def parse(**settings) -> ConfigWorkflow:
        options = {**SETTINGS, "dataset_dir": str(cohort), "output_dir": str(tmp_path / "output"), **settings}
        parsed = ConfigWorkflow(str(TRAIN), workflow_type="train", logging_file=False, **options)
        parsed.initialize()
        return parsed

    return parse


def test_settings_are_those_that_decide_the_result(
    workflow: Callable[..., ConfigWorkflow], cohort: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser = workflow(weights="given.pt").parser
    monkeypatch.chdir(cohort.parent)
    Path("given.pt").write_bytes(b"weights")
    parser["dataset_dir"] = cohort.name
    studies = [study for split in ("training", "validation") for study in read_datalist(cohort, split, VOLUMES)]
    assert parser.get_parsed_content("settings") == {
        "volumes": content_of(studies, VOLUMES),
        "label_kind": "label",
        "seed": 20230117,
        "max_epochs": N_EPOCHS,
        "batch_size": 2,
        "learning_rate": 1e-3,
        "final_learning_rate": pytest.approx(1e-5),
        "clip_norm": None,
        "ema_decay": None,
        "patience": None,
        "step_degrees": 30,
        "crop_size": None,
        "mae_weight": 1.0,
        "ssim_weight": 0.8,
        "sobel_weight": 0.1,
        "imbv_weight": 0.1,
        "image_keys": ["image"],
        "dynamic": True,
        "dense_connection": True,
        "n_filters": N_FILTERS,
        "kernel_scale": None,
        "weights": hashlib.sha256(b"weights").hexdigest(),
        "val_interval": 1,
        "amp": bfloat16_is_fast("cpu"),
    }


def test_it_has_every_name_that_the_model_zoo_asks_for(workflow: Callable[..., ConfigWorkflow]) -> None:
    parsed = workflow()
    assert parsed.check_properties() == []
    for name in ("network_def", "train_handlers", "train_preprocessing", "evaluator", "val_interval", "val_key_metric"):
        assert getattr(parsed, name) is not None, name


def test_a_batch_holds_what_network_and_loss_need(workflow: Callable[..., ConfigWorkflow]) -> None:
    parser = workflow(image_keys=["image", "ct"]).parser
    batch = next(iter(parser.get_parsed_content("train#dataloader")))
    assert batch["image"].shape == batch["label"].shape == (2, 2, 32, 32, 12)
    assert batch["image"][:, 1].min() >= 0
    assert batch["image"][:, 1].max() <= 1
    assert set(batch["label"][:, 1].unique().tolist()) <= set(range(7))
    assert type(batch["image"]) is torch.Tensor
    network, loss = (parser.get_parsed_content(name) for name in ("network_def", "loss"))
    assert loss(network(batch["image"]), batch["label"]).isfinite()


def test_crops_with_ct_begin_from_given_weights(workflow: Callable[..., ConfigWorkflow], tmp_path: Path) -> None:
    given = DynamicUNet(in_channels=2, n_filters=N_FILTERS).state_dict()
    torch.save(given, tmp_path / "given.pt")
    settings = {"image_keys": ["image", "ct"], "crop_size": [31, 31, 11], "max_epochs": 1}
    still = {"learning_rate": 0.0, "final_learning_rate": 0.0}
    workflow(weights=str(tmp_path / "given.pt"), **settings, **still).run()
    reached = torch.load(tmp_path / "output" / "model.pt", weights_only=True)
    assert all(torch.equal(reached[name], weight) for name, weight in given.items())


@pytest.mark.parametrize(("label_kind", "file"), [("label", "iy"), ("truth", "activity")])
def test_image_and_what_is_learnt_are_divided_by_one_factor(
    label_kind: str, file: str, cohort: Path, workflow: Callable[..., ConfigWorkflow]
) -> None:
    study = workflow(label_kind=label_kind).parser.get_parsed_content("validate#dataset")[0]
    files = cohort / "sub-004/gate-ed"
    image, label = (nibabel.load(files / f"sub-004_gate-ed_{kind}.nii.gz").get_fdata() for kind in ("mlem", file))
    scale = np.percentile(image[image != 0], 99.9)
    np.testing.assert_allclose(study["image"][0], image / scale, atol=1e-5)
    np.testing.assert_allclose(study["label"][0], label / scale, atol=1e-5)


def test_34_epochs_hold_every_variant_of_every_study_once(workflow: Callable[..., ConfigWorkflow]) -> None:
    dataset = workflow().parser.get_parsed_content("train#dataset")
    volumes = []
    for dataset.epoch in range(1, 35):
        volumes += [dataset.study_and_variant(index) for index in range(len(dataset))]
    assert sorted(volumes) == [(study, variant) for study in range(6) for variant in range(34)]


def test_image_reference_ct_and_regions_of_a_batch_turn_alike(workflow: Callable[..., ConfigWorkflow]) -> None:
    parser = workflow(image_keys=["image", "ct"]).parser
    studies, dataset = (parser.get_parsed_content(f"train#{name}") for name in ("studies", "dataset"))
    rotation = parser.get_parsed_content("rotation")
    for index in range(len(dataset)):
        study, variant = dataset.study_and_variant(index)
        turned, volume = rotation({**studies[study], "variant": variant}), dataset[index]
        assert torch.equal(volume["image"], torch.cat([turned["image"], turned["ct"]]))
        assert torch.equal(volume["label"], torch.cat([turned["label"], turned["regions"]]))


def test_crops_hold_the_left_ventricle(workflow: Callable[..., ConfigWorkflow]) -> None:
    dataset = workflow(crop_size=[31, 31, 11]).parser.get_parsed_content("train#dataset")
    for study in dataset:
        crop = study[0]
        assert crop["image"].shape == (1, 31, 31, 11)
        assert {1.0, 2.0} <= set(crop["label"][1].unique().tolist())
