"""What the pages' pictures say, held against the code that they show."""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest

from custom.networks.dynamic_unet import DynamicUNet
from custom.reconstruction.regions import Region
from docs.figures import axes, before_and_after, camera, gates, network, regions
from docs.virtual_gate import gate_files


def texts(figure) -> dict[str, tuple[float, float]]:
    return {text.get_text(): text.get_position() for panel in figure.axes for text in panel.texts}


def test_the_network_is_drawn_as_it_runs() -> None:
    unet = DynamicUNet(n_filters=2, n_dense_convolutions=2)
    layers, conveyed = network.layers_of(unet, (33, 31, 4))
    assert conveyed == {"up.0": "down.2", "up.1": "down.1", "up.2": "down.0", "up.3": "image"}
    assert [layer.name for layer in layers if layer.block == "down.1"] == [
        "down.1.resize", "down.1.dense.convolutions.0", "down.1.dense.convolutions.1"
    ]  # fmt: skip
    by_name = {layer.name: layer for layer in layers}
    assert by_name["down.0.resize"].shape == (2, 16, 15, 4)
    assert by_name["down.0.resize"].kernel == (3, 3, 1)
    assert by_name["output"].shape == (1, 33, 31, 4)


def test_indices_grow_to_the_right_the_front_and_the_head(gate) -> None:
    figure = axes.draw(gate)
    places = {}
    for panel in figure.axes:
        middle = panel.transData.transform((0, 0))
        for text in panel.texts:
            if text.get_text().startswith("+"):
                shift = panel.transData.transform(text.get_position()) - middle
                places[panel.get_title().split(":")[0], text.get_text()] = tuple(np.sign(shift.round()).astype(int))
    assert places["transverse", "+x"][0] == -1, "the patient's right is on the left"
    assert places["transverse", "+y"][1] == 1
    assert places["sagittal", "+y"][0] == -1, "the front is on the left"
    assert places["coronal", "+z"] == places["sagittal", "+z"] == (0, 1)


def test_the_middle_pinhole_is_left_anterior() -> None:
    placed = texts(camera.draw())
    x, y = placed["10"]
    assert -x == y > 100
    assert "3, 17" in placed, "those of the outer rows that stand above each other"


def test_gates_have_the_mean_volumes_of_the_curve() -> None:
    figure = gates.draw()
    placed = texts(figure)
    assert placed["end-diastole"][0] == 0
    assert 0.25 <= placed["end-systole"][0] <= 0.5
    assert {f"gate {number}" for number in range(1, 9)} <= set(placed)


def test_regions_are_named_by_their_numbers(gate) -> None:
    bar = regions.draw(gate).axes[-1]
    assert [label.get_text() for label in bar.get_yticklabels()][1] == "1 myocardium"
    assert len(bar.get_yticklabels()) == len(Region)


@pytest.fixture
def demonstrated(small_cohort, tmp_path, monkeypatch) -> Path:
    """A folder in which `make inference` has shown its work, and corrected without error."""
    study, results = tmp_path / before_and_after.STUDY, tmp_path / before_and_after.RESULTS
    shutil.copytree(Path(gate_files("sub-001", "ed", small_cohort)).parent, study.parent)
    results.parent.mkdir(parents=True)
    shutil.copy(f"{study}_activity.nii.gz", f"{results}_corrected.nii.gz")
    results.with_suffix(".json").write_text(json.dumps({"network": {"name": "perfect"}}))
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_readme_picture_is_of_the_files_that_inference_leaves(demonstrated) -> None:
    study = demonstrated / before_and_after.STUDY
    truth, labels = (nibabel.load(f"{study}_{kind}.nii.gz").get_fdata() for kind in ("activity", "regions"))
    imbv = truth[labels == 1].mean() / truth[labels == 2].mean()
    title = before_and_after.draw().get_suptitle()
    assert title.startswith("Simulated dog, perfect.")
    assert title.endswith(f"{imbv:.2f} after, {imbv:.2f} in the true activity of 4 mm voxels")


def test_the_command_that_the_readme_names_draws_its_picture(demonstrated, repository) -> None:
    script = repository / "docs" / "figures" / "before_and_after.py"
    assert "`.venv/bin/python -m docs.figures.before_and_after`" in (repository / "README.md").read_text()
    assert before_and_after.PICTURE.name in (repository / "README.md").read_text()
    assert (repository / before_and_after.PICTURE).stat().st_size < 150_000
    runpy.run_path(str(script), run_name="__main__")
    assert (demonstrated / before_and_after.PICTURE).is_file()


@pytest.mark.parametrize("name", ["network", "axes", "camera", "gates", "regions"])
def test_a_page_shows_each_picture(name, repository) -> None:
    pages = "".join(page.read_text() for page in (repository / "docs").glob("*.md"))
    assert f"](figures/{name}.png)" in pages
