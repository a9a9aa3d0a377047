"""One virtual animal: the numbers that were drawn for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from custom.errors import BadInput

TRACERS = ("red_blood_cells", "perfusion")


@dataclass(frozen=True, kw_only=True)
class Body:
    """Trunk; lengths of an animal of 25 kg, which `scale` turns into this one's."""

    weight_kg: float
    half_width_mm: float
    half_depth_mm: float
    keel: float
    cranial_taper: float
    fat_mm: float
    chest_wall_mm: float
    rib_spacing_mm: float
    liver_length_mm: float
    spleen_length_mm: float
    deformation_mm: float

    @property
    def scale(self) -> float:
        """Length of this animal over that of one of 25 kg."""
        return (self.weight_kg / 25) ** (1 / 3)


@dataclass(frozen=True, kw_only=True)
class Heart:
    """Sizes relative to what the body weight predicts, and how the heart lies."""

    diameter_over_cornell: float
    wall_over_cornell: float
    end_diastolic_volume_ml: float
    ejection_fraction: float
    longitudinal_shortening: float
    base_height: float
    apex_wall_fraction: float
    papillary_radius_mm: float
    right_over_left_volume: float
    right_wall_mm: float
    left_atrium_mm: float
    aorta_mm: float
    axis_left_deg: float
    axis_feet_deg: float
    roll_deg: float
    left_of_midline_mm: float
    to_sternum_mm: float
    to_diaphragm_mm: float
    pericardial_fat_mm: float
    offset_right_mm: float
    offset_anterior_mm: float
    offset_head_mm: float

    def __post_init__(self) -> None:
        """Refuse hearts that cannot be."""
        if not 0 < self.ejection_fraction < 1:
            raise BadInput(
                f"the ejection fraction lies between 0 and 1, got {self.ejection_fraction}; is it in percent?"
            )
        if min(self.diameter_over_cornell, self.wall_over_cornell, self.end_diastolic_volume_ml) <= 0:
            raise BadInput("the left ventricle's diameter, wall and volume must be positive; check the section `heart`")


@dataclass(frozen=True, kw_only=True)
class Uptake:
    """Activity per volume; red cells: blood is 1, perfusion: the end-diastolic myocardium is 1."""

    blood: float
    myocardium_end_diastole: float
    myocardium_end_systole: float
    liver: float
    lung: float
    muscle: float
    fat: float
    spleen: float
    bone: float
    marrow: float
    stomach_wall: float
    bowel: float
    gallbladder: float

    def __post_init__(self) -> None:
        """Refuse uptakes that are negative or not finite."""
        for name, value in asdict(self).items():
            if not 0 <= value < np.inf:
                raise BadInput(f"uptake is finite and not negative, got {value} for {name}; check the tracer's section")


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """How uptake varies within organs."""

    wall_variation: float
    organ_variation: float
    deficit_probability: float
    deficit_severity: float
    deficit_radius_mm: float
    deficit_angle_deg: float
    deficit_height: float


@dataclass(frozen=True, kw_only=True)
class Scan:
    """Dose and acquisition."""

    injected_mbq: float
    blood_ml_per_kg: float
    labelling_efficiency: float
    myocardial_uptake_per_g: float
    minutes_after_injection: float
    scan_seconds: float
    end_expiration: float
    systolic_fraction: float
    scatter_window_ratio: float
    scatter_calibration: float


@dataclass(frozen=True, kw_only=True)
class ComputedTomography:
    """CT numbers of the contrast CT, HU, and its noise and blur."""

    left_blood: float
    right_blood: float
    myocardium: float
    liver: float
    spleen: float
    muscle: float
    lung: float
    fat: float
    bone: float
    marrow: float
    noise_hu: float
    blur_fwhm_mm: float
    low_dose_noise_hu: float


@dataclass(frozen=True, kw_only=True)
class Animal:
    """All that was drawn for one animal; what it looks like follows from this and its random streams."""

    tracer: str
    body: Body
    heart: Heart
    uptake: Uptake
    pattern: Pattern
    scan: Scan
    ct: ComputedTomography
    has_deficit: bool
