import numpy as np
import pytest

from custom.data.study_rules import check_activity, check_ct, check_regions, is_label_map, remarks
from custom.data.volume import Volume
from custom.errors import BadInput
from custom.scanner.grid import ImageGrid
from tests.nm_files import heart, regions_of

FIELD = ImageGrid()
ACTIVITY = heart(noise=0.1)


def study(voxels=ACTIVITY, spacing=4.0, origin=0.0, **kind):
    affine = np.diag([*np.broadcast_to(spacing, 3), 1.0])
    affine[:3, 3] = origin
    return Volume(voxels=np.asarray(voxels), affine=affine, **kind)


def one_voxel(value):
    voxels = ACTIVITY.copy()
    voxels[5, 6, 7] = value
    return voxels


def only_at_the_rim():
    voxels = np.zeros((100, 40, 40))
    voxels[:10] = np.random.default_rng(0).random((10, 40, 40))
    return voxels


def test_a_study_that_keeps_the_rules_passes():
    check_activity(study(), FIELD)
    check_activity(study(spacing=(-4, 5, 3.8)), FIELD)


@pytest.mark.parametrize(
    ("broken", "rule", "got"),
    [
        (study(one_voxel(np.nan)), "finite", "1 voxels"),
        (study(one_voxel(np.inf)), "finite", "1 voxels"),
        (study(one_voxel(-1)), "nowhere negative", "minimum of -1 in 1 voxels"),
        (study(0 * ACTIVITY), "has activity", "zero in every voxel"),
        (study(1e300 * ACTIVITY), "sensible numbers", "e+30"),
        (study(1e-300 * ACTIVITY), "sensible numbers", "e-29"),
        (study(regions_of(ACTIVITY)), "varies", "0, 1, 2, 6"),
        (study(spacing=0.4), "1 to 10 mm", "0.4"),
        (study(spacing=0.004), "1 to 10 mm", "0.004"),
        (study(spacing=4000), "1 to 10 mm", "4000"),
        (study(ACTIVITY[:, :, 4:-4]), "covers the heart", "128 x 128 x 96"),
        (study(spacing=3.0), "covers the heart", "96 x 96 x 96"),
        (study(only_at_the_rim()), "middle", "zero there"),
    ],
)
def test_a_broken_rule_is_named_with_what_was_got_and_a_cause(broken, rule, got):
    with pytest.raises(BadInput) as refusal:
        check_activity(broken, FIELD)
    assert rule in str(refusal.value)
    assert got in str(refusal.value)
    assert "?" in str(refusal.value), "a likely cause"


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.float64])
def test_small_whole_numbers_are_labels(kind):
    assert is_label_map(study(regions_of(ACTIVITY).astype(kind)))


@pytest.mark.parametrize(
    "activity", [np.round(ACTIVITY).astype(np.int16), (ACTIVITY > 100).astype(np.float32), np.full((40, 40, 40), 7)]
)
def test_counts_and_uniform_phantoms_are_activity(activity):
    assert not is_label_map(study(activity))
    check_activity(study(activity), FIELD)


def test_regions_on_the_grid_pass():
    check_regions(study(regions_of(ACTIVITY)), study())
    check_regions(study(regions_of(ACTIVITY), origin=0.05), study())


REGIONS = regions_of(ACTIVITY)


@pytest.mark.parametrize(
    ("regions", "rule"),
    [
        (study(REGIONS[1:]), "lie on its grid, got 31x32x32"),
        (study(REGIONS, origin=4.0), "lie on its grid"),
        (study(REGIONS, spacing=(4, 4, 4.1)), "lie on its grid"),
        (study(REGIONS, spacing=(4, 4, -4)), "lie on its grid"),
        (study(ACTIVITY), "whole labels"),
        (study(REGIONS + 0.5), "whole labels"),
        (study(REGIONS.astype(int) + 1), "whole labels"),
        (study(0 * REGIONS), "region 1"),
        (study(np.where(REGIONS == 1, 6, REGIONS)), "region 1"),
        (study(np.where(REGIONS == 2, 6, REGIONS)), "region 2"),
    ],
)
def test_unusable_regions_are_refused(regions, rule):
    with pytest.raises(BadInput, match=rule):
        check_regions(regions, study())


CT = 1000 * (ACTIVITY > 0) - 1000.0


def test_a_ct_may_lie_on_a_grid_of_its_own():
    check_ct(study(CT), study())
    check_ct(study(CT, spacing=2.0, origin=30.0), study())


@pytest.mark.parametrize(
    ("ct", "rule"),
    [
        (study(CT * np.nan), "finite"),
        (study(CT + 1024), "Hounsfield"),
        (study((CT + 1000) * 1e-5), "Hounsfield"),
        (study(CT, origin=500.0), "covers the study's middle"),
        (study(CT, origin=-500.0), "covers the study's middle"),
    ],
)
def test_an_unusable_ct_is_refused(ct, rule):
    with pytest.raises(BadInput, match=rule):
        check_ct(ct, study())


def test_a_simulated_study_is_called_so():
    assert remarks(study(description="Simulated canine, seed 1"), FIELD) == ["this study is simulated"]


def test_remarks_tell_of_a_missing_orientation_and_of_activity_outside_the_field():
    assert remarks(study(), FIELD) == []
    assert "right and left" in remarks(study(states_orientation=False), FIELD)[0]
    uniform = np.ones((100, 40, 40))
    assert "30.0% of the activity" in remarks(study(uniform), FIELD)[0]


def test_remarks_tell_of_a_heart_that_is_dim_beside_something_brighter():
    """A bright corner, four times the heart's blood, gives the scale: the heart is seen at a quarter."""
    beside = ACTIVITY.copy()
    beside[:4, :4, :8] = 4 * ACTIVITY.max() + np.random.default_rng(0).random((4, 4, 8))
    [said] = remarks(study(beside), FIELD)
    assert "lies away from the middle: the network sees the heart at 24% of the brightness" in said


def test_remarks_tell_of_an_image_cut_off_at_the_top():
    cut = np.minimum(ACTIVITY, np.sort(ACTIVITY, axis=None)[-40])
    assert any("40 voxels share the greatest value" in said for said in remarks(study(cut), FIELD))
