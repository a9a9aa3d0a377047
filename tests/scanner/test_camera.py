from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from custom.errors import BadInput
from custom.scanner.camera import load_camera

DISCOVERY = Path(__file__).resolve().parents[2] / "custom" / "scanner" / "discovery_570c.yaml"
TINY = Path(__file__).resolve().parents[1] / "tiny_camera.yaml"


@pytest.fixture(scope="module")
def discovery():
    return load_camera(DISCOVERY)


@pytest.fixture
def content():
    return yaml.safe_load(TINY.read_text())


def loaded(content, folder):
    file = folder / "camera.yaml"
    file.write_text(yaml.safe_dump(content))
    return load_camera(file)


def test_the_cameras_size(discovery):
    assert discovery.counts_shape == (19, 32, 32)
    assert discovery.grid.shape == (70, 70, 50)


def test_all_pinholes_look_at_the_centre_from_148_mm(discovery):
    for pinhole in discovery.pinholes:
        np.testing.assert_allclose(np.add(pinhole.position_mm, 148 * np.array(pinhole.axis)), 0, atol=1e-9)


def test_the_middle_looks_along_45_degrees_left_anterior_oblique(discovery):
    middle = np.array(discovery.pinholes[5 + 4].position_mm)
    np.testing.assert_allclose(middle / 148, [-math.sin(math.pi / 4), math.cos(math.pi / 4), 0], atol=1e-12)
    mean = np.mean([pinhole.position_mm for pinhole in discovery.pinholes], axis=0)
    np.testing.assert_allclose(mean / np.linalg.norm(mean), middle / 148, atol=1e-12)


def test_rows_of_five_nine_and_five_from_feet_to_head(discovery):
    heights = [round(pinhole.position_mm[2], 6) for pinhole in discovery.pinholes]
    assert sorted(heights) == heights
    assert [heights.count(height) for height in dict.fromkeys(heights)] == [5, 9, 5]


@pytest.mark.parametrize("file", [DISCOVERY, TINY], ids=["discovery", "tiny"])
def test_frames_are_right_angled_and_rows_grow_towards_the_head(file):
    for pinhole in load_camera(file).pinholes:
        np.testing.assert_allclose(pinhole.frame @ pinhole.frame.T, np.eye(3), atol=1e-9)
        assert pinhole.frame[1, 2] > 0.5
        np.testing.assert_allclose(pinhole.frame[2], pinhole.axis)


def test_every_number_of_the_camera_file_names_its_source():
    for line in DISCOVERY.read_text().splitlines():
        value, _, comment = line.partition("#")
        if re.search(r":.*\d", value) and not value.startswith("name:"):
            stated = r"\[\w+\]|assumed|as above|by definition|a choice of computation|evaluated nuclear data"
            assert re.search(stated, comment), f"without a source: {line}"


def test_arcs_and_a_plain_list_of_the_same_pinholes_are_the_same_camera(discovery, tmp_path):
    content = yaml.safe_load(DISCOVERY.read_text())
    del content["arcs"]
    content["pinholes"] = [
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in dataclasses.asdict(pinhole).items()
        }
        for pinhole in discovery.pinholes
    ]
    listed = loaded(content, tmp_path)
    for mine, theirs in zip(listed.pinholes, discovery.pinholes, strict=True):
        np.testing.assert_allclose(mine.frame, theirs.frame, atol=1e-12)
        assert mine.position_mm == theirs.position_mm
    assert (listed.detector, listed.grid) == (discovery.detector, discovery.grid)


def test_directions_in_a_file_need_not_be_normalised(content, tmp_path):
    content["pinholes"][0] |= {"axis": [0, -7, 0], "up": [0, 1, 2]}
    pinhole = loaded(content, tmp_path).pinholes[0]
    assert (pinhole.axis, pinhole.up) == ((0, -1, 0), (0, 0, 1))


def test_whole_numbers_in_a_file_stand_for_lengths(content, tmp_path):
    content["detector"]["pixel_mm"] = 5
    assert loaded(content, tmp_path) == load_camera(TINY)
    assert isinstance(loaded(content, tmp_path).detector.pixel_mm, float)


def change(content, path, value):
    *parents, last = path
    for name in parents:
        content = content[name]
    if value is None:
        del content[last]
    else:
        content[last] = value


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (("pinholes", 0, "aperture_mm"), -5.1, "aperture_mm must be positive, got -5.1"),
        (("pinholes", 0, "aperture_mm"), None, "aperture_mm"),
        (("pinholes", 0, "aperture_mm"), "wide", "could not convert"),
        (("pinholes", 0, "axis"), [0, 0, 0], "direction"),
        (("pinholes", 0, "axis"), None, "lacks the key 'axis'"),
        (("pinholes", 0, "colour"), 3, "unknown key .*colour"),
        (("pinholes",), [], "at least one pinhole"),
        (("detector", "pixels"), 3, "unknown key .*pixels"),
        (("detector", "n_rows"), 6.5, "n_rows"),
        (("detector", "window_fraction"), 93.8, "percent"),
        (("detector", "intrinsic_sigma_mm"), -1.0, "intrinsic_sigma_mm"),
        (("detector",), 3, "breaks a rule"),
        (("collimator", "opening_angle_deg"), 200, "opening_angle_deg"),
        (("grid",), None, "lacks the key 'grid'"),
        (("grid", "spacing_mm"), [4.0, 4.0, 0.0], "spacing_mm"),
        (("model", "voxel_samples"), 0, "voxel_samples"),
        (("arcs",), [{"n_pinholes": 3}], "missing"),
        (("photons_per_decay",), 0, "photons_per_decay"),
    ],
)
def test_a_wrong_camera_file_gets_one_line_with_the_rule(content, tmp_path, path, value, rule):
    change(content, path, value)
    with pytest.raises(BadInput, match=rule):
        loaded(content, tmp_path)


@pytest.mark.parametrize("text", ["- 1\n- 2\n", "", "a: [1\n", "\x00"])
def test_a_file_that_is_no_camera(tmp_path, text):
    file = tmp_path / "camera.yaml"
    file.write_text(text)
    with pytest.raises(BadInput, match="camera file"):
        load_camera(file)


def test_a_missing_camera_file(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        load_camera(tmp_path / "none.yaml")
