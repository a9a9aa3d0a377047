"""How bright the network sees the hearts of studies: what it learnt from, and what it may meet.

Claim: hearts of the virtual animals fill the scale, those of studies with a bright liver or bowel do not.

    python -m benchmarks.brightness data/cohort study.dcm …
"""

from __future__ import annotations

import argparse

from tqdm import tqdm

from custom.data.studies import find_studies
from custom.data.study_rules import heart_brightness
from custom.data.volume import read_volume

DESCRIPTION = "Brightness of the heart, as share of the scale by which the network sees a study."


def main() -> None:
    """Print it for every study of cohorts, folders or files."""
    parser = argparse.ArgumentParser(description=DESCRIPTION)
    parser.add_argument("inputs", nargs="+", help="studies, folders of studies, or cohorts (their test animals)")
    for given in parser.parse_args().inputs:
        studies = find_studies(given, image_keys=["image"])
        shares = {study["study"]: heart_brightness(read_volume(study["image"])) for study in tqdm(studies)}
        for name, share in shares.items():
            print(f"{name:40}{share:6.2f}")
        print(f"{given}: {len(shares)} studies, {min(shares.values()):.2f} to {max(shares.values()):.2f}")


if __name__ == "__main__":
    main()
