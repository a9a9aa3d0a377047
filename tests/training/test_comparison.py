"""Members are made one after the other, where they are not finished, and one that fails stops no other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import torch

from custom.errors import BadInput
from custom.training.bundle_run import BundleRun
from custom.training.comparison import compare
from custom.training.members import Member, read_members
from tests.training.comparisons import protocol_of, start_in_no_time
from tests.virtual_cohort import write_cohort

ENTRIES = [{"network": "unet"}, {"network": "unet_ct"}, {"network": "dy_unet", "label_kind": "truth"}]
Started = list[tuple[str, str]]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("data") / "cohort", n_training=1, n_validation=1, n_test=1)


@pytest.fixture
def members() -> list[Member]:
    return read_members(ENTRIES, seed=1)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """What runs are started, as (name of the folder above, name of the folder), which then end at once."""
    return watched(monkeypatch, start_in_no_time)


def watched(monkeypatch: pytest.MonkeyPatch, start: Callable[[BundleRun, Path], None]) -> Started:
    started: Started = []

    def note_and_start(run: BundleRun, log: Path) -> None:
        folder = Path(run.options["output_dir"])
        started.append((folder.parent.name, folder.name))
        start(run, log)

    monkeypatch.setattr(BundleRun, "start", note_and_start)
    return started


def all_of(member: Member) -> Started:
    return [(member.name, "crops"), (member.name, "volumes"), ("cohort", member.name)]


def test_every_member_is_trained_in_stages_and_corrects(
    cohort: Path, members: list[Member], started: Started, tmp_path: Path
) -> None:
    compare(protocol_of(cohort, tmp_path), members)
    assert started == [run for member in members for run in all_of(member)]
    assert list(json.loads((tmp_path / "members.json").read_text())) == [member.name for member in members]


def test_what_is_finished_is_not_started_again(
    cohort: Path, members: list[Member], started: Started, tmp_path: Path
) -> None:
    protocol = protocol_of(cohort, tmp_path)
    compare(protocol, members)
    started.clear()
    compare(protocol, members)
    assert started == []


def test_only_what_is_missing_is_made(cohort: Path, members: list[Member], started: Started, tmp_path: Path) -> None:
    protocol = protocol_of(cohort, tmp_path)
    compare(protocol, members)
    (tmp_path / "unet" / "volumes" / "last.pt").unlink()
    shutil.rmtree(next((tmp_path / "corrected" / "cohort" / "unet_ct").iterdir()))
    started.clear()
    compare(protocol, members)
    assert started == [("unet", "volumes"), ("cohort", "unet_ct")]


def test_another_protocol_does_not_replace_what_was_trained_by_this_one(
    cohort: Path, members: list[Member], started: Started, tmp_path: Path
) -> None:
    compare(protocol_of(cohort, tmp_path), members)
    started.clear()
    with pytest.raises(BadInput, match=r"got another batch_size than that of .*unet.crops; choose another output_dir"):
        compare(protocol_of(cohort, tmp_path, batch_size=3), members)
    assert started == []


def test_a_stage_whose_beginning_was_trained_anew_is_trained_anew(
    cohort: Path, members: list[Member], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    options, trained = [], count()

    def start_with_other_weights(run: BundleRun, log: Path) -> None:
        options.append({name: run.options.get(name) for name in ("resume", "overwrite")})
        start_in_no_time(run, log)
        if run.verb == "training":
            weights = {"weight": torch.full((4, 5), float(next(trained)))}
            torch.save(weights, Path(run.options["output_dir"]) / "model.pt")

    started = watched(monkeypatch, start_with_other_weights)
    compare(protocol_of(cohort, tmp_path), members[:1])
    shutil.rmtree(tmp_path / "unet" / "crops")
    started.clear()
    options.clear()
    compare(protocol_of(cohort, tmp_path), members[:1])
    assert started == all_of(members[0])
    assert options[:2] == [{"resume": None, "overwrite": None}, {"resume": False, "overwrite": True}]


def test_where_a_member_was_trained_is_noted_once(
    cohort: Path, members: list[Member], started: Started, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compare(protocol_of(cohort, tmp_path), members)
    noted = (tmp_path / "members.json").read_bytes()
    monkeypatch.setattr("custom.training.member_record.describe_machine", lambda: "another machine")
    shutil.rmtree(tmp_path / "corrected")
    compare(protocol_of(cohort, tmp_path), members)
    assert (tmp_path / "members.json").read_bytes() == noted


def test_corrections_by_other_weights_are_made_anew(
    cohort: Path, members: list[Member], started: Started, tmp_path: Path
) -> None:
    compare(protocol_of(cohort, tmp_path), members)
    with (tmp_path / "unet" / "volumes" / "model.pt").open("ab") as weights:
        weights.write(b"\0")
    started.clear()
    compare(protocol_of(cohort, tmp_path), members)
    assert started == [("cohort", "unet")]


def test_a_cohort_made_anew_in_its_place_is_noticed(members: list[Member], started: Started, tmp_path: Path) -> None:
    cohort = write_cohort(tmp_path / "cohort", n_training=1, n_validation=1, n_test=1, seed=1)
    compare(protocol_of(cohort, tmp_path / "output"), members)
    started.clear()
    write_cohort(cohort, n_training=1, n_validation=1, n_test=1, seed=2)
    with pytest.raises(BadInput, match="got another volumes than"):
        compare(protocol_of(cohort, tmp_path / "output"), members)
    assert started == []


def test_another_ct_is_corrected_anew_by_the_network_that_sees_it(
    members: list[Member], started: Started, tmp_path: Path
) -> None:
    cohort = write_cohort(tmp_path / "cohort", n_training=1, n_validation=1, n_test=1)
    compare(protocol_of(cohort, tmp_path / "output"), members)
    started.clear()
    ct = cohort / json.loads((cohort / "dataset.json").read_text())["test"][0]["ct"]
    ct.write_bytes(ct.read_bytes() + b"\0")
    compare(protocol_of(cohort, tmp_path / "output"), members)
    assert started == [("cohort", "unet_ct")]


def test_a_correction_whose_volume_is_gone_is_made_anew(
    cohort: Path, members: list[Member], started: Started, tmp_path: Path
) -> None:
    compare(protocol_of(cohort, tmp_path), members)
    next((tmp_path / "corrected" / "cohort" / "unet").rglob("*_corrected.nii.gz")).unlink()
    started.clear()
    compare(protocol_of(cohort, tmp_path), members)
    assert started == [("cohort", "unet")]


def test_a_member_that_fails_is_named_and_the_others_go_on(
    cohort: Path,
    members: list[Member],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail_with_ct(run: BundleRun, log: Path) -> None:
        if run.verb == "training" and "ct" in run.value("image_keys"):
            raise BadInput("the training loss must stay finite")
        start_in_no_time(run, log)

    started = watched(monkeypatch, fail_with_ct)
    with pytest.raises(BadInput, match="1 of 3 members failed, each for the reason above: unet_ct;"):
        compare(protocol_of(cohort, tmp_path), members)
    assert started == [*all_of(members[0]), ("unet_ct", "crops"), *all_of(members[2])]
    assert "member unet_ct failed: the training loss must stay finite" in caplog.text
    assert list(json.loads((tmp_path / "members.json").read_text())) == [members[0].name, members[2].name]


def test_ctrl_c_ends_with_its_status(
    cohort: Path, members: list[Member], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt(run: BundleRun, log: Path) -> None:
        raise KeyboardInterrupt

    watched(monkeypatch, interrupt)
    with pytest.raises(SystemExit) as ended:
        compare(protocol_of(cohort, tmp_path), members)
    assert ended.value.code == 130


@pytest.mark.parametrize(
    ("test_set", "entry", "setting", "reason"),
    [
        ("nowhere", {}, {}, r"nowhere.dataset\.json is missing"),
        ("cohort", {"network": "unett"}, {}, r"no file .*unett\.yaml"),
        ("cohort", {"kernel_scal": 1}, {}, r"train\.yaml declares no kernel_scal"),
        ("cohort", {}, {"batchsize": 1}, r"train\.yaml declares no batchsize"),
        ("cohort", {"label_kind": "voxels"}, {}, "needs image, voxels"),
        ("cohort", {}, {"batch_size": 0}, "batch_size must be a whole number from 1, got 0"),
    ],
)
def test_what_cannot_be_is_said_before_anything_starts(
    test_set: str, entry: dict, setting: dict, reason: str, cohort: Path, started: Started, tmp_path: Path
) -> None:
    protocol = protocol_of(cohort, tmp_path / "results", **setting)
    protocol.test_sets["later"] = str(cohort.parent / test_set)
    with pytest.raises(BadInput, match=reason):
        compare(protocol, read_members([{"network": "dy_unet"}, {"network": "unet", **entry, "seed": 3}], seed=1))
    assert started == []
    assert not (tmp_path / "results").exists()


def test_a_damaged_list_of_members_is_refused_before_anything_starts(
    cohort: Path, members: list[Member], started: Started, tmp_path: Path
) -> None:
    (tmp_path / "members.json").write_text("{")
    with pytest.raises(BadInput, match=r"members\.json must list the members trained so far"):
        compare(protocol_of(cohort, tmp_path), members)
    assert started == []
    assert (tmp_path / "members.json").read_text() == "{"


def test_a_network_with_ct_needs_the_ct_of_every_set(cohort: Path, started: Started, tmp_path: Path) -> None:
    without = shutil.copytree(cohort, tmp_path / "without_ct")
    dataset = json.loads((without / "dataset.json").read_text())
    for entry in dataset["test"]:
        del entry["ct"]
    (without / "dataset.json").write_text(json.dumps(dataset))
    protocol = protocol_of(cohort, tmp_path / "results")
    protocol.test_sets["without"] = str(without)
    compare(protocol, read_members([{"network": "unet"}], seed=1))
    with pytest.raises(BadInput, match="ct missing"):
        compare(protocol, read_members([{"network": "unet_ct"}], seed=1))
