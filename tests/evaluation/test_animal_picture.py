"""What the picture of an animal shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from custom.errors import BadInput
from custom.evaluation.animal_picture import COLUMNS, REGION_COLOURS, animal_picture, choose_animals
from custom.evaluation.cohort import AnimalRecord, read_cohort
from custom.evaluation.sections import PLANES


def animal(weight_kg: float, severity: float = 0.0) -> AnimalRecord:
    return AnimalRecord(
        name=str(weight_kg),
        split="test",
        drawn={},
        weight_kg=weight_kg,
        heart_rate_per_minute=100,
        has_deficit=severity > 0,
        deficit_severity=severity,
        gates={},
    )


@pytest.fixture(scope="module")
def figure(described: Path) -> Figure:
    return animal_picture(read_cohort(described).animals[1])


def panels(figure: Figure) -> np.ndarray:
    return np.array([axes for axes in figure.axes if axes.get_aspect() == 1.0]).reshape(6, len(COLUMNS))


def test_the_middling_the_gravest_and_then_the_farthest_are_chosen() -> None:
    animals = [animal(20), animal(24), animal(25, 0.3), animal(26, 0.5), animal(30)]
    assert [one.weight_kg for one in choose_animals(animals, 2)] == [24, 26]
    assert [one.weight_kg for one in choose_animals(animals, 4)] == [24, 26, 20, 30]


@given(
    weights=st.lists(
        st.tuples(st.floats(20, 30), st.sampled_from([0.0, 0.2, 0.6])), min_size=1, max_size=8, unique=True
    ),
    n=st.integers(1, 9),
)
def test_as_many_as_asked_are_chosen_without_repetition_and_both_kinds_among_them(weights, n) -> None:
    animals = [animal(*one) for one in weights]
    chosen = choose_animals(animals, n)
    assert len(chosen) == min(n, len(animals))
    assert len({id(one) for one in chosen}) == len(chosen)
    if n >= 2:
        assert {one.has_deficit for one in chosen} == {one.has_deficit for one in animals}


def test_both_gates_have_three_planes_and_five_columns(figure: Figure) -> None:
    rows = panels(figure)
    assert [axes.get_title() for axes in rows[0]] == list(COLUMNS)
    names = [f"{gate}\n{plane.name}" for gate in ("end-diastole", "end-systole") for plane in PLANES]
    assert [axes.get_ylabel() for axes in rows[:, 0]] == names
    assert "sub-002, simulated" in figure.get_suptitle()
    assert "Simulated" in figure.get_supxlabel()


def test_every_section_has_its_letters_and_the_first_of_each_row_a_bar_of_50_mm(figure: Figure) -> None:
    for number, row in enumerate(panels(figure)):
        plane = PLANES[number % 3]
        for axes in row:
            assert {plane.left, plane.right, plane.top, plane.bottom} <= {text.get_text() for text in axes.texts}
        (bar,) = row[0].get_lines()
        assert np.ptp(bar.get_xdata()) == 50
        assert "50 mm" in [text.get_text() for text in row[0].texts]


def test_all_activities_share_one_inverted_grey_scale(figure: Figure) -> None:
    shown = [axes.collections[0] for axes in panels(figure)[:, 2:].ravel()]
    assert len({mesh.get_clim() for mesh in shown}) == 1
    assert shown[0].get_clim()[0] == 0
    assert {mesh.get_cmap().name for mesh in shown} == {"gray_r"}
    assert [axes.get_xlabel() for axes in figure.axes if "photons" in axes.get_xlabel()]


def test_imbv_stands_under_what_it_was_measured_in(figure: Figure) -> None:
    under = [[axes.get_xlabel() for axes in panels(figure)[row, 2:]] for row in (2, 5)]
    assert under[0] == ["IMBV 0.150 (tissues)\n0.210 (in voxels)", "IMBV 0.350", "IMBV 0.140"]
    assert under[1] == ["IMBV 0.110 (tissues)\n0.150 (in voxels)", "IMBV 0.280", "IMBV 0.100"]


def test_regions_are_named_in_a_legend_in_their_colours(figure: Figure) -> None:
    legend = panels(figure)[-1, 0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [name for name, _ in REGION_COLOURS.values()]
    mesh = panels(figure)[0, 1].collections[0]
    assert mesh.get_clim() == (-0.5, 6.5)
    assert mesh.get_cmap().N == 7


def test_ct_and_regions_lie_over_one_another(figure: Figure) -> None:
    """The bright blood of the CT, in voxels of 1 mm, fills the region of blood, in voxels of 4 mm."""
    for row in panels(figure):
        ct, labels = (axes.collections[0] for axes in row[:2])
        spans = []
        for mesh, inside in ((ct, np.asarray(ct.get_array()) > 250), (labels, np.asarray(labels.get_array()) == 2)):
            corners = mesh.get_coordinates()
            middle = (corners[:-1, :-1] + corners[1:, 1:]) / 2
            near = inside & (np.linalg.norm(middle, axis=2) < 24)
            spans.append(middle[near].mean(axis=0))
        np.testing.assert_allclose(*spans, atol=0.1)


def test_a_ct_of_another_box_is_refused(described: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(described, tmp_path / "cohort"))
    path = folder / "sub-002" / "gate-ed" / "sub-002_gate-ed_res-full_ct.nii.gz"
    image = nibabel.load(path)
    voxels, moved = np.asarray(image.dataobj), image.affine.copy()
    moved[0, 3] += 8
    for wrong in (nibabel.Nifti1Image(voxels, moved), nibabel.Nifti1Image(voxels[:-4], image.affine)):
        nibabel.save(wrong, path)
        with pytest.raises(BadInput, match="must fill the box of the other volumes"):
            animal_picture(read_cohort(folder).animals[1])
