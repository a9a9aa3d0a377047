from dataclasses import replace

import pytest

from custom.errors import BadInput


def test_lengths_grow_with_the_cube_root_of_the_weight(animal) -> None:
    assert replace(animal.body, weight_kg=25.0).scale == 1
    assert replace(animal.body, weight_kg=200.0).scale == pytest.approx(2)


@pytest.mark.parametrize("uptake", [-0.1, float("inf"), float("nan")])
@pytest.mark.parametrize("organ", ["liver", "blood", "myocardium_end_systole"])
def test_uptake_that_cannot_be_is_refused(animal, organ, uptake) -> None:
    with pytest.raises(BadInput, match=f"not negative, got .* for {organ}"):
        replace(animal.uptake, **{organ: uptake})


@pytest.mark.parametrize(
    ("section", "name", "value", "rule"),
    [
        ("body", "weight_kg", 0.0, "body.weight_kg must be finite, above 0"),
        ("body", "fat_mm", -3.0, "body.fat_mm must be finite, above 0"),
        ("body", "keel", 0.9, "body.keel .* at most 0.4"),
        ("body", "gastric_gas", 40.0, "not percent"),
        ("body", "deformation_mm", 20.0, "folds"),
        ("heart", "ejection_fraction", 62.0, "percent"),
        ("heart", "ejection_fraction", 0.0, "between 0 and 1"),
        ("heart", "wall_over_cornell", -1.0, "heart.wall_over_cornell must be finite, above 0"),
        ("heart", "end_diastolic_volume_ml", float("nan"), "end_diastolic_volume_ml must be finite"),
        ("heart", "papillary_radius_mm", -1.0, "papillary_radius_mm"),
        ("heart", "longitudinal_shortening", 15.0, "not percent"),
        ("heart", "axis_left_deg", float("inf"), "axis_left_deg must be finite"),
        ("heart", "pericardial_fat_mm", -2.0, "pericardial_fat_mm"),
        ("heart", "to_sternum_mm", -5.0, "heart.to_sternum_mm .* at least 0, got -5.0; nearer"),
        ("heart", "to_diaphragm_mm", -20.0, "heart.to_diaphragm_mm .* at least -5 .* not in the liver"),
        ("heart", "to_diaphragm_mm", -60.0, "not in the liver"),
        ("heart", "to_diaphragm_mm", -100.0, "not in the liver"),
        ("heart", "to_diaphragm_mm", 100.0, "at most 40"),
        ("uptake", "blood", 0.0, "uptake.blood must be finite, above 0"),
        ("pattern", "deficit_severity", 1.5, "a fraction, not percent"),
        ("pattern", "wall_variation", -0.1, "pattern.wall_variation"),
        ("pattern", "deficit_radius_mm", 0.0, "pattern.deficit_radius_mm"),
        ("pattern", "deficit_height", 2.0, "apex 1"),
        ("scan", "injected_mbq", -700.0, "scan.injected_mbq"),
        ("scan", "labelling_efficiency", 95.0, "not percent"),
        ("scan", "heart_rate_per_minute", 1.8, "not per second"),
        ("scan", "heart_rate_variation", 3.0, "not percent"),
        ("scan", "breaths_per_minute", 0.0, "scan.breaths_per_minute"),
        ("motion", "diaphragm_excursion_mm", -8.0, "motion.diaphragm_excursion_mm"),
        ("motion", "diaphragm_excursion_mm", 400.0, "at most 40"),
        ("motion", "heart_follows", 1.5, "motion.heart_follows"),
        ("motion", "shifted_at", 50.0, "not percent"),
        ("motion", "breathing_depth_in_gate", -0.2, "motion.breathing_depth_in_gate"),
        ("motion", "shift_head_mm", float("nan"), "motion.shift_head_mm must be finite"),
        ("motion", "shift_right_mm", 300.0, "field of view"),
        ("ct", "noise_hu", -5.0, "ct.noise_hu"),
        ("ct", "lung", -2000.0, "Hounsfield"),
    ],
)
def test_numbers_that_cannot_be_are_refused_with_their_rule(animal, section, name, value, rule) -> None:
    with pytest.raises(BadInput, match=rule):
        replace(getattr(animal, section), **{name: value})


def test_by_default_nothing_moves_but_the_breath(animal) -> None:
    motion = animal.motion
    assert (motion.shift_right_mm, motion.shift_anterior_mm, motion.shift_head_mm) == (0, 0, 0)
    assert motion.breathing_depth_in_gate == 0
    assert 6 <= motion.diaphragm_excursion_mm <= 12
