"""A training in MLflow and TensorBoard, read back from what they keep in its folder."""

from __future__ import annotations

import sys
from pathlib import Path

import mlflow
import pytest
from mlflow.entities import Run
from monai.bundle import ConfigWorkflow
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from custom.training.curve import read_curve
from tests.conftest import REPOSITORY
from tests.virtual_cohort import write_cohort

CONFIGS = REPOSITORY / "bundle" / "configs"
TINY = {"n_filters": 1, "network_def#n_dense_convolutions": 1, "max_epochs": 2, "batch_size": 2, "device": "cpu"}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("data"), n_training=1, n_validation=1, n_test=0)


@pytest.fixture
def train(cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "path", [*sys.path])

    def run(tracking: str, **options) -> Path:
        settings = {**TINY, "dataset_dir": str(cohort), "output_dir": str(tmp_path / "output"), **options}
        workflow = ConfigWorkflow(str(CONFIGS / "train.yaml"), logging_file=False, tracking=tracking, **settings)
        workflow.initialize()
        workflow.run()
        return tmp_path / "output"

    return run


def only_run(folder: Path, experiment: str) -> tuple[mlflow.MlflowClient, Run]:
    client = mlflow.MlflowClient(f"sqlite:///{folder / 'mlruns.db'}")
    [found] = client.search_runs(client.get_experiment_by_name(experiment).experiment_id)
    return client, found


def test_mlflow_by_its_name_keeps_the_curves_beside_the_weights(train) -> None:
    folder = train("mlflow")
    client, run = only_run(folder, "monai_experiment")
    assert run.info.status == "FINISHED"
    assert run.data.params == {"max_epochs": "2", "epoch_length": "1"}
    kept = client.get_metric_history(run.info.run_id, "val_loss")
    expected = [point.validation_loss for point in read_curve(folder / "curve.csv")]
    assert [(entry.step, entry.value) for entry in kept] == [(n, pytest.approx(v)) for n, v in enumerate(expected, 1)]


def test_with_the_bundles_settings_all_that_decides_the_result_is_a_parameter(train) -> None:
    folder = train(str(CONFIGS / "tracking.yaml"), picture_interval=2, imbv_weight=0.25)
    client, run = only_run(folder, "cardiac-spect-pvc")
    assert run.info.run_name == "DC-Dy-U-BV, seed 20230117"
    assert run.data.params["imbv_weight"] == "0.25"
    assert run.data.params["learning_rate"] == "0.001"
    curve = read_curve(folder / "curve.csv")
    for name, values in (
        ("step_loss", [point.training_loss for point in curve]),  # of one step an epoch
        ("train_loss", [point.training_loss for point in curve]),
        ("val_imbv_error", [point.validation_imbv_error for point in curve]),
    ):
        kept = client.get_metric_history(run.info.run_id, name)
        assert [entry.value for entry in kept] == pytest.approx(values), name
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["curve.csv"]
    assert not list(folder.glob("config_*.json"))
    [picture] = (
        EventAccumulator(str(folder / "tensorboard" / "validation"), size_guidance={"images": 0})
        .Reload()
        .Images("validation study")
    )
    assert picture.step == 2
    (folder / "picture.png").write_bytes(picture.encoded_image_string)
    with Image.open(folder / "picture.png") as shown:
        colours = shown.convert("RGB").getcolors(maxcolors=1 << 24)
    assert max(n for n, _ in colours) < 0.98 * picture.width * picture.height, "more than an empty page"
