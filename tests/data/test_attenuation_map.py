import nibabel
import numpy as np
import pytest

from custom.data.attenuation_map import attenuation_map
from custom.data.ct_on_grid import Placement
from custom.data.ct_scan import read_ct
from custom.errors import BadInput
from custom.projection.attenuation import transmission
from custom.scanner.camera import load_camera
from custom.scanner.grid import ImageGrid
from tests.ct_files import body, write_series
from tests.nm_files import heart, nm_dataset, write_nifti

GRID = ImageGrid(shape=(40, 40, 40))
CENTRED = np.array([[4.0, 0, 0, -78], [0, 4, 0, -78], [0, 0, 4, -78], [0, 0, 0, 1]])


@pytest.fixture(scope="module")
def chest(tmp_path_factory):
    """A CT of 200 × 180 × 180 mm whose middle is the origin."""
    return write_series(tmp_path_factory.mktemp("ct"), body())


def made(chest, study=None, **placement):
    return attenuation_map(ct=chest, study=study, grid=GRID, placement=Placement(**placement))


def test_on_the_cameras_grid_the_ct_lies_about_its_given_centre(chest):
    """The ball of blood, in the middle of the CT, comes to lie 20 mm from the grid's middle."""
    result = made(chest, centre_mm=(0.0, -20.0, 0.0))
    blood = np.abs(result.on_grid.hu - 45) < 2
    indices = np.argwhere(blood & (np.abs(np.indices(GRID.shape)[0] - 19.5) < 5))
    middle = (result.spect.affine @ [*indices.mean(axis=0), 1])[:3]
    np.testing.assert_allclose(middle, [0, 20, 0], atol=1.5)
    np.testing.assert_array_equal(result.spect.affine, GRID.affine)


def test_without_a_centre_the_cts_middle_is_taken_and_said(chest):
    result = made(chest)
    np.testing.assert_allclose(result.placement.centre_mm, read_ct(chest).middle_mm)
    assert [warning for warning in result.warnings if "no centre_mm was given" in warning]
    assert result.covered_in_view > 0.9


@pytest.mark.parametrize("mirror", [(1, 1, 1), (-1, -1, 1), (1, -1, -1)])
def test_a_study_gives_its_grid_in_whatever_order_it_is_stored(chest, tmp_path, mirror):
    """The same place of the world has the same μ."""
    affine = CENTRED @ np.diag([*mirror, 1.0])
    affine[:3, 3] = [-78 * step for step in mirror]
    path = write_nifti(tmp_path / "study.nii.gz", heart((40, 40, 40)), affine)
    result = made(chest, path)
    np.testing.assert_allclose(result.spect.affine, affine)
    plain = made(chest, centre_mm=(0.0, 0.0, 0.0)).on_grid.mu_per_mm
    turned = nibabel.as_closest_canonical(nibabel.Nifti1Image(result.on_grid.mu_per_mm, affine))
    np.testing.assert_allclose(np.asarray(turned.dataobj), plain, atol=1e-7)


def test_a_dicom_study_of_another_frame_of_reference_is_said(tmp_path):
    ct = write_series(tmp_path / "ct", body(), FrameOfReferenceUID="1.9")
    study = nm_dataset(heart((40, 40, 40)).astype(int), position=(-78, -78, 78))
    for uid, differs in (("1.9", False), ("1.8", True)):
        study.FrameOfReferenceUID = uid
        study.save_as(tmp_path / "study.dcm", enforce_file_format=True)
        warnings = made(ct, tmp_path / "study.dcm").warnings
        assert bool([warning for warning in warnings if "different frames" in warning]) == differs
        assert not [
            warning
            for warning in made(ct, tmp_path / "study.dcm", centre_mm=(0.0, 0, 0)).warnings
            if "frame" in warning
        ]


def test_a_ct_beside_the_heart_is_refused(chest, tmp_path):
    with pytest.raises(BadInput, match=r"at least 50% of the 190 mm .*got \d+% of 40x40x40.*centre_mm or shift_mm"):
        made(chest, centre_mm=(80.0, 80.0, 80.0))
    with pytest.raises(BadInput, match="covers the study's middle"):
        made(chest, centre_mm=(0.0, 0.0, 900.0))
    with pytest.raises(BadInput, match="Hounsfield"):
        made(write_series(tmp_path / "no_air", np.zeros((20, 20, 20))), centre_mm=(-75.0, -70.0, -58.0))
    with pytest.raises(BadInput, match="finite"):
        made(write_nifti(tmp_path / "nan.nii", np.full((40, 40, 40), np.nan), CENTRED))


def test_a_study_that_is_none_is_refused_by_its_name(chest, tmp_path):
    path = write_nifti(tmp_path / "study.nii.gz", np.zeros((40, 40, 40)), CENTRED)
    with pytest.raises(BadInput, match=r"study\.nii\.gz: .*zero"):
        made(chest, path)


def test_tissues_of_the_real_ct_have_their_mu(repository, data_dir):
    """Blood 0.16, lung of a held breath (-840 HU) 0.014, bone above 0.2 per cm, air 0; and the camera takes the map."""
    folder = data_dir / "ct_thorax"
    if not folder.is_dir():
        pytest.skip(f"no CT in {data_dir}")
    camera = load_camera(repository / "custom" / "scanner" / "discovery_570c.yaml")
    heart_mm = Placement(centre_mm=(-35.0, 200.0, -115.0))
    result = attenuation_map(ct=folder, study=None, grid=camera.grid, placement=heart_mm)
    x, y, z = np.meshgrid(*camera.grid.centres_mm(), indexing="ij")
    mu = 10 * result.on_grid.mu_per_mm

    def ball(right, anterior, head, radius):
        return mu[(x - right) ** 2 + (y - anterior) ** 2 + (z - head) ** 2 < radius**2]

    assert ball(0, 0, 0, 15).mean() == pytest.approx(0.165, abs=0.005), "left ventricle"
    assert ball(-60, -10, 45, 15).mean() == pytest.approx(0.1538 - 1.6577e-4 * 840, abs=0.002), "left lung"
    assert 0.165 < ball(40, -115, 0, 8).mean() < 0.18, "spongy bone of a vertebra"
    assert mu.max() > 0.2, "cortical bone"
    assert ball(-60, 130, 60, 8).max() == 0, "air before the chest"
    for words in ("contrast agent, by 9", "lung is at -8"):
        assert [warning for warning in result.warnings if words in warning]
    through = transmission(result.on_grid.mu_per_mm, camera.grid, camera, camera.grid)[:, 35, 35, 25]
    assert 0.1 < through.min() < through.max() < 0.7
