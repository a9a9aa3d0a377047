from pathlib import Path

import pytest
import yaml

from custom.errors import BadInput
from custom.simulation.cohort import simulate_cohort
from custom.simulation.ranges import CANINE_FILE


def write_ranges(folder: Path, section: str, name: str, numbers: dict[str, float]) -> Path:
    """Write the canine's ranges with one entry changed."""
    ranges = yaml.safe_load(CANINE_FILE.read_text(encoding="utf-8"))
    ranges[section][name] = {"source": "a test"} | numbers
    (folder / "ranges.yaml").write_text(yaml.safe_dump(ranges))
    return folder / "ranges.yaml"


def fixed(value: float) -> dict[str, float]:
    return {"low": value, "high": value}


@pytest.mark.parametrize(
    ("section", "name", "numbers", "rule"),
    [
        ("heart", "wall_over_cornell", fixed(2.5), "the wall must be thinner than the cavity's radius"),
        ("heart", "left_of_midline_mm", fixed(90), "the heart must fit into the thorax"),
        ("heart", "to_sternum_mm", fixed(-5), "heart.to_sternum_mm must be finite, at least 0"),
        ("heart", "to_sternum_mm", fixed(60), "the heart must lie before the spine"),
        ("heart", "to_diaphragm_mm", fixed(-60), "heart.to_diaphragm_mm must be finite, at least -5"),
        ("heart", "offset_head_mm", fixed(120), "the left ventricle must lie within the field of view"),
        ("perfusion", "liver", {"low": -0.1, "high": 0.5}, "perfusion.liver must be finite, at least 0"),
        ("perfusion", "blood", fixed(0), "uptake.blood must be finite, above 0"),
        ("red_blood_cells", "imbv_end_diastole", fixed(0.15), "imbv_end_diastole must have mean and sd"),
        ("ct", "muscle", {"low": 50, "high": 60, "mean": 55, "sd": -0.01}, "ct.muscle: a range's sd must be positive"),
    ],
)
def test_ranges_of_impossible_animals_fail_at_once_with_one_rule(
    tmp_path, small_camera_file, section, name, numbers, rule
) -> None:
    """Before matrices are assembled and anything is written, and once, not for every animal."""
    with pytest.raises(BadInput, match=rule) as refused:
        simulate_cohort(
            n_animals=3,
            seed=5,
            output_dir=tmp_path / "cohort",
            camera=small_camera_file,
            tracer=section if section == "perfusion" else "red_blood_cells",
            ranges=write_ranges(tmp_path, section, name, numbers),
            cache_dir=tmp_path / "matrices",
            progress=False,
        )
    assert len(str(refused.value).splitlines()) == 1
    assert str(refused.value).count("must") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ranges.yaml"]


def test_the_first_impossible_animal_is_named(tmp_path, small_camera_file) -> None:
    walls = write_ranges(tmp_path, "heart", "wall_over_cornell", {"low": 0.9, "high": 4.0})
    with pytest.raises(BadInput, match=r"^sub-0\d\d cannot be: the wall must be thinner"):
        simulate_cohort(
            n_animals=20,
            seed=5,
            output_dir=tmp_path / "cohort",
            camera=small_camera_file,
            ranges=walls,
            progress=False,
        )
