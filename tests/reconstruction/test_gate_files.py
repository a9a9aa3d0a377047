"""The files of gates: what is known per second, brought to seconds."""

from __future__ import annotations

import nibabel
import numpy as np
import pytest

from custom.errors import BadInput
from custom.reconstruction.gate_files import find_rates, gate_file, write_amounts

AFFINE = np.diag([4.0, 4.0, 4.0, 1.0])


def write_rate(folder, gate, kind="scatter", stem="dog", value=1.0):
    path = folder / gate_file(stem, gate, f"{kind}-per-second")
    image = nibabel.Nifti1Image(np.full((2, 3, 4), value, np.float32), AFFINE)
    image.header["descrip"] = "simulated"
    nibabel.save(image, path)
    return path


def test_gates_are_named_as_run_reference_looks_for_them():
    assert gate_file("dog", 3, "scatter") == "dog_gate-3_scatter.nii.gz"


def test_rates_are_found_gate_by_gate(tmp_path):
    activity, scatter = ([write_rate(tmp_path, gate, kind) for gate in (1, 2)] for kind in ("activity", "scatter"))
    assert find_rates(tmp_path, "dog", 2) == {"activity": activity, "scatter": scatter}


def test_a_scan_without_rates_or_beside_those_of_another_has_none(tmp_path):
    assert find_rates(tmp_path / "absent", "dog", 2) == {}
    write_rate(tmp_path, 1)
    assert find_rates(tmp_path, "d[o]g", 2) == {}


@pytest.mark.parametrize("n_gates", [1, 3])
def test_rates_of_another_number_of_gates_are_refused(tmp_path, n_gates):
    for gate in (1, 2):
        write_rate(tmp_path, gate)
    with pytest.raises(BadInput, match=f"got {n_gates} for 2 of them"):
        find_rates(tmp_path, "dog", n_gates)


def test_an_amount_is_the_rate_times_the_gates_own_seconds(tmp_path):
    for gate in (1, 2):
        write_rate(tmp_path, gate, value=10.0 * gate)
    (tmp_path / "results").mkdir()
    write_amounts(find_rates(tmp_path, "dog", 2), tmp_path / "results", "dog", np.array([3.0, 0.5]))
    for gate, amount in ((1, 30.0), (2, 10.0)):
        image = nibabel.load(tmp_path / "results" / gate_file("dog", gate, "scatter"))
        np.testing.assert_array_equal(image.get_fdata(), np.full((2, 3, 4), amount))
        np.testing.assert_array_equal(image.affine, AFFINE)
        assert image.header["descrip"].item() == b"simulated"


def test_a_rate_that_is_cut_off_is_named(tmp_path):
    path = write_rate(tmp_path, 1)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(BadInput, match=r"dog_gate-1_scatter-per-second\.nii\.gz must be a whole NIfTI image"):
        write_amounts({"scatter": [path]}, tmp_path, "dog", np.array([1.0]))
