import numpy as np
import pytest

from custom.reconstruction.regions import Region
from custom.simulation.tissues import REGIONS, Tissue, values_of


def test_every_tissue_belongs_to_a_region_and_every_region_has_one() -> None:
    assert set(REGIONS) == set(Tissue)
    assert set(REGIONS.values()) == set(Region)


def test_only_the_left_ventricle_makes_the_two_regions_of_imbv() -> None:
    assert [t for t in Tissue if REGIONS[t] == Region.MYOCARDIUM] == [Tissue.MYOCARDIUM]
    assert [t for t in Tissue if REGIONS[t] == Region.LEFT_VENTRICULAR_BLOOD] == [Tissue.LEFT_VENTRICULAR_BLOOD]
    assert REGIONS[Tissue.RIGHT_BLOOD] == REGIONS[Tissue.LEFT_BLOOD] == Region.OTHER_BLOOD


def test_values_stand_where_their_tissue_is() -> None:
    table = {tissue: 10.0 * tissue for tissue in Tissue}
    np.testing.assert_array_equal(values_of(np.array([[5, 0], [13, 2]], np.uint8), table), [[50, 0], [130, 20]])


def test_a_table_without_a_tissue_is_refused() -> None:
    with pytest.raises(KeyError):
        values_of(np.array([0]), {Tissue.AIR: 0.0})
