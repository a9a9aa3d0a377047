"""The card as the Hugging Face Hub's own library reads it, and the documented way there."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import fire
import huggingface_hub
import pytest
from huggingface_hub import ModelCard
from huggingface_hub.utils import filter_repo_objects
from monai.bundle import push_to_hf_hub

from tests.shown_commands import commands_in
from tests.tiny_bundle import write_tiny_bundle
from tools.checks.documents import check_card
from tools.checks.unpacked import Unpacked
from tools.model_card import model_card
from tools.pack_bundle import BUNDLE_NAME


def test_the_hub_s_library_reads_every_field(repository: Path) -> None:
    metadata = json.loads((repository / "bundle/configs/metadata.json").read_text())
    readme = (repository / "bundle/docs/README.md").read_bytes()
    card = ModelCard(model_card(metadata, readme).decode())
    assert (card.data.license, card.data.library_name) == ("apache-2.0", "monai")
    assert card.data.pipeline_tag == "image-to-image"
    assert {"monai", "medical", "nuclear-medicine"} <= set(card.data.tags)
    measured = {result.metric_name: result.metric_value for result in card.data.eval_results}
    assert measured == metadata["eval_metrics"]
    assert [result.metric_type for result in card.data.eval_results] == card.data.metrics
    assert card.text.strip() == readme.decode().strip()


def test_a_measure_is_named_by_its_kind() -> None:
    metadata = {"name": "Model", "task": "Task", "eval_metrics": {"mean_psnr_db": 30.5}}
    [result] = ModelCard(model_card(metadata, b"# Model\n").decode()).data.eval_results
    assert (result.metric_type, result.metric_name, result.metric_value) == ("psnr", "mean_psnr_db", 30.5)


def test_the_check_takes_the_card(tmp_path: Path) -> None:
    bundle = Unpacked(write_tiny_bundle(tmp_path / "one_convolution"))
    (bundle.root / "README.md").write_bytes(model_card(bundle.metadata, b"# Model overview\n"))
    assert check_card(bundle) == "apache-2.0, 7 tags, 1 measures"


class Hub:
    """Stands in for the Hub: takes what is uploaded, and asks no network."""

    uploaded: set[str] = set()  # noqa: RUF012  one for all, as on the Hub

    def __init__(self, token: str | None = None) -> None:
        assert token is None

    def create_repo(self, *, repo_id: str, private: bool, exist_ok: bool) -> None:
        assert repo_id == f"NAME/{BUNDLE_NAME}"
        assert private
        assert exist_ok

    def upload_folder(self, *, repo_id: str, folder_path: str, **patterns: Any) -> str:
        names = [file.relative_to(folder_path).as_posix() for file in Path(folder_path).rglob("*") if file.is_file()]
        self.uploaded |= set(filter_repo_objects(names, **patterns))
        return repo_id

    def create_tag(self, *, repo_id: str, tag: str, exist_ok: bool) -> None:
        assert tag == "latest_version"


def test_pushing_as_shown_leaves_the_card_that_was_uploaded_first(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = write_tiny_bundle(tmp_path / BUNDLE_NAME)
    monkeypatch.setattr(huggingface_hub, "HfApi", Hub)
    monkeypatch.chdir(bundle)
    [shown] = [line for line in commands_in(repository / "bundle/docs/README.md") if "push_to_hf_hub" in line]
    command = shlex.split(shown.removeprefix("python -m monai.bundle "))
    fire.Fire({"push_to_hf_hub": push_to_hf_hub}, command=command, serialize=lambda _: None)
    assert Hub.uploaded >= {"docs/README.md", "configs/metadata.json", "models/model.pt", "LICENSE"}
    assert "README.md" not in Hub.uploaded
