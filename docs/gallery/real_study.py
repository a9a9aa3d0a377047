"""A real image before and after.

A patient's rest or stress study from a Discovery NM 530c, Tc-99m sestamibi, as the vendor reconstructed it, and what
the run `inference` makes of it. **The network has seen simulated blood pool images of dogs only**, and this is a
perfusion image: the wall is bright, the blood dark. The program corrects it, because it cannot know the tracer, and
says so in its report; the picture shows why its weights are not for perfusion: the wall becomes sharp and even,
whatever it was before.

Image: Calixto R. et al., Myocardial Perfusion Scintigraphy Image Database 1.0.0, PhysioNet 2025,
[doi:10.13026/c2tw-tx28](https://doi.org/10.13026/c2tw-tx28), CC BY 4.0; corrected by this program.
"""

import os
import tempfile
from pathlib import Path

import nibabel
import numpy as np
from matplotlib.figure import Figure
from monai.bundle import ConfigWorkflow
from monai.transforms import LoadImage

from custom.data.nm_dicom import NuclearMedicineReader
from custom.evaluation.figures import brightest_near_heart
from custom.evaluation.sections import PLANES, picture_of
from docs.drawing import draw_row
from docs.illustrated import NotHere

STUDY = "nm530c/recon_4.dcm"


def correct(study: Path) -> np.ndarray:
    """Run `inference` on a study and return the corrected volume."""
    with tempfile.TemporaryDirectory() as folder:
        options = {"input": str(study), "output_dir": folder}
        workflow = ConfigWorkflow("bundle/configs/inference.yaml", workflow_type=None, logging_file=False, **options)
        workflow.initialize()
        workflow.run()
        return nibabel.load(f"{folder}/{study.stem}/{study.stem}_corrected.nii.gz").get_fdata(dtype=np.float32)


def draw() -> Figure:
    """Draw the study in three planes, before above after."""
    study = Path(os.environ.get("PVC_DATA_DIR", "../shared/data")) / STUDY
    if not study.is_file():
        raise NotHere(f"There is no {STUDY} in the folder that the variable PVC_DATA_DIR names")
    before = LoadImage(reader=NuclearMedicineReader(), image_only=True)(study)
    volumes = {"before": before.numpy() / 1e3, "after": correct(study) / 1e3}
    picture = picture_of(volumes, before.affine.numpy(), None)
    brightest = max(brightest_near_heart(picture, volume) for volume in picture.volumes.values())
    figure = Figure(figsize=(10, 7.4), dpi=100, layout="constrained")
    panels = figure.subplots(2, len(PLANES))
    for row, (name, volume) in zip(panels, picture.volumes.items(), strict=True):
        for axes, plane in zip(row, PLANES, strict=True):
            shown = draw_row([axes], {f"{name}, {plane.name}": volume}, picture, (0, brightest), plane=plane)
    figure.colorbar(shown, ax=panels, label="vendor's units, thousands", extend="max", aspect=40)
    return figure
