"""The MONAI Label app: its answers are the bundle's own, and what a user can mend gets one line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import psutil
import pytest
import torch
from monai.bundle import ConfigWorkflow

from custom.networks.dynamic_unet import DynamicUNet
from tests.conftest import REPOSITORY
from tests.integrations.monailabel_server import ENVIRONMENT, MODEL, Answer, Server, need_environment, serving, start
from tests.nm_files import heart, write_ct_slice, write_nifti, write_nm
from tests.shown_commands import commands_in, python_in

PAGE = REPOSITORY / "bundle" / "docs" / "monai_label.md"
OBLIQUE = np.array([[-3.9, 0.6, 0.1, 60], [0.6, 3.9, 0.2, -70], [0.0, -0.2, 4.1, -50], [0, 0, 0, 1]])


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Random weights of a narrow network of the family."""
    file = tmp_path_factory.mktemp("narrow") / "model.pt"
    torch.manual_seed(0)
    torch.save(DynamicUNet(n_filters=2).state_dict(), file)
    return file


@pytest.fixture(scope="module")
def server(tmp_path_factory, weights):
    need_environment()
    folder = tmp_path_factory.mktemp("project")
    studies = folder / "my studies"
    studies.mkdir()
    write_studies(studies)
    with serving(folder, studies, f"--conf weights {weights} --conf n_filters 2 --conf device cpu") as server:
        yield server
    assert list(server.temporary.iterdir()) == [], "nothing that was sent or made is left"


def write_studies(folder: Path) -> None:
    activity = heart((36, 34, 30), noise=0.1)
    write_nifti(folder / "study.nii.gz", activity, OBLIQUE)
    write_nm(folder / "camera.dcm", activity)
    (folder / "short.nii.gz").write_bytes((folder / "study.nii.gz").read_bytes()[:20000])
    (folder / "text.nii.gz").write_text("no image")
    write_nifti(folder / "planar.nii.gz", activity[:, :, :1])
    write_nifti(folder / "gates.nii.gz", np.stack([activity, activity], axis=-1))
    write_nifti(folder / "difference.nii.gz", activity - 100)
    write_ct_slice(folder / "ct.dcm")


@pytest.fixture(scope="module")
def corrected(server, weights, tmp_path_factory):
    """Correct a study of the server's by the run `inference` in this environment."""

    def run(name: str) -> nibabel.Nifti1Image:
        output_dir = tmp_path_factory.mktemp("corrected")
        settings = {"input": str(server.studies / name), "output_dir": str(output_dir), "weights": str(weights)}
        config = REPOSITORY / "bundle" / "configs" / "inference.yaml"
        workflow = ConfigWorkflow(
            str(config), logging_file=False, workflow_type="inference", bundle_root="bundle", n_filters=2, **settings
        )
        workflow.initialize()
        before = sys.excepthook
        workflow.run()
        sys.excepthook = before
        return nibabel.load(next(output_dir.rglob("*_corrected.nii.gz")))

    return run


def volume(answer: Answer, folder: Path) -> nibabel.Nifti1Image:
    assert answer.status == 200, answer.content[:500]
    file = folder / "answer.nii.gz"
    file.write_bytes(answer.content)
    return nibabel.load(file)


def assert_same(got: nibabel.Nifti1Image, expected: nibabel.Nifti1Image) -> None:
    assert got.get_data_dtype() == np.float32
    np.testing.assert_array_equal(got.affine, expected.affine)
    np.testing.assert_allclose(got.get_fdata(), expected.get_fdata(), rtol=0, atol=1e-5 * expected.get_fdata().max())


@pytest.mark.parametrize("file", ["study.nii.gz", "camera.dcm"])
def test_an_answer_is_what_the_run_inference_makes(server, corrected, tmp_path, file):
    answer = server.correct(file.split(".")[0])
    expected = corrected(file)
    assert_same(volume(answer, tmp_path), expected)
    assert len(np.unique(expected.get_fdata())) > 1000, "activity is continuous, no labels"
    if file == "study.nii.gz":
        np.testing.assert_allclose(expected.affine, OBLIQUE, atol=1e-5)


def test_a_study_sent_along_is_corrected_too(server, corrected, tmp_path):
    assert_same(volume(server.correct_file(server.studies / "study.nii.gz"), tmp_path), corrected("study.nii.gz"))


def test_the_report_comes_with_the_volume(server):
    report = json.loads(server.ask(f"/infer/{MODEL}?image=study&output=json", data=b"").content)
    assert report["study"] == "study"
    assert report["total_activity"]["before"] > 0
    assert any("not for diagnosis" in warning for warning in report["warnings"])


def refusals(server: Server) -> dict[str, tuple[Answer, int, str]]:
    """What comes back for bad input, and what must."""
    return {
        "unknown study": (server.correct("nobody"), 404, "got 'nobody'"),
        "unknown model": (server.correct("study", model="other"), 404, "There is no model 'other'"),
        "a folder": (server.correct(str(server.studies)), 422, "a study is one file"),
        "cut short": (server.correct("short"), 422, "cut short"),
        "no image": (server.correct("text"), 422, "an image must be readable whole"),
        "planar": (server.correct("planar"), 422, "three dimensions"),
        "gated": (server.correct("gates"), 422, "gates or time points in one file"),
        "negative": (server.correct("difference"), 422, "nowhere negative"),
        "CT": (server.correct("ct"), 422, "CT"),
        "cut short, sent": (server.correct_file(server.studies / "short.nii.gz"), 422, "cut short"),
        "no image, sent": (server.correct_file(server.studies / "text.nii.gz"), 422, "an image must be readable whole"),
        "CT, sent": (server.correct_file(server.studies / "ct.dcm"), 422, "CT"),
    }


def test_bad_input_gets_one_line_and_the_next_study_is_corrected(server):
    for what, (answer, status, words) in refusals(server).items():
        assert answer.status == status, (what, answer.content)
        assert words in answer.line, what
        assert "\n" not in answer.line, what
        assert f"refused: {answer.line}\n" in server.log, what
    assert "Traceback" not in server.log
    assert server.correct("study").status == 200


def test_studies_stay_as_they_were(server, tmp_path):
    write_studies(tmp_path)
    assert server.correct("study").status == 200
    assert (server.studies / "short.nii.gz").stat().st_size == 20000
    before, now = (nibabel.load(folder / "study.nii.gz").get_fdata() for folder in (tmp_path, server.studies))
    np.testing.assert_array_equal(now, before)


def test_only_this_machine_and_the_servers_own_page_may_ask(server):
    processes = psutil.Process(server.process.pid).children(recursive=True)
    places = [place for process in processes for place in process.net_connections()]
    assert {place.laddr.ip for place in places if place.status == "LISTEN"} == {"127.0.0.1"}
    elsewhere = server.ask("/info/", Origin="https://elsewhere.example")
    assert "access-control-allow-origin" not in {name.lower() for name in elsewhere.headers}
    assert b"swagger" in server.ask("/").content


@pytest.mark.parametrize(
    ("studies", "options", "words"),
    [("nowhere", "", "STUDIES is a folder"), (".", "--conf weight other.pt", "got weight; is it misspelt?")],
)
def test_a_server_that_cannot_serve_ends_with_one_line(tmp_path, studies, options, words):
    need_environment()
    assert start(tmp_path, Path(studies), options, port=0).wait(timeout=180) != 0
    log = (tmp_path / "log.txt").read_text()
    assert [words in line for line in log.splitlines() if line.startswith("error: ")] == [True]
    assert "Traceback" not in log
    assert not (tmp_path / "nowhere").exists()


def test_the_server_listens_to_this_machine_whatever_the_shell_calls_itself():
    shown = subprocess.run(
        ["make", "-n", "-o", f"{ENVIRONMENT.name}/ready", "monailabel", "STUDIES=studies"],
        cwd=REPOSITORY,
        env=os.environ | {"HOST": "ward-7.example"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--host 127.0.0.1 --port 8000" in shown.stdout


def test_the_shown_python_loads_the_corrected_volume_in_a_viewer(server, corrected, tmp_path):
    """The page's lines for 3D Slicer, with MONAI Label's own client and a stand-in for the viewer."""
    (lines,) = python_in(PAGE)
    stand_ins = (
        "import sys, types, monailabel.client as client; sys.modules['MONAILabelLib'] = client;"
        "slicer = types.SimpleNamespace(util=types.SimpleNamespace(loadVolume=print),"
        f" app=types.SimpleNamespace(temporaryPath={str(tmp_path)!r}))\n"
    )
    program = stand_ins + lines.replace("http://127.0.0.1:8000", server.address)
    ended = subprocess.run([ENVIRONMENT / "bin/python", "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert_same(nibabel.load(ended.stdout.splitlines()[0]), corrected("study.nii.gz"))


def test_the_shown_commands_are_those_that_were_run(server, corrected, tmp_path):
    build_and_start, from_elsewhere, ask, tests = commands_in(PAGE)
    assert build_and_start == "make monailabel STUDIES=studies"
    assert from_elsewhere == "make monailabel STUDIES=studies BUNDLE=cardiac_spect_partial_volume_correction"
    assert tests == "make integration"
    if shutil.which("curl") is None:
        pytest.skip("no curl here")
    command = ask.replace("http://127.0.0.1:8000", server.address)
    subprocess.run(command, shell=True, cwd=tmp_path, check=True, capture_output=True)
    assert_same(nibabel.load(tmp_path / "corrected.nii.gz"), corrected("study.nii.gz"))
