"""What a bundle says of itself: metadata, README, and the card that the Hugging Face Hub shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from monai.bundle import verify_metadata

from custom.errors import BadInput
from tools.checks.unpacked import Unpacked

SCHEMA = Path(__file__).with_name("meta_schema_20240725.json")
# Words of the headings that the Model Zoo's bundles share, or those of its template
SECTIONS = {
    "overview": r"model (overview|description)",
    "data": r"data",
    "training": r"(training|system) configuration",
    "performance": r"performance",
    "commands": r"(monai )?bundle commands|additional usage steps.*",
    "licence": r"licen[sc]e",
}
FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\n", re.M | re.S)


def check_metadata(bundle: Unpacked) -> str:
    """Hold metadata against MONAI's schema, and their version against their list of changes."""
    schema = Path(str(bundle.metadata.get("schema"))).name
    if schema != SCHEMA.name:
        raise BadInput(f"metadata are held against {SCHEMA.name}, the newest, got a schema {schema}")
    verify_metadata(meta_file=str(bundle.file("configs/metadata.json")), filepath=str(SCHEMA))
    version = bundle.metadata["version"]
    if version not in bundle.metadata.get("changelog", {}):
        raise BadInput(f"the changelog in configs/metadata.json has a line for each version, none for {version}")
    if not bundle.metadata.get("name"):
        raise BadInput("metadata have a name to show, configs/metadata.json has none")
    return f"{bundle.metadata['name']}, version {version}"


def check_readme(bundle: Unpacked) -> str:
    """Hold that the README has the sections that readers of the Model Zoo find in others."""
    text = bundle.file("docs/README.md").read_text(encoding="utf-8")
    headings = [heading.strip(" *#").lower() for heading in re.findall(r"^#+ +(.*)$", text, re.M)]
    missing = [name for name, words in SECTIONS.items() if not any(re.fullmatch(words, one) for one in headings)]
    if missing:
        raise BadInput(f"docs/README.md has sections on {', '.join(SECTIONS)}, it lacks {', '.join(missing)}")
    return f"{len(headings)} sections"


def check_card(bundle: Unpacked) -> str:
    """Hold the front matter of README.md at the top against what the Hub and the metadata ask for."""
    if not (bundle.root / "README.md").is_file():
        return "no README.md at the top: not for the Hugging Face Hub"
    card = _front_matter(bundle.root / "README.md")
    missing = [name for name in ("license", "library_name", "tags") if not card.get(name)]
    if missing or card["library_name"] != "monai" or "monai" not in card["tags"]:
        raise BadInput(f"a card has license, tags with monai, and library_name: monai, README.md has {card}")
    shown = {
        metric["name"]: metric["value"]
        for entry in card.get("model-index", [])
        for result in entry["results"]
        for metric in result["metrics"]
    }
    if shown != bundle.metadata.get("eval_metrics", {}):
        raise BadInput(f"a card shows the eval_metrics of configs/metadata.json, README.md has {shown}")
    return f"{card['license']}, {len(card['tags'])} tags, {len(shown)} measures"


def _front_matter(file: Path) -> dict[str, Any]:
    found = FRONT_MATTER.match(file.read_text(encoding="utf-8"))
    content = yaml.safe_load(found[1]) if found else None
    if not isinstance(content, dict):
        raise BadInput(f"a card begins with YAML between two lines ---, {file.name} at the top does not")
    return content
