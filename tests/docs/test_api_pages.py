from pathlib import Path

from docs.api_pages import api_pages
from tests.test_architecture import MODULES, REPOSITORY


def test_every_module_stands_on_one_page(monkeypatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    pages = api_pages(Path("custom"))
    named = [line.removeprefix("::: ") for page in pages.values() for line in page.splitlines() if ":::" in line]
    assert sorted(named) == sorted(MODULES)
    assert "::: custom.networks.dynamic_unet" in pages["networks"].splitlines()
