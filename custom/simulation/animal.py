"""One virtual animal: the numbers that were drawn for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from custom.errors import BadInput
from custom.simulation.rules import hold_between, hold_fraction, hold_positive

_SIGNED = ("axis_", "roll_", "twist_", "offset_", "to_", "left_of_")  # numbers that may be 0 or less


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
    rib_obliquity: float
    liver_length_mm: float
    spleen_length_mm: float
    gastric_gas: float
    deformation_mm: float

    def __post_init__(self) -> None:
        """Refuse bodies that cannot be."""
        shape = {name: getattr(self, name) for name in ("keel", "cranial_taper")}
        gas = {"gastric_gas": self.gastric_gas}
        bent = {"deformation_mm": self.deformation_mm}
        hold_positive("body", {name: value for name, value in asdict(self).items() if name not in shape | gas | bent})
        hold_fraction("body", gas)
        hold_between("body", shape, 0.0, 0.4, hint="a fraction of the chest's width")
        hold_between("body", bent, 0.0, 6.0, hint="a stronger deformation folds the animal")

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
    twist_deg: float
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
        free = {name: value for name, value in asdict(self).items() if name.startswith(_SIGNED)}
        bounded = {name: getattr(self, name) for name in ("longitudinal_shortening", "base_height")}
        fat = {"pericardial_fat_mm": self.pericardial_fat_mm}
        hold_positive(
            "heart", {name: value for name, value in asdict(self).items() if name not in free | bounded | fat}
        )
        hold_between("heart", bounded, 0.0, 0.95, hint="a fraction of the ventricle's length, not percent")
        hold_between("heart", fat, 0.0, 20.0, hint="millimetres of fat under the pericardium")
        hold_between("heart", free, -180.0, 180.0, hint="an angle in degrees or an offset in millimetres")
        sternum, diaphragm = ({name: getattr(self, name)} for name in ("to_sternum_mm", "to_diaphragm_mm"))
        hold_between("heart", sternum, 0.0, np.inf, hint="nearer, the heart lies in the sternum")
        hold_between("heart", diaphragm, -5.0, 40.0, hint="the heart rests on the diaphragm, and not in the liver")


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
        """Refuse uptakes that are negative or not finite, and blood without any."""
        for name, value in asdict(self).items():
            if not 0 <= value < np.inf:
                raise BadInput(f"uptake is finite and not negative, got {value} for {name}; check the tracer's section")
        hold_positive("uptake", {"blood": self.blood})


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

    def __post_init__(self) -> None:
        """Refuse patterns that cannot be."""
        shares = ("wall_variation", "organ_variation", "deficit_probability", "deficit_severity")
        hold_fraction("pattern", {name: getattr(self, name) for name in shares})
        hold_positive("pattern", {"deficit_radius_mm": self.deficit_radius_mm})
        hold_between("pattern", {"deficit_angle_deg": self.deficit_angle_deg}, -360.0, 360.0, hint="degrees")
        hold_between("pattern", {"deficit_height": self.deficit_height}, -1.0, 1.0, hint="base −1, equator 0, apex 1")


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
    heart_rate_per_minute: float
    heart_rate_variation: float
    breaths_per_minute: float

    def __post_init__(self) -> None:
        """Refuse scans that cannot be."""
        shares = {name: getattr(self, name) for name in ("labelling_efficiency", "end_expiration")}
        varying = {"heart_rate_variation": self.heart_rate_variation}
        rates = {"heart_rate_per_minute": self.heart_rate_per_minute}
        hold_positive("scan", {name: value for name, value in asdict(self).items() if name not in varying})
        hold_fraction("scan", shares)
        hold_between("scan", varying, 0.0, 0.5, hint="standard deviation over mean of the RR intervals, not percent")
        hold_between("scan", rates, 20.0, 300.0, hint="beats per minute, not per second")


@dataclass(frozen=True, kw_only=True)
class Motion:
    """How the animal moves during the scan: one shift of the whole body, and breathing.

    Args:
        shift_right_mm, shift_anterior_mm, shift_head_mm: of the whole body, once during the scan.
        shifted_at: when, as a fraction of the scan.
        diaphragm_excursion_mm: descent of the diaphragm from end-expiration to end-inspiration, at 25 kg.
        heart_follows: descent of the heart over that of the diaphragm.
        breathing_depth_in_gate: deepest breath that still falls into the end-expiratory gate, see `Position.breath`.
    """

    shift_right_mm: float
    shift_anterior_mm: float
    shift_head_mm: float
    shifted_at: float
    diaphragm_excursion_mm: float
    heart_follows: float
    breathing_depth_in_gate: float

    def __post_init__(self) -> None:
        """Refuse motion that cannot be."""
        shifts = {name: value for name, value in asdict(self).items() if name.startswith("shift_")}
        shares = {name: getattr(self, name) for name in ("shifted_at", "heart_follows", "breathing_depth_in_gate")}
        hold_between("motion", shifts, -100.0, 100.0, hint="millimetres; farther, the heart leaves the field of view")
        hold_fraction("motion", shares)
        excursion = {"diaphragm_excursion_mm": self.diaphragm_excursion_mm}
        hold_between("motion", excursion, 0.0, 40.0, hint="millimetres that the diaphragm descends in one breath")


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
    dependent_lung: float
    fat: float
    bone: float
    marrow: float
    noise_hu: float
    blur_fwhm_mm: float
    low_dose_noise_hu: float

    def __post_init__(self) -> None:
        """Refuse CT numbers that no scanner stores, and negative noise or blur."""
        spread = {name: getattr(self, name) for name in ("noise_hu", "blur_fwhm_mm", "low_dose_noise_hu")}
        numbers = {name: value for name, value in asdict(self).items() if name not in spread}
        hold_between("ct", numbers, -1024.0, 3071.0, hint="Hounsfield units")
        hold_between("ct", spread, 0.0, np.inf, hint="a standard deviation or a width")


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
    motion: Motion
    has_deficit: bool
    has_stomach_activity: bool
