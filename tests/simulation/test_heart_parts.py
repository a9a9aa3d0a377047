from custom.simulation.heart_parts import (
    arch_start_mm,
    heart_parts,
    left_atrium,
    left_auricle,
    pulmonary_bifurcation_mm,
    right_atrium,
    right_auricle,
)
from custom.simulation.inner_muscles import N_TRABECULAE
from custom.simulation.tissues import Tissue


def test_atria_lie_behind_the_valves_on_their_sides(beating, volumes) -> None:
    left, right = left_atrium(beating, volumes[0]).centre_mm, right_atrium(beating, volumes[0]).centre_mm
    middle = beating.pose.middle_mm
    assert right[0] > left[0] + 10
    assert left[1] < middle[1] - 20
    assert left[2] > middle[2]
    assert max(left_atrium(beating, volumes[1]).semi_axes_mm) > max(left_atrium(beating, volumes[0]).semi_axes_mm)


def test_the_pulmonary_trunk_passes_left_of_the_aorta(beating) -> None:
    assert pulmonary_bifurcation_mm(beating)[0] < arch_start_mm(beating)[0] - 10
    assert arch_start_mm(beating)[2] > pulmonary_bifurcation_mm(beating)[2]


def test_the_left_ventricle_is_painted_last(beating, volumes) -> None:
    """Wall, cavity, then only what of the wall stands into the cavity."""
    tissues = [tissue for _, tissue in heart_parts(beating, volumes[0])]
    first = tissues.index(Tissue.MYOCARDIUM)
    assert tissues[first + 1] == Tissue.LEFT_VENTRICULAR_BLOOD
    assert set(tissues[first + 2 :]) == {Tissue.MYOCARDIUM}
    assert len(tissues[first + 2 :]) == 2 + N_TRABECULAE


def test_auricles_leave_their_atria(beating, volumes) -> None:
    for auricle, atrium in (
        (left_auricle(beating, volumes[0]), left_atrium(beating, volumes[0])),
        (right_auricle(beating, volumes[0]), right_atrium(beating, volumes[0])),
    ):
        assert atrium.contains(*auricle[0].start_mm[:, None]).all()
        assert not atrium.contains(*auricle[-1].end_mm[:, None]).any()
