"""The gallery's scripts on small studies: that they draw what the algorithms themselves give."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from custom.reconstruction.iterative_yang import iterative_yang as correct
from custom.reconstruction.mlem import mlem as reconstruct
from docs.gallery import attention, iterative_yang, mlem, pinhole, real_study
from docs.illustrated import NotHere
from tests.nm_files import heart, nm_dataset
from tests.virtual_cohort import write_cohort

LONGEST = 60


def panel(figure, title: str):
    [found] = [axes for axes in figure.axes if axes.get_title().startswith(title)]
    return found


def section_of(axes) -> np.ndarray:
    return axes.collections[0].get_array()


def test_a_nearer_point_is_brighter_and_the_head_is_seen_below() -> None:
    figure = pinhole.draw()
    spots = {name: panel(figure, name).images[0].get_array() for name in pinhole.PLACES_MM}
    totals = {name: spot.sum() for name, spot in spots.items()}
    assert totals["40 mm nearer"] == pytest.approx(totals["at the centre"] * (148 / 108) ** 2, rel=0.05)
    rows = {name: np.average(np.arange(32), weights=spot.sum(axis=1)) for name, spot in spots.items()}
    assert rows["at the centre"] == pytest.approx(15.5, abs=0.05)
    assert rows["50 mm towards the head"] == pytest.approx(15.5 - 50 * 61.3 / 148 / 2.46, abs=0.3)


def test_mlem_is_drawn_at_its_iterations(gate) -> None:
    figure = mlem.draw(gate, shown=(1, 2, 3, 4))
    image = reconstruct(gate.projector, gate.study.counts, background=gate.study.background, n_iterations=4)
    curve = panel(figure, "wall over blood").lines
    assert curve[0].get_ydata()[-1] == pytest.approx(gate.imbv(image), rel=1e-5)
    assert curve[2].get_ydata()[0] == gate.tissue_imbv
    z = gate.picture.voxel[2]
    assert np.allclose(section_of(panel(figure, "MLEM, iteration 4")), image.numpy()[:, :, z].T / 1e3)


def test_iterative_yang_is_drawn_round_by_round(gate) -> None:
    figure = iterative_yang.draw(gate, n_mlem_iterations=3, n_rounds=2)
    image = reconstruct(gate.projector, gate.study.counts, background=gate.study.background, n_iterations=3)
    corrected = correct(gate.projector, image, gate.study.regions, n_iterations=2, n_mlem_iterations=3)
    course = panel(figure, "wall over blood").lines[0].get_ydata()
    assert course[[0, 2]] == pytest.approx([gate.imbv(image), gate.imbv(corrected)], rel=1e-5)
    z = gate.picture.voxel[2]
    assert np.allclose(section_of(panel(figure, "round 2")), corrected.numpy()[:, :, z].T / 1e3)


def test_attention_is_what_differs_with_another_animals_kernels(tmp_path, repository, monkeypatch) -> None:
    monkeypatch.chdir(repository)
    write_cohort(tmp_path, n_training=2, n_validation=0, n_test=0)
    files = [attention.gate_files(f"sub-00{number}", "ed", tmp_path) for number in (1, 2)]
    figure = attention.draw(files)
    change = section_of(panel(figure, "difference"))
    assert change.any()
    own, others = (section_of(panel(figure, title)) for title in ("own kernels", "the other's kernels"))
    assert np.allclose(change, own - others)
    image = attention.normalised(f"{files[1]}_mlem.nii.gz")
    alone, factors = attention.correct(image)
    assert alone.equal(attention.correct(image, factors)[0])
    assert "it is little" in attention.__doc__, "other weights may want another text"
    [bars] = [axes.patches for axes in figure.axes if axes.get_ylabel().startswith("mean difference")]
    assert len(bars) == 32
    assert 0 < max(bar.get_height() for bar in bars) < 1


class Halving(torch.nn.Module):
    """A network whose answer is known."""

    def __init__(self, **_settings: object) -> None:
        super().__init__()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image / 2


def test_a_real_study_goes_through_the_program(tmp_path, repository, monkeypatch) -> None:
    monkeypatch.chdir(repository)
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setenv("PVC_DATA_DIR", str(tmp_path))
    with pytest.raises(NotHere, match=r"recon_4\.dcm"):
        real_study.draw()
    monkeypatch.setattr("custom.networks.dynamic_unet.DynamicUNet", Halving)
    monkeypatch.setattr("custom.networks.weights.load_weights", lambda network, **_: network)
    (tmp_path / "nm530c").mkdir()
    activity = heart((36, 34, 30))
    nm_dataset(activity.astype(np.uint16)).save_as(tmp_path / "nm530c" / "recon_4.dcm", enforce_file_format=True)
    figure = real_study.draw()
    for plane in ("transverse", "coronal", "sagittal"):
        before, after = (section_of(panel(figure, f"{stage}, {plane}")) for stage in ("before", "after"))
        assert before.max() == pytest.approx(1, rel=0.01)
        assert np.allclose(after, before / 2, rtol=1e-3)


def test_scripts_are_short(repository) -> None:
    scripts = (repository / "docs" / "gallery").glob("*.py")
    assert not [script.name for script in scripts if len(script.read_text().splitlines()) > LONGEST]
